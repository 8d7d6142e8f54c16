//! Messages as lines over any reader and writer.
//!
//! Reading and writing share nothing but the end of the connection, so a reader never waits for a
//! writer. Whatever ends the connection first (a failed read, a failed or stalled write, a line over
//! the limit, [`close`](Transport::close)) is its end for both sides; what the peer sent before is
//! received first. The end of the input is the end of receiving only: answers to what was read can
//! still be sent.

mod write_queue;

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use mcp_core::codec::line::{LINE_LIMIT_BYTES, LineDecoder, single_line};
use mcp_core::{Outgoing, Received, SendError, Transport, TransportError};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::sync::{Mutex, SetOnce};
use tokio::task::{AbortHandle, unconstrained};
use tokio::time::timeout;

use self::write_queue::WriteQueue;
use super::visible::visible;

/// How long [`close`](Transport::close) waits for messages that were sent before it.
///
/// A peer that reads takes them at once; one that does not must not hold up the shutdown.
const FLUSH_GRACE: Duration = Duration::from_millis(500);

/// How long [`close`](Transport::close) waits for a task that is receiving to notice.
const RECEIVER_GRACE: Duration = Duration::from_millis(100);

/// How a [`LineTransport`] treats its peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct LineOptions {
    /// Longest line that is accepted; a longer one ends the connection.
    pub line_limit_bytes: usize,
    /// How long the peer may leave a batch of messages unread before the connection is given up.
    pub write_deadline: Duration,
    /// Bytes that wait to be written before senders wait; one larger message is taken alone.
    pub queue_limit_bytes: usize,
}

impl Default for LineOptions {
    fn default() -> Self {
        Self {
            line_limit_bytes: LINE_LIMIT_BYTES,
            // A healthy peer reads within milliseconds, also while it computes.
            write_deadline: Duration::from_secs(10),
            // Two of the longest lines.
            queue_limit_bytes: 2 * LINE_LIMIT_BYTES,
        }
    }
}

/// Moves messages as lines over a reader and a writer.
///
/// ```
/// use mcp_client::transport::line::{LineOptions, LineTransport};
/// use tokio::net::TcpStream;
///
/// async fn connect(address: &str) -> std::io::Result<LineTransport> {
///     let (reader, writer) = TcpStream::connect(address).await?.into_split();
///     Ok(LineTransport::new(reader, writer, LineOptions::default()))
/// }
/// ```
///
/// Holds one task, which writes what callers cannot write themselves at once. It ends with the
/// transport.
pub struct LineTransport {
    source: Mutex<Source>,
    write_queue: Arc<WriteQueue>,
    end: Arc<End>,
    writer_task: AbortHandle,
}

impl LineTransport {
    /// Connects over the two halves of a byte stream.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    #[must_use]
    pub fn new(
        reader: impl AsyncRead + Send + Unpin + 'static,
        writer: impl AsyncWrite + Send + Unpin + 'static,
        options: LineOptions,
    ) -> Self {
        let end = Arc::new(End::new());
        let write_queue = Arc::new(WriteQueue::new(Box::new(writer), Arc::clone(&end), options));
        let source = Source {
            reader: Some(Box::new(reader)),
            decoder: LineDecoder::with_limit(options.line_limit_bytes),
            is_at_end_of_stream: false,
            noise_lines_told: 0,
        };
        Self {
            source: Mutex::new(source),
            writer_task: tokio::spawn(Arc::clone(&write_queue).run()).abort_handle(),
            write_queue,
            end,
        }
    }

    /// The end of this connection, for those who cause it or wait for it.
    pub(crate) fn end(&self) -> Arc<End> {
        Arc::clone(&self.end)
    }

    /// The beginning of the last line that was no message, unless somebody is reading right now.
    pub(crate) fn last_noise(&self) -> Option<String> {
        Some(visible(self.source.try_lock().ok()?.decoder.last_noise()?))
    }

    /// [`Transport::send`] without a box.
    pub(crate) async fn send_line(&self, frame: Bytes) -> Result<(), SendError> {
        match self.write_queue.send_at_once(single_line(frame)) {
            Ok(sent) => sent,
            Err(frame) => self.write_queue.send(frame).await,
        }
    }

    /// [`Transport::recv`] without a box.
    pub(crate) async fn next_line(&self) -> Result<Bytes, TransportError> {
        let mut source = self.source.lock().await;
        let received = source.next_frame(&self.end).await;
        match &received {
            // With more lines at hand the answers are better written together.
            Ok(_) => self.write_queue.set_quiet(!source.decoder.has_line()),
            // A peer that said its last word may still be listening.
            Err(_) if source.is_at_end_of_stream => {}
            Err(cause) => {
                source.reader = None;
                self.end.reach(cause.clone());
            }
        }
        received
    }
}

