//! Why a call through the manager failed, and the same as a run stores it.

use std::time::Duration;

use mcp_client::{CallError, ConnectError, ConnectionErrorKind, ListError, ToolError};
use mcp_core::jsonrpc::code;
use mcp_core::{Delivery, TransportError};
use serde_json::Value;

use super::slot::SlotError;
use crate::run::{CallFailure, FailureKind};
use crate::workflow::suggest::help;

/// The status with which HTTP services ask for fewer calls.
const TOO_MANY_REQUESTS: u64 = 429;

/// Why a server gave nothing.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum ManagerError {
    /// The call failed.
    #[error("server `{server}`: {source}")]
    Call {
        /// The server.
        server: String,
        /// How.
        source: CallError,
    },
    /// The list of tools is not to be had.
    #[error("server `{server}`: {source}")]
    List {
        /// The server.
        server: String,
        /// How.
        source: ListError,
    },
    /// Too many calls wait for the server; this one was not sent.
    #[error("server `{server}` is overloaded: {waiting} calls wait for it already")]
    Overloaded {
        /// The server.
        server: String,
        /// How many calls wait.
        waiting: usize,
    },
    /// The server was busy for the whole time allowed; the call was not sent.
    #[error("server `{server}` had no room for the call within {after:?}")]
    Timeout {
        /// The server.
        server: String,
        /// The time allowed.
        after: Duration,
    },
    /// The server is not there; the call was not sent.
    #[error("server `{server}` is not available: {reason}")]
    Unavailable {
        /// The server.
        server: String,
        /// Why, its last words included.
        reason: String,
        /// What sort of failure it is.
        kind: FailureKind,
    },
    /// No server of that name is configured.
    #[error("there is no server `{name}`{}", hint(.help.as_deref()))]
    UnknownServer {
        /// The name.
        name: String,
        /// What may have been meant.
        help: Option<String>,
    },
    /// The server has no such tool.
    #[error("server `{server}` has no tool `{tool}`{}", hint(.help.as_deref()))]
    UnknownTool {
        /// The server.
        server: String,
        /// The name.
        tool: String,
        /// What may have been meant.
        help: Option<String>,
    },
}

impl ManagerError {
    pub(super) fn unknown_server<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Self {
        Self::UnknownServer { name: name.to_owned(), help: help(name, known) }
    }

    pub(super) fn unavailable(server: &str, error: &SlotError) -> Self {
        let cause = match error {
            SlotError::Failed(cause) | SlotError::Pausing { error: cause, .. } => cause,
        };
        let (server, reason) = (server.to_owned(), error.to_string());
        Self::Unavailable { server, reason, kind: kind_of_connect(cause) }
    }

    /// What sort of failure it is.
    #[must_use]
    pub fn kind(&self) -> FailureKind {
        match self {
            Self::Call { source, .. } => kind_of_call(source),
            Self::List { source, .. } => match source {
                ListError::Connection(error) => kind_of_connection(&error.kind),
                ListError::Rpc(_) => FailureKind::RpcError,
                ListError::TooLong { .. } => FailureKind::Limit,
                _ => FailureKind::Protocol,
            },
            Self::Overloaded { .. } => FailureKind::Limit,
            Self::Timeout { .. } => FailureKind::Timeout,
            Self::Unavailable { kind, .. } => *kind,
            Self::UnknownServer { .. } => FailureKind::UnknownServer,
            Self::UnknownTool { .. } => FailureKind::UnknownTool,
        }
    }

