//! From frames to the lines of a tape. No I/O and no clock.

use std::collections::HashMap;
use std::time::Instant;

use jiff::Timestamp;
use mcp_core::jsonrpc::{Envelope, RequestId, RpcError, code, scan};
use mcp_core::protocol::{
    Cancelled, DiscoverResult, InitializeResult, ProtocolVersion, ServerInfo, key, method,
};
use serde_json::{Map, Value};

use super::redact::Redactor;
use super::tape::{Exchange, Header, RecordedAnswer, RecordedNotification, ServerLine, VERSION};

/// Requests that run at the same time; the answers to further ones are passed on and not recorded.
const PENDING_MAX: usize = 1024;
/// Notifications that are kept for one request; a replay does not need more.
const NOTIFICATIONS_MAX: usize = 1000;

/// Watches a conversation and gives the lines of the tape.
#[derive(Debug)]
pub struct Recorder {
    redactor: Redactor,
    /// The recorded server: the program, or the origin of the URL.
    command: String,
    began: Timestamp,
    has_header: bool,
    /// The number of the latest request.
    number: usize,
    pending: HashMap<RequestId, Pending>,
    agreed: Option<ProtocolVersion>,
}

/// A request that waits for its answer.
#[derive(Debug)]
struct Pending {
    number: usize,
    method: String,
    params: Map<String, Value>,
    progress_token: Option<Value>,
    notifications: Vec<RecordedNotification>,
    since: Instant,
}

impl Recorder {
    /// A recording of the server behind `command`, which began at that time.
    #[must_use]
    pub fn new(command: String, redactor: Redactor, began: Timestamp) -> Self {
        Self {
            redactor,
            command,
            began,
            has_header: false,
            number: 0,
            pending: HashMap::new(),
            agreed: None,
        }
    }

    /// Goes on with a tape that has a first line and requests up to this number.
    pub fn after(mut self, number: usize) -> Self {
        self.has_header = true;
        self.number = number;
        self
    }

    /// The revision that `initialize` settled on.
    pub fn agreed(&self) -> Option<ProtocolVersion> {
        self.agreed
    }

    /// Whether nothing waits for an answer.
    pub fn is_idle(&self) -> bool {
        self.pending.is_empty()
    }

    /// The string with its secrets marked.
    pub fn redacted(&self, text: &str) -> String {
        self.redactor.text(text).unwrap_or_else(|| text.to_owned())
    }

    /// Reads a frame of the client.
    pub fn asked(&mut self, frame: &[u8], now: Instant) {
        match scan(frame) {
            Ok(Envelope::Request { id, method, params }) if method != method::LISTEN => {
                self.begin(id, &method, params, now);
            }
            Ok(Envelope::Notification { method, params }) if method == method::CANCELLED => {
                let cancelled = params.and_then(|params| serde_json::from_slice(params).ok());
                cancelled.map(|cancelled: Cancelled| self.pending.remove(&cancelled.request_id));
            }
            // The tape holds no answers to the server's requests and no broken frames.
            _ => {}
        }
    }

