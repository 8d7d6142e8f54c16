//! Between session and transport: the state that calls share, and the one task that reads.
//!
//! ```text
//!   caller's task                        reader task
//!   start ─▶ encode ─▶ transport.send    transport.recv ─▶ session.accept ─▶ wake the caller
//!   wait ◀── typed parse                 outbox ─▶ transport.send (never awaited before a recv)
//!                                        questions ─▶ a task each, at most 8 ─▶ outbox
//! ```
//!
//! The lock is held for a look into a table, never across an await and never around foreign code.

use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use mcp_core::jsonrpc::{RequestId, encode};
use mcp_core::protocol::{Cancelled, ClientCapabilities, SubscriptionFilter, method};
use mcp_core::session::{ClientSession, Counters, Inbound, TooMany};
use mcp_core::{SendError, Transport, TransportError, Undelivered};
use serde::Serialize;
use tokio::sync::Notify;

use crate::handler::ClientHandler;
use crate::inbox::{Inbox, Inboxes, Source};
use crate::notice::Notice;
use crate::options::ClientOptions;
use crate::pending::{PendingRequest, Unanswered, Waiting};
use crate::questions::{Question, Questions};
use crate::reads::ReadCache;

/// Answers to the server and cancellations that wait to be sent. More come only from a server that
/// asks without reading; they are dropped.
const OUTBOX_MAX: usize = 64;

/// Requests of a server that are turned down before the connection is cut.
const REFUSED_MAX: u64 = 1000;

/// What callers and reader share about one connection.
#[derive(Debug)]
pub(crate) struct Link {
    transport: Arc<dyn Transport>,
    handler: Option<Arc<dyn ClientHandler>>,
    /// How long the answer to a question of the server may take.
    question_limit: Duration,
    state: Mutex<LinkState>,
    outbox_filled: Notify,
}

#[derive(Debug)]
struct LinkState {
    session: ClientSession<Waiting>,
    ended: Option<TransportError>,
    outbox: VecDeque<Bytes>,
    inboxes: Inboxes,
    reads: ReadCache,
    generations: Generations,
    /// Questions that were turned down although they were offered.
    turned_down: u64,
}

/// How often the server said that a list has changed.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Generations {
    pub(crate) tools: u64,
    pub(crate) prompts: u64,
    /// Of resources, and of their templates.
    pub(crate) resources: u64,
}

/// What a frame leaves to be done without the lock.
enum Heard {
    Caller(Option<Waker>),
    Notice(Notice),
    Question(Question),
}

impl Link {
    /// A link over `transport`; `key` is random bits for the request ids.
    pub(crate) fn new(
        transport: Arc<dyn Transport>,
        key: u64,
        options: &ClientOptions,
    ) -> Arc<Self> {
        Arc::new(Self {
            transport,
            handler: options.handler.clone(),
            question_limit: options.call_timeout_max,
            state: Mutex::new(LinkState {
                session: ClientSession::new(key),
                ended: None,
                outbox: VecDeque::new(),
                inboxes: Inboxes::default(),
                reads: ReadCache::default(),
                generations: Generations::default(),
                turned_down: 0,
            }),
            outbox_filled: Notify::new(),
        })
    }

    pub(crate) fn transport(&self) -> &dyn Transport {
        &*self.transport
    }

    /// From now on the server may ask for what was declared to it.
    pub(crate) fn offer(&self, declared: ClientCapabilities) {
        self.lock().session.offer(declared);
    }

    /// Registers a request.
    pub(crate) fn start(self: &Arc<Self>, hears_progress: bool) -> Result<PendingRequest, TooMany> {
        let id = self.lock().session.start(Waiting::new(hears_progress))?;
        Ok(PendingRequest::new(Arc::clone(self), id))
    }

    /// Looks at what waits behind a request, and at how the connection ended.
    pub(crate) fn look<R>(
        &self,
        id: i64,
        look: impl FnOnce(&mut Waiting, Option<TransportError>) -> R,
    ) -> Option<R> {
        let mut state = self.lock();
        let ended = state.ended.clone();
        state.session.waiting(id).map(|waiting| look(waiting, ended))
    }

