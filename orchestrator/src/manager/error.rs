//! Why a call through the manager failed, and the same as a run stores it.

use std::time::Duration;

use mcp_client::{CallError, ConnectError, ConnectionErrorKind, ListError, ToolError};
use mcp_core::jsonrpc::code;
use mcp_core::{Delivery, TransportError};
use serde_json::Value;

use super::connection::ConnectionFailure;
use crate::call::{CallFailure, FailureKind};
use crate::source::suggest::help;

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
        source: Box<CallError>,
    },
    /// The list of tools is not to be had.
    #[error("server `{server}`: {source}")]
    List {
        /// The server.
        server: String,
        /// How.
        source: Box<ListError>,
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
        /// Whether it may be there later.
        transient: bool,
        /// After which time it is worth another try, when that is known.
        retry_after: Option<Duration>,
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

    pub(super) fn unavailable(server: &str, error: &ConnectionFailure) -> Self {
        let (cause, wait) = match error {
            ConnectionFailure::Failed(cause) => (cause, retry_after_of_connect(cause)),
            ConnectionFailure::Pausing { error: cause, wait } => (cause, Some(*wait)),
        };
        let transient = !is_permanent(cause);
        Self::Unavailable {
            server: server.to_owned(),
            // When the next attempt is, matters to those for whom it is of use.
            reason: if transient { error.to_string() } else { cause.to_string() },
            kind: kind_of_connect(cause),
            transient,
            retry_after: wait.filter(|_| transient),
        }
    }

    /// What the tool itself said, when it said no.
    #[must_use]
    pub fn tool_error(&self) -> Option<&ToolError> {
        match self {
            Self::Call { source, .. } => match &**source {
                CallError::Tool(error) => Some(error),
                _ => None,
            },
            _ => None,
        }
    }

    /// What sort of failure it is.
    #[must_use]
    pub fn kind(&self) -> FailureKind {
        match self {
            Self::Call { source, .. } => kind_of_call(source),
            Self::List { source, .. } => match &**source {
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
        if let Some(error) = self.tool_error() {
            return status(error).is_some_and(|it| it == TOO_MANY_REQUESTS || it >= 500);
        }
        match self {
            Self::Call { source, .. } => source.is_transient(),
            Self::List { source, .. } => match &**source {
                ListError::Connection(error) => error.is_transient(),
                _ => false,
            },
            Self::Overloaded { .. } | Self::Timeout { .. } => true,
            Self::Unavailable { transient, .. } => *transient,
            Self::UnknownServer { .. } | Self::UnknownTool { .. } => false,
        }
    }

    /// How long the server asks to be left alone, when it says so.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Call { source, .. } => match &**source {
                CallError::Tool(error) => {
                    member(&error.result.to_value(), "retry_after").and_then(seconds)
                }
                CallError::Connection(error) => error.retry_after(),
                _ => None,
            },
            Self::Unavailable { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// Whether the call may have been carried out.
    #[must_use]
    pub fn delivery(&self) -> Delivery {
        if self.tool_error().is_some_and(|error| status(error) == Some(TOO_MANY_REQUESTS)) {
            return Delivery::Refused;
        }
        match self {
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
        failure.retry_after = error.retry_after();
        if let Some(tool) = error.tool_error() {
            failure.details = Some(tool.result.to_value());
        }
        failure
    }
}

/// The message beside a step, which names server and tool itself.
fn message(error: &ManagerError) -> String {
    match (error, error.tool_error()) {
        (_, Some(tool)) => tool.message(),
        (ManagerError::Call { source, .. }, None) => source.to_string(),
        (other, None) => other.to_string(),
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
        ConnectionErrorKind::Limit { .. } | ConnectionErrorKind::TooMany(_) => FailureKind::Limit,
        ConnectionErrorKind::Exchange(error) | ConnectionErrorKind::Transport(error) => {
            kind_of_transport(error)
        }
        _ => FailureKind::Protocol,
    }
}

fn kind_of_transport(error: &TransportError) -> FailureKind {
    match error {
        TransportError::FrameTooLarge { .. } => FailureKind::Limit,
        TransportError::Status { status, .. } if u64::from(*status) == TOO_MANY_REQUESTS => {
            FailureKind::RateLimited
        }
        TransportError::Unauthorized { .. } => FailureKind::Auth,
        _ => FailureKind::Connection,
    }
}

pub(super) fn kind_of_connect(error: &ConnectError) -> FailureKind {
    match error {
        ConnectError::Handshake { .. } => FailureKind::Protocol,
        // Whoever is too busy to shake hands is not there.
        ConnectError::Transport(error) => match kind_of_transport(error) {
            FailureKind::Auth => FailureKind::Auth,
            _ => FailureKind::Connection,
        },
        _ => FailureKind::Connection,
    }
}

pub(super) fn retry_after_of_connect(error: &ConnectError) -> Option<Duration> {
    match error {
        ConnectError::Transport(TransportError::Status { retry_after, .. }) => *retry_after,
        _ => None,
    }
}

/// Whether a person has to do something before the next attempt is of use. What a process says when
/// it cannot be started may change by itself.
fn is_permanent(error: &ConnectError) -> bool {
    matches!(error, ConnectError::Transport(error) if error.is_permanent())
}

fn hint(help: Option<&str>) -> String {
    help.map(|help| format!(" ({help})")).unwrap_or_default()
}

fn near(name: Option<&str>) -> String {
    name.map(|name| format!(" (did you mean `{name}`?)")).unwrap_or_default()
}
