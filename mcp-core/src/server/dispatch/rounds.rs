//! Requests that may take several rounds, because the handler wants something from the client.
//!
//! A modern client comes again by itself. A legacy client is asked by requests of this server, and the
//! handler is called again with its answers.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::value::RawValue;

use super::parse;
use crate::jsonrpc::{RpcError, code};
use crate::protocol::{
    CallToolParams, ClientCapabilities, GetPromptParams, InputRequest, InputRequired,
    InputResponses, ResourceParams, ResultType, method,
};
use crate::server::caller::Caller;
use crate::server::context::{Context, Inputs, missing_capability};
use crate::server::handler::{Answer, Handler, ToolCall};
use crate::session::Request;

/// Rounds that a legacy client is led through for one request: a handler that never has enough would
/// go on for ever.
const ROUNDS_MAX: usize = 8;

/// What is asked.
enum Asked<'a> {
    Prompt(GetPromptParams),
    Resource(ResourceParams),
    Tool(CallToolParams<'a>),
}

pub(super) async fn run(
    handler: &impl Handler,
    request: &Request,
    caller: &Caller,
) -> Result<Bytes, RpcError> {
    let (asked, inputs) = Asked::parse(request)?;
    let mut context = Context::new(request, caller, inputs);
    for _ in 0..ROUNDS_MAX {
        let wanted = match asked.round(handler, &context).await? {
            Answer::Complete(frame) => return Ok(frame),
            Answer::Task(task) if context.capabilities().has_tasks() => {
                return Ok(request.answer_of_type(&ResultType::Task, &task));
            }
            Answer::Task(_) => return Err(super::task::missing()),
            Answer::InputRequired(wanted) => wanted,
        };
        check_allowed(&wanted, &context.capabilities())?;
        if request.version.has_input_required() {
            return Ok(request.answer_of_type(&ResultType::InputRequired, &wanted));
        }
        // Rare and large: it would make every request's future as large.
        let inputs = Box::pin(ask(caller, wanted)).await?;
        context = context.next_round(inputs);
    }
    let message = format!("`{}` wanted more input after {ROUNDS_MAX} rounds", request.method);
    Err(RpcError::new(code::INTERNAL_ERROR, message))
}

impl<'a> Asked<'a> {
    fn parse(request: &'a Request) -> Result<(Self, Inputs), RpcError> {
        match &*request.method {
            method::TOOLS_CALL => {
                let params: CallToolParams<'a> = parse(request)?;
                // Most calls carry no inputs; they are spared another look at their parameters.
                let has_inputs = params.input_responses.is_some() || params.request_state.is_some();
                let inputs = if has_inputs { parse(request)? } else { Inputs::default() };
                Ok((Self::Tool(params), inputs))
            }
            method::PROMPTS_GET => Ok((Self::Prompt(parse(request)?), parse(request)?)),
            _ => Ok((Self::Resource(parse(request)?), parse(request)?)),
        }
    }

    async fn round(
        &self,
        handler: &impl Handler,
        context: &Context<'_>,
    ) -> Result<Answer<Bytes>, RpcError> {
        let request = context.request;
        match self {
            Self::Tool(params) => {
                let call = ToolCall { name: &params.name, arguments: params.arguments, context };
                // The sort of a result is written around it.
                Ok(handler.call_tool(call).await?.map(|mut result| {
                    result.result_type = None;
                    request.answer(&result)
                }))
            }
            Self::Prompt(params) => {
                let answer = handler.get_prompt(params, context).await?;
                Ok(answer.map(|mut result| {
                    result.result_type = None;
                    request.answer(&result)
                }))
            }
            Self::Resource(params) => {
                let answer = handler.read_resource(&params.uri, context).await?;
                Ok(answer.map(|mut result| {
                    super::list::mark_cacheable(request, &mut result.ttl_ms, &mut result.extra);
                    result.result_type = None;
                    request.answer(&result)
                }))
            }
        }
    }
}

impl<T> Answer<T> {
    fn map<U>(self, map: impl FnOnce(T) -> U) -> Answer<U> {
        match self {
            Self::Complete(result) => Answer::Complete(map(result)),
            Self::InputRequired(wanted) => Answer::InputRequired(wanted),
            Self::Task(task) => Answer::Task(task),
        }
    }
}

/// A server must not ask for what the client did not declare (2026-07-28, "Input required").
fn check_allowed(wanted: &InputRequired, client: &ClientCapabilities) -> Result<(), RpcError> {
    let undeclared = |question: &&InputRequest| !client.allows(&question.method, &question.params);
    match wanted.input_requests.values().find(undeclared) {
        None => Ok(()),
        Some(question) => Err(missing_capability(&question.needed_capability())),
    }
}

/// Asks a legacy client everything that is wanted, one question after the other: many of them show it
/// to a person.
async fn ask(caller: &Caller, wanted: InputRequired) -> Result<Inputs, RpcError> {
    let mut input_responses: InputResponses = BTreeMap::new();
    for (key, question) in wanted.input_requests {
        let response = caller.ask(&question).await?;
        let response: Box<RawValue> = serde_json::from_slice(&response).map_err(|error| {
            RpcError::new(code::INTERNAL_ERROR, format!("the client's answer is no JSON: {error}"))
        })?;
        input_responses.insert(key, response);
    }
    Ok(Inputs { input_responses, request_state: wanted.request_state })
}
