//! Answers that arrive in pieces, as over a bad line.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;

/// Waits between two pieces. The side that has a clock brings it.
pub type Pause = Arc<dyn Fn() -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

/// Bytes that are sent as they are, in pieces with pauses between them. They hold one frame and what
/// ends it on a stream.
#[derive(Clone)]
pub struct Drip {
    rest: Bytes,
    piece_bytes: usize,
    pause: Pause,
}

impl Drip {
    /// Pieces of so many bytes, at least one, with a pause after each.
    #[must_use]
    pub fn new(bytes: Bytes, piece_bytes: usize, pause: Pause) -> Self {
        Self { rest: bytes, piece_bytes: piece_bytes.max(1), pause }
    }

    /// What is still to be sent.
    pub(crate) fn rest(&self) -> &Bytes {
        &self.rest
    }

    /// The next piece; `None` at the end.
    pub(crate) fn next(&mut self) -> Option<Bytes> {
        let length = self.piece_bytes.min(self.rest.len());
        (length > 0).then(|| self.rest.split_to(length))
    }

    /// The pause after a piece.
    pub(crate) fn pause(&self) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        (self.pause)()
    }
}

impl fmt::Debug for Drip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Drip")
            .field("rest", &self.rest.len())
            .field("piece_bytes", &self.piece_bytes)
            .finish_non_exhaustive()
    }
}
