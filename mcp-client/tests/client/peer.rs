//! A server played by hand: it reads what the client sends and writes what the test says.

use bytes::Bytes;
use mcp_client::transport::memory::{self, MemoryTransport};
use mcp_client::{Client, ClientOptions};
use mcp_core::{Transport, TransportError};
use serde_json::{Value, json};

/// The server's end of a connection.
pub(crate) struct Peer(MemoryTransport);

impl Peer {
    pub(crate) fn new(transport: MemoryTransport) -> Self {
        Self(transport)
    }

    /// The next message, whatever it is.
    pub(crate) async fn next(&self) -> Value {
        serde_json::from_str(&self.next_raw().await).expect("the client sends JSON")
    }

    /// The next message as it was sent.
    pub(crate) async fn next_raw(&self) -> String {
        let received = self.0.recv().await.expect("the client is still there");
        let message = received.into_message().expect("memory loses no request");
        String::from_utf8(message.into()).expect("the client sends text")
    }

    /// Waits until the client is gone.
    pub(crate) async fn expect_end(&self) {
        let end = self.0.recv().await;
        assert!(matches!(end, Err(TransportError::Closed { .. })), "{end:?}");
    }

    /// The next message, which must be of this method.
    pub(crate) async fn expect(&self, method: &str) -> Value {
        let message = self.next().await;
        assert_eq!(message["method"], method, "{message}");
        message
    }

    pub(crate) async fn answer(&self, request: &Value, result: Value) {
        self.say(&json!({ "jsonrpc": "2.0", "id": request["id"], "result": result })).await;
    }

    pub(crate) async fn refuse(&self, request: &Value, code: i64) {
        let error = json!({ "code": code, "message": "no" });
        self.say(&json!({ "jsonrpc": "2.0", "id": request["id"], "error": error })).await;
    }

    pub(crate) async fn say(&self, message: &Value) {
        self.raw(message.to_string()).await;
    }

    /// Bytes as they are.
    pub(crate) async fn raw(&self, frame: impl Into<Vec<u8>>) {
        self.0.send(Bytes::from(frame.into()).into()).await.expect("the client is still there");
    }

    pub(crate) async fn hang_up(&self) {
        self.0.close().await;
    }

    /// Tells something unasked.
    pub(crate) async fn tell(&self, method: &str, params: Value) {
        self.say(&json!({ "jsonrpc": "2.0", "method": method, "params": params })).await;
    }

    /// Asks something, as legacy servers do.
    pub(crate) async fn ask(&self, id: &str, method: &str, params: Value) {
        self.say(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })).await;
    }

    /// Plays a modern handshake.
    pub(crate) async fn discover(&self, capabilities: Value) {
        let request = self.expect("server/discover").await;
        let result = json!({
            "resultType": "complete", "supportedVersions": ["2026-07-28"],
            "capabilities": capabilities, "ttlMs": 0, "cacheScope": "private",
        });
        self.answer(&request, result).await;
    }

    /// Plays a legacy handshake of a server that knows no other; returns what the client declared.
    pub(crate) async fn initialize(&self, capabilities: Value) -> Value {
        let request = self.expect("server/discover").await;
        self.refuse(&request, -32601).await;
        let request = self.expect("initialize").await;
        let mut result = initialized("2025-06-18");
        result["capabilities"] = capabilities;
        self.answer(&request, result).await;
        self.expect("notifications/initialized").await;
        request["params"]["capabilities"].clone()
    }
}

pub(crate) fn initialized(version: &str) -> Value {
    json!({ "protocolVersion": version, "capabilities": { "tools": {} }, "serverInfo": { "name": "old", "version": "1" } })
}

/// Everything that a server may declare.
pub(crate) fn everything() -> Value {
    json!({
        "tools": {}, "resources": { "subscribe": true }, "prompts": {}, "completions": {},
        "logging": {},
    })
}

/// What a tool answers when it has nothing but a text to say.
pub(crate) fn text(text: &str) -> Value {
    json!({ "content": [{ "type": "text", "text": text }] })
}

/// A client and its peer, in the modern era.
pub(crate) async fn modern(options: ClientOptions) -> (Client, Peer) {
    modern_as(options, everything()).await
}

/// The same with a peer that declares `capabilities`.
pub(crate) async fn modern_as(options: ClientOptions, capabilities: Value) -> (Client, Peer) {
    let (here, there) = memory::pair();
    let peer = Peer::new(there);
    let discover = peer.discover(capabilities);
    let (client, ()) = tokio::join!(Client::connect_with(here, options), discover);
    (client.expect("the handshake succeeds"), peer)
}

/// A client and its peer, in the legacy era.
pub(crate) async fn legacy(options: ClientOptions) -> (Client, Peer) {
    legacy_as(options, everything()).await
}

/// The same with a peer that declares `capabilities`.
pub(crate) async fn legacy_as(options: ClientOptions, capabilities: Value) -> (Client, Peer) {
    let (here, there) = memory::pair();
    let peer = Peer::new(there);
    let initialize = peer.initialize(capabilities);
    let (client, _) = tokio::join!(Client::connect_with(here, options), initialize);
    (client.expect("the handshake succeeds"), peer)
}
