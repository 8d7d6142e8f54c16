//! Why a step or a run failed, in the form that journals and reports keep.

use std::fmt;
use std::time::Duration;

use mcp_core::Delivery;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::path::StepPath;
use super::stored::{StoredDelivery, optional_micros};

/// A failure as data: made where it is noticed, stored with the run, shown in reports.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
#[non_exhaustive]
pub struct RunError {
    /// What sort of failure it is.
    pub kind: FailureKind,
    /// What is wrong, in words.
    pub message: String,
    /// Whether the same may succeed later.
    pub transient: bool,
    /// Whether a call may have happened.
    #[serde(with = "StoredDelivery")]
    pub delivery: Delivery,
    /// The step in which it arose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<StepPath>,
    /// The server that was called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// The tool that was called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
    /// How long the server asks to be left alone.
    #[serde(
        rename = "retry_after_us",
        default,
        with = "optional_micros",
        skip_serializing_if = "Option::is_none"
    )]
    pub retry_after: Option<Duration>,
    /// What the server or the tool added as data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<Value>,
}

impl RunError {
    /// A permanent failure in which nothing was sent.
    #[must_use]
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            transient: false,
            delivery: Delivery::NotSent,
            step: None,
            server: None,
            tool: None,
            retry_after: None,
            details: None,
        }
    }

    /// The same failure, with the step in which it arose unless that is known already.
    #[must_use]
    pub fn in_step(mut self, step: &StepPath) -> Self {
        self.step.get_or_insert_with(|| step.clone());
        self
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
