//! Lines over a byte stream, of which some may be broken on purpose.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use mcp_client::transport::line::{LineOptions, LineTransport};
use mcp_core::codec::line::single_line;
use mcp_core::{Lock, Outgoing, Received, SendError, Transport, TransportError};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::time::{sleep, timeout};

use super::Drip;

/// How long a client may leave a message unread.
const WRITE_DEADLINE: Duration = Duration::from_secs(10);

/// `None` once the connection is closed.
type Writer = Option<Box<dyn AsyncWrite + Send + Unpin>>;

/// The server's end of a byte stream.
///
/// It reads as any server does and writes by itself: whoever holds the writer decides which bytes leave.
pub(crate) struct Stream {
    incoming: LineTransport,
    writer: Arc<Mutex<Writer>>,
    /// Bytes that leave right before the end.
    torn: Lock<Option<Bytes>>,
}

impl Stream {
    /// Serves a client over the two halves of a stream. Must be called inside a tokio runtime.
    pub(crate) fn new(
        reader: impl AsyncRead + Send + Unpin + 'static,
        writer: impl AsyncWrite + Send + Unpin + 'static,
    ) -> Arc<Self> {
        let writer: Writer = Some(Box::new(writer));
        Arc::new(Self {
            incoming: LineTransport::new(reader, tokio::io::sink(), LineOptions::default()),
            writer: Arc::new(Mutex::new(writer)),
            torn: Lock::default(),
        })
    }

    /// Ends the connection with these bytes, once it is closed.
    pub(super) fn tear(&self, bytes: Bytes) {
        *self.torn.lock() = Some(bytes);
    }

    /// Sends bytes in pieces. What is sent from now on waits until the returned work is done.
    pub(super) async fn drip(
        stream: &Arc<Self>,
        drip: Drip,
    ) -> impl Future<Output = ()> + Send + 'static {
        let mut writer = Arc::clone(&stream.writer).lock_owned().await;
        async move {
            let Drip { mut bytes, pace } = drip;
            while let Some(piece) = pace.piece(&mut bytes) {
                if write(&mut writer, &piece).await.is_err() {
                    return;
                }
                sleep(pace.pause).await;
            }
        }
    }
}

#[async_trait]
impl Transport for Stream {
    async fn send(&self, message: Outgoing<'_>) -> Result<(), SendError> {
        let mut line = Vec::from(single_line(message.frame));
        line.push(b'\n');
        let mut writer = Arc::clone(&self.writer).lock_owned().await;
        write(&mut writer, &line).await.map_err(SendError::unknown)
    }

    async fn recv(&self) -> Result<Received, TransportError> {
        self.incoming.recv().await
    }

    async fn close(&self) {
        // Work that holds the writer for longer is dropped with the connection.
        if let Ok(mut writer) = timeout(WRITE_DEADLINE, Arc::clone(&self.writer).lock_owned()).await
        {
            let torn = self.torn.lock().take();
            if let Some(bytes) = torn {
                drop(write(&mut writer, &bytes).await);
            }
            *writer = None;
        }
        self.incoming.close().await;
    }

    fn abort(&self) {
        if let Ok(mut writer) = self.writer.try_lock() {
            *writer = None;
        }
        self.incoming.abort();
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream").field("incoming", &self.incoming).finish_non_exhaustive()
    }
}

async fn write(writer: &mut OwnedMutexGuard<Writer>, bytes: &[u8]) -> Result<(), TransportError> {
    let closed = || TransportError::Closed { stderr_tail: String::new() };
    let writer = writer.as_mut().ok_or_else(closed)?;
    let written = async {
        writer.write_all(bytes).await?;
        writer.flush().await
    };
    let written: io::Result<()> = timeout(WRITE_DEADLINE, written)
        .await
        .map_err(|_| TransportError::WriteStalled { after: WRITE_DEADLINE })?;
    written.map_err(|error| TransportError::Io {
        operation: "write to the peer",
        message: error.to_string(),
    })
}
