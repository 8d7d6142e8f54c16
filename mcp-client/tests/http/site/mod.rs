//! Servers that answer what a test says, and what tests do with them.
//!
//! [`MockSite`] gives whole answers and is played by wiremock. [`RawSite`] writes bytes to a socket,
//! for all that is no whole answer. Tests of both read the same.

mod handshake;
mod mock;
mod raw;
mod reply;
mod seen;

use std::net::SocketAddr;
use std::time::Duration;

use mcp_client::transport::http::HttpEndpoint;
use mcp_client::{CallError, Client, ClientOptions, ConnectionError, ConnectionErrorKind};
use mcp_core::protocol::ProtocolVersion;
use mcp_core::{Delivery, MessageFacts, Outgoing, SendError, Transport, TransportError};
use serde_json::{Value, json};
use tokio::time::timeout;

pub(crate) use handshake::{initialized, legacy_handshake, modern_handshake};
pub(crate) use mock::MockSite;
pub(crate) use raw::{Acts, RawSite};
pub(crate) use reply::{Reply, event};
pub(crate) use seen::{Log, Seen};

/// Longer than anything here takes, also on a busy machine.
pub(crate) const SOON: Duration = Duration::from_secs(20);

/// A running server that remembers what it was asked. It ends when it is dropped.
pub(crate) trait Site: Sized {
    /// What it does with a request.
    type Answer: From<Reply>;

    async fn start(answer: impl Fn(&Seen) -> Self::Answer + Send + Sync + 'static) -> Self;

    fn address(&self) -> SocketAddr;

    fn log(&self) -> &Log;

    /// A server of the modern era. Everything but the handshake is answered by `answer`.
    async fn modern(answer: impl Fn(&Seen) -> Self::Answer + Send + Sync + 'static) -> Self {
        Self::start(move |seen| {
            modern_handshake(seen).map_or_else(|| answer(seen), Self::Answer::from)
        })
        .await
    }

    /// A server of the legacy era with a session `s-1`. Everything but the handshake is answered by
    /// `answer`, the stream of the session included.
    async fn legacy(answer: impl Fn(&Seen) -> Self::Answer + Send + Sync + 'static) -> Self {
        Self::start(move |seen| {
            legacy_handshake(seen).map_or_else(|| answer(seen), Self::Answer::from)
        })
        .await
    }

    fn endpoint(&self) -> HttpEndpoint {
        HttpEndpoint::new(&format!("http://{}/mcp", self.address())).unwrap()
    }

    async fn client(&self) -> Client {
        Client::open(&self.endpoint(), ClientOptions::default()).await.unwrap()
    }

    fn seen(&self) -> Vec<Seen> {
        self.log().all()
    }

    /// What was asked, in order.
    fn asked(&self) -> Vec<String> {
        self.seen().iter().map(|seen| seen.what().to_owned()).collect()
    }

    /// How often that was asked.
    fn count(&self, what: &str) -> usize {
        self.seen().iter().filter(|seen| seen.what() == what).count()
    }

    /// Waits until that was asked `times` times.
    async fn until(&self, what: &str, times: usize) -> Seen {
        let found = timeout(SOON, self.log().until(what, times)).await;
        found.unwrap_or_else(|_| panic!("no {what}: {:?}", self.asked()))
    }
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

/// Sends a bare request over a transport, with the facts that a client knows.
pub(crate) async fn ask(
    transport: &dyn Transport,
    (id, method): (i64, &str),
    version: Option<ProtocolVersion>,
) -> Result<(), SendError> {
    let meta = version.map(|version| json!({ "io.modelcontextprotocol/protocolVersion": version }));
    let params = json!({ "_meta": meta });
    let frame = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
    let id = id.into();
    let facts = MessageFacts::request(&id, method).with_version(version);
    transport.send(Outgoing::new(frame.to_string().into(), &facts)).await
}
