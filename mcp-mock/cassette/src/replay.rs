//! A server that says again what is on a tape.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use mcp_client::transport::memory;
use mcp_client::transport::own_stdio;
use mcp_core::Lock;
use mcp_core::Transport;
use mcp_core::jsonrpc::{RpcError, code, encode};
use mcp_core::protocol::{ResultType, ServerInfo, Tool, method};
use mcp_core::server::{Caller, Reply, Service, serve};
use mcp_core::session::Request;
use serde::Deserialize;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value, json};

use super::playback::{Asked, Matching, Playback};
use super::tape::{Exchange, RecordedAnswer, RecordedNotification, Tape};
use mcp_mock::{MockHttpError, MockHttpOptions, MockHttpServer, MockTransport, ServeError};

/// Serves a tape, to clients of either era, whatever was recorded. Clones share what was used of it.
///
/// Lists, answers and errors are those of the tape. So is what the server said while it worked:
/// progress to those who ask for it, log messages. What it asked the client is not on a tape, and
/// changes of lists and resources are not sent.
///
/// A request that is not on the tape is answered by an error (`-32602`) that shows the closest
/// recording and where it differs.
#[derive(Debug, Clone)]
pub struct Replay {
    core: Arc<Core>,
}

#[derive(Debug)]
struct Core {
    server: ServerInfo,
    tools: Vec<Tool>,
    state: Lock<State>,
}

#[derive(Debug)]
struct State {
    playback: Playback,
    matching: Matching,
}

impl Replay {
    /// Serves a tape, its recordings found by content.
    #[must_use]
    pub fn new(tape: Tape) -> Self {
        let (server, tools) = (tape.server(), tools(&tape));
        let state =
            State { playback: Playback::new(tape.into_exchanges()), matching: Matching::default() };
        Self { core: Arc::new(Core { server, tools, state: Lock::new(state) }) }
    }

    /// Finds recordings in another way.
    #[must_use]
    pub fn with_matching(self, matching: Matching) -> Self {
        self.core.state.lock().matching = matching;
        self
    }

    /// The numbers of the recordings that answered nothing so far; lists do not count.
    #[must_use]
    pub fn unused(&self) -> Vec<usize> {
        self.core.state.lock().playback.unused()
    }

    /// A new connection in memory, for a client in this process. Must be called inside a tokio runtime.
    #[must_use]
    pub fn transport(&self) -> MockTransport {
        let (here, there) = memory::pair();
        let replay = self.clone();
        let server = tokio::spawn(async move {
            // The client sees the end of its connection.
            drop(serve(&replay, &there).await);
        });
        MockTransport::new(here, server)
    }

    /// Serves the tape over HTTP, at `/mcp`. Must be called inside a tokio runtime.
    ///
    /// # Errors
    ///
    /// When the port cannot listen on the address, or the address is not a loopback one.
    pub async fn serve_http(
        &self,
        options: MockHttpOptions,
    ) -> Result<MockHttpServer, MockHttpError> {
        MockHttpServer::serving(vec![(String::new(), Arc::new(self.clone()))], options).await
    }

    /// Serves the client that started this process over its standard input and output.
    ///
    /// # Errors
    ///
    /// When the stream breaks.
    pub async fn serve_stdio(&self) -> Result<(), ServeError> {
        let transport = own_stdio();
        serve(self, &transport).await?;
        transport.close().await;
        Ok(())
    }
}

#[async_trait]
impl Service for Replay {
    fn info(&self) -> ServerInfo {
        self.core.server.clone()
    }

    async fn find_tool(&self, name: &str) -> Option<Tool> {
        self.core.tools.iter().find(|tool| tool.name == name).cloned()
    }

    async fn answer(&self, request: Request, _caller: &Caller) -> Reply {
        match self.core.answer(&request) {
            Ok(frames) => Reply::Frames(frames),
            Err(error) => Reply::Answer(request.refuse(&error)),
        }
    }
}