    /// Whether the same may succeed later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Call { source: CallError::Tool(error), .. } => {
                status(error).is_some_and(|status| status == TOO_MANY_REQUESTS || status >= 500)
            }
            Self::Call { source, .. } => source.is_transient(),
            Self::List { source: ListError::Connection(error), .. } => error.is_transient(),
            Self::Overloaded { .. } | Self::Timeout { .. } | Self::Unavailable { .. } => true,
            Self::List { .. } | Self::UnknownServer { .. } | Self::UnknownTool { .. } => false,
        }
    }

    /// Whether the call may have been carried out.
    #[must_use]
    pub fn delivery(&self) -> Delivery {
        match self {
            Self::Call { source: CallError::Tool(error), .. }
                if status(error) == Some(TOO_MANY_REQUESTS) =>
            {
                Delivery::Refused
            }
            Self::Call { source, .. } => source.delivery(),
            Self::UnknownTool { .. } => Delivery::Refused,
            _ => Delivery::NotSent,
        }
    }
}

/// A name that means no tool, or too many.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// Several tools have it.
    #[error("name `{name}` is ambiguous: {}", .candidates.join(", "))]
    Ambiguous {
        /// The name.
        name: String,
        /// The tools, as `server/tool`.
        candidates: Vec<String>,
    },
    /// No tool has it.
    #[error("no connected server has a tool `{name}`{}", near(.nearest.as_deref()))]
    Unknown {
        /// The name.
        name: String,
        /// The nearest known name.
        nearest: Option<String>,
    },
}

impl From<ManagerError> for CallFailure {
    fn from(error: ManagerError) -> Self {
        let mut failure = Self::new(error.kind(), error.delivery(), message(&error));
        failure.transient = error.is_transient();
        if let ManagerError::Call { source: CallError::Tool(tool), .. } = &error {
            let answer = tool.result.to_value();
            failure.retry_after = member(&answer, "retry_after").and_then(seconds);
            failure.details = Some(answer);
        }
        failure
    }
}

/// The message beside a step, which names server and tool itself.
fn message(error: &ManagerError) -> String {
    match error {
        ManagerError::Call { source: CallError::Tool(tool), .. } => tool.message(),
        ManagerError::Call { source, .. } => source.to_string(),
        other => other.to_string(),
    }
}

fn status(error: &ToolError) -> Option<u64> {
    member(&error.result.to_value(), "status").and_then(Value::as_u64)
}

/// A member of the usual error bodies: at the top, or inside `error`.
fn member<'a>(answer: &'a Value, name: &str) -> Option<&'a Value> {
    answer.get("error").and_then(|error| error.get(name)).or_else(|| answer.get(name))
}

fn seconds(value: &Value) -> Option<Duration> {
    value.as_f64().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
}

fn kind_of_call(error: &CallError) -> FailureKind {
    match error {
        CallError::Connection(error) => kind_of_connection(&error.kind),
        CallError::Rpc(failure) if failure.error.code == code::INVALID_PARAMS => {
            FailureKind::InvalidArguments
        }
        CallError::Rpc(_) => FailureKind::RpcError,
        CallError::Tool(error) if status(error) == Some(TOO_MANY_REQUESTS) => {
            FailureKind::RateLimited
        }
        CallError::Tool(_) => FailureKind::ToolError,
        _ => FailureKind::Protocol,
    }
}

fn kind_of_connection(kind: &ConnectionErrorKind) -> FailureKind {
    match kind {
        ConnectionErrorKind::Arguments { .. } => FailureKind::InvalidArguments,
        ConnectionErrorKind::Deadline { .. } => FailureKind::Timeout,
        ConnectionErrorKind::TooMany(_) => FailureKind::Limit,
        ConnectionErrorKind::Transport(TransportError::FrameTooLarge { .. }) => FailureKind::Limit,
        ConnectionErrorKind::Transport(_) => FailureKind::Connection,
        _ => FailureKind::Protocol,
    }
}

pub(super) fn kind_of_connect(error: &ConnectError) -> FailureKind {
    match error {
        ConnectError::Handshake { .. } => FailureKind::Protocol,
        _ => FailureKind::Connection,
    }
}

fn hint(help: Option<&str>) -> String {
    help.map(|help| format!(" ({help})")).unwrap_or_default()
}

fn near(name: Option<&str>) -> String {
    name.map(|name| format!(" (did you mean `{name}`?)")).unwrap_or_default()
}
