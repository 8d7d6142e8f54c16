//! Why a call gave no result.

use std::fmt;
use std::time::Duration;

use mcp_core::Delivery;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Why a call gave no result.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct CallFailure {
    /// What sort of failure it is.
    pub kind: FailureKind,
    /// What is wrong, in words.
    pub message: String,
    /// Whether the same call may succeed later.
    pub transient: bool,
    /// Whether the call may have happened.
    pub delivery: Delivery,
    /// How long the server asks to be left alone.
    pub retry_after: Option<Duration>,
    /// What the server or the tool added as data.
    pub details: Option<Value>,
}

impl CallFailure {
    /// A permanent failure with nothing but a message.
    #[must_use]
    pub fn new(kind: FailureKind, delivery: Delivery, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            transient: false,
            delivery,
            retry_after: None,
            details: None,
        }
    }

    /// The same failure, one that may pass.
    #[must_use]
    pub fn transient(self) -> Self {
        Self { transient: true, ..self }
    }
}

/// The sorts of failures; a closed set, so that programs can decide on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FailureKind {
    /// The server wants authentication, or refuses the one it got.
    Auth,
    /// The call was cancelled.
    Cancelled,
    /// The connection could not be made, or broke.
    Connection,
    /// The deadline of a step or of the run passed.
    Deadline,
    /// An expression could not be evaluated.
    Expression,
    /// A fault of this program.
    Internal,
    /// The arguments are not what the tool takes.
    InvalidArguments,
    /// A cap was hit.
    Limit,
    /// The peer broke the protocol; its answer is of no use.
    Protocol,
    /// The server asks for fewer calls.
    RateLimited,
    /// The peer answered with a JSON-RPC error.
    RpcError,
    /// One attempt took too long.
    Timeout,
    /// The tool said no.
    ToolError,
    /// No server of that name is configured.
    UnknownServer,
    /// The server has no tool of that name.
    UnknownTool,
}

impl FailureKind {
    /// The name in stored events and reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::Cancelled => "cancelled",
            Self::Connection => "connection",
            Self::Deadline => "deadline",
            Self::Expression => "expression",
            Self::Internal => "internal",
            Self::InvalidArguments => "invalid_arguments",
            Self::Limit => "limit",
            Self::Protocol => "protocol",
            Self::RateLimited => "rate_limited",
            Self::RpcError => "rpc_error",
            Self::Timeout => "timeout",
            Self::ToolError => "tool_error",
            Self::UnknownServer => "unknown_server",
            Self::UnknownTool => "unknown_tool",
        }
    }
}

impl fmt::Display for FailureKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
