//! The bench: a server with a few tools, requests as clients send them, answers as clients see them.

mod admission;
mod legacy;
mod modern;
mod streams;
mod table;

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context as TaskContext, Poll, Waker};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::request::Builder;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use serde_json::{Value, json};

use super::{BrokenOff, HttpBody, HttpOptions, HttpServer, Task, Timer};
use crate::jsonrpc::{RpcError, code};
use crate::protocol::{
    CallToolResult, InputRequest, InputRequired, ListToolsResult, ProtocolVersion, ServerInfo, Tool,
};
use crate::server::{Answer, Change, Changes, Dispatch, Handler, ToolCall};

/// Something that happens once, when a test says so.
#[derive(Debug, Clone, Default)]
struct Signal(Arc<Mutex<(bool, Vec<Waker>)>>);

impl Signal {
    fn raise(&self) {
        let mut state = self.0.lock().unwrap();
        state.0 = true;
        state.1.drain(..).for_each(Waker::wake);
    }

    async fn raised(&self) {
        poll_fn(|context| {
            let mut state = self.0.lock().unwrap();
            if state.0 {
                return Poll::Ready(());
            }
            state.1.push(context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

/// A clock that a test moves by hand.
#[derive(Debug, Default)]
struct HandTimer(Mutex<Vec<(Duration, Signal)>>);

impl HandTimer {
    /// Ends everything that sleeps for that long.
    fn pass(&self, duration: Duration) {
        let mut sleeping = self.0.lock().unwrap();
        sleeping.iter().filter(|(for_long, _)| *for_long == duration).for_each(|(_, s)| s.raise());
        sleeping.retain(|(for_long, _)| *for_long != duration);
    }
}

impl Timer for HandTimer {
    fn sleep(&self, duration: Duration) -> Task {
        let signal = Signal::default();
        self.0.lock().unwrap().push((duration, signal.clone()));
        Box::pin(async move { signal.raised().await })
    }
}

/// What a test holds of the server's inside.
#[derive(Debug, Clone, Default)]
struct Bench {
    /// Lets the calls of `hold` go on.
    gate: Signal,
    changes: Changes,
    /// Calls of `hold` that began, ended, or were dropped before they ended.
    began: Arc<AtomicUsize>,
    ended: Arc<AtomicUsize>,
    dropped: Arc<AtomicUsize>,
}

/// Counts as dropped unless it is told that the work is done.
struct Guard(Option<Arc<AtomicUsize>>);

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(dropped) = &self.0 {
            dropped.fetch_add(1, Ordering::SeqCst);
        }
    }
}

#[async_trait]
impl Handler for Bench {
    fn info(&self) -> ServerInfo {
        ServerInfo::new("bench", "1")
    }

    async fn list_tools(
        &self,
        cursor: Option<&str>,
        _version: ProtocolVersion,
    ) -> Result<ListToolsResult, RpcError> {
        let raw = |schema: Value| serde_json::value::to_raw_value(&schema).unwrap();
        let mut page = ListToolsResult::default();
        if cursor.is_none() {
            let names = ["ask", "ask_late", "echo", "hold", "needs_sampling", "steps"];
            page.entries =
                names.map(|name| Tool::new(name, raw(json!({ "type": "object" })))).into();
            page.next_cursor = Some("2".to_owned());
        } else {
            let schema = json!({ "type": "object", "properties": {
                "region": { "type": "string", "x-mcp-header": "Region" },
                "count": { "type": "integer", "x-mcp-header": "Count" },
            }});
            page.entries = vec![Tool::new("mirrored", raw(schema))];
        }
        Ok(page)
    }

    async fn call_tool(&self, call: ToolCall<'_>) -> Result<Answer<CallToolResult>, RpcError> {
        let context = call.context;
        let said = call.arguments.map_or("{}", |arguments| arguments.get()).to_owned();
        match call.name {
            "echo" | "mirrored" => {}
            "steps" => {
                context.progress(1.0, Some(2.0), None);
                context.progress(2.0, Some(2.0), None);
            }
            "hold" => {
                self.began.fetch_add(1, Ordering::SeqCst);
                let mut guard = Guard(Some(Arc::clone(&self.dropped)));
                self.gate.raised().await;
                guard.0 = None;
                self.ended.fetch_add(1, Ordering::SeqCst);
            }
            "ask" | "ask_late" => match context.response("who") {
                Some(response) => return Ok(CallToolResult::text(response.get()).into()),
                None => {
                    if call.name == "ask_late" {
                        self.gate.raised().await;
                    }
                    let question = InputRequest::roots();
                    return Ok(Answer::InputRequired(InputRequired::new().ask("who", question)));
                }
            },
            "needs_sampling" => {
                let params = serde_json::value::to_raw_value(&json!({ "messages": [] })).unwrap();
                let question = InputRequest::new("sampling/createMessage", params);
                return Ok(Answer::InputRequired(InputRequired::new().ask("it", question)));
            }
            other => {
                let message = format!("unknown tool `{other}`");
                return Err(RpcError::new(code::INVALID_PARAMS, message));
            }
        }
        Ok(CallToolResult::text(said).into())
    }

    fn changes(&self) -> Option<&Changes> {
        Some(&self.changes)
    }
}

impl Bench {
    fn server(&self, options: HttpOptions) -> HttpServer {
        HttpServer::new(Arc::new(Dispatch(self.clone())), options)
    }

    fn counts(&self) -> (usize, usize, usize) {
        let count = |counter: &AtomicUsize| counter.load(Ordering::SeqCst);
        (count(&self.began), count(&self.ended), count(&self.dropped))
    }

    fn tools_changed(&self) {
        self.changes.announce(&Change::Tools);
    }
}

fn server() -> HttpServer {
    Bench::default().server(HttpOptions::default())
}

fn post() -> Builder {
    Request::post("/mcp")
        .header("host", "localhost:8080")
        .header("content-type", "application/json")
        .header("accept", "application/json, text/event-stream")
}

fn with_body(builder: Builder, body: impl Into<Bytes>) -> Request<Full<Bytes>> {
    builder.body(Full::new(body.into())).unwrap()
}

/// A modern message with all that belongs to it; `extra` replaces or adds members of its parameters.
fn modern_body(id: i64, method: &str, extra: &Value) -> String {
    let mut params = json!({ "_meta": {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    }});
    for (name, value) in extra.as_object().unwrap() {
        params[name] = value.clone();
    }
    json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }).to_string()
}

fn modern(id: i64, method: &str, extra: &Value) -> Request<Full<Bytes>> {
    let mut builder =
        post().header("mcp-protocol-version", "2026-07-28").header("mcp-method", method);
    if let Some(name) = extra["name"].as_str().or_else(|| extra["uri"].as_str()) {
        builder = builder.header("mcp-name", name);
    }
    with_body(builder, modern_body(id, method, extra))
}

fn modern_call(id: i64, tool: &str, arguments: &Value) -> Request<Full<Bytes>> {
    modern(id, "tools/call", &json!({ "name": tool, "arguments": arguments }))
}

fn legacy_body(id: i64, method: &str, params: &Value) -> String {
    json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }).to_string()
}

