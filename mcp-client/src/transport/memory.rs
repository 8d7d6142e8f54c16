//! Two transports in one process that hand each other whole messages.
//!
//! A message moves as a reference-counted buffer: no byte pipe, no framing, no copy.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use mcp_core::{Lock, Outgoing, Received, SendError, Transport, TransportError};
use tokio::sync::{Notify, Semaphore, SemaphorePermit};
use tokio::time::timeout;

use super::line::closed;

/// Messages on the way in one direction before a sender waits.
///
/// Enough for a burst of a few hundred calls, few enough that a peer which does not read is noticed.
const QUEUED_MESSAGES_MAX: usize = 256;

/// How long a sender waits for a peer that does not read.
const WRITE_DEADLINE: Duration = Duration::from_secs(10);

/// Makes two connected transports: what one sends, the other receives.
///
/// ```
/// use mcp_client::transport::memory;
/// use mcp_core::{Received, Transport};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let (client, server) = memory::pair();
///
/// client.send("{}".into()).await?;
/// assert_eq!(server.recv().await?, Received::Message("{}".into()));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn pair() -> (MemoryTransport, MemoryTransport) {
    let (there, back) = (Arc::new(Lane::new()), Arc::new(Lane::new()));
    (
        MemoryTransport { outgoing: Arc::clone(&there), incoming: Arc::clone(&back) },
        MemoryTransport { outgoing: back, incoming: there },
    )
}

/// One end of a [`pair`].
#[derive(Debug)]
pub struct MemoryTransport {
    outgoing: Arc<Lane>,
    incoming: Arc<Lane>,
}

#[async_trait]
impl Transport for MemoryTransport {
    async fn send(&self, message: Outgoing<'_>) -> Result<(), SendError> {
        let lane = &*self.outgoing;
        // There is room as a rule, and then nothing is waited for.
        let place = match lane.room.try_acquire() {
            Ok(place) => place,
            Err(_) => lane.place().await.map_err(SendError::not_sent)?,
        };
        lane.push(place, message.frame).map_err(SendError::not_sent)
    }

    async fn recv(&self) -> Result<Received, TransportError> {
        self.incoming.pop().await.map(Received::Message)
    }

    async fn close(&self) {
        self.cut();
    }

    fn abort(&self) {
        self.cut();
    }
}

impl MemoryTransport {
    /// The peer still receives what was sent; what it sent is of no interest any more.
    fn cut(&self) {
        self.outgoing.close();
        self.incoming.close();
        self.incoming.state.lock().messages.clear();
    }
}

impl Drop for MemoryTransport {
    fn drop(&mut self) {
        self.cut();
    }
}

/// The messages on their way in one direction.
#[derive(Debug)]
struct Lane {
    state: Lock<LaneState>,
    /// One permit for each message that still fits; closed with the lane.
    room: Semaphore,
    arrived: Notify,
}

#[derive(Debug, Default)]
struct LaneState {
    messages: VecDeque<Bytes>,
    is_closed: bool,
}

impl Lane {
    fn new() -> Self {
        Self {
            state: Lock::default(),
            room: Semaphore::new(QUEUED_MESSAGES_MAX),
            arrived: Notify::new(),
        }
    }

    /// Waits for a place in the queue.
    async fn place(&self) -> Result<SemaphorePermit<'_>, TransportError> {
        timeout(WRITE_DEADLINE, self.room.acquire())
            .await
            .map_err(|_| TransportError::WriteStalled { after: WRITE_DEADLINE })?
            .map_err(|_| closed())
    }

    fn push(&self, place: SemaphorePermit<'_>, message: Bytes) -> Result<(), TransportError> {
        let mut state = self.state.lock();
        if state.is_closed {
            return Err(closed());
        }
        place.forget();
        state.messages.push_back(message);
        drop(state);
        self.arrived.notify_one();
        Ok(())
    }

    async fn pop(&self) -> Result<Bytes, TransportError> {
        loop {
            // Made before the look into the queue, so that no arrival in between is missed.
            let arrived = self.arrived.notified();
            {
                let mut state = self.state.lock();
                if let Some(message) = state.messages.pop_front() {
                    self.room.add_permits(1);
                    return Ok(message);
                }
                if state.is_closed {
                    return Err(closed());
                }
            }
            arrived.await;
        }
    }

    fn close(&self) {
        self.state.lock().is_closed = true;
        self.room.close();
        self.arrived.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn sender_waits_for_room_and_not_for_ever() {
        let (client, server) = pair();
        for _ in 0..QUEUED_MESSAGES_MAX {
            client.send("{}".into()).await.unwrap();
        }

        let refused = client.send("{\"late\":1}".into()).await.unwrap_err();
        server.recv().await.unwrap();
        let accepted = client.send("{\"late\":2}".into()).await;

        assert_eq!(refused.cause, TransportError::WriteStalled { after: WRITE_DEADLINE });
        assert_eq!(refused.delivery, mcp_core::Delivery::NotSent);
        assert_eq!(accepted, Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn close_ends_a_waiting_sender() {
        let (client, server) = pair();
        for _ in 0..QUEUED_MESSAGES_MAX {
            client.send("{}".into()).await.unwrap();
        }

        let (sent, ()) = tokio::join!(client.send("{}".into()), server.close());

        assert_eq!(sent, Err(SendError::not_sent(closed())));
    }
}
