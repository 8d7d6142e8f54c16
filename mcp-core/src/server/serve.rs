//! Serving one connection: the loop between a transport and a service.

use std::collections::HashMap;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use futures_util::future::{AbortHandle, Abortable};
use futures_util::stream::{FuturesUnordered, Stream};

use super::caller::Caller;
use super::service::{self, Reply, Service};
use crate::jsonrpc::RequestId;
use crate::session::{Incoming, Request, ServerSession};
use crate::transport::{Received, SendError, Transport, TransportError};

/// Requests of one client that may run at the same time; more wait unread in the transport.
const RUNNING_MAX: usize = 1024;

/// Serves one client until the connection ends; returns how it ended.
///
/// A request whose answer is ready at once is answered in place. The others run side by side in this
/// one task and answer in whatever order they finish.
///
/// # Errors
///
/// Never for a client that closes in good order.
///
/// # Cancel safety
///
/// Dropping the future drops all running requests. The transport is not closed.
pub async fn serve(service: &dyn Service, transport: &dyn Transport) -> Result<(), TransportError> {
    let caller = Caller::default();
    let mut session = ServerSession::new(service.info(), service.versions());
    let mut requests = RunningRequests::new(service, &caller);
    let mut listener = None;
    loop {
        let reply = match next_event(transport, &mut requests).await {
            Event::Done(id, reply) => {
                requests.handles.remove(&id);
                reply
            }
            Event::Said => Reply::Silence,
            Event::Received(Err(TransportError::Closed { .. })) => return Ok(()),
            Event::Received(Err(error)) => return Err(error),
            // A server sends requests over streams only, which fail as a whole.
            Event::Received(Ok(Received::Undelivered(_))) => Reply::Silence,
            Event::Received(Ok(Received::Message(frame))) => match session.accept(&frame) {
                Incoming::Nothing => Reply::Silence,
                Incoming::Answered { id, outcome } => {
                    caller.answered(&id, outcome);
                    Reply::Silence
                }
                Incoming::Cancel(id) => {
                    requests.cancel(&id);
                    Reply::Silence
                }
                Incoming::Reply(frame) => Reply::Answer(frame),
                Incoming::Serve(request) => requests.begin(request),
            },
        };
        if !deliver(transport, &caller, reply).await? {
            return Ok(());
        }
        if listener.is_none() && session.legacy_version().is_some() {
            listener = service.changes().map(|changes| changes.listen_legacy(caller.clone()));
        }
    }
}

enum Event {
    Received(Result<Received, TransportError>),
    Done(RequestId, Reply),
    /// A running request has a notification or a question.
    Said,
}

/// Requests whose answer is not ready yet.
struct RunningRequests<'a> {
    service: &'a dyn Service,
    caller: &'a Caller,
    running: FuturesUnordered<Abortable<Running<'a>>>,
    handles: HashMap<RequestId, AbortHandle>,
}

type Running<'a> = Pin<Box<dyn Future<Output = (RequestId, Reply)> + Send + 'a>>;

impl<'a> RunningRequests<'a> {
    fn new(service: &'a dyn Service, caller: &'a Caller) -> Self {
        Self { service, caller, running: FuturesUnordered::new(), handles: HashMap::new() }
    }

    /// Begins a request and returns its reply, which is silence for now unless it is ready at once.
    fn begin(&mut self, request: Request) -> Reply {
        let id = request.id.clone();
        let mut answering = service::answering(self.service, request, self.caller);
        // The first poll happens here. What is still pending is polled again once it is in the set,
        // with the set's own waker, so no wake-up is lost.
        let mut context = Context::from_waker(std::task::Waker::noop());
        match answering.as_mut().poll(&mut context) {
            Poll::Ready(reply) => reply,
            Poll::Pending => {
                let (handle, registration) = AbortHandle::new_pair();
                self.handles.insert(id.clone(), handle);
                let running: Running<'a> = Box::pin(async move { (id, answering.await) });
                self.running.push(Abortable::new(running, registration));
                Reply::Silence
            }
        }
    }

    fn cancel(&mut self, id: &RequestId) {
        if let Some(handle) = self.handles.remove(id) {
            handle.abort();
        }
    }
}

/// The next frame or the next finished request, whichever is first.
async fn next_event(transport: &dyn Transport, requests: &mut RunningRequests<'_>) -> Event {
    let mut received = pin!(transport.recv());
    poll_fn(|context| {
        while let Poll::Ready(Some(finished)) = Pin::new(&mut requests.running).poll_next(context) {
            if let Ok((id, reply)) = finished {
                return Poll::Ready(Event::Done(id, reply));
            }
        }
        if requests.running.len() < RUNNING_MAX
            && let Poll::Ready(received) = received.as_mut().poll(context)
        {
            return Poll::Ready(Event::Received(received));
        }
        // What is said goes out with every event, so that frames that keep coming hold nothing back.
        requests.caller.messages().poll_ready(context).map(|()| Event::Said)
    })
    .await
}

/// Sends a reply after everything that was said before it; `false` when the connection is over.
async fn deliver(
    transport: &dyn Transport,
    caller: &Caller,
    reply: Reply,
) -> Result<bool, TransportError> {
    while let Some(said) = caller.messages().pop() {
        if !sent(transport.send(said.into()).await)? {
            return Ok(false);
        }
    }
    match reply {
        Reply::Silence => Ok(true),
        Reply::Answer(frame) => sent(transport.send(frame.into()).await),
        Reply::Frames(frames) => {
            for frame in frames {
                if !sent(transport.send(frame.into()).await)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        Reply::Close => {
            transport.close().await;
            Ok(false)
        }
    }
}

/// A client that went away while it was answered has ended the conversation, not broken it.
fn sent(result: Result<(), SendError>) -> Result<bool, TransportError> {
    match result {
        Ok(()) => Ok(true),
        Err(SendError { cause: TransportError::Closed { .. }, .. }) => Ok(false),
        Err(SendError { cause, .. }) => Err(cause),
    }
}
