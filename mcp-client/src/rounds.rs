//! Requests that a server answers with questions first (2026-07-28, "Multi round-trip requests").
//!
//! ```text
//! request ─▶ input_required ─▶ handler ─▶ the same request, new id, with answers ─▶ … ─▶ result
//! ```
//!
//! The answers are in the hands of one request: nothing of them is kept, so they cannot reach another.

use std::collections::BTreeMap;
use std::time::Duration;

use mcp_core::Delivery;
use mcp_core::protocol::{Extra, InputRequest, InputResponses, ResultType};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tokio::time::{Instant, sleep_until, timeout_at};

use crate::call_options::CallOptions;
use crate::conversation::Conversation;
use crate::deadline::CallDeadline;
use crate::error::{ConnectionErrorKind, Failure};
use crate::handler;
use crate::raw_result::RawResult;
use crate::request::Meta;
use crate::request_head::RequestHead;

/// How often a server may ask before it must answer: more than any form needs.
pub(crate) const ROUNDS_MAX: usize = 8;

/// Questions in one round. Each may end up before a person.
const QUESTIONS_MAX: usize = 32;

/// Bytes of the state that a server hands over, as JSON: it goes back with the next round.
const STATE_BYTES_MAX: usize = 64 << 10;

/// The pause before a round that asks nothing, doubled each time: the server is not ready yet.
const PAUSE: Duration = Duration::from_millis(100);

/// A request that may take several rounds.
#[derive(Debug)]
pub(crate) struct Rounds<'a> {
    pub(crate) conversation: &'a Conversation,
    pub(crate) head: RequestHead<'a>,
    /// The same in every round.
    pub(crate) params: Extra,
    pub(crate) options: &'a CallOptions,
    /// The end of all rounds together.
    pub(crate) deadline: CallDeadline,
}

/// A result that asks nothing more.
#[derive(Debug)]
pub(crate) struct FinalResult<'a> {
    pub(crate) answer: RawResult<'a>,
    pub(crate) result_type: ResultType,
    /// Whether anything was asked on the way: then the result is this request's alone.
    pub(crate) had_rounds: bool,
}

/// What a server needs before it answers. The state is its own: it goes back byte for byte.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct InputRequired {
    input_requests: Option<BTreeMap<String, InputRequest>>,
    request_state: Option<Box<RawValue>>,
}

/// What a round adds to the request.
#[derive(Default)]
struct RoundInput {
    input_responses: InputResponses,
    request_state: Option<Box<RawValue>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RoundParams<'a> {
    #[serde(flatten)]
    params: &'a Extra,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    input_responses: &'a InputResponses,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_state: Option<&'a RawValue>,
    #[serde(rename = "_meta", skip_serializing_if = "Option::is_none")]
    meta: Option<Meta<'a>>,
}

