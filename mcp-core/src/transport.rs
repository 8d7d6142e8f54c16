//! The seam between protocol and bytes: something that moves whole JSON-RPC messages.
//!
//! A transport carries frames and knows nothing of what they mean. Every implementation is held to
//! one shared suite (`mcp-client/tests/transport`): order, large frames, close by the peer, cancel
//! during [`Transport::recv`], garbage.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

use crate::error::Delivery;
use crate::jsonrpc::RequestId;
use crate::outgoing::Outgoing;

/// Moves JSON-RPC messages to one peer and back.
///
/// A message is one JSON text; a transport that frames by lines makes it fit by itself. Messages
/// arrive in the order in which they were sent. One task receives at a time; any number may send.
#[async_trait]
pub trait Transport: Send + Sync + fmt::Debug + 'static {
    /// Sends one message; `Ok` means that the transport took it, not that the peer read it.
    ///
    /// Waits while the outgoing queue of the transport is full, and never for longer than the
    /// transport's write deadline.
    ///
    /// # Errors
    ///
    /// When the connection is closed or the peer does not read. The error says whether a byte of the
    /// message may have left.
    ///
    /// # Cancel safety
    ///
    /// A dropped future has sent the message whole or not at all.
    async fn send(&self, message: Outgoing<'_>) -> Result<(), SendError>;

    /// Receives the next message, or the failure of one request.
    ///
    /// # Errors
    ///
    /// Every error is the end of the connection and is returned again by later calls. Messages that
    /// the peer sent before the end are received first.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: a dropped future has taken nothing.
    async fn recv(&self) -> Result<Received, TransportError>;

    /// Closes the connection within a bounded time and releases everything it held.
    ///
    /// Messages sent before are delivered if the peer takes them in time. Later calls of every method
    /// return at once. May be called by several tasks. Dropping the transport closes it too, by force.
    async fn close(&self);

    /// Cuts the connection at once and by force: what a drop does, for callers that share the transport
    /// with a task. Needs no runtime and does not wait.
    fn abort(&self);

    /// Whether the binding repeats arguments of calls in headers, so that their names are needed and a
    /// tool whose schema names an invalid header cannot be called.
    fn has_param_headers(&self) -> bool {
        false
    }

    /// What the peer said outside of messages shortly before now, made safe for display.
    ///
    /// For a child process this is the end of its standard error. Transports that have no such side
    /// channel return `None`.
    fn stderr_tail(&self) -> Option<String> {
        None
    }
}

const _: Option<&dyn Transport> = None;

/// What a transport has received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Received {
    /// A message of the peer.
    Message(Bytes),
    /// A request of this side failed by itself while the connection goes on. Bindings that carry every
    /// request in an exchange of its own, as HTTP does, have those; on a byte stream a request fails with
    /// the connection only.
    Undelivered(Undelivered),
}

impl Received {
    /// The message, when it is one.
    #[must_use]
    pub fn into_message(self) -> Option<Bytes> {
        match self {
            Self::Message(message) => Some(message),
            Self::Undelivered(_) => None,
        }
    }
}

impl From<Bytes> for Received {
    fn from(message: Bytes) -> Self {
        Self::Message(message)
    }
}

/// A message that could not be sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("message not sent")]
#[non_exhaustive]
pub struct SendError {
    /// What stopped it.
    #[source]
    pub cause: TransportError,
    /// Whether the peer may have got it all the same.
    pub delivery: Delivery,
}

impl SendError {
    /// No byte of the message left.
    pub fn not_sent(cause: TransportError) -> Self {
        Self { cause, delivery: Delivery::NotSent }
    }

    /// A part of the message, or all of it, may have left.
    pub fn unknown(cause: TransportError) -> Self {
        Self { cause, delivery: Delivery::Unknown }
    }
}

/// A request whose own exchange failed; see [`Received::Undelivered`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undelivered {
    /// The id of the request.
    pub id: RequestId,
    /// Why it failed, and whether the peer may have got it.
    pub error: SendError,
}

/// Why a connection cannot move messages.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TransportError {
    /// The peer, or this side, closed the connection.
    #[error("connection closed{}", tail(.stderr_tail))]
    Closed {
        /// The last lines that the peer wrote to its standard error, when it has one.
        stderr_tail: String,
    },
    /// The child process behind the connection ended.
    #[error("server process ended with {status}{}", tail(.stderr_tail))]
    Exited {
        /// The exit code or the signal, in words.
        status: String,
        /// The last lines that it wrote to its standard error.
        stderr_tail: String,
    },
    /// The peer sent a message over the cap; the connection is cut.
    #[error("message of more than {limit_bytes} bytes")]
    FrameTooLarge {
        /// The cap that was exceeded.
        limit_bytes: usize,
    },
    /// The operating system refused an operation.
    #[error("failed to {operation}: {message}")]
    Io {
        /// What was attempted, as a verb phrase.
        operation: &'static str,
        /// The system's own words.
        message: String,
    },
    /// The connection was never opened.
    #[error("{message}")]
    NotOpened {
        /// Why, in a phrase that names the program or the address.
        message: String,
    },
    /// An HTTP answer that holds no message.
    #[error("HTTP status {status}{}", detail(.message))]
    Status {
        /// The status code.
        status: u16,
        /// What the server asked for in `Retry-After`.
        retry_after: Option<Duration>,
        /// What the body says, made safe for display; may be empty.
        message: String,
    },
    /// The server wants credentials, or other ones.
    #[error("{message}")]
    Unauthorized {
        /// What it wants and what to do about it.
        message: String,
    },
    /// The server could not prove who it is.
    #[error("{message}")]
    Untrusted {
        /// What is wrong with its certificate, in a phrase that names the host.
        message: String,
    },
    /// The peer did not read for the whole write deadline.
    #[error("the peer did not read for {after:?}")]
    WriteStalled {
        /// The write deadline.
        after: Duration,
    },
}

impl TransportError {
    /// Whether nothing at that address understands the request, so that the other era may be tried
    /// (2026-07-28, "Backward compatibility" of Streamable HTTP).
    #[must_use]
    pub fn is_unserved(&self) -> bool {
        matches!(self, Self::Status { status, .. } if self.is_permanent() && *status >= 400)
    }

    /// Whether the same thing would happen again however often it is tried.
    #[must_use]
    pub fn is_permanent(&self) -> bool {
        match self {
            // 408 and 429 say "later" (RFC 9110, 15.5.9; RFC 6585, 4).
            Self::Status { status, .. } => {
                (300..500).contains(status) && !matches!(status, 408 | 429)
            }
            Self::FrameTooLarge { .. } | Self::Unauthorized { .. } | Self::Untrusted { .. } => true,
            _ => false,
        }
    }
}

fn detail(message: &str) -> String {
    if message.is_empty() { String::new() } else { format!(": {message}") }
}

fn tail(stderr: &str) -> String {
    if stderr.is_empty() { String::new() } else { format!("; its last words: {stderr}") }
}
