//! Why a server gave nothing.

use mcp_client::{CallError, ConnectError, ConnectionErrorKind, Deadline, ListError, ToolError};
use mcp_core::{Delivery, TransportError};

use super::connection::ConnectionFailure;
use crate::call::{CallFailure, FailedAnswer, FailureKind, FailureRules, classify};
use crate::source::suggest::help;

/// The status with which HTTP services ask for fewer calls.
const TOO_MANY_REQUESTS: u16 = 429;

/// The failure of a server, for a caller in this process: beside what runs store it has the name of
/// the server in its text, and the whole answer of a tool that failed.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{}", self.text())]
#[non_exhaustive]
pub struct ManagerError {
    /// The name of the server that was asked.
    pub server: String,
    /// What went wrong.
    pub failure: CallFailure,
    /// The same as the client saw it, when the call came that far.
    cause: Option<Box<CallError>>,
}

impl ManagerError {
    fn new(server: &str, failure: CallFailure) -> Self {
        Self { server: server.to_owned(), failure, cause: None }
    }

    /// The call failed at the client or at the server, which is read by its rules.
    pub(super) fn call(server: &str, error: CallError, rules: &FailureRules) -> Self {
        let failure = match &error {
            CallError::Connection(failed) => CallFailure {
                transient: failed.is_transient(),
                retry_after: failed.retry_after(),
                ..CallFailure::new(
                    kind_of_connection(&failed.kind),
                    failed.delivery,
                    failed.to_string(),
                )
            },
            CallError::Rpc(failed) => classify(FailedAnswer::Rpc(failed), rules),
            CallError::Tool(failed) => classify(FailedAnswer::Tool(failed), rules),
            other => CallFailure::new(FailureKind::Protocol, other.delivery(), other.to_string()),
        };
        Self { cause: Some(Box::new(error)), ..Self::new(server, failure) }
    }

    /// There is no list of tools.
    pub(super) fn list(server: &str, error: &ListError) -> Self {
        let (kind, transient) = match error {
            ListError::Connection(error) => (kind_of_connection(&error.kind), error.is_transient()),
            ListError::Rpc(_) => (FailureKind::RpcError, false),
            ListError::TooLong { .. } => (FailureKind::Limit, false),
            _ => (FailureKind::Protocol, false),
        };
        let message = format!("server `{server}`: {error}");
        Self::new(server, CallFailure { transient, ..not_sent(kind, message) })
    }

    /// Too many calls wait for the server.
    pub(super) fn overloaded(server: &str, waiting: usize) -> Self {
        let message =
            format!("server `{server}` is overloaded: {waiting} calls wait for it already");
        Self::new(server, not_sent(FailureKind::Limit, message).transient())
    }

    /// The deadline passed before the server had a place for the call, or a connection.
    pub(super) fn too_late(server: &str, deadline: Deadline) -> Self {
        let after = deadline.total();
        let message = format!("server `{server}` had no room for the call within {after:?}");
        Self::new(server, not_sent(FailureKind::Timeout, message).transient())
    }

    /// There is no connection to the server.
    pub(super) fn unavailable(server: &str, failed: &ConnectionFailure) -> Self {
        let (cause, retry_after) = match failed {
            ConnectionFailure::Failed(cause) => (cause, cause.retry_after()),
            ConnectionFailure::Pausing { error: cause, wait } => (cause, Some(*wait)),
        };
        let transient = cause.is_transient();
        // The time of the next attempt is of no use to those whom it cannot help.
        let reason = if transient { failed.to_string() } else { cause.to_string() };
        let message = format!("server `{server}` is not available: {reason}");
        let failure = CallFailure {
            transient,
            retry_after: retry_after.filter(|_| transient),
            ..not_sent(kind_of_connect(cause), message)
        };
        Self::new(server, failure)
    }

    /// No server of that name is configured.
    pub(super) fn unknown_server<'a>(
        server: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let message = format!("there is no server `{server}`{}", hint(help(server, known)));
        Self::new(server, not_sent(FailureKind::UnknownServer, message))
    }

    /// The server refused a call of a tool that it does not list.
    pub(super) fn unknown_tool<'a>(
        server: &str,
        tool: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let message = format!("server `{server}` has no tool `{tool}`{}", hint(help(tool, known)));
        Self::new(server, CallFailure::new(FailureKind::UnknownTool, Delivery::Refused, message))
    }

    /// What the client says of the call, when it had the call.
    #[must_use]
    pub fn call_error(&self) -> Option<&CallError> {
        self.cause.as_deref()
    }

    /// What the tool answered, when it failed.
    #[must_use]
    pub fn tool_error(&self) -> Option<&ToolError> {
        match self.call_error() {
            Some(CallError::Tool(error)) => Some(error),
            _ => None,
        }
    }

    fn text(&self) -> String {
        match &self.cause {
            Some(cause) => format!("server `{}`: {cause}", self.server),
            None => self.failure.message.clone(),
        }
    }
}

impl From<ManagerError> for CallFailure {
    fn from(error: ManagerError) -> Self {
        error.failure
    }
}

/// The kind of failure of a server that cannot be connected to. One that is too busy for the handshake
/// counts as unreachable.
pub(super) fn kind_of_connect(error: &ConnectError) -> FailureKind {
    match error {
        ConnectError::Handshake { .. } => FailureKind::Protocol,
        ConnectError::Transport(TransportError::Unauthorized { .. }) => FailureKind::Auth,
        _ => FailureKind::Connection,
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
        TransportError::Status { status: TOO_MANY_REQUESTS, .. } => FailureKind::RateLimited,
        TransportError::Unauthorized { .. } => FailureKind::Auth,
        _ => FailureKind::Connection,
    }
}

fn not_sent(kind: FailureKind, message: String) -> CallFailure {
    CallFailure::new(kind, Delivery::NotSent, message)
}

fn hint(help: Option<String>) -> String {
    help.map(|help| format!(" ({help})")).unwrap_or_default()
}
