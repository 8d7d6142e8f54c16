//! Carrying out faults.

mod frames;
#[cfg(feature = "http")]
pub(super) mod http;
#[cfg(not(feature = "http"))]
#[path = "no_http.rs"]
mod http;
#[cfg(all(unix, feature = "http"))]
mod process;
#[cfg(not(all(unix, feature = "http")))]
#[path = "no_process.rs"]
mod process;

use std::io;
use std::time::Duration;

use bytes::Bytes;
use mcp_core::jsonrpc::{RpcError, code};
use mcp_core::protocol::{CallToolResult, Era, InputRequired, ResultType, method};
use mcp_core::server::{Caller, Change, Reply};
use mcp_core::session::Request;
use serde_json::json;

use super::Core;
use super::answer::{Connection, fit};
use crate::script::{Fault, ProcessFault, ToolListFault, expired, missing_scope, too_many_calls};
use crate::service::ApiError;

/// The exit code of a crash: `EX_SOFTWARE` of sysexits.
const CRASH_EXIT_CODE: i32 = 70;

/// The longest answer: as long as the largest message that a client may be set to take.
const OVERSIZE_BYTES_MAX: usize = 256 << 20;

/// The latest answer, an hour.
const LATE_MS_MAX: u32 = 3_600_000;

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
    fn answered(&self) -> Bytes {
        (self.answer)()
    }

    /// Tells the author of the rule that the fault does not fit this kind of request.
    fn misplaced(&self, fault: &Fault, right: &str) -> Reply {
        let (name, method) = (fault.name(), &self.request.method);
        let message = format!("mcp-mock: fault `{name}` is about {right} and not about `{method}`");
        refused(self.request, message)
    }
}

impl Connection {
    /// What goes back in place of an answer, or around it.
    pub(super) async fn fail(&self, context: &FaultContext<'_>, fault: &Fault) -> Reply {
        match fault {
            Fault::EndlessProgress => {
                context.answered();
                return Box::pin(frames::progress_for_ever(context)).await;
            }
            Fault::LateAnswer { after_ms } => {
                let wait = Duration::from_millis(LATE_MS_MAX.min(*after_ms).into());
                return Box::pin(self.answer_late(context, wait)).await;
            }
            _ => {}
        }
        if self.is_over_http()
            && let Some(reply) = http::failed(context, fault)
        {
            return reply;
        }
        self.failed(context, fault)
    }

    /// Answers when the time has passed. On a stream that is up to a task of the connection, since a request
    /// that is cancelled is worked on no more.
    async fn answer_late(&self, context: &FaultContext<'_>, wait: Duration) -> Reply {
        let answer = context.answered();
        if self.is_over_http() {
            tokio::time::sleep(wait).await;
            return Reply::One(answer);
        }
        let caller = context.caller.clone();
        self.in_background(async move {
            tokio::time::sleep(wait).await;
            caller.send(answer);
        });
        Reply::Silence
    }

    /// What a fault is on a stream, and over HTTP unless it is something else there.
    fn failed(&self, context: &FaultContext<'_>, fault: &Fault) -> Reply {
        self.replace_answer(context, fault)
            .unwrap_or_else(|| self.wrap_answer(context, fault, context.answered()))
    }

    /// What comes when the request is not carried out; `None` when it is.
    fn replace_answer(&self, context: &FaultContext<'_>, fault: &Fault) -> Option<Reply> {
        let (core, request) = (self.core(), context.request);
        Some(match fault {
            Fault::AuthExpiry => self.refuse(context, &expired(core.service)),
            Fault::Close | Fault::Outage { .. } | Fault::SessionLoss => Reply::Close,
            Fault::Crash => core.crash(),
            Fault::EndlessRounds => once_more(request),
            Fault::Garbage => Reply::One(Bytes::from_static(frames::NOISE)),
            Fault::Hang => Reply::Silence,
            Fault::HttpStatus { status, .. } => refused(request, format!("HTTP status {status}")),
            Fault::ListChange if context.tool.is_none() => {
                context.misplaced(fault, "calls of tools")
            }
            Fault::MissingScope => self.refuse(context, &missing_scope(core.service)),
            Fault::RateLimit { for_seconds } => {
                self.refuse(context, &too_many_calls(core.service, core.now(), *for_seconds))
            }
            Fault::Raw { text } => Reply::One(with_id(text, request).into()),
            Fault::RpcError { code, message } => {
                Reply::One(request.refuse(&RpcError::new(*code, message)))
            }
            Fault::ToolError { status, message } => {
                self.refuse(context, &ApiError::new(*status, "scripted", message))
            }
            Fault::ToolList(kind) if request.method == method::TOOLS_LIST => {
                Reply::One(self.tool_list(request, *kind))
            }
            Fault::ToolList(_) => context.misplaced(fault, "requests of `tools/list`"),
            Fault::WrongRevision { .. } if !frames::is_opening(request) => {
                context.misplaced(fault, "`initialize` and `server/discover`")
            }
            Fault::AnswerAndClose
            | Fault::Delay(_)
            | Fault::DuplicateAnswer
            | Fault::EndlessProgress
            | Fault::Flood { .. }
            | Fault::Forge { .. }
            | Fault::GzipBomb { .. }
            | Fault::LateAnswer { .. }
            | Fault::ListChange
            | Fault::ListChangeFlood { .. }
            | Fault::LoseAnswer
            | Fault::LoseAnswerAndClose
            | Fault::Malformed(_)
            | Fault::Noise { .. }
            | Fault::Oversize { .. }
            | Fault::PingFlood { .. }
            | Fault::Process(_)
            | Fault::SlowDrip { .. }
            | Fault::StreamEnd
            | Fault::Truncate
            | Fault::WrongId
            | Fault::WrongRevision { .. } => return None,
        })
    }

