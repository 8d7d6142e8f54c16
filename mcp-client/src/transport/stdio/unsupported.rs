//! Platforms without process groups: a child process is refused instead of being owned by halves.

use async_trait::async_trait;
use mcp_core::{Outgoing, Received, SendError, Transport, TransportError};

use super::{ChildCommand, SpawnError};

/// Speaks to a child process over its standard input and output; not available on this platform.
#[derive(Debug)]
pub struct ChildTransport(std::convert::Infallible);

impl ChildTransport {
    /// Refuses to start the child.
    ///
    /// # Errors
    ///
    /// Always, on this platform.
    pub async fn spawn(command: ChildCommand) -> Result<Self, SpawnError> {
        Err(SpawnError::Unsupported { program: command.program })
    }
}

#[async_trait]
impl Transport for ChildTransport {
    async fn send(&self, _message: Outgoing<'_>) -> Result<(), SendError> {
        match self.0 {}
    }

    async fn recv(&self) -> Result<Received, TransportError> {
        match self.0 {}
    }

    async fn close(&self) {
        match self.0 {}
    }

    fn abort(&self) {
        match self.0 {}
    }
}