    /// Ends a wait, with a last message about it if the server is to know.
    pub(crate) fn finish(&self, id: i64, notice: Option<Bytes>) {
        let mut state = self.lock();
        state.session.finish(id);
        if let Some(notice) = notice {
            self.post(state, notice);
        }
    }

    /// Sends a request of which nobody waits for the answer. Needs no runtime.
    pub(crate) fn post_request(&self, method: &str, params: &impl Serialize) {
        let mut state = self.lock();
        let Ok(id) = state.session.start(Waiting::default()) else { return };
        state.session.finish(id);
        if let Ok(frame) = encode::request(&RequestId::Number(id), method, params) {
            self.post(state, frame);
        }
    }

    fn post(&self, mut state: MutexGuard<'_, LinkState>, frame: Bytes) {
        if state.ended.is_none() {
            state.post(frame);
            drop(state);
            self.outbox_filled.notify_one();
        }
    }

    pub(crate) fn open_inbox(&self, source: Source, filter: SubscriptionFilter) -> u64 {
        self.lock().inboxes.open(source, filter)
    }

    pub(crate) fn look_into<R>(&self, key: u64, look: impl FnOnce(&Inbox) -> R) -> Option<R> {
        self.lock().inboxes.find(key).map(|inbox| look(inbox))
    }

    /// Closes an inbox; keeps those of `uris` that no other one wants to hear of.
    pub(crate) fn close_inbox(&self, key: u64, uris: &mut Vec<String>) {
        let mut state = self.lock();
        state.inboxes.close(key);
        uris.retain(|uri| !state.inboxes.wants_resource(uri));
    }

    /// Looks into an inbox and at the request behind it. `None`: the inbox is closed.
    pub(crate) fn poll_inbox<R>(
        &self,
        key: u64,
        request: Option<i64>,
        waker: &Waker,
        look: impl FnOnce(&mut Inbox) -> Option<R>,
    ) -> Poll<Result<R, Option<Unanswered>>> {
        let mut state = self.lock();
        let LinkState { session, ended, inboxes, .. } = &mut *state;
        let Some(inbox) = inboxes.find(key) else { return Poll::Ready(Err(None)) };
        if let Some(found) = look(inbox) {
            return Poll::Ready(Ok(found));
        }
        let is_revoked = inbox.is_revoked;
        match (request.and_then(|id| session.waiting(id)), ended) {
            (Some(waiting), ended) => match waiting.poll(ended.clone(), waker) {
                Poll::Ready(Ok(_)) => Poll::Ready(Err(None)),
                Poll::Ready(Err(unanswered)) => Poll::Ready(Err(Some(unanswered))),
                Poll::Pending if is_revoked => Poll::Ready(Err(None)),
                Poll::Pending => Poll::Pending,
            },
            (None, Some(ended)) => Poll::Ready(Err(Some(Unanswered::Ended(ended.clone())))),
            (None, None) => Poll::Pending,
        }
    }

    pub(crate) fn reads<R>(&self, look: impl FnOnce(&mut ReadCache) -> R) -> R {
        look(&mut self.lock().reads)
    }

    pub(crate) fn generations(&self) -> Generations {
        self.lock().generations
    }

    pub(crate) fn counters(&self) -> Counters {
        let state = self.lock();
        let mut counters = state.session.counters();
        counters.refused += state.turned_down;
        counters
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
        let LinkState { session, inboxes, .. } = &mut *state;
        let callers = session.all_waiting().filter_map(Waiting::take_waker);
        let wakers: Vec<_> = callers.chain(inboxes.wakers()).collect();
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
    }

