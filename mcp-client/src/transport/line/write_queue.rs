//! The write side of a line transport.
//!
//! One message at a time is the common case, and then the caller's own task writes it at once. As
//! soon as others are under way, messages queue up and one task writes everything that is queued
//! with as few system calls as possible.
//!
//! The writer is in one of three places: here (no write is running), with a caller that tries a direct
//! write (never across an await), or with the writer task. Whoever has it looks at the queue when
//! giving it back, so nothing queued is forgotten, and no waker but the task's is ever waited for.

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::{Buf, Bytes};
use mcp_core::{Lock, SendError, TransportError};
use tokio::io::AsyncWrite;
use tokio::sync::{Notify, Semaphore, SetOnce};
use tokio::time::timeout;

use super::{End, LineOptions, closed, io_error};

/// Pieces handed to one system call; the limit of Linux and others.
const PIECES_PER_WRITE: usize = 1024;

type Writer = Box<dyn AsyncWrite + Send + Unpin>;

pub(super) struct WriteQueue {
    state: Lock<State>,
    end: Arc<End>,
    /// Wakes the writer task.
    work: Notify,
    /// One permit for each byte that may still be queued.
    room: Semaphore,
    /// Set when the writer task has written everything after [`WriteQueue::finish`].
    finished: SetOnce<()>,
    /// Whether the last message came from the peer and no other was at hand behind it: then no other
    /// caller is likely to send right now. A guess that decides about speed only.
    is_quiet: AtomicBool,
    room_bytes: usize,
    write_deadline: Duration,
}

struct State {
    /// Absent while somebody writes, and after the end.
    writer: Option<Writer>,
    /// Messages and line ends that are to be written, in order.
    queue: VecDeque<Bytes>,
    /// What the queue owes to [`WriteQueue::room`].
    charged_bytes: usize,
    is_closing: bool,
}

impl WriteQueue {
    pub(super) fn new(writer: Writer, end: Arc<End>, options: LineOptions) -> Self {
        // The upper bound is what one semaphore can count on every platform.
        let room_bytes = options.queue_limit_bytes.clamp(1, u32::MAX as usize >> 3);
        let room = Semaphore::new(room_bytes);
        Self {
            state: Lock::new(State {
                writer: Some(writer),
                queue: VecDeque::new(),
                charged_bytes: 0,
                is_closing: false,
            }),
            end,
            work: Notify::new(),
            room,
            finished: SetOnce::new(),
            is_quiet: AtomicBool::new(true),
            room_bytes,
            write_deadline: options.write_deadline,
        }
    }

    /// Writes what the system takes at once when nothing else is to be written; gives the frame back
    /// otherwise.
    pub(super) fn send_at_once(&self, frame: Bytes) -> Result<Result<(), SendError>, Bytes> {
        if self.is_quiet.swap(false, Ordering::Relaxed)
            && let Some(writer) = self.take_idle_writer()
        {
            return Ok(self.write_directly(writer, frame));
        }
        Err(frame)
    }

    /// Leaves the frame to the writer task.
    ///
    /// Cancel safe: it waits for room only, and then does the rest without waiting.
    pub(super) async fn send(&self, frame: Bytes) -> Result<(), SendError> {
        let charged_bytes = frame.len().min(self.room_bytes);
        self.reserve(charged_bytes).await.map_err(SendError::not_sent)?;
        self.enqueue(frame, charged_bytes).map_err(SendError::not_sent)
    }

    pub(super) fn set_quiet(&self, is_quiet: bool) {
        self.is_quiet.store(is_quiet, Ordering::Relaxed);
    }

    /// Takes no more messages and waits until those that were taken are written.
    pub(super) async fn finish(&self) {
        self.state.lock().is_closing = true;
        self.room.close();
        self.work.notify_one();
        self.finished.wait().await;
    }

    /// Drops the writer, unless somebody has it, and what is queued.
    pub(super) fn discard(&self) {
        let mut state = self.state.lock();
        state.is_closing = true;
        state.queue.clear();
        let writer = state.writer.take();
        drop(state);
        self.room.close();
        drop(writer);
        drop(self.finished.set(()));
    }

    /// The writer task: writes what is queued until the connection ends.
    pub(super) async fn run(self: Arc<Self>) {
        loop {
            // Callers that are ready to send now join the batch.
            tokio::task::yield_now().await;
            let written = match self.take_batch() {
                Batch::Nothing => {
                    tokio::select! {
                        () = self.work.notified() => continue,
                        () = self.end.wait() => break,
                    }
                }
                Batch::Finished => break,
                Batch::Queued { writer, pieces, charged_bytes } => {
                    tokio::select! {
                        biased;
                        () = self.end.wait() => break,
                        written = self.write(writer, pieces) => {
                            self.room.add_permits(charged_bytes);
                            written
                        }
                    }
                }
            };
            match written {
                Ok(writer) => self.give_back(writer, None),
                Err(cause) => {
                    self.end.reach(cause);
                    break;
                }
            }
        }
        self.discard();
    }

    /// The writer, if no write is running and nothing is queued.
    fn take_idle_writer(&self) -> Option<Writer> {
        let mut state = self.state.lock();
        if state.is_closing || !state.queue.is_empty() || self.end.cause().is_some() {
            return None;
        }
        state.writer.take()
    }

