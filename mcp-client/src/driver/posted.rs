//! Messages whose sender does not wait: the reader task sends them.

use bytes::Bytes;
use mcp_core::jsonrpc::{RequestId, encode};
use mcp_core::protocol::ProtocolVersion;
use mcp_core::session::ClientSession;
use mcp_core::{MessageFacts, SendError, Transport};
use serde::Serialize;

use crate::request_head::RequestHead;

/// One such message, with what bindings repeat of it.
#[derive(Debug)]
pub(super) struct Posted {
    frame: Bytes,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Answer,
    Cancellation(RequestId),
    Request {
        id: RequestId,
        method: &'static str,
        name: Option<String>,
        version: Option<ProtocolVersion>,
    },
}

impl Posted {
    /// The answer to a request of the server.
    pub(super) fn answer(frame: Bytes) -> Self {
        Self { frame, kind: Kind::Answer }
    }

    /// The notification that a request is no longer wanted.
    pub(super) fn cancellation(id: i64) -> Self {
        let frame = ClientSession::<()>::cancellation(id, "no longer wanted");
        Self { frame, kind: Kind::Cancellation(RequestId::Number(id)) }
    }

    /// A request whose answer is ignored.
    pub(super) fn request(
        id: i64,
        head: RequestHead<'_>,
        params: &impl Serialize,
    ) -> serde_json::Result<Self> {
        let RequestHead { method, name, version, .. } = head;
        let (id, name) = (RequestId::Number(id), name.map(str::to_owned));
        let frame = encode::request(&id, method, params)?;
        Ok(Self { frame, kind: Kind::Request { id, method, name, version } })
    }

    pub(super) async fn send(self, transport: &dyn Transport) -> Result<(), SendError> {
        let facts = match &self.kind {
            Kind::Answer => return transport.send(self.frame.into()).await,
            Kind::Cancellation(id) => MessageFacts::cancellation(id),
            Kind::Request { id, method, name, version } => {
                MessageFacts::request(id, method).with_name(name.as_deref()).with_version(*version)
            }
        };
        transport.send(mcp_core::Outgoing::new(self.frame, &facts)).await
    }
}
