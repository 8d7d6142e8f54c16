//! Faults in the frames themselves, on whatever binding.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use mcp_core::jsonrpc::{RequestId, encode};
use mcp_core::protocol::{CallToolResult, InputRequired, ResultType, method};
use mcp_core::session::Request;
use serde_json::{Value, json};

use super::FaultContext;
use crate::script::Malformed;
use crate::server::deliver::{Drip, Pace, Reply};

/// Pieces of a slow answer in a second, as long as each has a byte.
const PIECES_PER_SECOND: u32 = 10;

/// Between two notifications of a progress that never ends: as often as a lively server tells it.
const PROGRESS_PAUSE: Duration = Duration::from_millis(100);

/// What does not belong between messages.
pub(super) const NOISE: &[u8] = b"Segmentation fault (not really)";

pub(super) fn logs(count: u32, answer: Bytes) -> Reply {
    let params = json!({ "level": "info", "data": "one of many" });
    preceded(count, notification("notifications/message", &params), answer)
}

pub(super) fn list_changes(count: u32, answer: Bytes) -> Reply {
    preceded(count, notification(method::TOOLS_LIST_CHANGED, &json!({})), answer)
}

pub(super) fn pings(count: u32, answer: Bytes) -> Reply {
    let id = RequestId::Text("one of many".to_owned());
    let ping = encode::request(&id, method::PING, &json!({})).expect("a JSON value always encodes");
    preceded(count, ping, answer)
}

pub(super) fn noise(count: u32, answer: Bytes) -> Reply {
    preceded(count, Bytes::from_static(NOISE), answer)
}

fn preceded(count: u32, frame: Bytes, answer: Bytes) -> Reply {
    let mut frames = vec![frame; count as usize];
    frames.push(answer);
    Reply::Frames(frames)
}

fn notification(method: &str, params: &Value) -> Bytes {
    encode::notification(method, params).expect("a JSON value always encodes")
}

/// Answers to requests that were not sent yet, if the client counts its requests.
pub(super) fn forged(id: &RequestId, count: u32, answer: Bytes) -> Reply {
    let first = match id {
        RequestId::Number(number) => *number,
        RequestId::Text(text) => text.parse().unwrap_or_default(),
    };
    let forged = (1..=count).filter_map(|offset| {
        let id = RequestId::Number(first.wrapping_add(offset.into()));
        encode::result(&id, &CallToolResult::text("forged")).ok()
    });
    Reply::Frames(std::iter::once(answer).chain(forged).collect())
}

pub(super) fn of_unknown_id() -> Reply {
    let id = RequestId::Text("nobody asked".to_owned());
    let frame = encode::result(&id, &CallToolResult::text("to whom?"));
    frame.map_or(Reply::Silence, Reply::Answer)
}

/// The bytes as they are. In memory, where messages travel whole, what is about the end of a line is lost.
pub(super) fn malformed(malformed: Malformed, answer: Bytes, is_over_http: bool) -> Reply {
    match malformed {
        Malformed::Line(bytes) | Malformed::Unfinished(bytes) => {
            Reply::Drip(Drip::at_once(bytes.into()))
        }
        Malformed::Preceded(line) => Reply::Frames(vec![Bytes::from_static(line), answer]),
        // Over HTTP no answer ends with a line.
        Malformed::Unended if is_over_http => Reply::Answer(answer),
        Malformed::Unended => Reply::Torn(answer),
    }
}

pub(super) fn slowly(answer: &Bytes, bytes_per_second: u32) -> Reply {
    let bytes_per_second = bytes_per_second.max(1);
    let piece_bytes = (bytes_per_second / PIECES_PER_SECOND).max(1);
    let pause = Duration::from_secs(piece_bytes.into()) / bytes_per_second;
    // It is sent as it is, and on a stream a line ends it; elsewhere that is white space.
    let mut line = BytesMut::from(&answer[..]);
    line.extend_from_slice(b"\n");
    let pace = Pace { piece_bytes: piece_bytes as usize, pause };
    Reply::Drip(Drip { bytes: line.freeze(), pace })
}

/// Tells of progress until the client has had enough.
pub(super) async fn endless_progress(context: &FaultContext<'_>) -> Reply {
    let Some(token) = &context.request.progress_token else {
        return std::future::pending().await;
    };
    for progress in 1_u64.. {
        let params = json!({ "progressToken": token, "progress": progress });
        context.caller.notify(method::PROGRESS, &params);
        tokio::time::sleep(PROGRESS_PAUSE).await;
    }
    Reply::Silence
}

/// Asks a modern client to send its request again, with nothing new in it.
pub(super) fn once_more(request: &Request) -> Reply {
    if !request.version.has_input_required() {
        return Reply::Silence;
    }
    let again = InputRequired::new().with_state("once more");
    Reply::Answer(request.answer_of_type(&ResultType::InputRequired, &again))
}

pub(super) fn oversize(request: &Request, bytes: usize) -> Bytes {
    request.answer(&CallToolResult::text("x".repeat(bytes)))
}

pub(super) fn with_id(text: &str, request: &Request) -> String {
    text.replace("$id", &json!(request.id).to_string())
}

/// Whether the request opens a conversation.
pub(super) fn is_opening(request: &Request) -> bool {
    matches!(&*request.method, method::INITIALIZE | method::DISCOVER)
}

/// The answer that opens a conversation, with another revision in it.
pub(super) fn of_revision(request: &Request, answer: Bytes, revision: &str) -> Reply {
    let Ok(mut changed) = serde_json::from_slice::<Value>(&answer) else {
        return Reply::Answer(answer);
    };
    match &*request.method {
        method::INITIALIZE => changed["result"]["protocolVersion"] = json!(revision),
        _ => changed["result"]["supportedVersions"] = json!([revision]),
    }
    Reply::Answer(changed.to_string().into())
}
