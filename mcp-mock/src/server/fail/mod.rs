//! Carrying out faults.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use mcp_core::jsonrpc::{RequestId, RpcError, code, encode};
use mcp_core::protocol::{CallToolParams, CallToolResult};
use mcp_core::server::{Change, Drip, Reply, Status};
use mcp_core::session::Request;
use serde_json::json;

use super::Core;
use super::answer::{Connection, fit};
use crate::script::{Fault, expired, too_many_calls};
use crate::service::ApiError;

/// The exit code of a crash: `EX_SOFTWARE` of sysexits.
const CRASH_EXIT_CODE: i32 = 70;

/// Frames that come before an answer: enough for every queue, and some ten megabytes at once.
const EXTRA_FRAMES_MAX: u32 = 100_000;

/// The longest answer: as long as the largest message that a client may be set to take.
const OVERSIZE_BYTES_MAX: usize = 256 << 20;

/// Pieces of a slow answer in a second, as long as each has a byte.
const PIECES_PER_SECOND: u32 = 10;

/// What a server says that got lost between its messages.
const NOISE: &[u8] = b"Segmentation fault (not really)";

impl Connection {
    /// What goes back in place of an answer, or around it.
    pub(super) fn fail(
        &self,
        request: &Request,
        params: &CallToolParams<'_>,
        fault: &Fault,
    ) -> Reply {
        let core = self.core();
        let answered = || self.answered(request, params).0;
        match fault {
            Fault::AuthExpiry if self.is_over_http() => Reply::Status(unauthorized()),
            Fault::AuthExpiry => self.refuse(request, params, &expired(core.service)),
            Fault::Close => Reply::Close,
            Fault::Crash => core.crash(),
            // The time has passed already.
            Fault::Delay(_) => Reply::One(answered()),
            Fault::DuplicateAnswer => Reply::Frames(vec![answered(); 2]),
            Fault::Flood { messages } => after(*messages, notice(), answered()),
            Fault::Garbage => Reply::One(Bytes::from_static(NOISE)),
            Fault::Hang => Reply::Silence,
            Fault::HttpStatus { status, retry_after } => {
                self.of_status(request, *status, retry_after.as_deref())
            }
            Fault::ListChange => {
                let answer = answered();
                core.vanish(&params.name);
                Reply::One(answer)
            }
            Fault::LoseAnswer => {
                answered();
                Reply::Silence
            }
            Fault::LoseAnswerAndClose => {
                answered();
                Reply::Close
            }
            Fault::Noise { lines } => after(*lines, Bytes::from_static(NOISE), answered()),
            Fault::Oversize { bytes } => {
                answered();
                let text = "x".repeat(OVERSIZE_BYTES_MAX.min(*bytes));
                Reply::One(request.answer(&CallToolResult::text(text)))
            }
            Fault::RateLimit { for_seconds } => {
                let error = too_many_calls(core.service, core.now(), *for_seconds);
                self.refuse(request, params, &error)
            }
            Fault::Raw { text } => {
                Reply::One(text.replace("$id", &json!(request.id).to_string()).into())
            }
            Fault::RpcError { code, message } => {
                Reply::One(request.refuse(&RpcError::new(*code, message)))
            }
            Fault::SessionLoss if self.is_over_http() => Reply::Status(no_session()),
            Fault::SessionLoss => Reply::Close,
            Fault::SlowDrip { bytes_per_second } => slowly(&answered(), *bytes_per_second),
            Fault::ToolError { status, message } => {
                self.refuse(request, params, &ApiError::new(*status, "scripted", message))
            }
            Fault::Truncate => {
                let answer = answered();
                Reply::Torn(answer.slice(..answer.len() / 2))
            }
            Fault::WrongId => {
                answered();
                let id = RequestId::Text("nobody asked".to_owned());
                let frame = encode::result(&id, &CallToolResult::text("to whom?"));
                frame.map_or(Reply::Silence, Reply::One)
            }
        }
    }

    /// The refusal in the shape of the dialect.
    fn refuse(&self, request: &Request, params: &CallToolParams<'_>, error: &ApiError) -> Reply {
        Reply::One(match self.core().dialect.refuse(&params.name, error) {
            Ok(result) => request.answer(&fit(result, request.version)),
            Err(error) => request.refuse(&error),
        })
    }

    fn of_status(&self, request: &Request, status: u16, retry_after: Option<&str>) -> Reply {
        let text = format!("HTTP status {status}");
        if !self.is_over_http() {
            return Reply::One(request.refuse(&RpcError::new(code::INTERNAL_ERROR, text)));
        }
        let headers = retry_after.map(|value| ("retry-after", value.to_owned()));
        Reply::Status(Status { code: status, headers: headers.into_iter().collect(), text })
    }
}

impl Core {
    /// The tool is no more.
    fn vanish(&self, name: &str) {
        let name = self.dialect.listed_name(name).unwrap_or(name).to_owned();
        self.settings().vanished.insert(name);
        self.changes.announce(&Change::Tools);
    }

    fn crash(&self) -> Reply {
        if self.settings().is_own_process {
            std::process::exit(CRASH_EXIT_CODE);
        }
        Reply::Close
    }
}

fn after(count: u32, frame: Bytes, answer: Bytes) -> Reply {
    let count = EXTRA_FRAMES_MAX.min(count) as usize;
    let mut frames = vec![frame; count];
    frames.push(answer);
    Reply::Frames(frames)
}

fn notice() -> Bytes {
    let params = json!({ "level": "info", "data": "one of many" });
    let frame = encode::notification("notifications/message", &params);
    frame.expect("a JSON value always encodes")
}

fn slowly(answer: &Bytes, bytes_per_second: u32) -> Reply {
    let bytes_per_second = bytes_per_second.max(1);
    let piece_bytes = (bytes_per_second / PIECES_PER_SECOND).max(1);
    let pause = Duration::from_secs(piece_bytes.into()) / bytes_per_second;
    // It is sent as it is, and on a stream a line ends it; elsewhere that is white space.
    let mut line = BytesMut::from(&answer[..]);
    line.extend_from_slice(b"\n");
    let pause = Arc::new(move || Box::pin(tokio::time::sleep(pause)) as _);
    Reply::Drip(Drip::new(line.freeze(), piece_bytes as usize, pause))
}

fn unauthorized() -> Status {
    let wanted = r#"Bearer error="invalid_token", error_description="The access token expired""#;
    Status {
        code: 401,
        headers: vec![("www-authenticate", wanted.to_owned())],
        text: "the access token expired".to_owned(),
    }
}

fn no_session() -> Status {
    Status { code: 404, headers: Vec::new(), text: "unknown session".to_owned() }
}
