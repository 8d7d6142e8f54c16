//! Between session and transport: the state that calls share, and the one task that reads.
//!
//! ```text
//!   caller's task                        reader task
//!   start ─▶ encode ─▶ transport.send    transport.recv ─▶ session.accept ─▶ wake the caller
//!   wait ◀── typed parse                 posted ─▶ transport.send (never awaited before a recv)
//!                                        server_requests ─▶ a task each, at most 8 ─▶ posted
//! ```
//!
//! The lock is held for a look into a table, never across an await and never around foreign code.

mod posted;
mod reader;

use std::collections::VecDeque;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::{Arc, MutexGuard};
use std::task::{Poll, Waker};
use std::time::Duration;

use mcp_core::protocol::{ClientCapabilities, SubscriptionFilter, method};
use mcp_core::session::{ClientSession, Counters, TooMany};
use mcp_core::{Lock, Transport, TransportError};
use serde::Serialize;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use self::posted::Posted;
use crate::handler::ClientHandler;
use crate::options::ClientOptions;
use crate::reads::ReadCache;
use crate::request_head::RequestHead;
use crate::subscription_queue::{Source, SubscriptionQueue, SubscriptionQueues};
use crate::waiting::{Unanswered, Waiting};

/// Answers to the server and cancellations that wait to be sent. More come only from a server that
/// asks without reading; they are dropped.
const POSTED_MAX: usize = 64;

/// A link and the task that reads it. Dropping it ends both, by force, without a runtime.
#[derive(Debug)]
pub(crate) struct RunningLink {
    pub(crate) link: Arc<Link>,
    reader: JoinHandle<()>,
}

impl RunningLink {
    pub(crate) fn start(transport: Arc<dyn Transport>, options: &ClientOptions) -> Self {
        // Random per process and per call: request ids cannot be guessed.
        let key = RandomState::new().hash_one(0_u8);
        let link = Link::new(transport, key, options);
        let reader = tokio::spawn(Arc::clone(&link).read());
        Self { link, reader }
    }
}

impl Drop for RunningLink {
    fn drop(&mut self) {
        self.reader.abort();
        self.link.transport().abort();
    }
}

/// What callers and reader share about one connection.
#[derive(Debug)]
pub(crate) struct Link {
    transport: Arc<dyn Transport>,
    handler: Option<Arc<dyn ClientHandler>>,
    /// How long the answer to a question of the server may take.
    question_limit: Duration,
    state: Lock<LinkState>,
    has_posted: Notify,
}

#[derive(Debug)]
struct LinkState {
    session: ClientSession<Waiting>,
    ended: Option<TransportError>,
    posted: VecDeque<Posted>,
    queues: SubscriptionQueues,
    reads: ReadCache,
    generations: Generations,
    /// ServerRequests that were turned down although they were offered.
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
            state: Lock::new(LinkState {
                session: ClientSession::new(key),
                ended: None,
                posted: VecDeque::new(),
                queues: SubscriptionQueues::default(),
                reads: ReadCache::default(),
                generations: Generations::default(),
                turned_down: 0,
            }),
            has_posted: Notify::new(),
        })
    }

    pub(crate) fn transport(&self) -> &dyn Transport {
        &*self.transport
    }

    /// From now on the server may ask for what was declared to it.
    pub(crate) fn offer(&self, declared: ClientCapabilities) {
        self.state.lock().session.offer(declared);
    }

    /// Registers a request.
    pub(crate) fn start(&self, hears_progress: bool) -> Result<i64, TooMany> {
        self.state.lock().session.start(Waiting::new(hears_progress))
    }

    /// Looks at what waits behind a request, and at how the connection ended.
    pub(crate) fn look<R>(
        &self,
        id: i64,
        look: impl FnOnce(&mut Waiting, Option<&TransportError>) -> R,
    ) -> Option<R> {
        let mut state = self.state.lock();
        let LinkState { session, ended, .. } = &mut *state;
        session.waiting(id).map(|waiting| look(waiting, ended.as_ref()))
    }

    /// Ends a wait; the server is told when the request is no longer wanted.
    pub(crate) fn finish(&self, id: i64, is_cancelled: bool) {
        let notice = is_cancelled.then(|| Posted::cancellation(id));
        let mut state = self.state.lock();
        state.session.finish(id);
        if let Some(notice) = notice {
            self.post(state, notice);
        }
    }

    /// Sends a request whose answer is ignored. Needs no runtime.
    pub(crate) fn post_request(&self, head: RequestHead<'_>, params: &impl Serialize) {
        let mut state = self.state.lock();
        let Ok(id) = state.session.start(Waiting::default()) else { return };
        state.session.finish(id);
        if let Ok(request) = Posted::request(id, head, params) {
            self.post(state, request);
        }
    }

    /// Queues a message for the reader task to send.
    fn post(&self, mut state: MutexGuard<'_, LinkState>, message: Posted) {
        if state.ended.is_none() && state.posted.len() < POSTED_MAX {
            state.posted.push_back(message);
            drop(state);
            self.has_posted.notify_one();
        }
    }

    pub(crate) fn open_queue(&self, source: Source, filter: SubscriptionFilter) -> u64 {
        self.state.lock().queues.open(source, filter)
    }

    pub(crate) fn look_into<R>(
        &self,
        key: u64,
        look: impl FnOnce(&SubscriptionQueue) -> R,
    ) -> Option<R> {
        self.state.lock().queues.find(key).map(|queue| look(queue))
    }

    /// Closes an queue; keeps those of `uris` that no other one wants to hear of.
    pub(crate) fn close_queue(&self, key: u64, uris: &mut Vec<String>) {
        let mut state = self.state.lock();
        state.queues.close(key);
        uris.retain(|uri| !state.queues.wants_resource(uri));
    }

    /// Looks into an queue and at the request behind it. `None`: the queue is closed.
    pub(crate) fn poll_queue<R>(
        &self,
        key: u64,
        request: Option<i64>,
        waker: &Waker,
        look: impl FnOnce(&mut SubscriptionQueue) -> Option<R>,
    ) -> Poll<Result<R, Option<Unanswered>>> {
        let mut state = self.state.lock();
        let LinkState { session, ended, queues, .. } = &mut *state;
        let Some(queue) = queues.find(key) else { return Poll::Ready(Err(None)) };
        if let Some(found) = look(queue) {
            return Poll::Ready(Ok(found));
        }
        let is_revoked = queue.is_revoked;
        match (request.and_then(|id| session.waiting(id)), ended) {
            (Some(waiting), ended) => match waiting.poll(ended.as_ref(), waker) {
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
        look(&mut self.state.lock().reads)
    }

    pub(crate) fn generations(&self) -> Generations {
        self.state.lock().generations
    }

    pub(crate) fn counters(&self) -> Counters {
        let state = self.state.lock();
        let mut counters = state.session.counters();
        counters.refused += state.turned_down;
        counters
    }

    pub(crate) fn in_flight(&self) -> usize {
        self.state.lock().session.in_flight()
    }

    pub(crate) fn ended(&self) -> Option<TransportError> {
        self.state.lock().ended.clone()
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
