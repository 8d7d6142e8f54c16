//! A message on its way out, and what its sender knows of it.

use bytes::Bytes;

use crate::jsonrpc::RequestId;
use crate::protocol::{ProtocolVersion, method};

/// One message to send.
#[derive(Debug, Clone)]
pub struct Outgoing<'a> {
    /// The message as JSON.
    pub frame: Bytes,
    /// What a request or a notification says; `None` for an answer, which no binding repeats.
    pub facts: Option<&'a MessageFacts<'a>>,
}

/// What a request or a notification says, for bindings that repeat a part of it outside of the frame, as
/// HTTP does in headers.
///
/// The facts come from what the frame was encoded from, so that no binding parses the bytes again. They are
/// borrowed: a transport that does not read them pays nothing.
///
/// ```
/// use mcp_core::jsonrpc::{RequestId, encode};
/// use mcp_core::protocol::{ProtocolVersion, method};
/// use mcp_core::{MessageFacts, Outgoing};
///
/// let id = RequestId::Number(1);
/// let params = serde_json::json!({ "name": "greet", "arguments": {} });
/// let frame = encode::request(&id, method::TOOLS_CALL, &params)?;
///
/// let facts = MessageFacts::request(&id, method::TOOLS_CALL)
///     .with_name(Some("greet"))
///     .with_version(Some(ProtocolVersion::LATEST_MODERN));
/// let message = Outgoing::new(frame, &facts);
/// # assert_eq!(message.facts.and_then(|facts| facts.name), Some("greet"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct MessageFacts<'a> {
    /// The id of a request; `None` for a notification.
    pub id: Option<&'a RequestId>,
    /// The method of the message.
    pub method: &'a str,
    /// The revision that the message is written in; `None` while none is agreed on.
    pub version: Option<ProtocolVersion>,
    /// The name of the tool, prompt, resource or task that a request is about.
    pub name: Option<&'a str>,
    /// Arguments that headers repeat (2026-07-28, "Custom Headers from Tool Parameters"): names without
    /// `Mcp-Param-`, and values.
    pub param_headers: &'a [(String, String)],
    /// The request that a notification cancels.
    pub cancels: Option<&'a RequestId>,
}

impl<'a> MessageFacts<'a> {
    /// A request of this method.
    #[must_use]
    pub fn request(id: &'a RequestId, method: &'a str) -> Self {
        Self { id: Some(id), ..Self::notification(method) }
    }

    /// A notification of this method.
    #[must_use]
    pub fn notification(method: &'a str) -> Self {
        Self { id: None, method, version: None, name: None, param_headers: &[], cancels: None }
    }

    /// The notification that cancels a request.
    #[must_use]
    pub fn cancellation(request: &'a RequestId) -> Self {
        Self { cancels: Some(request), ..Self::notification(method::CANCELLED) }
    }

    /// Sets the revision that the message is written in.
    #[must_use]
    pub fn with_version(self, version: Option<ProtocolVersion>) -> Self {
        Self { version, ..self }
    }

    /// Sets the name of what the request is about.
    #[must_use]
    pub fn with_name(self, name: Option<&'a str>) -> Self {
        Self { name, ..self }
    }
}

impl<'a> Outgoing<'a> {
    /// A request or a notification, with what it says.
    #[must_use]
    pub fn new(frame: Bytes, facts: &'a MessageFacts<'a>) -> Self {
        Self { frame, facts: Some(facts) }
    }
}

/// A message without facts.
impl From<Bytes> for Outgoing<'_> {
    fn from(frame: Bytes) -> Self {
        Self { frame, facts: None }
    }
}

/// A message without facts.
impl From<String> for Outgoing<'_> {
    fn from(frame: String) -> Self {
        Bytes::from(frame).into()
    }
}

/// A message without facts.
impl From<&'static str> for Outgoing<'_> {
    fn from(frame: &'static str) -> Self {
        Bytes::from_static(frame.as_bytes()).into()
    }
}