impl<'a> Rounds<'a> {
    /// Sends the request, and again until it is last.
    pub(crate) async fn run(&self) -> Result<FinalResult<'a>, Failure> {
        let first = self.send(&RoundInput::default(), self.deadline).await?;
        self.finish(first).await
    }

    /// Goes on from the first answer. Whatever fails now fails after the server began to work.
    pub(crate) async fn finish(&self, first: RawResult<'a>) -> Result<FinalResult<'a>, Failure> {
        self.finish_all(first).await.map_err(Failure::after_work_began)
    }

    async fn finish_all(&self, first: RawResult<'a>) -> Result<FinalResult<'a>, Failure> {
        let may_ask = self.conversation.version().has_input_required();
        let (mut answer, mut pause) = (first, PAUSE);
        for round in 0..=ROUNDS_MAX {
            let result_type = answer.result_type()?;
            match &result_type {
                ResultType::InputRequired if may_ask => {}
                ResultType::Task if self.conversation.declared().has_tasks() => {
                    return Ok(FinalResult { answer, result_type, had_rounds: round > 0 });
                }
                ResultType::Complete => {
                    return Ok(FinalResult { answer, result_type, had_rounds: round > 0 });
                }
                unexpected => return Err(answer.unexpected(unexpected).into()),
            }
            if round < ROUNDS_MAX {
                let input = self.next_input(&answer, &mut pause).await?;
                answer = self.send(&input, self.deadline.renewed()).await?;
            }
        }
        Err(self.beyond(ROUNDS_MAX, "rounds of questions"))
    }

    async fn send(
        &self,
        input: &RoundInput,
        deadline: CallDeadline,
    ) -> Result<RawResult<'a>, Failure> {
        let request = self.conversation.request_with(self.head, self.options);
        let params = |meta| RoundParams {
            params: &self.params,
            input_responses: &input.input_responses,
            request_state: input.request_state.as_deref(),
            meta,
        };
        request.send(params, deadline).await
    }

    /// What the next round adds.
    async fn next_input(
        &self,
        answer: &RawResult<'a>,
        pause: &mut Duration,
    ) -> Result<RoundInput, Failure> {
        let InputRequired { input_requests, request_state } = answer.parse()?;
        let questions = input_requests.unwrap_or_default();
        if let Some(state) = &request_state {
            if state.get().len() > STATE_BYTES_MAX {
                return Err(self.beyond(STATE_BYTES_MAX, "bytes of `requestState`"));
            }
            if !state.get().starts_with('"') {
                return Err(answer.broken("`requestState` is no string".to_owned()).into());
            }
        }
        if questions.is_empty() && request_state.is_none() {
            let message = "neither `inputRequests` nor `requestState` is there".to_owned();
            return Err(answer.broken(message).into());
        }
        if questions.is_empty() {
            self.wait(pause).await?;
        }
        let input_responses = self.answers(&questions).await?;
        Ok(RoundInput { input_responses, request_state })
    }

    async fn wait(&self, pause: &mut Duration) -> Result<(), Failure> {
        let until = Instant::now() + *pause;
        *pause *= 2;
        sleep_until(until.min(self.deadline.end())).await;
        if until >= self.deadline.end() { Err(self.late()) } else { Ok(()) }
    }

    /// Lets the handler answer questions: all of them, or none when one was not declared.
    pub(crate) async fn answers(
        &self,
        questions: &BTreeMap<String, InputRequest>,
    ) -> Result<InputResponses, Failure> {
        let mut answers = InputResponses::new();
        if questions.is_empty() {
            return Ok(answers);
        }
        if questions.len() > QUESTIONS_MAX {
            return Err(self.beyond(QUESTIONS_MAX, "questions in one round"));
        }
        let declared = self.conversation.declared();
        let undeclared =
            questions.values().find(|asked| !declared.allows(&asked.method, &asked.params));
        let handler = match (undeclared, &self.conversation.options.handler) {
            (None, Some(handler)) => handler,
            (Some(InputRequest { method, .. }), _) => {
                return Err(self.broken(format!("it asks `{method}`, which was not declared")));
            }
            (None, None) => return Err(self.broken("it asks what was not declared".to_owned())),
        };
        for (key, asked) in questions {
            let answer = handler::answer(&**handler, &asked.method, asked.params.get().as_bytes());
            let answer = timeout_at(self.deadline.end(), answer).await.map_err(|_| self.late())?;
            let answer = answer.map_err(|error| {
                let method = asked.method.clone();
                self.fail(ConnectionErrorKind::Question { method, error })
            })?;
            answers.insert(key.clone(), answer);
        }
        Ok(answers)
    }

    /// The time for all rounds is up.
    pub(crate) fn late(&self) -> Failure {
        self.fail(ConnectionErrorKind::Deadline { after: self.deadline.total() })
    }

    pub(crate) fn beyond(&self, limit: usize, what: &'static str) -> Failure {
        self.fail(ConnectionErrorKind::Limit { limit, what })
    }

    pub(crate) fn broken(&self, message: String) -> Failure {
        self.fail(ConnectionErrorKind::Answer { message })
    }

    pub(crate) fn fail(&self, kind: ConnectionErrorKind) -> Failure {
        Failure::new(self.head.subject, kind, Delivery::Unknown)
    }
}
