//! Calls that a server turned into tasks (tasks extension of 2026-07-28).
//!
//! ```text
//! working ────────┐
//! input_required ─┤ tasks/update once a key ─▶ wait ─▶ tasks/get ─▶ …
//! completed ──────┤ the result of the call
//! failed ─────────┤ its refusal
//! cancelled ──────┘ an error
//! ```

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use bytes::Bytes;
use mcp_core::protocol::{
    CallToolResult, GetTaskResult, InputRequest, InputResponses, Task, TaskStatus, method,
};
use serde::Serialize;
use serde::de::IgnoredAny;
use tokio::time::{Instant, sleep_until};

use crate::conversation::Conversation;
use crate::error::{ConnectionErrorKind, Failure, RpcFailure};
use crate::raw_result::RawResult;
use crate::request::Meta;
use crate::request_head::RequestHead;
use crate::rounds::{ROUNDS_MAX, Rounds};

/// How long to wait between two questions after a task that does not say, and the bounds of what it
/// may say: neither a busy loop nor a call that is forgotten.
const POLL_INTERVAL: Duration = Duration::from_secs(1);
const POLL_INTERVAL_MIN: Duration = Duration::from_millis(100);
const POLL_INTERVAL_MAX: Duration = Duration::from_secs(60);

/// Waits for the task that a call became, and returns what the call would have.
pub(crate) async fn follow(
    rounds: &Rounds<'_>,
    created: &RawResult<'_>,
) -> Result<CallToolResult, Failure> {
    let task: Task = created.parse()?;
    let mut following = Following {
        rounds,
        hold: Hold {
            conversation: rounds.conversation,
            task_id: task.task_id.clone(),
            is_wanted: true,
        },
        answered: HashSet::new(),
        updates: 0,
    };
    following.run(task).await.map_err(Failure::after_work_began)
}

struct Following<'a> {
    rounds: &'a Rounds<'a>,
    hold: Hold<'a>,
    /// Keys that have had their answer: the server repeats them until it has read it.
    answered: HashSet<String>,
    updates: usize,
}

/// A task whose caller has left is cancelled.
struct Hold<'a> {
    conversation: &'a Conversation,
    task_id: String,
    is_wanted: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TaskRequest<'a> {
    task_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    input_responses: Option<&'a InputResponses>,
    #[serde(rename = "_meta", skip_serializing_if = "Option::is_none")]
    meta: Option<Meta<'a>>,
}

impl Following<'_> {
    async fn run(&mut self, created: Task) -> Result<CallToolResult, Failure> {
        let mut task = created;
        loop {
            // What is over, or waits for us, says the rest when it is asked.
            if task.status == TaskStatus::Working {
                self.wait(&task).await?;
            }
            let found: GetTaskResult = self.send(method::TASKS_GET, None).await?.complete()?;
            if found.task.task_id != self.hold.task_id {
                return Err(self.rounds.broken("it speaks of another task".to_owned()));
            }
            match &found.task.status {
                TaskStatus::Working => {}
                TaskStatus::InputRequired => {
                    self.update(&found.input_requests).await?;
                    self.wait(&found.task).await?;
                }
                TaskStatus::Completed | TaskStatus::Failed | TaskStatus::Cancelled => {
                    self.hold.is_wanted = false;
                    return self.ended(found);
                }
                status => {
                    let name = serde_json::to_string(status).unwrap_or_default();
                    return Err(self.rounds.broken(format!("unexpected task status {name}")));
                }
            }
            task = found.task;
        }
    }

    async fn wait(&self, task: &Task) -> Result<(), Failure> {
        let interval = task.poll_interval_ms.map_or(POLL_INTERVAL, Duration::from_millis);
        let until = Instant::now() + interval.clamp(POLL_INTERVAL_MIN, POLL_INTERVAL_MAX);
        let end = self.rounds.deadline.end();
        sleep_until(until.min(end)).await;
        if until >= end { Err(self.rounds.late()) } else { Ok(()) }
    }

    /// Answers what was not answered before.
    async fn update(&mut self, asked: &BTreeMap<String, InputRequest>) -> Result<(), Failure> {
        let is_new = |(key, _): &(&String, &InputRequest)| !self.answered.contains(*key);
        let new: BTreeMap<_, _> = asked
            .iter()
            .filter(is_new)
            .map(|(key, question)| (key.clone(), question.clone()))
            .collect();
        if new.is_empty() {
            return Ok(());
        }
        self.updates += 1;
        if self.updates > ROUNDS_MAX {
            return Err(self.rounds.beyond(ROUNDS_MAX, "rounds of questions"));
        }
        let answers = self.rounds.answers(&new).await?;
        let answer = self.send(method::TASKS_UPDATE, Some(&answers)).await?;
        answer.complete::<IgnoredAny>()?;
        self.answered.extend(new.into_keys());
        Ok(())
    }

    fn ended(&self, found: GetTaskResult) -> Result<CallToolResult, Failure> {
        let subject = self.rounds.head.subject;
        match (found.task.status, found.result, found.error) {
            (TaskStatus::Completed, Some(result), _) => {
                let result = Bytes::from(String::from(Box::<str>::from(result)));
                Ok(RawResult::new(subject, result).complete()?)
            }
            (TaskStatus::Failed, _, Some(error)) => {
                Err(Failure::Rpc(RpcFailure::new(subject, error)))
            }
            (TaskStatus::Cancelled, ..) => Err(self.rounds.fail(ConnectionErrorKind::Cancelled)),
            _ => Err(self.rounds.broken("its task ended and does not say with what".to_owned())),
        }
    }

    async fn send(
        &self,
        method: &'static str,
        input_responses: Option<&InputResponses>,
    ) -> Result<RawResult<'_>, Failure> {
        let task_id = &*self.hold.task_id;
        let subject = self.rounds.head.subject;
        let head = RequestHead { subject, ..RequestHead::about(method, task_id) };
        let params = |meta| TaskRequest { task_id, input_responses, meta };
        let request = self.rounds.conversation.request(head);
        request.send(params, self.rounds.deadline.renewed()).await
    }
}

impl Drop for Hold<'_> {
    fn drop(&mut self) {
        if self.is_wanted {
            let task_id = &*self.task_id;
            let head = RequestHead::about(method::TASKS_CANCEL, task_id);
            self.conversation.post(head, |meta| TaskRequest {
                task_id,
                input_responses: None,
                meta,
            });
        }
    }
}
