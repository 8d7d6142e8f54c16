//! From a reply to the client: whole, in pieces, torn, or as no message at all.
//!
//! A server that breaks the rules needs the pipe below its messages. This room owns it for every binding:
//!
//! | binding | pieces | torn bytes | a status or an outage |
//! |---|---|---|---|
//! | memory | one message, late | nothing arrives; the connection ends | the connection ends |
//! | [`stream`] | pieces of a line, before everything behind it | the last bytes before the end | the connection ends |
//! | [`http`] | pieces of the body | the body breaks off | in place of the answer |

#[cfg(feature = "http")]
pub(super) mod http;
mod stream;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use mcp_core::server::Reply as Served;

pub(super) use stream::Stream;

use super::answer::Connection;

/// What goes back for a request: an answer, or what a server does that breaks the rules.
#[derive(Debug, Clone)]
#[cfg_attr(
    not(feature = "http"),
    expect(dead_code, reason = "a build without HTTP sends no status and has no port")
)]
pub(super) enum Reply {
    /// One frame that answers the request.
    Answer(Bytes),
    /// The connection is closed, as by a crash.
    Close,
    /// One frame, in pieces.
    Drip(Drip),
    /// These frames as they are, in order; the last one usually answers the request.
    Frames(Vec<Bytes>),
    /// The port closes for this long.
    Outage(Duration),
    /// Nothing, ever.
    Silence,
    /// An HTTP status in place of an answer.
    Status(Status),
    /// Bytes that are no whole frame, then the end of the connection.
    Torn(Bytes),
}

/// Bytes that are sent as they are, in pieces. They hold one frame, and what ends it on a stream.
#[derive(Debug, Clone)]
pub(super) struct Drip {
    pub(super) bytes: Bytes,
    pub(super) pace: Pace,
}

/// How fast pieces are sent.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Pace {
    /// The length of a piece, at least one byte.
    pub(super) piece_bytes: usize,
    /// The wait after each piece.
    pub(super) pause: Duration,
}

/// The answer of an HTTP server to a request that it does not look into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Status {
    /// The status code. One that HTTP does not have becomes 500.
    pub(super) code: u16,
    /// Headers. What cannot be one is left out. Without a `content-type` the body is plain text.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Bytes,
}

/// What carries the messages of a connection.
#[derive(Debug)]
pub(super) enum Binding {
    #[cfg(feature = "http")]
    Http,
    Memory,
    Stream(Arc<Stream>),
}

impl Binding {
    /// Whether every request has an exchange of its own.
    pub(super) fn is_http(&self) -> bool {
        match self {
            #[cfg(feature = "http")]
            Self::Http => true,
            Self::Memory | Self::Stream(_) => false,
        }
    }
}

impl Drip {
    /// All bytes at once.
    pub(super) fn at_once(bytes: Bytes) -> Self {
        Self { pace: Pace { piece_bytes: bytes.len(), pause: Duration::ZERO }, bytes }
    }
}

impl Pace {
    /// Takes the next piece off the bytes; `None` at the end.
    fn piece(self, bytes: &mut Bytes) -> Option<Bytes> {
        let length = self.piece_bytes.max(1).min(bytes.len());
        (length > 0).then(|| bytes.split_to(length))
    }

    /// How long it takes until all bytes are sent.
    fn total(self, bytes: &Bytes) -> Duration {
        let pieces = bytes.len().div_ceil(self.piece_bytes.max(1));
        self.pause.saturating_mul(u32::try_from(pieces).unwrap_or(u32::MAX))
    }
}

impl Connection {
    /// Does with the pipe what the reply wants, and gives the server the rest.
    pub(super) async fn deliver(&self, reply: Reply) -> Served {
        match (reply, self.binding()) {
            (Reply::Answer(frame), _) => Served::Answer(frame),
            (Reply::Frames(frames), _) => Served::Frames(frames),
            (Reply::Silence, _) => Served::Silence,
            (Reply::Close, _) => Served::Close,
            #[cfg(feature = "http")]
            (reply, Binding::Http) => http::replace(reply),
            (Reply::Drip(drip), Binding::Memory) => {
                tokio::time::sleep(drip.pace.total(&drip.bytes)).await;
                Served::Answer(drip.bytes)
            }
            (Reply::Drip(drip), Binding::Stream(stream)) => {
                self.in_background(Stream::drip(stream, drip).await);
                Served::Silence
            }
            (Reply::Torn(bytes), Binding::Stream(stream)) => {
                stream.tear(bytes);
                Served::Close
            }
            (Reply::Outage(_) | Reply::Status(_) | Reply::Torn(_), _) => Served::Close,
        }
    }
}