    /// Writes what the system takes at once and leaves the rest to the writer task.
    fn write_directly(&self, mut writer: Writer, mut frame: Bytes) -> Result<(), SendError> {
        let frame_bytes = frame.len();
        let mut line_end = LINE_END;
        // What would wake this waker is waited for by the writer task instead.
        let mut cx = Context::from_waker(Waker::noop());
        loop {
            let pieces = [IoSlice::new(&frame), IoSlice::new(&line_end)];
            match poll_write(&mut writer, &mut cx, &pieces) {
                Poll::Ready(Ok(mut written)) => {
                    advance(&mut frame, &mut written);
                    advance(&mut line_end, &mut written);
                }
                Poll::Ready(Err(error)) => {
                    let cause = io_error("write to the peer", &error);
                    self.end.reach(cause.clone());
                    return Err(if frame.len() == frame_bytes {
                        SendError::not_sent(cause)
                    } else {
                        SendError::unknown(cause)
                    });
                }
                Poll::Pending => break,
            }
            if line_end.is_empty() {
                break;
            }
        }
        let is_flushed =
            line_end.is_empty() && Pin::new(&mut writer).poll_flush(&mut cx).is_ready();
        // An empty rest still makes the writer task flush.
        self.give_back(writer, (!is_flushed).then_some([frame, line_end]));
        Ok(())
    }

    /// Puts the writer back, with the rest of a message that goes before everything queued.
    fn give_back(&self, writer: Writer, rest: Option<[Bytes; 2]>) {
        let mut state = self.state.lock();
        for piece in rest.into_iter().flatten().rev() {
            state.queue.push_front(piece);
        }
        let needs_task = !state.queue.is_empty() || state.is_closing;
        // Asked under the lock: whoever reaches the end discards the writer after that, or sees to it
        // that the writer task does.
        let unused = match self.end.cause() {
            Some(_) => Some(writer),
            None => state.writer.replace(writer),
        };
        drop(state);
        drop(unused);
        if needs_task {
            self.work.notify_one();
        }
    }

    async fn reserve(&self, bytes: usize) -> Result<(), TransportError> {
        let bytes = u32::try_from(bytes).expect("at most `room_bytes`, which fits");
        let permit = match self.room.try_acquire_many(bytes) {
            Ok(permit) => permit,
            Err(_) => timeout(self.write_deadline, self.room.acquire_many(bytes))
                .await
                .map_err(|_| TransportError::WriteStalled { after: self.write_deadline })?
                .map_err(|_| self.end.cause().cloned().unwrap_or_else(closed))?,
        };
        permit.forget();
        Ok(())
    }

    fn enqueue(&self, frame: Bytes, charged_bytes: usize) -> Result<(), TransportError> {
        let mut state = self.state.lock();
        if let Some(cause) = self.end.cause() {
            return Err(cause.clone());
        }
        if state.is_closing {
            return Err(closed());
        }
        state.charged_bytes += charged_bytes;
        state.queue.extend([frame, LINE_END]);
        // Whoever has the writer looks at the queue before letting go of it.
        let needs_task = state.writer.is_some();
        drop(state);
        if needs_task {
            self.work.notify_one();
        }
        Ok(())
    }

    fn take_batch(&self) -> Batch {
        let mut state = self.state.lock();
        if state.queue.is_empty() {
            let is_finished = state.is_closing && state.writer.is_some();
            return if is_finished { Batch::Finished } else { Batch::Nothing };
        }
        match state.writer.take() {
            Some(writer) => Batch::Queued {
                writer,
                pieces: std::mem::take(&mut state.queue),
                charged_bytes: std::mem::take(&mut state.charged_bytes),
            },
            None => Batch::Nothing,
        }
    }

    async fn write(
        &self,
        mut writer: Writer,
        mut pieces: VecDeque<Bytes>,
    ) -> Result<Writer, TransportError> {
        timeout(self.write_deadline, write_all(&mut writer, &mut pieces))
            .await
            .map_err(|_| TransportError::WriteStalled { after: self.write_deadline })?
            .map_err(|error| io_error("write to the peer", &error))?;
        Ok(writer)
    }
}

/// What there is to do for the writer task.
enum Batch {
    Queued {
        writer: Writer,
        pieces: VecDeque<Bytes>,
        charged_bytes: usize,
    },
    Nothing,
    /// Everything is written and nothing more will come.
    Finished,
}

const LINE_END: Bytes = Bytes::from_static(b"\n");

async fn write_all(writer: &mut Writer, pieces: &mut VecDeque<Bytes>) -> io::Result<()> {
    while pieces.front().is_some() {
        let mut written = std::future::poll_fn(|cx| {
            let slices: Vec<IoSlice<'_>> =
                pieces.iter().take(PIECES_PER_WRITE).map(|piece| IoSlice::new(piece)).collect();
            poll_write(writer, cx, &slices)
        })
        .await?;
        while let Some(front) = pieces.front_mut() {
            advance(front, &mut written);
            if !front.is_empty() {
                break;
            }
            pieces.pop_front();
        }
    }
    std::future::poll_fn(|cx| Pin::new(&mut *writer).poll_flush(cx)).await
}

/// Like `poll_write_vectored`, but no bytes written out of some is an error.
fn poll_write(
    writer: &mut Writer,
    cx: &mut Context<'_>,
    pieces: &[IoSlice<'_>],
) -> Poll<io::Result<usize>> {
    if pieces.iter().all(|piece| piece.is_empty()) {
        return Poll::Ready(Ok(0));
    }
    match Pin::new(writer).poll_write_vectored(cx, pieces) {
        Poll::Ready(Ok(0)) => Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
        outcome => outcome,
    }
}

fn advance(piece: &mut Bytes, written: &mut usize) {
    let taken = piece.len().min(*written);
    piece.advance(taken);
    *written -= taken;
}