impl Core {
    fn answer(&self, request: &Request) -> Result<Vec<Bytes>, RpcError> {
        let mut params: Map<String, Value> = serde_json::from_slice(&request.params)
            .map_err(|error| RpcError::new(code::INVALID_PARAMS, error.to_string()))?;
        params.remove("_meta");
        let asked = Asked { method: &request.method, params, era: request.version.era() };
        let mut state = self.state.lock();
        let matching = state.matching;
        match state.playback.take(matching, &asked) {
            Ok(exchange) => Ok(frames(request, exchange)),
            Err(message) => unrecorded(request, message),
        }
    }
}

/// What concerns the connection and not the tape is agreed to; everything else is an error.
fn unrecorded(request: &Request, message: String) -> Result<Vec<Bytes>, RpcError> {
    match &*request.method {
        method::SET_LEVEL | method::RESOURCES_SUBSCRIBE | method::RESOURCES_UNSUBSCRIBE => {
            Ok(vec![request.answer(&json!({}))])
        }
        method::LISTEN => {
            let message = "a replay tells of no changes";
            Err(RpcError::new(code::METHOD_NOT_FOUND, message))
        }
        _ => Err(RpcError::new(code::INVALID_PARAMS, message)),
    }
}

/// What was said meanwhile, and the answer.
fn frames(request: &Request, exchange: &Exchange) -> Vec<Bytes> {
    let said = exchange.notifications.iter().filter_map(|said| notification(request, said));
    let mut frames: Vec<Bytes> = said.collect();
    frames.push(match &exchange.answer {
        RecordedAnswer::Error(error) => request.refuse(error),
        RecordedAnswer::Result(result) => answer(request, &exchange.result_type(), result),
    });
    frames
}

/// A notification as this client wants it, if it does.
fn notification(request: &Request, said: &RecordedNotification) -> Option<Bytes> {
    let mut params = said.params.clone();
    match &*said.method {
        method::PROGRESS => {
            let token = request.progress_token.clone()?;
            params.insert("progressToken".to_owned(), token);
        }
        method::MESSAGE if request.version.has_log_level_in_requests() => {
            request.log_level()?;
        }
        method::MESSAGE => {}
        _ => return None,
    }
    encode::notification(&said.method, &params).ok()
}

/// A result in the form of the era that it is wanted in.
fn answer(request: &Request, result_type: &ResultType, result: &RawValue) -> Bytes {
    let members = serde_json::from_str::<BTreeMap<String, Box<RawValue>>>(result.get());
    let mut members = members.expect("a tape holds results that are objects");
    members.remove("resultType");
    if request.version.has_cache_hints() && is_cacheable(&request.method) {
        // Cacheable results need a lifetime and a scope (2026-07-28, "Caching").
        for (name, least) in [("ttlMs", json!(0)), ("cacheScope", json!("private"))] {
            let least = to_raw_value(&least).expect("a JSON value always encodes");
            members.entry(name.to_owned()).or_insert(least);
        }
    }
    request.answer_of_type(result_type, &members)
}

fn is_cacheable(name: &str) -> bool {
    matches!(
        name,
        method::TOOLS_LIST
            | method::RESOURCES_LIST
            | method::RESOURCES_TEMPLATES_LIST
            | method::RESOURCES_READ
            | method::PROMPTS_LIST
    )
}

/// The tools of all pages that were recorded.
fn tools(tape: &Tape) -> Vec<Tool> {
    #[derive(Deserialize)]
    struct Page {
        tools: Vec<Tool>,
    }
    let lists = tape.exchanges().iter().filter(|exchange| exchange.method == method::TOOLS_LIST);
    let pages = lists.filter_map(|exchange| match &exchange.answer {
        RecordedAnswer::Result(result) => serde_json::from_str::<Page>(result.get()).ok(),
        RecordedAnswer::Error(_) => None,
    });
    pages.flat_map(|page| page.tools).collect()
}

#[cfg(test)]
mod tests {
    use mcp_client::{Client, ClientOptions};
    use mcp_core::session::EraChoice;

    use super::*;

    const HEADER: &str = r#"{"tape":1,"recorded":"2026-11-22T10:00:00Z","command":"node"}"#;

