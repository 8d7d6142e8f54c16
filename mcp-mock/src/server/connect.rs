//! The ways to reach a fake server: in memory, over any pair of byte streams, over this process's own
//! standard input and output.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use mcp_client::Connector;
use mcp_client::transport::memory::{self, MemoryTransport};
use mcp_client::transport::own_stdio_halves;
use mcp_core::server::serve;
use mcp_core::{Outgoing, Received, SendError, Transport, TransportError};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinHandle;

use super::MockServer;
use super::answer::Connection;
use super::deliver::Stream;
use crate::script::ProcessFault;

/// Why serving ended otherwise than by the client.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("failed to serve: {0}")]
pub struct ServeError(#[from] TransportError);

impl MockServer {
    /// A new connection in memory, for a client in this process. Must be called inside a tokio runtime.
    #[must_use]
    pub fn transport(&self) -> MockTransport {
        let (here, there) = memory::pair();
        let connection = Connection::new(Arc::clone(&self.core));
        let server = tokio::spawn(async move {
            // The client sees the end of its connection, and no other party needs to know.
            drop(serve(&connection, &there).await);
        });
        MockTransport { memory: here, server }
    }

    /// Serves one client over a reader and a writer until it goes away.
    ///
    /// # Errors
    ///
    /// When the stream breaks.
    pub async fn serve_over(
        &self,
        reader: impl AsyncRead + Send + Unpin + 'static,
        writer: impl AsyncWrite + Send + Unpin + 'static,
    ) -> Result<(), ServeError> {
        self.serve_on(Stream::new(reader, writer)).await
    }

    /// Serves the client that started this process over its standard input and output.
    ///
    /// # Errors
    ///
    /// When the stream breaks.
    pub async fn serve_stdio(&self) -> Result<(), ServeError> {
        let unable = |_| Err(io::Error::other("only the program `mcp-mock` can do that"));
        self.core.settings.lock().process.get_or_insert(unable);
        let (reader, writer) = own_stdio_halves();
        let served = self.serve_on(Stream::new(reader, writer)).await;
        let lingering = self.core.settings.lock().lingering;
        tokio::time::sleep(lingering).await;
        served
    }

    /// Says that the process is there for this server: a crash ends it, and `misbehave` carries out the
    /// [faults of a process](ProcessFault). It gives the time that the process goes on after the end of its
    /// standard input.
    pub fn own_process(&self, misbehave: fn(ProcessFault) -> io::Result<Duration>) {
        self.core.settings.lock().process = Some(misbehave);
    }

    async fn serve_on(&self, stream: Arc<Stream>) -> Result<(), ServeError> {
        let connection = Connection::new(Arc::clone(&self.core)).over_stream(Arc::clone(&stream));
        serve(&connection, &*stream).await?;
        stream.close().await;
        Ok(())
    }
}

/// Every connection is one in memory, to the same state.
#[async_trait]
impl Connector for MockServer {
    async fn open(&self) -> Result<Box<dyn Transport>, TransportError> {
        Ok(Box::new(self.transport()))
    }
}

/// The client's end of a connection in memory. Dropping it ends the server's end as well.
#[derive(Debug)]
pub struct MockTransport {
    memory: MemoryTransport,
    server: JoinHandle<()>,
}

impl MockTransport {
    /// The client's end, and the task that serves the other one.
    #[must_use]
    pub fn new(memory: MemoryTransport, server: JoinHandle<()>) -> Self {
        Self { memory, server }
    }
}

#[async_trait]
impl Transport for MockTransport {
    async fn send(&self, message: Outgoing<'_>) -> Result<(), SendError> {
        self.memory.send(message).await
    }

    async fn recv(&self) -> Result<Received, TransportError> {
        self.memory.recv().await
    }

    async fn close(&self) {
        self.abort();
    }

    fn abort(&self) {
        self.memory.abort();
        self.server.abort();
    }
}

impl Drop for MockTransport {
    fn drop(&mut self) {
        self.server.abort();
    }
}
