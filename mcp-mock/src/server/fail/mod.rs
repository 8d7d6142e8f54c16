//! Carrying out faults.

mod frames;
mod http;

#[cfg(feature = "http")]
use std::cell::Cell;
use std::time::Duration;

use bytes::Bytes;
use mcp_core::jsonrpc::{RpcError, code};
use mcp_core::protocol::method;
use mcp_core::server::{Caller, Change};
use mcp_core::session::Request;
use serde_json::json;

use super::Core;
use super::answer::{Connection, fit};
use super::deliver::Reply;
use crate::script::{
    Fault, FaultRow, ProcessFault, Scope, ToolListFault, expired, missing_scope, too_many_calls,
};
use crate::service::ApiError;

/// The exit code of a crash: `EX_SOFTWARE` of sysexits.
const CRASH_EXIT_CODE: i32 = 70;

#[cfg(feature = "http")]
tokio::task_local! {
    /// Whether the HTTP connection that this task serves cuts off its next request.
    pub(super) static IS_STALE: Cell<bool>;
}

/// What a fault happens to.
pub(super) struct FaultContext<'a> {
    pub(super) request: &'a Request,
    /// The tool, when it is a call of one.
    pub(super) tool: Option<&'a str>,
    /// Carries the request out, and says what the answer would be.
    pub(super) answer: &'a (dyn Fn() -> Bytes + Send + Sync),
    pub(super) caller: &'a Caller,
}

impl FaultContext<'_> {
    fn is_within(&self, scope: Scope) -> bool {
        match scope {
            Scope::Any => true,
            Scope::Calls => self.tool.is_some(),
            Scope::Openings => frames::is_opening(self.request),
            Scope::ToolLists => self.request.method == method::TOOLS_LIST,
        }
    }

    /// Tells the author of the rule that the fault does not fit this kind of request.
    fn misplaced(&self, row: &FaultRow) -> Reply {
        let right = match row.scope {
            Scope::Any => "all requests",
            Scope::Calls => "calls of tools",
            Scope::Openings => "`initialize` and `server/discover`",
            Scope::ToolLists => "requests of `tools/list`",
        };
        let (name, method) = (row.name, &self.request.method);
        let message = format!("mcp-mock: fault `{name}` is about {right} and not about `{method}`");
        refused(self.request, message)
    }
}

impl Connection {
    /// What goes back instead of an answer, or around it.
    pub(super) async fn fail(&self, context: &FaultContext<'_>, fault: &Fault) -> Reply {
        let row = fault.row();
        if !context.is_within(row.scope) {
            return context.misplaced(row);
        }
        // The answer to a request that is no call is known before the fault, and has no effects.
        let is_answered = row.is_carried_out || context.tool.is_none();
        let answer = if is_answered { (context.answer)() } else { Bytes::new() };
        self.inflict(context, fault, answer).await
    }

    /// Does what each fault is about. `answer` is empty when the call is not carried out.
    async fn inflict(&self, context: &FaultContext<'_>, fault: &Fault, answer: Bytes) -> Reply {
        let (core, request, over_http) = (self.core(), context.request, self.is_over_http());
        match fault {
            #[cfg(feature = "http")]
            Fault::StaleKeepalive if over_http => {
                // A client that has left has no connection that could be stale.
                IS_STALE.try_with(|is_stale| is_stale.set(true)).ok();
                Reply::Answer(answer)
            }
            Fault::AnswerAndClose | Fault::StaleKeepalive => {
                Reply::Torn([&answer[..], b"\n"].concat().into())
            }
            Fault::AuthExpiry if over_http => http::unauthorized(),
            Fault::AuthExpiry => self.refuse(context, &expired(core.service)),
            Fault::Crash => core.crash(),
            // The rule has waited for it.
            Fault::Delay(_) => Reply::Answer(answer),
            Fault::DuplicateAnswer => Reply::Frames(vec![answer; 2]),
            Fault::EndlessProgress => Box::pin(frames::endless_progress(context)).await,
            Fault::EndlessRounds => frames::once_more(request),
            Fault::Flood { messages } => frames::logs(*messages, answer),
            Fault::Forge { answers } => frames::forged(&request.id, *answers, answer),
            Fault::Garbage => Reply::Answer(Bytes::from_static(frames::NOISE)),
            #[cfg(feature = "http")]
            Fault::GzipBomb { bytes } if over_http => http::gzip_bomb(request, *bytes),
            Fault::GzipBomb { bytes } => Reply::Answer(frames::oversize(request, *bytes)),
            Fault::HttpStatus { status, retry_after, headers, body } if over_http => {
                let body = body.as_ref().map(|body| frames::with_id(body, request));
                http::status(*status, retry_after.as_deref(), headers, body)
            }
            Fault::HttpStatus { status, .. } => refused(request, format!("HTTP status {status}")),
            Fault::LateAnswer { after } => self.answer_late(context, answer, *after).await,
            Fault::ListChange => core.vanish(context.tool, answer),
            Fault::ListChangeFlood { messages } => frames::list_changes(*messages, answer),
            Fault::Malformed(kind) => {
                frames::malformed(kind.of(&request.id, &answer), answer, over_http)
            }
            Fault::MissingScope => self.refuse(context, &missing_scope(core.service)),
            Fault::Noise { lines } => frames::noise(*lines, answer),
            Fault::Outage { lasting } => Reply::Outage(*lasting),
            Fault::Oversize { bytes } => Reply::Answer(frames::oversize(request, *bytes)),
            Fault::PingFlood { messages } => frames::pings(*messages, answer),
            Fault::Process(kind) => core.misbehave(*kind, request, answer),
            Fault::RateLimit { lasting } => {
                self.refuse(context, &too_many_calls(core.service, core.now(), seconds(*lasting)))
            }
            Fault::Raw { text } => Reply::Answer(frames::with_id(text, request).into()),
            Fault::RpcError { code, message } => {
                Reply::Answer(request.refuse(&RpcError::new(*code, message)))
            }
            Fault::SessionLoss if over_http => http::unknown_session(),
            Fault::SlowDrip { bytes_per_second } => frames::slowly(&answer, *bytes_per_second),
            Fault::StreamEnd if over_http => Reply::Frames(Vec::new()),
            Fault::ToolError { status, message } => {
                self.refuse(context, &ApiError::new(*status, "scripted", message))
            }
            Fault::ToolList(kind) => Reply::Answer(self.tool_list(request, *kind)),
            Fault::Truncate => Reply::Torn(answer.slice(..answer.len() / 2)),
            Fault::WrongId => frames::of_unknown_id(),
            Fault::WrongRevision { revision } => frames::of_revision(request, answer, revision),
            Fault::Hang | Fault::LoseAnswer | Fault::StreamEnd => Reply::Silence,
            Fault::Close | Fault::LoseAnswerAndClose => Reply::Close,
            Fault::SessionLoss => Reply::Close,
        }
    }