    /// What comes with the answer, or in its place, when the request was carried out.
    fn wrap_answer(&self, context: &FaultContext<'_>, fault: &Fault, answer: Bytes) -> Reply {
        let request = context.request;
        match fault {
            Fault::AnswerAndClose => Reply::Torn([&answer[..], b"\n"].concat().into()),
            Fault::DuplicateAnswer => Reply::Frames(vec![answer; 2]),
            Fault::Flood { messages } => frames::preceded(*messages, frames::log_message(), answer),
            Fault::Forge { answers } => frames::forged(&request.id, answer, *answers),
            Fault::GzipBomb { bytes } | Fault::Oversize { bytes } => {
                Reply::One(oversize(request, *bytes))
            }
            Fault::ListChange => {
                self.core().vanish(context.tool.unwrap_or_default());
                Reply::One(answer)
            }
            Fault::ListChangeFlood { messages } => {
                frames::preceded(*messages, frames::list_change(), answer)
            }
            Fault::LoseAnswer | Fault::StreamEnd => Reply::Silence,
            Fault::LoseAnswerAndClose => Reply::Close,
            Fault::Malformed(kind) => {
                let malformed = kind.of(&request.id, &answer);
                frames::malformed(malformed, answer, self.is_over_http())
            }
            Fault::Noise { lines } => {
                frames::preceded(*lines, Bytes::from_static(frames::NOISE), answer)
            }
            Fault::PingFlood { messages } => frames::preceded(*messages, frames::ping(), answer),
            Fault::Process(kind) => match self.core().misbehave(*kind) {
                Ok(()) if *kind == ProcessFault::CloseStreams => Reply::Close,
                Ok(()) => Reply::One(answer),
                Err(error) => {
                    refused(request, format!("mcp-mock: fault `process` cannot be: {error}"))
                }
            },
            Fault::SlowDrip { bytes_per_second } => frames::slowly(&answer, *bytes_per_second),
            Fault::Truncate => Reply::Torn(answer.slice(..answer.len() / 2)),
            Fault::WrongId => frames::to_somebody_else(),
            Fault::WrongRevision { revision } => {
                Reply::One(frames::of_revision(request, answer, revision))
            }
            // The time has passed already, or the progress is told elsewhere.
            _ => Reply::One(answer),
        }
    }

    /// The refusal in the shape of the dialect, or of JSON-RPC when no tool refuses.
    fn refuse(&self, context: &FaultContext<'_>, error: &ApiError) -> Reply {
        let request = context.request;
        let refused = match context.tool {
            Some(tool) => self.core().dialect.refuse(tool, error),
            None => Err(RpcError::new(code::INTERNAL_ERROR, &error.message)),
        };
        Reply::One(match refused {
            Ok(result) => request.answer(&fit(result, request.version)),
            Err(error) => request.refuse(&error),
        })
    }

    fn tool_list(&self, request: &Request, kind: ToolListFault) -> Bytes {
        let tools = self.core().shown_tools(request.version);
        let tools = tools.iter().filter_map(|tool| serde_json::to_value(tool).ok()).collect();
        let params = serde_json::from_slice(&request.params).unwrap_or_else(|_| json!({}));
        let mut page = kind.page(tools, params["cursor"].as_str());
        if request.version.era() == Era::Modern {
            // What a modern list has to say (2026-07-28, "Caching").
            page["ttlMs"] = json!(0);
            page["cacheScope"] = json!("private");
        }
        kind.written(&request.answer(&page)).into()
    }
}

impl Core {
    /// The tool is no more.
    fn vanish(&self, name: &str) {
        let name = self.dialect.listed_name(name).unwrap_or(name).to_owned();
        self.settings().vanished.insert(name);
        self.changes.announce(&Change::Tools);
    }

    /// Lets the process behave badly, when there is one for this server.
    fn misbehave(&self, fault: ProcessFault) -> io::Result<()> {
        if !self.settings().is_own_process {
            return Ok(());
        }
        let lingering = process::misbehave(fault)?;
        self.settings().lingering = lingering;
        Ok(())
    }

    fn crash(&self) -> Reply {
        if self.settings().is_own_process {
            std::process::exit(CRASH_EXIT_CODE);
        }
        Reply::Close
    }
}

/// Asks a modern client to send its request again, with nothing new in it.
fn once_more(request: &Request) -> Reply {
    if request.version.era() == Era::Legacy {
        return Reply::Silence;
    }
    let again = InputRequired::new().with_state("once more");
    Reply::One(request.answer_of_type(&ResultType::InputRequired, &again))
}

fn refused(request: &Request, message: String) -> Reply {
    Reply::One(request.refuse(&RpcError::new(code::INTERNAL_ERROR, message)))
}

fn oversize(request: &Request, bytes: usize) -> Bytes {
    request.answer(&CallToolResult::text("x".repeat(OVERSIZE_BYTES_MAX.min(bytes))))
}

fn with_id(text: &str, request: &Request) -> String {
    text.replace("$id", &json!(request.id).to_string())
}

#[cfg(test)]
mod tests;
