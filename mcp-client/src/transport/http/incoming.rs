//! What exchanges hand to the one task that reads the connection.

use mcp_core::{Received, TransportError};
use tokio::sync::{Mutex, mpsc, watch};

use crate::transport::line::closed;

/// Messages and failures that wait for the reader. An exchange that finds the queue full reads no more
/// from its own server; the deadlines of calls run elsewhere and are not held up.
const QUEUED_MAX: usize = 64;

/// A bounded queue, both ends of it, and the news that the transport is closed.
#[derive(Debug)]
pub(super) struct IncomingQueue {
    sender: mpsc::Sender<Received>,
    receiver: Mutex<mpsc::Receiver<Received>>,
    closed: watch::Sender<bool>,
}

impl IncomingQueue {
    pub(super) fn new() -> Self {
        let (sender, receiver) = mpsc::channel(QUEUED_MAX);
        Self { sender, receiver: Mutex::new(receiver), closed: watch::Sender::new(false) }
    }

    pub(super) async fn put(&self, received: impl Into<Received>) {
        // It fails only when the receiver is gone, which is a part of `self`.
        drop(self.sender.send(received.into()).await);
    }

    /// The next message or failure, or the end. Cancel safe.
    pub(super) async fn recv(&self) -> Result<Received, TransportError> {
        tokio::select! {
            biased;
            () = self.closed() => Err(closed()),
            received = async { self.receiver.lock().await.recv().await } => {
                received.ok_or_else(closed)
            }
        }
    }

    /// Ends every wait, now and later.
    pub(super) fn close(&self) {
        self.closed.send_replace(true);
    }

    pub(super) fn is_closed(&self) -> bool {
        *self.closed.borrow()
    }

    async fn closed(&self) {
        // The sender is a part of `self`, so it cannot be gone.
        drop(self.closed.subscribe().wait_for(|is_closed| *is_closed).await);
    }
}
