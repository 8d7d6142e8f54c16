//! Why a call gave no result.

use std::fmt;
use std::time::Duration;

use mcp_core::Delivery;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::micros;

/// A failed call as data: made where the failure is noticed, stored with the run, shown in reports.
///
/// Two questions decide what follows, and both are answered once, here: whether the same call may
/// succeed later, and whether this one may have happened.
///
/// ```
/// use mcp_core::Delivery;
/// use orchestrator::call::{CallFailure, FailureKind};
///
/// let busy = CallFailure::new(FailureKind::RateLimited, Delivery::Refused, "too many calls").transient();
///
/// assert!(busy.transient && busy.delivery.is_certainly_without_effect());
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
#[non_exhaustive]
pub struct CallFailure {
    /// The kind of failure, for programs.
    pub kind: FailureKind,
    /// What went wrong, for people.
    pub message: String,
    /// Whether the same call may succeed later.
    pub transient: bool,
    /// Whether the call may have happened.
    pub delivery: Delivery,
    /// The wait that the server asks for before the next call.
    #[serde(
        rename = "retry_after_us",
        default,
        with = "micros::optional",
        skip_serializing_if = "Option::is_none"
    )]
    pub retry_after: Option<Duration>,
    /// What the server or the tool added as data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
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

/// The kinds of failures of calls, steps and runs: a closed set, so that programs can decide on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FailureKind {
    /// The server wants authentication, or refuses the credentials that it got.
    Auth,
    /// The call was cancelled.
    Cancelled,
    /// The connection could not be made, or broke.
    Connection,
    /// The deadline of a step or of the run passed.
    Deadline,
    /// An expression could not be evaluated.
    Expression,
    /// A bug of this program.
    Internal,
    /// The arguments are not what the tool takes.
    InvalidArguments,
    /// A cap of ours was hit.
    Limit,
    /// The server broke the protocol; its answer cannot be used.
    Protocol,
    /// The server asks for fewer calls.
    RateLimited,
    /// The server answered with a JSON-RPC error.
    RpcError,
    /// One attempt took too long.
    Timeout,
    /// The tool answered with an error.
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