fn initialize_body() -> String {
    let client = json!({ "name": "c", "version": "1" });
    let params = json!({
        "protocolVersion": "2025-11-25", "capabilities": { "roots": {} }, "clientInfo": client,
    });
    legacy_body(0, "initialize", &params)
}

fn in_session(session: &str) -> Builder {
    post().header("mcp-session-id", session).header("mcp-protocol-version", "2025-11-25")
}

fn legacy_call(session: &str, id: i64, tool: &str, arguments: &Value) -> Request<Full<Bytes>> {
    let params = json!({ "name": tool, "arguments": arguments, "_meta": { "progressToken": id } });
    with_body(in_session(session), legacy_body(id, "tools/call", &params))
}

fn of_session(method: &str, session: &str) -> Request<Full<Bytes>> {
    let builder = Request::builder().method(method).uri("/mcp").header("host", "127.0.0.1");
    with_body(builder.header("mcp-session-id", session), "")
}

/// Opens a legacy session and says its id.
async fn open(server: &HttpServer) -> String {
    open_with(server, post()).await
}

async fn open_with(server: &HttpServer, builder: Builder) -> String {
    let response = server.handle(with_body(builder, initialize_body())).await;
    assert_eq!(response.status(), StatusCode::OK);
    response.headers()["mcp-session-id"].to_str().unwrap().to_owned()
}

/// An answer with its body read to the end.
#[derive(Debug)]
struct Seen {
    status: u16,
    headers: HeaderMap,
    text: String,
}

impl Seen {
    /// The messages of the body, in order.
    fn messages(&self) -> Vec<Value> {
        let is_stream = self.headers["content-type"] == "text/event-stream";
        let data = |line: &str| serde_json::from_str(line.strip_prefix("data: ")?).ok();
        if is_stream {
            self.text.lines().filter_map(data).collect()
        } else {
            vec![serde_json::from_str(&self.text).unwrap()]
        }
    }

    fn code(&self) -> Option<i64> {
        self.messages().last()?["error"]["code"].as_i64()
    }

    /// What a tool said, when the body ends with its result.
    fn said(&self) -> Option<String> {
        let last = self.messages().pop()?;
        Some(last["result"]["content"][0]["text"].as_str()?.to_owned())
    }
}

async fn see(response: Response<HttpBody>) -> Seen {
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.expect("the answer is whole").to_bytes();
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    Seen { status: parts.status.as_u16(), headers: parts.headers, text }
}

async fn ask(server: &HttpServer, request: Request<Full<Bytes>>) -> Seen {
    see(server.handle(request).await).await
}

/// What a body has to say now; `None` when that is nothing.
fn next_text(body: &mut HttpBody) -> Option<String> {
    let mut frame = pin!(body.frame());
    match poll_now(frame.as_mut()) {
        Poll::Ready(Some(Ok(frame))) => {
            Some(String::from_utf8(frame.into_data().unwrap().to_vec()).unwrap())
        }
        Poll::Ready(Some(Err(BrokenOff))) => Some("broken off".to_owned()),
        Poll::Ready(None) => Some("end".to_owned()),
        Poll::Pending => None,
    }
}

fn poll_now<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut TaskContext::from_waker(Waker::noop()))
}

/// The streaming body of a request, a piece at a time, and how much of it was taken.
#[derive(Debug, Clone, Default)]
struct Pieces {
    count: usize,
    piece_bytes: usize,
    taken: Arc<AtomicUsize>,
}

impl http_body::Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _context: &mut TaskContext<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, Infallible>>> {
        if self.taken.load(Ordering::SeqCst) == self.count {
            return Poll::Ready(None);
        }
        self.taken.fetch_add(1, Ordering::SeqCst);
        let piece = Bytes::from(vec![b' '; self.piece_bytes]);
        Poll::Ready(Some(Ok(http_body::Frame::data(piece))))
    }
}
