//! Frames on their way to a client: from handlers, to the task that writes.

use std::collections::VecDeque;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;

use crate::Lock;
/// Frames that may wait to be written. More come only when a handler talks faster than the client
/// reads; they are dropped, since nothing but notifications and questions goes this way.
const WAITING_MAX: usize = 1024;

/// A bounded queue with one reader. Writers never wait.
#[derive(Debug, Default)]
pub(crate) struct ClientMessages(Lock<Queue>);

#[derive(Debug, Default)]
struct Queue {
    frames: VecDeque<Bytes>,
    reader: Option<Waker>,
}

impl ClientMessages {
    /// Puts a frame on its way; `false` when there is no room.
    pub(crate) fn push(&self, frame: Bytes) -> bool {
        let mut queue = self.0.lock();
        if queue.frames.len() >= WAITING_MAX {
            return false;
        }
        queue.frames.push_back(frame);
        let reader = queue.reader.take();
        drop(queue);
        if let Some(reader) = reader {
            reader.wake();
        }
        true
    }

    /// The next frame, if there is one now.
    pub(crate) fn pop(&self) -> Option<Bytes> {
        self.0.lock().frames.pop_front()
    }

    /// Whether there is a frame, and a wake-up when there is one.
    pub(crate) fn poll_ready(&self, context: &Context<'_>) -> Poll<()> {
        let mut queue = self.0.lock();
        if !queue.frames.is_empty() {
            return Poll::Ready(());
        }
        match &mut queue.reader {
            Some(known) => known.clone_from(context.waker()),
            none => *none = Some(context.waker().clone()),
        }
        Poll::Pending
    }
}
