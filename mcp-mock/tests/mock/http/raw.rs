//! A client that sends exactly the bytes that a test writes down.

use std::io;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A connection.
pub(super) struct Raw {
    stream: TcpStream,
    host: String,
    path: String,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) head: String,
    pub(super) body: String,
}

impl Raw {
    pub(super) async fn open(url: &str) -> Self {
        let (host, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
        let stream = TcpStream::connect(host).await.unwrap();
        Self { stream, host: host.to_owned(), path: format!("/{path}") }
    }

    pub(super) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).await.unwrap();
    }

    /// The head of a request, without the blank line at its end. `headers` replace what is usual.
    pub(super) fn head(&self, method: &str, headers: &[(&str, String)]) -> String {
        let usual = [
            ("host", self.host.clone()),
            ("content-type", "application/json".to_owned()),
            ("accept", "application/json, text/event-stream".to_owned()),
        ];
        let is_replaced = |name: &str| headers.iter().any(|(other, _)| *other == name);
        let usual = usual.into_iter().filter(|(name, _)| !is_replaced(name));
        let lines = usual
            .chain(headers.iter().cloned())
            .map(|(name, value)| format!("{name}: {value}\r\n"));
        format!("{method} {} HTTP/1.1\r\n{}", self.path, lines.collect::<String>())
    }

    pub(super) async fn post(&mut self, headers: &[(&str, String)], body: &str) {
        let (head, length) = (self.head("POST", headers), body.len());
        self.send(format!("{head}content-length: {length}\r\n\r\n{body}")).await;
    }

    /// One answer with a length; the connection stays.
    pub(super) async fn answer(&mut self) -> Answer {
        let mut bytes = Vec::new();
        while !is_whole(&bytes) {
            let count = self.stream.read_buf(&mut bytes).await.unwrap();
            assert!(count > 0, "the answer ends after {:?}", String::from_utf8_lossy(&bytes));
        }
        parse(&bytes)
    }

    /// The head of an answer whose body is no text.
    pub(super) async fn head_of_answer(&mut self) -> String {
        let mut bytes = Vec::new();
        loop {
            let count = self.stream.read_buf(&mut bytes).await.unwrap();
            assert!(count > 0, "the answer ends before its body");
            if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
                return String::from_utf8(bytes[..end].to_vec()).unwrap();
            }
        }
    }

    /// Everything until the server closes.
    pub(super) async fn rest(&mut self) -> io::Result<String> {
        let mut bytes = Vec::new();
        self.stream.read_to_end(&mut bytes).await?;
        Ok(String::from_utf8(bytes).unwrap())
    }

    /// Closes without a word.
    pub(super) fn leave(self) {}
}

/// Posts on a connection of its own and takes all that comes.
pub(super) async fn post(url: &str, headers: &[(&str, String)], body: &str) -> Answer {
    let mut raw = Raw::open(url).await;
    let mut headers = headers.to_vec();
    headers.push(("connection", "close".to_owned()));
    raw.post(&headers, body).await;
    parse(raw.rest().await.unwrap().as_bytes())
}

/// Calls a tool; the result or the error.
pub(super) async fn called(url: &str, tool: &str, arguments: &Value) -> Value {
    let (headers, body) = call(tool, arguments);
    let answer = post(url, &headers, &body).await;
    serde_json::from_str(&answer.body).unwrap_or_else(|_| panic!("no JSON in {answer:?}"))
}

fn is_whole(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    body.len() >= length.map_or(0, |length| length.parse().unwrap())
}

pub(super) fn parse(bytes: &[u8]) -> Answer {
    let text = std::str::from_utf8(bytes).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no head in {text:?}"));
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, head: head.to_owned(), body: body.to_owned() }
}

/// A modern call of a tool: the headers that repeat parts of it, and the body.
pub(super) fn call(tool: &str, arguments: &Value) -> (Vec<(&'static str, String)>, String) {
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let params = json!({ "name": tool, "arguments": arguments, "_meta": meta });
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params });
    let headers = vec![
        ("mcp-protocol-version", "2026-07-28".to_owned()),
        ("mcp-method", "tools/call".to_owned()),
        ("mcp-name", tool.to_owned()),
    ];
    (headers, body.to_string())
}

/// The beginning of a legacy session.
pub(super) fn initialize() -> String {
    let params = json!({
        "protocolVersion": "2025-11-25", "capabilities": {},
        "clientInfo": { "name": "test", "version": "1" },
    });
    json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params }).to_string()
}
