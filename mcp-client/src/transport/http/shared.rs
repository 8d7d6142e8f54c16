//! What the tasks of one transport share, and what may be done with it.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method};
use mcp_core::jsonrpc::RequestId;
use mcp_core::protocol::{Era, method};
use mcp_core::{MessageFacts, Outgoing, SendError, TransportError};
use tokio::sync::{Semaphore, oneshot};
use tokio::time::timeout;

use super::body::{Body, silence};
use super::incoming::IncomingQueue;
use super::outgoing::{OutgoingRequest, both_kinds, headers_of};
use super::peer::{self, HttpPeer};
use super::session::Session;
use super::tasks::{Asked, Tasks};
use super::{exchange, stream};
use crate::transport::line::closed;

/// Notifications and answers on their way to the server. Apart from requests, which may wait for them.
const POSTS_MAX: usize = 16;

/// How long a message waits for its turn behind others that the server does not take.
const WRITE_DEADLINE: Duration = Duration::from_secs(10);

/// How long a polite end may take.
const CLOSE_DEADLINE: Duration = Duration::from_secs(2);

/// The transport without its handle.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) peer: HttpPeer,
    pub(super) session: Session,
    pub(super) incoming: IncomingQueue,
    pub(super) tasks: Arc<Tasks>,
    pub(super) exchanges: Semaphore,
    posts: Arc<Semaphore>,
    /// Held by the one who closes.
    closing: tokio::sync::Mutex<()>,
}

impl Shared {
    pub(super) fn new(peer: HttpPeer) -> Arc<Self> {
        Arc::new(Self {
            session: Session::default(),
            incoming: IncomingQueue::new(),
            tasks: Arc::default(),
            exchanges: Semaphore::new(peer.limits.exchanges_max.clamp(1, Semaphore::MAX_PERMITS)),
            posts: Arc::new(Semaphore::new(POSTS_MAX)),
            closing: tokio::sync::Mutex::default(),
            peer,
        })
    }

    /// Puts a message on its way. Only what opens a session is waited for: requests must not overtake
    /// it, and every message has a connection of its own.
    pub(super) async fn send(self: &Arc<Self>, message: Outgoing<'_>) -> Result<(), SendError> {
        if self.incoming.is_closed() {
            return Err(SendError::not_sent(closed()));
        }
        let Outgoing { frame, facts } = message;
        let Some(facts) = facts else { return self.post_aside(frame, both_kinds(), None).await };
        if let Some(version) = facts.version.filter(|version| version.era() == Era::Legacy) {
            self.session.agreed(version);
        }
        match (facts.id, facts.method) {
            (Some(id), _) => self.ask(OutgoingRequest::new(frame, id.clone(), facts)),
            (None, method::CANCELLED) => self.cancel(frame, facts).await,
            (None, method::INITIALIZED) => self.initialized(frame, headers_of(facts)).await,
            (None, _) => self.post_aside(frame, headers_of(facts), None).await,
        }
    }

    /// Posts a message that has no answer.
    pub(super) async fn post(&self, frame: Bytes, own: HeaderMap) -> Result<(), SendError> {
        let limit = self.peer.limits.idle_timeout;
        let mut headers = self.session.join().headers;
        headers.extend(own);
        let response = timeout(limit, self.peer.send(Method::POST, headers, Some(frame))).await;
        let response = response.unwrap_or_else(|_| Err(SendError::unknown(silence(limit))))?;
        if response.status().is_success() {
            Body::new(response, limit).drain().await;
            return Ok(());
        }
        Err(peer::failure(response, &self.peer.limits).await)
    }

    /// Starts to read what the server of a session says unasked, instead of the stream before.
    pub(super) fn listen(self: &Arc<Self>) {
        let stream = self.tasks.spawn(None, stream::read(Arc::clone(self)));
        if let Some(before) = self.session.replace_stream(stream) {
            self.tasks.abort(before);
        }
    }

    /// Ends everything by force.
    pub(super) fn cut(&self) {
        self.incoming.close();
        self.tasks.abort_all();
    }

    /// Ends everything: first what is on its way, then the session, then the tasks.
    pub(super) async fn close(&self) {
        let _alone = self.closing.lock().await;
        if self.incoming.is_closed() {
            return;
        }
        // However far this comes before it is dropped, everything ends.
        let _cut = CutOnDrop(self);
        let politely = async {
            let posts = u32::try_from(POSTS_MAX).expect("a small number");
            let _no_more = self.posts.acquire_many(posts).await;
            let joined = self.session.join();
            if joined.has_id {
                // The server may not offer it, or be gone; the session is over either way.
                drop(self.peer.send_at_end(Method::DELETE, joined.headers).await);
            }
        };
        let _ = timeout(CLOSE_DEADLINE, politely).await;
        self.cut();
        let _ = timeout(CLOSE_DEADLINE, self.tasks.all_ended()).await;
    }

    fn ask(self: &Arc<Self>, request: OutgoingRequest) -> Result<(), SendError> {
        let asked = Asked { id: request.id.clone(), era: request.era };
        let work = exchange::carry(Arc::clone(self), request);
        let started = self.tasks.spawn(Some(asked), work);
        started.map(drop).ok_or_else(|| SendError::not_sent(closed()))
    }

    /// A modern request is cancelled by the end of its exchange. In the legacy era that means nothing,
    /// so the server is told.
    async fn cancel(
        self: &Arc<Self>,
        frame: Bytes,
        facts: &MessageFacts<'_>,
    ) -> Result<(), SendError> {
        let Some(id) = facts.cancels else { return Ok(()) };
        match self.tasks.era_of(id) {
            Some(Era::Legacy) => self.post_aside(frame, headers_of(facts), Some(id.clone())).await,
            Some(Era::Modern) => {
                self.tasks.abort_request(id);
                Ok(())
            }
            None => Ok(()),
        }
    }

    async fn initialized(
        self: &Arc<Self>,
        frame: Bytes,
        headers: HeaderMap,
    ) -> Result<(), SendError> {
        let (tell, told) = oneshot::channel();
        let here = Arc::clone(self);
        let started = self.tasks.spawn(None, async move {
            let posted = here.post(frame, headers).await;
            if posted.is_ok() {
                here.listen();
            }
            // The caller may have given up meanwhile.
            drop(tell.send(posted));
        });
        if started.is_none() {
            return Err(SendError::not_sent(closed()));
        }
        told.await.unwrap_or_else(|_| Err(SendError::unknown(closed())))
    }

    /// Posts a message while the sender goes on; `then` is a request whose exchange ends afterwards.
    async fn post_aside(
        self: &Arc<Self>,
        frame: Bytes,
        headers: HeaderMap,
        then: Option<RequestId>,
    ) -> Result<(), SendError> {
        let place = timeout(WRITE_DEADLINE, Arc::clone(&self.posts).acquire_owned()).await;
        let place = place.map_err(|_| {
            SendError::not_sent(TransportError::WriteStalled { after: WRITE_DEADLINE })
        })?;
        let here = Arc::clone(self);
        let started = self.tasks.spawn(None, async move {
            let _place = place;
            if let Err(error) = here.post(frame, headers).await {
                tracing::debug!(%error, cause = %error.cause, "message not taken by the server");
            }
            if let Some(id) = then {
                here.tasks.abort_request(&id);
            }
        });
        started.map(drop).ok_or_else(|| SendError::not_sent(closed()))
    }
}

/// Ends everything by force, unless that was done before.
struct CutOnDrop<'a>(&'a Shared);

impl Drop for CutOnDrop<'_> {
    fn drop(&mut self) {
        self.0.cut();
    }
}
