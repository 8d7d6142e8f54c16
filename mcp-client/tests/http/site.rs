//! An HTTP server that answers what a test says, byte by byte, and remembers what it was asked.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use mcp_client::transport::http::HttpEndpoint;
use mcp_client::{CallError, Client, ClientOptions, ConnectionError, ConnectionErrorKind};
use mcp_core::{Delivery, TransportError};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// Longer than anything here takes, also on a busy machine.
pub(crate) const SOON: Duration = Duration::from_secs(20);

/// A request as the server saw it.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) verb: String,
    headers: Vec<(String, String)>,
    pub(crate) body: Value,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The method of the message, or the verb of a request without one.
    pub(crate) fn what(&self) -> &str {
        self.body["method"].as_str().unwrap_or(&self.verb)
    }

    /// The tool that is called.
    pub(crate) fn tool(&self) -> &str {
        self.body["params"]["name"].as_str().unwrap_or_default()
    }

    /// A successful answer to this request.
    pub(crate) fn result(&self, result: Value) -> Value {
        let mut answer = json!({ "jsonrpc": "2.0", "id": self.body["id"] });
        answer["result"] = result;
        answer
    }

    /// What a tool answers that has nothing but a text to say.
    pub(crate) fn text(&self, text: &str) -> Value {
        self.result(json!({ "content": [{ "type": "text", "text": text }] }))
    }

    pub(crate) fn error(&self, code: i64) -> Value {
        json!({ "jsonrpc": "2.0", "id": self.body["id"], "error": { "code": code, "message": "no" } })
    }
}

/// What the server does with a request.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reply(Vec<Act>);

#[derive(Debug, Clone)]
enum Act {
    Bytes(Vec<u8>),
    /// The same bytes until the client has enough.
    Endless(Vec<u8>),
    /// Nothing more until the client is gone, which is counted.
    Hang,
    /// Nothing more until the gate is open.
    Wait(watch::Receiver<bool>),
    Close,
    Reset,
}

impl Reply {
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::with(status, &[("Content-Type", "application/json")], &body.to_string())
    }

    pub(crate) fn status(status: u16) -> Self {
        Self::with(status, &[], "")
    }

    pub(crate) fn with(status: u16, headers: &[(&str, &str)], body: &str) -> Self {
        let headers: String =
            headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let length = body.len();
        Self::raw(format!("HTTP/1.1 {status} X\r\n{headers}Content-Length: {length}\r\n\r\n{body}"))
    }

    /// Events that are all there is; the end of the connection ends the stream.
    pub(crate) fn events(events: impl Into<Vec<u8>>) -> Self {
        Self::stream_start().bytes(events).close()
    }

    /// The head of a stream without an end.
    pub(crate) fn stream_start() -> Self {
        Self::raw("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
    }

    pub(crate) fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self::default().bytes(bytes)
    }

    pub(crate) fn bytes(self, bytes: impl Into<Vec<u8>>) -> Self {
        self.then(Act::Bytes(bytes.into()))
    }

    pub(crate) fn endless(self, bytes: impl Into<Vec<u8>>) -> Self {
        self.then(Act::Endless(bytes.into()))
    }

    pub(crate) fn hang(self) -> Self {
        self.then(Act::Hang)
    }

    pub(crate) fn wait(self, gate: &watch::Sender<bool>) -> Self {
        self.then(Act::Wait(gate.subscribe()))
    }

    pub(crate) fn close(self) -> Self {
        self.then(Act::Close)
    }

    pub(crate) fn reset(self) -> Self {
        self.then(Act::Reset)
    }

    fn then(mut self, act: Act) -> Self {
        self.0.push(act);
        self
    }
}

type Answering = dyn Fn(&Seen) -> Reply + Send + Sync;

/// The running server. It ends when it is dropped.
pub(crate) struct Site {
    pub(crate) address: std::net::SocketAddr,
    log: Arc<Log>,
    _serving: JoinSet<()>,
}

struct Log {
    seen: watch::Sender<Vec<Seen>>,
    /// Clients that left while the server did nothing.
    gone: watch::Sender<usize>,
    connections: AtomicUsize,
}

impl Site {
    pub(crate) async fn start(answer: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let log = Arc::new(Log {
            seen: watch::Sender::new(Vec::new()),
            gone: watch::Sender::new(0),
            connections: AtomicUsize::new(0),
        });
        let (here, answer): (_, Arc<Answering>) = (Arc::clone(&log), Arc::new(answer));
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                here.connections.fetch_add(1, Ordering::Relaxed);
                connections.spawn(serve(stream, Arc::clone(&here), Arc::clone(&answer)));
            }
        });
        Self { address, log, _serving: serving }
    }

    /// A server of the modern era. Everything but the handshake is answered by `answer`.
    pub(crate) async fn modern(answer: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        Self::start(move |seen| modern_handshake(seen).unwrap_or_else(|| answer(seen))).await
    }

    /// A server of the legacy era with a session `s-1`. Everything but the handshake is answered by
    /// `answer`, the stream of the session included.
    pub(crate) async fn legacy(answer: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        Self::start(move |seen| legacy_handshake(seen).unwrap_or_else(|| answer(seen))).await
    }

    pub(crate) fn endpoint(&self) -> HttpEndpoint {
        HttpEndpoint::new(&format!("http://{}/mcp", self.address)).unwrap()
    }

    pub(crate) async fn client(&self) -> Client {
        Client::open(&self.endpoint(), ClientOptions::default()).await.unwrap()
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.log.seen.borrow().clone()
    }

    /// What was asked, in order.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.log.seen.borrow().iter().map(|seen| seen.what().to_owned()).collect()
    }

    /// How often that was asked.
    pub(crate) fn count(&self, what: &str) -> usize {
        self.log.seen.borrow().iter().filter(|seen| seen.what() == what).count()
    }

    /// Waits until that was asked `times` times.
    pub(crate) async fn until(&self, what: &str, times: usize) -> Seen {
        let mut seen = self.log.seen.subscribe();
        let is_there =
            |seen: &Vec<Seen>| seen.iter().filter(|one| one.what() == what).count() >= times;
        let waiting = async { seen.wait_for(is_there).await.unwrap().clone() };
        let found = timeout(SOON, waiting)
            .await
            .unwrap_or_else(|_| panic!("no {what}: {:?}", self.asked()));
        found.into_iter().filter(|one| one.what() == what).nth(times - 1).unwrap()
    }

    /// Waits until so many clients left while the server did nothing.
    pub(crate) async fn until_gone(&self, clients: usize) {
        let mut gone = self.log.gone.subscribe();
        let waiting = gone.wait_for(|gone| *gone >= clients);
        drop(timeout(SOON, waiting).await.expect("the client leaves").unwrap());
    }

    pub(crate) fn connections(&self) -> usize {
        self.log.connections.load(Ordering::Relaxed)
    }
}