    /// Answers when the time has passed. On a stream a task of the connection does it, since a request that is
    /// cancelled is not worked on any more.
    async fn answer_late(
        &self,
        context: &FaultContext<'_>,
        answer: Bytes,
        after: Duration,
    ) -> Reply {
        if self.is_over_http() {
            tokio::time::sleep(after).await;
            return Reply::Answer(answer);
        }
        let caller = context.caller.clone();
        self.in_background(async move {
            tokio::time::sleep(after).await;
            caller.send(answer);
        });
        Reply::Silence
    }

    /// The refusal in the shape of the dialect, or of JSON-RPC when no tool refuses.
    fn refuse(&self, context: &FaultContext<'_>, error: &ApiError) -> Reply {
        let request = context.request;
        let refused = match context.tool {
            Some(tool) => self.core().dialect.refuse(tool, error),
            None => Err(RpcError::new(code::INTERNAL_ERROR, &error.message)),
        };
        Reply::Answer(match refused {
            Ok(result) => request.answer(&fit(result, request.version)),
            Err(error) => request.refuse(&error),
        })
    }

    fn tool_list(&self, request: &Request, kind: ToolListFault) -> Bytes {
        let tools = self.core().tools_for(request.version);
        let tools = tools.iter().filter_map(|tool| serde_json::to_value(tool).ok()).collect();
        let params = serde_json::from_slice(&request.params).unwrap_or_else(|_| json!({}));
        let mut page = kind.page(tools, params["cursor"].as_str());
        if request.version.has_cache_hints() {
            // What a modern list has to say (2026-07-28, "Caching").
            page["ttlMs"] = json!(0);
            page["cacheScope"] = json!("private");
        }
        kind.written(&request.answer(&page)).into()
    }
}

impl Core {
    /// Removes the tool that was called, and answers the call.
    fn vanish(&self, tool: Option<&str>, answer: Bytes) -> Reply {
        if let Some(name) = tool {
            let name = self.dialect.listed_name(name).unwrap_or(name).to_owned();
            self.settings.lock().vanished.insert(name);
            self.changes.announce(&Change::Tools);
        }
        Reply::Answer(answer)
    }

    /// Lets the process behave badly, when there is one for this server.
    fn misbehave(&self, fault: ProcessFault, request: &Request, answer: Bytes) -> Reply {
        let process = self.settings.lock().process;
        match process.map_or(Ok(Duration::ZERO), |misbehave| misbehave(fault)) {
            Ok(lingering) => self.settings.lock().lingering = lingering,
            Err(error) => {
                return refused(request, format!("mcp-mock: fault `process` cannot be: {error}"));
            }
        }
        if fault == ProcessFault::CloseStreams { Reply::Close } else { Reply::Answer(answer) }
    }

    fn crash(&self) -> Reply {
        if self.settings.lock().process.is_some() {
            std::process::exit(CRASH_EXIT_CODE);
        }
        Reply::Close
    }
}

fn refused(request: &Request, message: String) -> Reply {
    Reply::Answer(request.refuse(&RpcError::new(code::INTERNAL_ERROR, message)))
}

/// Whole seconds: a wait of a part of one would end too early.
fn seconds(duration: Duration) -> u32 {
    let seconds = duration.as_secs() + u64::from(duration.subsec_nanos() > 0);
    u32::try_from(seconds).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
