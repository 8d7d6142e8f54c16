//! What exchanges hand to the one task that reads the connection.

use bytes::Bytes;
use mcp_core::{TransportError, Undelivered};
use tokio::sync::{Mutex, mpsc, watch};

use crate::transport::line::closed;

/// Messages that wait for the reader. An exchange that finds the queue full reads no more from its own
/// server; the deadlines of calls run elsewhere and are not held up.
const QUEUED_FRAMES_MAX: usize = 64;

/// Failed requests that wait for the reader; more than may run side by side.
const QUEUED_FAILURES_MAX: usize = 128;

/// Two bounded queues and the news that the transport is closed.
#[derive(Debug)]
pub(super) struct IncomingQueue {
    frames: Queue<Bytes>,
    failures: Queue<Undelivered>,
    closed: watch::Sender<bool>,
}

impl IncomingQueue {
    pub(super) fn new() -> Self {
        let (frames, failures) = (Queue::new(QUEUED_FRAMES_MAX), Queue::new(QUEUED_FAILURES_MAX));
        Self { frames, failures, closed: watch::Sender::new(false) }
    }

    pub(super) async fn put(&self, frame: Bytes) {
        self.frames.put(frame).await;
    }

    pub(super) async fn fail(&self, failure: Undelivered) {
        self.failures.put(failure).await;
    }

    /// The next message, or the end. Cancel safe.
    pub(super) async fn recv(&self) -> Result<Bytes, TransportError> {
        tokio::select! {
            biased;
            () = self.closed() => Err(closed()),
            frame = self.frames.take() => frame.ok_or_else(closed),
        }
    }

    /// The next failure; none comes after the end. Cancel safe.
    pub(super) async fn undelivered(&self) -> Undelivered {
        match self.failures.take().await {
            Some(failure) => failure,
            None => std::future::pending().await,
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

/// A channel whose two ends are in one place.
#[derive(Debug)]
struct Queue<T> {
    sender: mpsc::Sender<T>,
    receiver: Mutex<mpsc::Receiver<T>>,
}

impl<T> Queue<T> {
    fn new(places: usize) -> Self {
        let (sender, receiver) = mpsc::channel(places);
        Self { sender, receiver: Mutex::new(receiver) }
    }

    async fn put(&self, item: T) {
        // It fails only when the receiver is gone, which is a part of `self`.
        drop(self.sender.send(item).await);
    }

    async fn take(&self) -> Option<T> {
        self.receiver.lock().await.recv().await
    }
}
