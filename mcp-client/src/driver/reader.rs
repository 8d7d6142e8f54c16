//! The task that reads: it takes one frame after the other and passes on what it says.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Waker;

use bytes::Bytes;
use mcp_core::jsonrpc::RequestId;
use mcp_core::protocol::{Cancelled, method};
use mcp_core::session::Inbound;
use mcp_core::{Received, TransportError, Undelivered};

use super::posted::Posted;
use super::{Link, LinkState};
use crate::notice::Notice;
use crate::server_requests::{ServerRequest, ServerRequests};
use crate::waiting::{Unanswered, Waiting};

/// Requests of a server that are turned down before the connection is cut.
const REFUSED_MAX: u64 = 1000;

/// What a frame leaves to be done without the lock.
enum FrameAction {
    Caller(Option<Waker>),
    Notice(Notice),
    ServerRequest(ServerRequest),
    /// An answer that the session gave by itself.
    Reply(Bytes),
}

impl Link {
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
        let mut state = self.state.lock();
        state.ended = Some(end);
        let LinkState { session, queues, .. } = &mut *state;
        let callers = session.all_waiting().filter_map(Waiting::take_waker);
        let wakers: Vec<_> = callers.chain(queues.wakers()).collect();
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
    }

    async fn read_until_end(&self) -> TransportError {
        let mut sending = pin!(self.send_posted());
        let mut server_requests = ServerRequests::new(self.question_limit);
        loop {
            tokio::select! {
                received = self.transport.recv() => {
                    let read = received.and_then(|received| match received {
                        Received::Message(frame) => self.accept(&frame, &mut server_requests),
                        Received::Undelivered(failure) => {
                            self.undelivered(failure);
                            Ok(())
                        }
                    });
                    if let Err(end) = read {
                        return end;
                    }
                }
                () = &mut sending => {}
                answer = server_requests.next(), if !server_requests.is_empty() => {
                    self.post(self.state.lock(), Posted::answer(answer));
                }
            }
        }
    }

    /// Sends posted messages; never ends.
    async fn send_posted(&self) {
        loop {
            while let Some(message) = self.next_posted() {
                // A connection that is over says so to the reader.
                drop(message.send(&*self.transport).await);
            }
            self.has_posted.notified().await;
        }
    }

    fn next_posted(&self) -> Option<Posted> {
        self.state.lock().posted.pop_front()
    }

    fn accept(
        &self,
        frame: &Bytes,
        server_requests: &mut ServerRequests,
    ) -> Result<(), TransportError> {
        tracing::trace!(frame = %String::from_utf8_lossy(frame), "received");
        let heard = self.state.lock().accept(frame);
        match heard {
            FrameAction::Caller(waker) => {
                if let Some(waker) = waker {
                    waker.wake();
                }
            }
            FrameAction::Notice(notice) if notice.method == method::CANCELLED => {
                server_requests.cancel(&notice.params);
                self.revoked(&notice.params);
            }
            FrameAction::Notice(notice) => self.notified(&notice),
            FrameAction::ServerRequest(question) => {
                self.asked(question, server_requests);
                self.check_refused()?;
            }
            FrameAction::Reply(reply) => {
                self.post(self.state.lock(), Posted::answer(reply));
                self.check_refused()?;
            }
        }
        Ok(())
    }

    /// A server that does not stop asking for what it does not get is cut off.
    fn check_refused(&self) -> Result<(), TransportError> {
        if self.counters().refused <= REFUSED_MAX {
            return Ok(());
        }
        let operation = "serve the requests of the server";
        let message = format!("more than {REFUSED_MAX} that this client does not offer");
        Err(TransportError::Io { operation, message })
    }

    /// The server gives up a request of ours: it may do so with subscriptions.
    fn revoked(&self, params: &[u8]) {
        let Ok(cancelled) = serde_json::from_slice::<Cancelled>(params) else { return };
        let waker = self.state.lock().queues.revoke(&cancelled.request_id);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn notified(&self, notice: &Notice) {
        let changed = notice.as_resource_update();
        let mut state = self.state.lock();
        state.generations.count(&notice.method);
        if let Some(uri) = &changed {
            state.reads.invalidate(uri);
        }
        let has_listeners = !state.queues.is_empty();
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
        let wakers = self.state.lock().queues.deliver(notice, &params);
        wakers.into_iter().for_each(Waker::wake);
    }

    fn asked(&self, question: ServerRequest, server_requests: &mut ServerRequests) {
        let Some(handler) = &self.handler else { return };
        if let Err(refusal) = server_requests.ask(handler, question) {
            let mut state = self.state.lock();
            state.turned_down += 1;
            if let Some(refusal) = refusal {
                self.post(state, Posted::answer(refusal));
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
}

impl LinkState {
    fn accept(&mut self, frame: &Bytes) -> FrameAction {
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
            Inbound::Reply(frame) => return FrameAction::Reply(frame),
            Inbound::Notified { method, params } => {
                return FrameAction::Notice(Notice::new(method, params));
            }
            Inbound::Asked { id, method, params } => {
                return FrameAction::ServerRequest(ServerRequest { id, method, params });
            }
            Inbound::Nothing => None,
        };
        FrameAction::Caller(waker)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use async_trait::async_trait;
    use mcp_core::{Outgoing, SendError, Transport};

    use super::*;
    use crate::options::ClientOptions;

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
        async fn send(&self, _message: Outgoing<'_>) -> Result<(), SendError> {
            Err(SendError::not_sent(closed()))
        }

        async fn recv(&self) -> Result<Received, TransportError> {
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