#[async_trait]
impl Transport for LineTransport {
    async fn send(&self, message: Outgoing<'_>) -> Result<(), SendError> {
        self.send_line(message.frame).await
    }

    async fn recv(&self) -> Result<Received, TransportError> {
        self.next_line().await.map(Received::Message)
    }

    async fn close(&self) {
        // A stuck writer is dropped below together with what it could not write.
        drop(timeout(FLUSH_GRACE, self.write_queue.finish()).await);
        self.abort();
        // The one who receives was just woken; should it be asleep in a future that is not polled, then
        // the reader goes with that future and not here.
        if let Ok(mut source) = timeout(RECEIVER_GRACE, self.source.lock()).await {
            source.reader = None;
            source.decoder = LineDecoder::default();
        }
    }

    fn abort(&self) {
        self.end.reach(closed());
        self.writer_task.abort();
        self.write_queue.discard();
        // Whoever is receiving sees the end and drops the reader.
        if let Ok(mut source) = self.source.try_lock() {
            source.reader = None;
        }
    }
}

impl Drop for LineTransport {
    fn drop(&mut self) {
        self.abort();
    }
}

impl fmt::Debug for LineTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LineTransport").field("end", &self.end.cause()).finish_non_exhaustive()
    }
}

/// The read side.
struct Source {
    /// Absent once the stream has ended.
    reader: Option<Box<dyn AsyncRead + Send + Unpin>>,
    decoder: LineDecoder,
    is_at_end_of_stream: bool,
    noise_lines_told: u64,
}

impl Source {
    /// Cancel safe: bytes are in the decoder or still with the reader, never in this future.
    async fn next_frame(&mut self, end: &End) -> Result<Bytes, TransportError> {
        loop {
            let decoded = self.decoder.next_frame();
            self.tell_noise();
            if let Some(frame) = decoded.map_err(too_large)? {
                return Ok(frame);
            }
            let Some(reader) = &mut self.reader else {
                return Err(end.cause().cloned().unwrap_or_else(closed));
            };
            let spare = self.decoder.spare();
            let read = tokio::select! {
                biased;
                read = reader.read_buf(spare) => Some(read),
                () = end.wait() => None,
            };
            // At the end of the connection the rest is still taken, as far as it is there. The first
            // branch may have been held back by the task's budget only, hence a try without it.
            let read = match read {
                Some(read) => read,
                None => match at_once(reader.read_buf(self.decoder.spare())).await {
                    Some(read) => read,
                    None => return Err(end.cause().cloned().unwrap_or_else(closed)),
                },
            };
            if read.map_err(|error| io_error("read from the peer", &error))? == 0 {
                self.reader = None;
                self.is_at_end_of_stream = true;
                if let Some(frame) = self.decoder.finish().map_err(too_large)? {
                    return Ok(frame);
                }
            }
        }
    }

    /// Says so at the 1st, 2nd, 4th, 8th … noise line: a chatty server cannot flood the log.
    fn tell_noise(&mut self) {
        let noise_lines = self.decoder.noise_lines();
        if noise_lines >= self.noise_lines_told.saturating_mul(2).max(1) {
            self.noise_lines_told = noise_lines;
            let line = visible(self.decoder.last_noise().unwrap_or_default());
            tracing::warn!(noise_lines, line, "skipped output of the server that is no message");
        }
    }
}

/// Result of the future if it is ready on its first poll, whatever the task's budget says.
async fn at_once<T>(future: impl Future<Output = T>) -> Option<T> {
    let mut future = std::pin::pin!(unconstrained(future));
    std::future::poll_fn(|cx| match future.as_mut().poll(cx) {
        std::task::Poll::Ready(value) => std::task::Poll::Ready(Some(value)),
        std::task::Poll::Pending => std::task::Poll::Ready(None),
    })
    .await
}

/// The end of a connection: reached once, by whichever side sees a cause first.
#[derive(Debug)]
pub(crate) struct End(SetOnce<TransportError>);

impl End {
    fn new() -> Self {
        Self(SetOnce::new())
    }

    /// Ends the connection, once everything that can be read without waiting is read.
    pub(crate) fn reach(&self, cause: TransportError) {
        // A later cause is a consequence of the first one.
        drop(self.0.set(cause));
    }

    fn cause(&self) -> Option<&TransportError> {
        self.0.get()
    }

    pub(crate) async fn wait(&self) {
        self.0.wait().await;
    }
}

pub(crate) fn closed() -> TransportError {
    TransportError::Closed { stderr_tail: String::new() }
}

fn too_large(error: mcp_core::codec::line::LineTooLong) -> TransportError {
    TransportError::FrameTooLarge { limit_bytes: error.limit_bytes }
}

/// A peer that went away is a closed connection, whichever system call noticed it.
fn io_error(operation: &'static str, error: &io::Error) -> TransportError {
    match error.kind() {
        io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset => closed(),
        _ => TransportError::Io { operation, message: error.to_string() },
    }
}
