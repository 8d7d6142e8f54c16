//! The three kinds of failure of a call, and the two questions that each of them answers.
//!
//! | what happened | type | transient | delivery |
//! |---|---|---|---|
//! | the tool said no (`isError`) | [`ToolError`] | no | executed |
//! | the server answered a JSON-RPC error | [`RpcFailure`] | internal errors only | by its code |
//! | the connection failed | [`ConnectionError`] | mostly | by how far the request came |

use std::time::Duration;

use mcp_core::display::truncated;
use mcp_core::jsonrpc::{RpcError, ScanErrorKind, code};
use mcp_core::protocol::{CallToolResult, Payload, PayloadError};
use mcp_core::session::{HandshakeError, TooMany};
use mcp_core::{Delivery, SendError, TransportError};
use serde_json::Value;

/// How many characters of a tool's text an error message quotes.
const SHOWN_CHARACTERS_MAX: usize = 500;

/// Why a call has no result.
///
/// ```
/// use mcp_client::{CallError, Client};
/// use mcp_core::protocol::CallToolResult;
///
/// /// Calls once more when that is certain to do no harm.
/// async fn call_again(client: &Client, tool: &str) -> Result<CallToolResult, CallError> {
///     match client.call_raw(tool, serde_json::json!({})).await {
///         Err(error)
///             if error.is_transient() && error.delivery().is_certainly_without_effect() =>
///         {
///             client.call_raw(tool, serde_json::json!({})).await
///         }
///         outcome => outcome,
///     }
/// }
/// ```
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// The connection failed.
    #[error(transparent)]
    Connection(#[from] ConnectionError),
    /// The answer came and does not fit what was asked for. The tool was executed.
    #[error("the answer of tool `{tool}` cannot be used")]
    Payload {
        /// The name of the tool.
        tool: String,
        /// Where it does not fit.
        #[source]
        source: PayloadError,
    },
    /// The server answered a JSON-RPC error.
    #[error(transparent)]
    Rpc(#[from] RpcFailure),
    /// The tool itself said no.
    #[error(transparent)]
    Tool(#[from] ToolError),
}

impl CallError {
    /// Whether the same call may succeed later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Connection(error) => error.is_transient(),
            Self::Rpc(failure) => failure.is_transient(),
            Self::Payload { .. } | Self::Tool(_) => false,
        }
    }

    /// Whether the call may have been carried out.
    #[must_use]
    pub fn delivery(&self) -> Delivery {
        match self {
            Self::Connection(error) => error.delivery,
            Self::Rpc(failure) => failure.delivery,
            Self::Payload { .. } | Self::Tool(_) => Delivery::Executed,
        }
    }
}

/// A tool that ran and failed.
#[derive(Debug, Clone, thiserror::Error)]
#[error("tool `{tool}` failed: {}", truncated(&self.message(), SHOWN_CHARACTERS_MAX).into_owned())]
#[non_exhaustive]
pub struct ToolError {
    /// The name of the tool.
    pub tool: String,
    /// Its whole answer.
    pub result: Box<CallToolResult>,
}

impl ToolError {
    /// A tool that failed with this answer.
    #[must_use]
    pub fn new(tool: &str, result: CallToolResult) -> Self {
        Self { tool: tool.to_owned(), result: Box::new(result) }
    }

    /// What the tool says: its text, or the `message` of the usual JSON bodies of errors.
    #[must_use]
    pub fn message(&self) -> String {
        let answer = match self.result.payload() {
            Payload::Text(text) => return text,
            Payload::Blocks(_) => return "it says nothing in words".to_owned(),
            Payload::Json(_) => self.result.to_value(),
        };
        let message = answer.pointer("/error/message").or_else(|| answer.get("message"));
        message.and_then(Value::as_str).map_or_else(|| answer.to_string(), str::to_owned)
    }
}

/// A request that the server refused or failed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("the server refused `{request}`: {error}")]
#[non_exhaustive]
pub struct RpcFailure {
    /// What was asked: a method, or a tool in words.
    pub request: String,
    /// The server's answer.
    pub error: RpcError,
    /// Whether it may have been carried out: as the code says, unless work had begun before.
    pub delivery: Delivery,
}

