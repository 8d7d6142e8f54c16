//! Between session and transport: the state that calls share, and the one task that reads.
//!
//! ```text
//!   caller's task                        reader task
//!   start ─▶ encode ─▶ transport.send    transport.recv ─▶ session.accept ─▶ wake the caller
//!   wait ◀── typed parse                 outbox ─▶ transport.send (never awaited before a recv)
//! ```
//!
//! The lock is held for a look into a table, never across an await.

use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use mcp_core::jsonrpc::RequestId;
use mcp_core::protocol::method;
use mcp_core::session::{AnswerError, ClientSession, Counters, Inbound, TooMany};
use mcp_core::{SendError, Transport, TransportError, Undelivered};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

/// Answers to the server and cancellations that wait to be sent. More come only from a server that
/// asks without reading; they are dropped.
const OUTBOX_MAX: usize = 64;

/// Requests of a server that are turned down before the connection is cut.
const REFUSED_MAX: u64 = 1000;

/// How the wait for an answer ended.
pub(crate) type Answer = Result<Bytes, Unanswered>;

/// A wait without a result.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Unanswered {
    /// The server answered something else than a result.
    Answered(AnswerError),
    /// The time was up.
    Deadline(Duration),
    /// The connection ended.
    Ended(TransportError),
    /// The exchange of this request failed, while the connection goes on.
    Undelivered(SendError),
}

/// How long an answer may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// Without a sign of life.
    pub(crate) idle: Duration,
    /// In all.
    pub(crate) max: Duration,
}

impl Patience {
    /// The same limit with and without signs of life.
    pub(crate) fn fixed(limit: Duration) -> Self {
        Self { idle: limit, max: limit }
    }
}

/// What callers and reader share about one connection.
#[derive(Debug)]
pub(crate) struct Link {
    transport: Arc<dyn Transport>,
    state: Mutex<LinkState>,
    outbox_filled: Notify,
}

#[derive(Debug)]
struct LinkState {
    session: ClientSession<Waiting>,
    ended: Option<TransportError>,
    outbox: VecDeque<Bytes>,
    /// Grows with every notice that the list of tools has changed.
    tools_generation: u64,
}

/// A caller that waits.
#[derive(Debug, Default)]
struct Waiting {
    waker: Option<Waker>,
    outcome: Option<Answer>,
    /// Set by progress, taken by the caller when its idle limit is reached.
    has_progressed: bool,
}

impl Link {
    /// A link over `transport`; `key` is random bits for the request ids.
    pub(crate) fn new(transport: Arc<dyn Transport>, key: u64) -> Arc<Self> {
        Arc::new(Self {
            transport,
            state: Mutex::new(LinkState {
                session: ClientSession::new(key),
                ended: None,
                outbox: VecDeque::new(),
                tools_generation: 0,
            }),
            outbox_filled: Notify::new(),
        })
    }

    pub(crate) fn transport(&self) -> &dyn Transport {
        &*self.transport
    }

    /// Registers a request.
    pub(crate) fn start(self: &Arc<Self>) -> Result<PendingRequest, TooMany> {
        let id = self.lock().session.start(Waiting::default())?;
        Ok(PendingRequest { link: Arc::clone(self), id, is_cancellable: false })
    }

    pub(crate) fn tools_generation(&self) -> u64 {
        self.lock().tools_generation
    }

    pub(crate) fn counters(&self) -> Counters {
        self.lock().session.counters()
    }

    pub(crate) fn in_flight(&self) -> usize {
        self.lock().session.in_flight()
    }

    pub(crate) fn ended(&self) -> Option<TransportError> {
        self.lock().ended.clone()
    }

    /// Reads until the connection ends, fails every call that still waits, and closes.
    pub(crate) async fn read(self: Arc<Self>) {
        let end = self.read_until_end().await;
        tracing::debug!(%end, "connection ended");
        self.fail_all(end);
        // Politely: a server that is shutting down may still have something to put in order. Whoever
        // drops the connection meanwhile ends it by force.
        self.transport.close().await;
    }

    fn fail_all(&self, end: TransportError) {
        let mut state = self.lock();
        state.ended = Some(end);
        for waiting in state.session.all_waiting() {
            waiting.wake();
        }
    }

    async fn read_until_end(&self) -> TransportError {
        let mut sending: Option<Sending<'_>> = None;
        let mut failing = self.transport.undelivered();
        loop {
            tokio::select! {
                frame = self.transport.recv() => match frame {
                    Ok(frame) => self.accept(&frame),
                    Err(end) => return end,
                },
                _ = poll_fn(|context| match &mut sending {
                    Some(future) => future.as_mut().poll(context),
                    None => Poll::Pending,
                }) => sending = None,
                failure = &mut failing => {
                    self.undelivered(failure);
                    failing = self.transport.undelivered();
                }
                () = self.outbox_filled.notified(), if sending.is_none() => {}
            }
            if self.lock().session.counters().refused > REFUSED_MAX {
                let operation = "serve the requests of the server";
                let message = format!("more than {REFUSED_MAX} that this client does not offer");
                return TransportError::Io { operation, message };
            }
            if sending.is_none() {
                let next = self.lock().outbox.pop_front();
                sending = next.map(|frame| self.transport.send(frame));
            }
        }
    }