    /// Reads a frame of the server, and gives the lines to write.
    pub fn answered(&mut self, frame: &[u8], now: Instant) -> Vec<String> {
        match scan(frame) {
            Ok(Envelope::Result { id, result }) => {
                let Some(pending) = self.pending.remove(&id) else { return Vec::new() };
                match pending.method.as_str() {
                    method::INITIALIZE => self.opened(initialized(result)),
                    method::DISCOVER => self.opened(discovered(result)),
                    _ => self.end(pending, Ok(result), now),
                }
            }
            Ok(Envelope::Error { id: Some(id), error }) => {
                let Some(pending) = self.pending.remove(&id) else { return Vec::new() };
                self.end(pending, Err(error), now)
            }
            Ok(Envelope::Notification { method, params }) => {
                self.said(&method, params);
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    /// Forgets a request that never reached the server.
    pub fn lost(&mut self, id: &RequestId) {
        self.pending.remove(id);
    }

    fn begin(&mut self, id: RequestId, method: &str, params: Option<&[u8]>, now: Instant) {
        if self.pending.len() >= PENDING_MAX {
            return;
        }
        let mut params: Map<String, Value> =
            params.and_then(|params| serde_json::from_slice(params).ok()).unwrap_or_default();
        let meta = params.remove("_meta");
        if !is_conversation(method) {
            self.number += 1;
        }
        let pending = Pending {
            number: self.number,
            method: method.to_owned(),
            params,
            progress_token: meta.and_then(|mut meta| Some(meta.get_mut("progressToken")?.take())),
            notifications: Vec::new(),
            since: now,
        };
        self.pending.insert(id, pending);
    }

    /// Keeps a notification with the request that it is about: progress by its token, everything else
    /// with the latest one.
    fn said(&mut self, method: &str, params: Option<&[u8]>) {
        let params: Map<String, Value> =
            params.and_then(|params| serde_json::from_slice(params).ok()).unwrap_or_default();
        let is_of_stream =
            params.get("_meta").is_some_and(|meta| meta.get(key::SUBSCRIPTION_ID).is_some());
        let token = params.get("progressToken").cloned();
        let is_meant = |pending: &&mut Pending| match method {
            method::PROGRESS => pending.progress_token == token,
            _ => !is_of_stream,
        };
        let meant = self.pending.values_mut().filter(is_meant).max_by_key(|one| one.number);
        if let Some(pending) = meant.filter(|one| one.notifications.len() < NOTIFICATIONS_MAX) {
            pending.notifications.push(RecordedNotification { method: method.to_owned(), params });
        }
    }

    /// The first line, which names the recorded server.
    fn opened(&mut self, opening: Option<(ServerInfo, Option<ProtocolVersion>)>) -> Vec<String> {
        let Some((server, revision)) = opening else { return Vec::new() };
        self.agreed = revision;
        self.header(Some(server)).into_iter().collect()
    }

    fn header(&mut self, server: Option<ServerInfo>) -> Option<String> {
        if std::mem::replace(&mut self.has_header, true) {
            return None;
        }
        let header = Header {
            tape: VERSION,
            recorded: self.began,
            server: server.map(ServerLine::from),
            revision: self.agreed,
            command: self.command.clone(),
        };
        // Nothing matches against the name of the server, so it is redacted as a whole.
        let mut value = serde_json::to_value(&header).expect("a header always encodes");
        self.redactor.redact(&mut value);
        let redacted: Header = serde_json::from_value(value).unwrap_or(header);
        Some(line(&redacted))
    }

    fn end(&mut self, pending: Pending, answer: Result<&[u8], &[u8]>, now: Instant) -> Vec<String> {
        if is_conversation(&pending.method) {
            return Vec::new();
        }
        let mut params = Value::Object(pending.params);
        self.redactor.learn(&params);
        self.redactor.redact(&mut params);
        let Some(answer) = self.answer(answer) else { return Vec::new() };
        let exchange = Exchange {
            number: pending.number,
            method: pending.method,
            params: object(params),
            answer,
            notifications: self.notifications(pending.notifications),
            after_ms: u64::try_from(now.duration_since(pending.since).as_millis())
                .unwrap_or(u64::MAX),
        };
        self.header(None).into_iter().chain([line(&exchange)]).collect()
    }

    /// The answer without secrets; `None` when a replay could not read it.
    fn answer(&mut self, answer: Result<&[u8], &[u8]>) -> Option<RecordedAnswer> {
        let json = |bytes| std::str::from_utf8(bytes).ok();
        match answer {
            Ok(result) => {
                let result = self.redactor.raw(json(result)?)?;
                result.get().starts_with('{').then_some(RecordedAnswer::Result(result))
            }
            Err(error) => {
                let mut error: Value = serde_json::from_slice(error).ok()?;
                self.redactor.redact(&mut error);
                let unread = |_| RpcError::new(code::INTERNAL_ERROR, error.to_string());
                let error = serde_json::from_value(error.clone()).unwrap_or_else(unread);
                Some(RecordedAnswer::Error(error))
            }
        }
    }

    fn notifications(&self, said: Vec<RecordedNotification>) -> Vec<RecordedNotification> {
        let redacted = said.into_iter().map(|said| {
            let mut params = Value::Object(said.params);
            self.redactor.redact(&mut params);
            RecordedNotification { method: said.method, params: object(params) }
        });
        redacted.collect()
    }
}

/// Requests about the conversation itself: a replay answers those by itself.
fn is_conversation(name: &str) -> bool {
    matches!(name, method::INITIALIZE | method::DISCOVER | method::PING)
}

fn initialized(result: &[u8]) -> Option<(ServerInfo, Option<ProtocolVersion>)> {
    let result: InitializeResult = serde_json::from_slice(result).ok()?;
    let revision = result.protocol_version.parse().ok();
    Some((result.into_server_info(), revision))
}

fn discovered(result: &[u8]) -> Option<(ServerInfo, Option<ProtocolVersion>)> {
    let result: DiscoverResult = serde_json::from_slice(result).ok()?;
    let spoken = result.supported_versions.iter().filter_map(|date| date.parse().ok());
    let newest = spoken.max();
    Some((result.into_server_info(), newest))
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

fn line(content: &impl serde::Serialize) -> String {
    let mut line = serde_json::to_string(content).expect("what is on a tape came as JSON");
    line.push('\n');
    line
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::Tape;

    fn recorder(secret: &str) -> Recorder {
        let variables = [("SOME_SECRET".to_owned(), secret.to_owned())];
        let began = "2026-11-22T10:00:00Z".parse().unwrap();
        Recorder::new("node".to_owned(), Redactor::of_environment(variables), began)
    }

    /// Runs frames through: those with a method and an id are the client's.
    fn recorded(recorder: &mut Recorder, frames: &[Value]) -> String {
        let mut now = Instant::now();
        let mut text = String::new();
        for frame in frames {
            now += Duration::from_millis(5);
            let bytes = frame.to_string().into_bytes();
            if frame.get("method").is_some() && frame.get("id").is_some() {
                recorder.asked(&bytes, now);
            } else {
                text.push_str(&recorder.answered(&bytes, now).concat());
            }
        }
        text
    }

    fn call(id: u64, params: &Value) -> Value {
        json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params })
    }

    #[test]
    fn conversation_is_the_header_and_calls_are_lines() {
        let server = json!({
            "protocolVersion": "2025-06-18", "capabilities": { "tools": {} },
            "serverInfo": { "name": "s", "version": "1" },
        });
        let text = recorded(
            &mut recorder("planted-secret"),
            &[
                json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {} }),
                json!({ "jsonrpc": "2.0", "id": 0, "result": server }),
                call(1, &json!({ "name": "a", "_meta": { "progressToken": 7 } })),
                call(2, &json!({ "name": "b", "arguments": { "x": "planted-secret" } })),
                json!({
                    "jsonrpc": "2.0", "method": "notifications/progress",
                    "params": { "progressToken": 7, "progress": 1 },
                }),
                json!({ "jsonrpc": "2.0", "id": 2, "error": { "code": -1, "message": "no" } }),
                json!({ "jsonrpc": "2.0", "id": 1, "result": { "content": [] } }),
                json!({ "jsonrpc": "2.0", "id": 9, "result": { "nobody": "asked" } }),
            ],
        );

        insta::assert_snapshot!(text, @r#"
        {"tape":1,"recorded":"2026-11-22T10:00:00Z","server":{"info":{"name":"s","version":"1"},"capabilities":{"tools":{}}},"revision":"2025-06-18","command":"node"}
        {"n":2,"method":"tools/call","params":{"arguments":{"x":"«redacted:SOME_SECRET»"},"name":"b"},"error":{"code":-1,"message":"no"},"after_ms":10}
        {"n":1,"method":"tools/call","params":{"name":"a"},"result":{"content":[]},"notifications":[{"method":"notifications/progress","params":{"progress":1,"progressToken":7}}],"after_ms":20}
        "#);
    }

    #[test]
    fn cancelled_and_lost_requests_wait_for_nothing() {
        let mut recorder = recorder("planted-secret");
        let cancel = json!({
            "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": 1 },
        });

        recorded(&mut recorder, &[call(1, &json!({})), call(2, &json!({}))]);
        recorder.asked(cancel.to_string().as_bytes(), Instant::now());
        let is_waiting = !recorder.is_idle();
        recorder.lost(&RequestId::Number(2));

        assert!(is_waiting && recorder.is_idle());
    }