impl RpcFailure {
    /// A request that got this answer.
    #[must_use]
    pub fn new(request: &str, error: RpcError) -> Self {
        let delivery = error.delivery();
        Self { request: request.to_owned(), error, delivery }
    }

    /// Whether the same request may succeed later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        self.error.code == code::INTERNAL_ERROR
    }
}

/// A request that came to no end: the connection, or what was said over it, did not allow it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("`{request}` failed: {kind}")]
#[non_exhaustive]
pub struct ConnectionError {
    /// What was asked: a method, or a tool in words.
    pub request: String,
    /// What went wrong.
    pub kind: ConnectionErrorKind,
    /// Whether it may have been carried out.
    pub delivery: Delivery,
}

impl ConnectionError {
    /// Whether the same request may succeed later, on this connection or a new one.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match &self.kind {
            ConnectionErrorKind::Deadline { .. } | ConnectionErrorKind::TooMany(_) => true,
            ConnectionErrorKind::Exchange(error) | ConnectionErrorKind::Transport(error) => {
                !error.is_permanent()
            }
            _ => false,
        }
    }

    /// How long the server asks to be left alone, when it says so.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match &self.kind {
            ConnectionErrorKind::Exchange(TransportError::Status { retry_after, .. }) => {
                *retry_after
            }
            _ => None,
        }
    }

    /// Whether the connection is over, so that a new one is needed.
    #[must_use]
    pub fn is_end_of_connection(&self) -> bool {
        matches!(self.kind, ConnectionErrorKind::Transport(_))
    }
}

/// What went wrong on the way.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectionErrorKind {
    /// The answer breaks the protocol.
    #[error("the server's answer breaks the protocol: {message}")]
    Answer {
        /// What breaks it.
        message: String,
    },
    /// The arguments cannot be written as JSON.
    #[error("the arguments cannot be sent: {message}")]
    Arguments {
        /// What cannot be written.
        message: String,
    },
    /// The server gave up the task that the call had become.
    #[error("its task was cancelled")]
    Cancelled,
    /// No answer within the time allowed. The server was told that the request is no longer wanted.
    #[error("no answer within {after:?}")]
    Deadline {
        /// The time allowed.
        after: Duration,
    },
    /// The exchange of this request failed; the connection goes on. Bindings such as HTTP have one
    /// exchange a request.
    #[error("{0}")]
    Exchange(TransportError),
    /// The server goes beyond a cap.
    #[error("the server goes beyond {limit} {what}")]
    Limit {
        /// The most that is allowed.
        limit: usize,
        /// Of what there is too much.
        what: &'static str,
    },
    /// The server asked something before it would answer, and got none.
    #[error("the server's question `{method}` has no answer: {error}")]
    Question {
        /// What was asked.
        method: String,
        /// Why there is no answer.
        error: RpcError,
    },
    /// Too many requests wait on this connection.
    #[error(transparent)]
    TooMany(#[from] TooMany),
    /// The connection ended.
    #[error(transparent)]
    Transport(#[from] TransportError),
}

impl From<ScanErrorKind> for ConnectionErrorKind {
    fn from(kind: ScanErrorKind) -> Self {
        Self::Answer { message: kind.to_string() }
    }
}

/// Why no connection came about.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The handshake failed.
    #[error("{error}{}", words(.stderr_tail.as_deref()))]
    Handshake {
        /// The error of the handshake.
        error: HandshakeError,
        /// The last lines that the server wrote to its standard error, when it has one.
        stderr_tail: Option<String>,
    },
    /// The server did not finish the handshake in time.
    #[error("no answer to the handshake within {after:?}{}", words(.stderr_tail.as_deref()))]
    Timeout {
        /// The time allowed.
        after: Duration,
        /// The last lines that the server wrote to its standard error, when it has one.
        stderr_tail: Option<String>,
    },
    /// The connection could not be opened, or ended.
    #[error(transparent)]
    Transport(#[from] TransportError),
}

impl ConnectError {
    /// Whether a later attempt may succeed without anybody's help. What a process says when it cannot be
    /// started may change by itself.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        !matches!(self, Self::Transport(error) if error.is_permanent())
    }

    /// The wait that the server asks for before the next attempt.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Transport(TransportError::Status { retry_after, .. }) => *retry_after,
            _ => None,
        }
    }
}