    async fn read_until_end(&self) -> TransportError {
        let mut sending: Option<Sending<'_>> = None;
        let mut failing = self.transport.undelivered();
        let mut questions = Questions::new(self.question_limit);
        loop {
            tokio::select! {
                frame = self.transport.recv() => match frame {
                    Ok(frame) => self.accept(&frame, &mut questions),
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
                answer = questions.next() => self.lock().post(answer),
                () = self.outbox_filled.notified(), if sending.is_none() => {}
            }
            if self.counters().refused > REFUSED_MAX {
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

    fn accept(&self, frame: &Bytes, questions: &mut Questions) {
        tracing::trace!(frame = %String::from_utf8_lossy(frame), "received");
        let heard = self.lock().accept(frame);
        match heard {
            Heard::Caller(waker) => {
                if let Some(waker) = waker {
                    waker.wake();
                }
            }
            Heard::Notice(notice) if notice.method == method::CANCELLED => {
                questions.cancel(&notice.params);
                self.revoked(&notice.params);
            }
            Heard::Notice(notice) => self.notified(&notice),
            Heard::Question(question) => self.asked(question, questions),
        }
    }

    /// The server gives up a request of ours: it may do so with subscriptions.
    fn revoked(&self, params: &[u8]) {
        let Ok(cancelled) = serde_json::from_slice::<Cancelled>(params) else { return };
        let waker = self.lock().inboxes.revoke(&cancelled.request_id);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn notified(&self, notice: &Notice) {
        let changed = notice.as_resource_update();
        let mut state = self.lock();
        state.generations.count(&notice.method);
        if let Some(uri) = &changed {
            state.reads.invalidate(uri);
        }
        let has_listeners = !state.inboxes.is_empty();
        drop(state);
        if has_listeners {
            self.deliver(notice);
        }
        let Some(handler) = &self.handler else { return };
        // A handler that panics must not take the reader with it: every call would wait in vain.
        let told = catch_unwind(AssertUnwindSafe(|| handler.notified(notice)));
        if told.is_err() {
            tracing::warn!(method = notice.method, "the handler of a notification panicked");
        }
    }

    /// Parameters may be large: they are read without the lock.
    fn deliver(&self, notice: &Notice) {
        let Ok(params) = serde_json::from_slice(&notice.params) else { return };
        let wakers = self.lock().inboxes.deliver(notice, &params);
        wakers.into_iter().for_each(Waker::wake);
    }

    fn asked(&self, question: Question, questions: &mut Questions) {
        let Some(handler) = &self.handler else { return };
        if let Err(refusal) = questions.ask(handler, question) {
            let mut state = self.lock();
            state.turned_down += 1;
            if let Some(refusal) = refusal {
                state.post(refusal);
            }
        }
    }

    /// Fails the one request whose exchange failed.
    fn undelivered(&self, failure: Undelivered) {
        let RequestId::Number(id) = failure.id else { return };
        let looked = self.look(id, |waiting, _| {
            // An answer that is there already is worth more.
            waiting.answer(Err(Unanswered::Undelivered(failure.error))).ok().flatten()
        });
        if let Some(waker) = looked.flatten() {
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
    fn accept(&mut self, frame: &Bytes) -> Heard {
        let waker = match self.session.accept(frame) {
            Inbound::Answer { waiting, outcome } => {
                match waiting.answer(outcome.map_err(Unanswered::Answered)) {
                    Ok(waker) => waker,
                    Err(_) => {
                        self.session.count_late();
                        None
                    }
                }
            }
            Inbound::Progress { waiting, progress } => waiting.progress(progress),
            Inbound::Reply(frame) => {
                self.post(frame);
                None
            }
            Inbound::Notified { method, params } => {
                return Heard::Notice(Notice::new(method, params));
            }
            Inbound::Asked { id, method, params } => {
                return Heard::Question(Question { id, method, params });
            }
            Inbound::Nothing => None,
        };
        Heard::Caller(waker)
    }

    /// Puts a frame that nobody waits for on its way.
    fn post(&mut self, frame: Bytes) {
        if self.outbox.len() < OUTBOX_MAX {
            self.outbox.push_back(frame);
        }
    }
}

impl Generations {
    fn count(&mut self, changed: &str) {
        match changed {
            method::TOOLS_LIST_CHANGED => self.tools += 1,
            method::PROMPTS_LIST_CHANGED => self.prompts += 1,
            method::RESOURCES_LIST_CHANGED => self.resources += 1,
            _ => {}
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
        let link =
            Link::new(Arc::clone(&transport) as Arc<dyn Transport>, 0, &ClientOptions::default());

        Arc::clone(&link).read().await;

        assert_eq!(link.ended(), Some(closed()));
        assert_eq!(transport.closed.load(Ordering::Relaxed), 1);
        assert_eq!(transport.cut.load(Ordering::Relaxed), 0);
    }
}