    proptest! {
        #[test]
        fn planted_secret_is_nowhere_on_the_tape(
            secret in "[\\PC]{8,40}",
            around in "[ -~]{0,9}",
        ) {
            let secret = secret.trim();
            let is_of_the_format = r#"{"n":1,"method":"tools/call","params":{"name":"t","arguments":{"plain":"result":{"content":[{"type":"text","text":"error":"after_ms":«redacted:SOME_SECRET»"#;
            prop_assume!(secret.len() >= 8 && !is_of_the_format.contains(secret));
            let plain = format!("{around}{secret}{around}");
            let nested = json!({ "a": json!([plain]).to_string() }).to_string();
            let base64 = base64(plain.as_bytes());
            let arguments = json!({ "plain": plain, "nested": nested, "base64": base64 });
            let content = json!([{ "type": "text", "text": format!("{around} {nested} {base64}") }]);

            let text = recorded(&mut recorder(secret), &[
                call(1, &json!({ "name": "t", "arguments": arguments })),
                json!({ "jsonrpc": "2.0", "id": 1, "result": { "content": content } }),
            ]);

            let tape = Tape::parse(&text).unwrap();
            prop_assert_eq!(tape.exchanges().len(), 1);
            let mut spelled = secret.to_owned();
            for _ in 0..4 {
                prop_assert!(!text.contains(&spelled), "{} in {}", spelled, text);
                spelled = json!(spelled).to_string().trim_matches('"').to_owned();
            }
            prop_assert!(!text.contains(base64.trim_end_matches('=')), "{}", text);
        }
    }

    fn base64(bytes: &[u8]) -> String {
        const LETTERS: &[u8; 64] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let bits: Vec<u8> =
            bytes.iter().flat_map(|byte| (0..8).rev().map(move |at| byte >> at & 1)).collect();
        let letters = bits.chunks(6).map(|six| {
            let padded = six.iter().chain(std::iter::repeat(&0)).take(6);
            LETTERS[usize::from(padded.fold(0, |value, bit| value << 1 | bit))]
        });
        let mut text: String = letters.map(char::from).collect();
        text.extend(std::iter::repeat_n('=', (4 - text.len() % 4) % 4));
        text
    }
}
