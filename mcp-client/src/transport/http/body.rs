//! The body of an answer, with a cap on its bytes and on its pauses.

use std::error::Error;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use mcp_core::TransportError;
use mcp_core::codec::sse::{EventTooLong, SseDecoder};
use reqwest::Response;
use tokio::time::timeout;

use crate::transport::visible::visible;

/// How much of a refusal is read. Whatever a program can use of it comes first.
const EXPLANATION_BYTES_MAX: usize = 64 * 1024;

/// How long a refusal may take to explain itself; that it is one is known before.
const EXPLANATION_TIMEOUT: Duration = Duration::from_secs(5);

/// How long and how far the rest of a stream is read after its answer, so that the connection can be
/// used again. Opening another one costs about as much.
const REST_TIMEOUT: Duration = Duration::from_secs(1);
const REST_BYTES_MAX: usize = 64 * 1024;

/// What is left of a body.
#[derive(Debug)]
pub(super) struct Body {
    response: Response,
    /// The longest pause; none for streams that somebody else limits.
    idle: Option<Duration>,
}

impl Body {
    pub(super) fn new(response: Response, idle: Duration) -> Self {
        Self { response, idle: Some(idle) }
    }

    pub(super) fn without_limit(response: Response) -> Self {
        Self { response, idle: None }
    }

    /// The next bytes, decompressed; `None` at the end.
    async fn chunk(&mut self) -> Result<Option<Bytes>, TransportError> {
        let chunk = match self.idle {
            None => self.response.chunk().await,
            Some(idle) => timeout(idle, self.response.chunk()).await.map_err(|_| silence(idle))?,
        };
        chunk.map_err(|error| broken(reason(&error)))
    }

    /// All of it, when that is not more than `limit_bytes`.
    pub(super) async fn whole(mut self, limit_bytes: usize) -> Result<Bytes, TransportError> {
        let mut whole = BytesMut::new();
        while let Some(chunk) = self.chunk().await? {
            if whole.len() + chunk.len() > limit_bytes {
                return Err(TransportError::FrameTooLarge { limit_bytes });
            }
            whole.extend_from_slice(&chunk);
        }
        Ok(whole.freeze())
    }

    /// As much as came soon and is of use, however the body ends.
    pub(super) async fn explanation(mut self) -> Bytes {
        let mut start = BytesMut::new();
        let reading = async {
            while let Ok(Some(chunk)) = self.chunk().await {
                let room = EXPLANATION_BYTES_MAX - start.len();
                start.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
                if start.len() == EXPLANATION_BYTES_MAX {
                    break;
                }
            }
        };
        // What came until then is still used.
        let _ = timeout(EXPLANATION_TIMEOUT, reading).await;
        start.freeze()
    }

    /// Reads on to the end, if that is near.
    pub(super) async fn drain(mut self) {
        let to_the_end = async {
            let mut bytes = 0;
            while let Ok(Some(chunk)) = self.chunk().await {
                bytes += chunk.len();
                if bytes > REST_BYTES_MAX {
                    return;
                }
            }
        };
        // Whether the end came in time or not, the body is dropped.
        let _ = timeout(REST_TIMEOUT, to_the_end).await;
    }
}

/// The messages of an event stream.
#[derive(Debug)]
pub(super) struct Events {
    body: Body,
    decoder: SseDecoder,
    has_event: bool,
}

impl Events {
    pub(super) fn new(body: Body, limit_bytes: usize) -> Self {
        Self { body, decoder: SseDecoder::with_limit(limit_bytes), has_event: false }
    }

    /// The next message; `None` at the end of the stream.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, TransportError> {
        loop {
            while let Some(event) = self.decoder.next_event().map_err(too_large)? {
                self.has_event = true;
                if event.is_message() {
                    return Ok(Some(event.data));
                }
            }
            match self.body.chunk().await? {
                Some(chunk) => self.decoder.feed(&chunk),
                None => return Ok(None),
            }
        }
    }

    /// After which event the stream may be taken up again.
    pub(super) fn last_event_id(&self) -> Option<&str> {
        self.decoder.last_event_id()
    }

    /// How long the server wants to be left alone before that.
    pub(super) fn retry(&self) -> Option<Duration> {
        self.decoder.retry()
    }

    /// Whether the stream brought anything but comments.
    pub(super) fn has_event(&self) -> bool {
        self.has_event || self.decoder.last_event_id().is_some()
    }

    /// What follows the last message taken.
    pub(super) fn into_rest(self) -> Body {
        self.body
    }
}

fn too_large(error: EventTooLong) -> TransportError {
    TransportError::FrameTooLarge { limit_bytes: error.limit_bytes }
}

/// An answer that began and did not come to its end.
pub(super) fn broken(message: String) -> TransportError {
    TransportError::Io { operation: "read an HTTP answer", message }
}

/// An answer that did not come, or not on.
pub(super) fn silence(limit: Duration) -> TransportError {
    broken(format!("nothing came for {limit:?}"))
}

/// The innermost reason, which is the one that says something; it never holds the address.
pub(super) fn reason(error: &reqwest::Error) -> String {
    let mut innermost: &dyn Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    if std::ptr::addr_eq(innermost, error) {
        return "the HTTP exchange failed".to_owned();
    }
    visible(innermost.to_string().as_bytes())
}