pub(crate) fn modern_handshake(seen: &Seen) -> Option<Reply> {
    let result = json!({
        "resultType": "complete", "supportedVersions": ["2026-07-28"], "capabilities": { "tools": {} },
        "ttlMs": 0, "cacheScope": "private",
    });
    match seen.what() {
        "server/discover" => Some(Reply::json(200, &seen.result(result))),
        // Asked for once, before the first call: a tool may want arguments repeated in headers.
        "tools/list" => Some(Reply::json(200, &seen.result(tool_list()))),
        _ => None,
    }
}

fn tool_list() -> Value {
    let schema = json!({ "type": "object", "properties": {
        "region": { "type": "string", "x-mcp-header": "Region" },
    }});
    json!({
        "resultType": "complete", "tools": [{ "name": "t", "inputSchema": schema }],
        "ttlMs": 600_000, "cacheScope": "private",
    })
}

pub(crate) fn legacy_handshake(seen: &Seen) -> Option<Reply> {
    Some(match seen.what() {
        "server/discover" => Reply::status(400),
        "initialize" => initialized(seen, "s-1"),
        "notifications/initialized" | "notifications/cancelled" => Reply::status(202),
        "DELETE" => Reply::status(200),
        _ => return None,
    })
}

pub(crate) fn initialized(seen: &Seen, session: &str) -> Reply {
    let result = json!({
        "protocolVersion": "2025-11-25", "capabilities": { "tools": {} },
        "serverInfo": { "name": "old", "version": "1" },
    });
    let headers = [("Content-Type", "application/json"), ("Mcp-Session-Id", session)];
    Reply::with(200, &headers, &seen.result(result).to_string())
}

/// One event with a message.
pub(crate) fn event(message: &Value) -> String {
    format!("data: {message}\n\n")
}

/// Calls a tool that must fail on the way.
pub(crate) async fn failed_call(client: &Client, tool: &str) -> ConnectionError {
    match timeout(SOON, client.call_raw(tool, json!({}))).await.expect("the call ends") {
        Err(CallError::Connection(error)) => error,
        other => panic!("{other:?}"),
    }
}

/// Calls a tool whose exchange must fail while the connection goes on.
pub(crate) async fn failed_exchange(client: &Client, tool: &str) -> (TransportError, Delivery) {
    let error = failed_call(client, tool).await;
    assert!(!error.is_end_of_connection());
    match error.kind {
        ConnectionErrorKind::Exchange(cause) => (cause, error.delivery),
        other => panic!("{other:?}"),
    }
}

/// Calls a tool that answers with a text.
pub(crate) async fn text_of(client: &Client, tool: &str) -> String {
    let answer = timeout(SOON, client.call::<Value>(tool, json!({}))).await.expect("the call ends");
    answer.unwrap().as_str().unwrap().to_owned()
}

async fn serve(stream: TcpStream, log: Arc<Log>, answer: Arc<Answering>) {
    stream.set_nodelay(true).unwrap();
    let mut stream = BufReader::new(stream);
    while let Some(seen) = read(&mut stream).await {
        let reply = answer(&seen);
        log.seen.send_modify(|all| all.push(seen));
        if perform(&mut stream, &log, reply).await.is_none() {
            return;
        }
    }
}

async fn read(stream: &mut BufReader<TcpStream>) -> Option<Seen> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let verb = lines.first()?.split(' ').next()?.to_owned();
    let headers: Vec<(String, String)> = lines
        .iter()
        .skip(1)
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        .collect();
    let mut seen = Seen { verb, headers, body: Value::Null };
    let length = seen.header("Content-Length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    seen.body = serde_json::from_slice(&body).unwrap_or_default();
    Some(seen)
}

/// `None`: the connection is over.
async fn perform(stream: &mut BufReader<TcpStream>, log: &Log, reply: Reply) -> Option<()> {
    for act in reply.0 {
        match act {
            Act::Bytes(bytes) => stream.write_all(&bytes).await.ok()?,
            Act::Endless(bytes) => while stream.write_all(&bytes).await.is_ok() {},
            Act::Hang => {
                // A client that hangs up ends the reading, whether or not it is polite.
                let mut rest = Vec::new();
                drop(stream.read_to_end(&mut rest).await);
                log.gone.send_modify(|gone| *gone += 1);
                return None;
            }
            Act::Wait(mut gate) => drop(gate.wait_for(|is_open| *is_open).await.ok()?),
            Act::Close => return None,
            Act::Reset => {
                stream.get_ref().set_zero_linger().unwrap();
                return None;
            }
        }
    }
    Some(())
}