/// Why a request other than a call has no result.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// The connection failed.
    #[error(transparent)]
    Connection(#[from] ConnectionError),
    /// The server does not declare what the request is about, so that it was not sent.
    #[error("the server offers no {what}")]
    NotOffered {
        /// What is missing.
        what: &'static str,
    },
    /// The server answered a JSON-RPC error.
    #[error(transparent)]
    Rpc(#[from] RpcFailure),
}

impl RequestError {
    /// Whether the same request may succeed later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Connection(error) => error.is_transient(),
            Self::NotOffered { .. } => false,
            Self::Rpc(failure) => failure.is_transient(),
        }
    }

    /// Whether the request may have been carried out.
    #[must_use]
    pub fn delivery(&self) -> Delivery {
        match self {
            Self::Connection(error) => error.delivery,
            Self::NotOffered { .. } => Delivery::NotSent,
            Self::Rpc(failure) => failure.delivery,
        }
    }
}

/// Why a list could not be fetched.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ListError {
    /// The connection failed.
    #[error(transparent)]
    Connection(#[from] ConnectionError),
    /// The server named the same page twice.
    #[error("the list of {of} goes round in a circle: cursor {cursor:?} came twice")]
    CursorLoop {
        /// Of what the list is.
        of: &'static str,
        /// The cursor.
        cursor: String,
    },
    /// The server does not declare that it has such things, so that it was not asked.
    #[error("the server offers no {what}")]
    NotOffered {
        /// What is missing.
        what: &'static str,
    },
    /// The server answered a JSON-RPC error.
    #[error(transparent)]
    Rpc(#[from] RpcFailure),
    /// The list goes on for too long.
    #[error("the list of {of} has more than {limit} {what}")]
    TooLong {
        /// Of what the list is.
        of: &'static str,
        /// The most that is allowed.
        limit: usize,
        /// Of what there are too many: `pages`, or what the list is of.
        what: &'static str,
    },
}

/// Why a request has no result, before it is known whose request it is.
#[derive(Debug)]
pub(crate) enum Failure {
    Connection(ConnectionError),
    Rpc(RpcFailure),
}

impl Failure {
    pub(crate) fn new(request: &str, kind: ConnectionErrorKind, delivery: Delivery) -> Self {
        Self::Connection(ConnectionError { request: request.to_owned(), kind, delivery })
    }

    /// A request that did not leave, or not whole.
    pub(crate) fn not_delivered(request: &str, error: SendError) -> Self {
        Self::new(request, error.cause.into(), error.delivery)
    }

    /// The server had begun to work before this happened, so that nothing is certain.
    pub(crate) fn after_work_began(self) -> Self {
        let delivery = Delivery::Unknown;
        match self {
            Self::Connection(error) => Self::Connection(ConnectionError { delivery, ..error }),
            Self::Rpc(failure) => Self::Rpc(RpcFailure { delivery, ..failure }),
        }
    }
}

impl From<ConnectionError> for Failure {
    fn from(error: ConnectionError) -> Self {
        Self::Connection(error)
    }
}

impl From<Failure> for CallError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Connection(error) => Self::Connection(error),
            Failure::Rpc(failure) => Self::Rpc(failure),
        }
    }
}

impl From<Failure> for ListError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Connection(error) => Self::Connection(error),
            Failure::Rpc(failure) => Self::Rpc(failure),
        }
    }
}

impl From<Failure> for RequestError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Connection(error) => Self::Connection(error),
            Failure::Rpc(failure) => Self::Rpc(failure),
        }
    }
}

fn words(stderr_tail: Option<&str>) -> String {
    stderr_tail.map(|words| format!("; its last words: {words}")).unwrap_or_default()
}
