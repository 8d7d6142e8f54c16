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

/// Moves JSON-RPC messages to one peer and back.
///
/// Messages are complete JSON texts; a transport that frames by lines makes them fit by itself. They
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
    async fn send(&self, message: Bytes) -> Result<(), SendError>;

    /// Receives the next message.
    ///
    /// # Errors
    ///
    /// Every error is the end of the connection and is returned again by later calls. Messages that
    /// the peer sent before the end are received first.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: a dropped future has not taken a message.
    async fn recv(&self) -> Result<Bytes, TransportError>;

    /// Closes the connection within a bounded time and releases everything it held.
    ///
    /// Messages sent before are delivered if the peer takes them in time. Later calls of every method
    /// return at once. May be called by several tasks. Dropping the transport closes it too, by force.
    async fn close(&self);

    /// Cuts the connection at once and by force: what a drop does, for callers that share the transport
    /// with a task. Needs no runtime and does not wait.
    fn abort(&self);

    /// What the peer said outside of messages shortly before now, made safe for display.
    ///
    /// For a child process this is the end of its standard error. Transports that have no such side
    /// channel return `None`.
    fn last_words(&self) -> Option<String> {
        None
    }
}

const _: Option<&dyn Transport> = None;

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
    /// The peer did not read for the whole write deadline.
    #[error("the peer did not read for {after:?}")]
    WriteStalled {
        /// The write deadline.
        after: Duration,
    },
}

fn tail(stderr: &str) -> String {
    if stderr.is_empty() { String::new() } else { format!("; its last words: {stderr}") }
}