    fn replay(lines: &[Value]) -> Replay {
        let lines: Vec<String> = lines.iter().map(|line| format!("\n{line}")).collect();
        Replay::new(Tape::parse(&format!("{HEADER}{}\n", lines.concat())).unwrap())
    }

    fn recorded(number: usize, result: &Value) -> Value {
        let params = json!({ "name": "t", "arguments": { "a": 1 } });
        json!({ "n": number, "method": "tools/call", "params": params, "result": result })
    }

    async fn text(replay: &Replay, era: EraChoice) -> String {
        let options = ClientOptions::default().with_era(era);
        let client = Client::connect_with(replay.transport(), options).await.unwrap();
        match client.call_raw("t", json!({ "a": 1 })).await {
            Ok(result) => result.content.iter().filter_map(|block| block.as_text()).collect(),
            Err(error) => error.to_string(),
        }
    }

    /// All frames that a raw request of a legacy client is answered by.
    async fn frames_of(replay: &Replay, params: &Value) -> Vec<Value> {
        let transport = replay.transport();
        let opening = json!({
            "protocolVersion": "2025-06-18", "capabilities": {},
            "clientInfo": { "name": "c", "version": "1" },
        });
        for (id, method, params) in [(1, "initialize", &opening), (2, "tools/call", params)] {
            let request = encode::request(&id.into(), method, params).unwrap();
            transport.send(request.into()).await.unwrap();
        }
        let mut frames = Vec::new();
        loop {
            let frame = transport.recv().await.unwrap().into_message().unwrap();
            let frame: Value = serde_json::from_slice(&frame).unwrap();
            let is_last = frame["id"] == 2;
            frames.push(frame);
            if is_last {
                return frames.split_off(1);
            }
        }
    }

    #[tokio::test]
    async fn first_unused_recording_answers_and_then_the_last_one_again() {
        let replay = replay(&[
            recorded(2, &json!({ "content": [{ "type": "text", "text": "second" }] })),
            recorded(1, &json!({ "content": [{ "type": "text", "text": "first" }] })),
        ]);

        let mut texts = Vec::new();
        for era in [EraChoice::Modern, EraChoice::Legacy, EraChoice::Modern] {
            texts.push(text(&replay, era).await);
        }

        assert_eq!(texts, ["first", "second", "second"]);
    }

    #[tokio::test]
    async fn result_that_asks_back_is_passed_over_for_a_legacy_client() {
        let replay = replay(&[
            recorded(1, &json!({ "resultType": "input_required", "inputRequests": {} })),
            recorded(2, &json!({ "content": [{ "type": "text", "text": "done" }] })),
        ]);

        assert_eq!(text(&replay, EraChoice::Legacy).await, "done");
        assert_eq!(replay.unused(), [1]);
    }

    #[tokio::test]
    async fn progress_is_told_to_those_who_ask_and_under_their_token() {
        let mut line = recorded(1, &json!({ "content": [] }));
        let progress = json!({ "progressToken": "old", "progress": 1 });
        line["notifications"] = json!([
            { "method": "notifications/progress", "params": progress },
            { "method": "notifications/tools/list_changed" },
        ]);
        let replay = replay(&[line]);
        let asked =
            json!({ "name": "t", "arguments": { "a": 1 }, "_meta": { "progressToken": 9 } });
        let silent = json!({ "name": "t", "arguments": { "a": 1.0 } });

        let told = frames_of(&replay, &asked).await;
        let untold = frames_of(&replay, &silent).await;

        assert_eq!(told[0]["params"], json!({ "progressToken": 9, "progress": 1 }));
        assert_eq!((told.len(), untold.len()), (2, 1));
        assert_eq!(untold[0]["result"], json!({ "content": [] }));
    }

    #[tokio::test]
    async fn list_that_was_not_recorded_is_no_empty_one() {
        let client = Client::connect(replay(&[]).transport()).await.unwrap();

        let error = client.list_tools().await.unwrap_err().to_string();

        assert!(error.contains("the tape holds no `tools/list`"), "{error}");
    }
}