    fn accept(&self, frame: &Bytes) {
        tracing::trace!(frame = %String::from_utf8_lossy(frame), "received");
        let mut state = self.lock();
        let waker = match state.session.accept(frame) {
            Inbound::Answer { waiting, outcome } if waiting.outcome.is_none() => {
                waiting.outcome = Some(outcome.map_err(Unanswered::Answered));
                waiting.waker.take()
            }
            Inbound::Answer { .. } => {
                state.session.count_late();
                None
            }
            Inbound::Progress { waiting, .. } => {
                waiting.has_progressed = true;
                None
            }
            Inbound::Reply(frame) => {
                state.post(frame);
                None
            }
            Inbound::Notified { method, .. } => {
                state.tools_generation += u64::from(method == method::TOOLS_LIST_CHANGED);
                None
            }
            Inbound::Asked { .. } | Inbound::Nothing => None,
        };
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Fails the one request whose exchange failed.
    fn undelivered(&self, failure: Undelivered) {
        let mut state = self.lock();
        let RequestId::Number(id) = failure.id else { return };
        let Some(waiting) = state.session.waiting(id) else { return };
        waiting.outcome.get_or_insert(Err(Unanswered::Undelivered(failure.error)));
        let waker = waiting.waker.take();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn lock(&self) -> MutexGuard<'_, LinkState> {
        // The state is whole between any two statements that may panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

type Sending<'a> = Pin<Box<dyn Future<Output = Result<(), SendError>> + Send + 'a>>;

impl LinkState {
    /// Puts a frame that nobody waits for on its way.
    fn post(&mut self, frame: Bytes) {
        if self.outbox.len() < OUTBOX_MAX {
            self.outbox.push_back(frame);
        }
    }
}

impl Waiting {
    fn wake(&mut self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

/// A registered request. Dropping it ends the wait, and tells the server so if it may be at work.
#[derive(Debug)]
pub(crate) struct PendingRequest {
    link: Arc<Link>,
    id: i64,
    is_cancellable: bool,
}

impl PendingRequest {
    pub(crate) fn id(&self) -> i64 {
        self.id
    }

    /// Sends the frame of this request.
    pub(crate) async fn send(
        &mut self,
        frame: Bytes,
        mirrored: Option<Vec<(String, String)>>,
    ) -> Result<(), SendError> {
        if let Some(ended) = self.link.ended() {
            return Err(SendError::not_sent(ended));
        }
        tracing::trace!(frame = %String::from_utf8_lossy(&frame), "sent");
        // From here on the frame may leave, whenever this future is dropped.
        self.is_cancellable = true;
        let sent = match mirrored {
            None => self.link.transport.send(frame).await,
            Some(headers) => self.link.transport.send_mirrored(frame, headers).await,
        };
        self.is_cancellable = sent.is_ok();
        sent
    }

    /// A request that must not be cancelled on the wire, as `initialize`.
    pub(crate) fn never_cancel(&mut self) {
        self.is_cancellable = false;
    }

    /// Waits for the answer. Progress starts the idle limit anew.
    pub(crate) async fn answer(&mut self, patience: Patience) -> Answer {
        let start = Instant::now();
        let end = start + patience.max;
        let mut limit = start + patience.idle.min(patience.max);
        loop {
            tokio::select! {
                biased;
                answer = poll_fn(|context| self.poll_answer(context.waker())) => {
                    self.is_cancellable = false;
                    return answer;
                }
                () = sleep_until(limit) => {}
            }
            if limit >= end || !self.take_progress() {
                return Err(Unanswered::Deadline(limit - start));
            }
            limit = (Instant::now() + patience.idle).min(end);
        }
    }

    /// One look at the answer; wakes `waker` when there is more to see.
    pub(crate) fn poll_answer(&self, waker: &Waker) -> Poll<Answer> {
        let mut state = self.link.lock();
        let ended = state.ended.clone();
        let Some(waiting) = state.session.waiting(self.id) else { return Poll::Pending };
        if let Some(outcome) = waiting.outcome.take() {
            return Poll::Ready(outcome);
        }
        if let Some(ended) = ended {
            return Poll::Ready(Err(Unanswered::Ended(ended)));
        }
        match &mut waiting.waker {
            Some(known) => known.clone_from(waker),
            none => *none = Some(waker.clone()),
        }
        Poll::Pending
    }

    fn take_progress(&self) -> bool {
        let mut state = self.link.lock();
        state
            .session
            .waiting(self.id)
            .is_some_and(|waiting| std::mem::take(&mut waiting.has_progressed))
    }
}

impl Drop for PendingRequest {
    fn drop(&mut self) {
        let mut state = self.link.lock();
        state.session.finish(self.id);
        if self.is_cancellable && state.ended.is_none() {
            let notice = ClientSession::<Waiting>::cancellation(self.id, "no longer wanted");
            state.post(notice);
            drop(state);
            self.link.outbox_filled.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use async_trait::async_trait;

    use super::*;

    /// A connection that is over, and how it was left.
    #[derive(Debug, Default)]
    struct Over {
        closed: AtomicUsize,
        cut: AtomicUsize,
    }

    fn closed() -> TransportError {
        TransportError::Closed { stderr_tail: String::new() }
    }

    #[async_trait]
    impl Transport for Over {
        async fn send(&self, _message: Bytes) -> Result<(), SendError> {
            Err(SendError::not_sent(closed()))
        }

        async fn recv(&self) -> Result<Bytes, TransportError> {
            Err(closed())
        }

        async fn close(&self) {
            self.closed.fetch_add(1, Ordering::Relaxed);
        }

        fn abort(&self) {
            self.cut.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[tokio::test]
    async fn connection_that_ended_is_closed_and_not_cut() {
        let transport = Arc::new(Over::default());
        let link = Link::new(Arc::clone(&transport) as Arc<dyn Transport>, 0);

        Arc::clone(&link).read().await;

        assert_eq!(link.ended(), Some(closed()));
        assert_eq!(transport.closed.load(Ordering::Relaxed), 1);
        assert_eq!(transport.cut.load(Ordering::Relaxed), 0);
    }
}
