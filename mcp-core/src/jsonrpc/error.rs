//! The error member of an answer, and the codes that have a meaning.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::Delivery;

/// Error codes of JSON-RPC 2.0 and of MCP (specification 2026-07-28, "Error codes").
pub mod code {
    /// The message is not JSON.
    pub const PARSE_ERROR: i64 = -32700;
    /// The message is JSON and not a request.
    pub const INVALID_REQUEST: i64 = -32600;
    /// The receiver does not know the method.
    pub const METHOD_NOT_FOUND: i64 = -32601;
    /// The parameters do not fit the method; also an unknown tool, prompt or cursor.
    pub const INVALID_PARAMS: i64 = -32602;
    /// The receiver failed.
    pub const INTERNAL_ERROR: i64 = -32603;
    /// A header is missing or contradicts the body (2026-07-28, HTTP).
    pub const HEADER_MISMATCH: i64 = -32020;
    /// The request needs a capability that the client did not declare (2026-07-28).
    pub const MISSING_CAPABILITY: i64 = -32021;
    /// The server does not speak the revision that the request names (2026-07-28).
    pub const UNSUPPORTED_VERSION: i64 = -32022;
}

/// What the peer says when it refuses or fails a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RpcError {
    /// The class of the error; see [`code`].
    pub code: i64,
    /// One sentence.
    pub message: String,
    /// Whatever else the peer sends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Value>,
}

impl RpcError {
    /// An error without data.
    pub fn new(code: i64, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), data: None }
    }

    /// Adds data.
    #[must_use]
    pub fn with_data(mut self, data: Value) -> Self {
        self.data = Some(data);
        self
    }

    /// Whether the peer carried the request out before it answered so.
    ///
    /// The codes by which a receiver turns a request down unread count as refused; every other one
    /// leaves it open. `-32600` does as well: servers were seen to send it out of a tool that was
    /// already running, when the tool asked something of the client.
    #[must_use]
    pub fn delivery(&self) -> Delivery {
        match self.code {
            code::PARSE_ERROR
            | code::METHOD_NOT_FOUND
            | code::INVALID_PARAMS
            | code::HEADER_MISMATCH
            | code::MISSING_CAPABILITY
            | code::UNSUPPORTED_VERSION => Delivery::Refused,
            _ => Delivery::Unknown,
        }
    }
}

impl fmt::Display for RpcError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (code {})", self.message, self.code)
    }
}

impl std::error::Error for RpcError {}
