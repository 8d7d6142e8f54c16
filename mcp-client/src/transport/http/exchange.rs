//! One request from its POST to its answer.
//!
//! ```text
//!   POST ─┬─ JSON ──────────────▶ answer
//!         ├─ events ─┬──────────▶ answer
//!         │          └─ early end, legacy, after an event id ─▶ GET and on with the events
//!         ├─ 404 in a session ──▶ the session is opened anew, POST once more
//!         └─ anything else ─────▶ undelivered
//! ```

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use mcp_core::jsonrpc::{Envelope, RequestId, encode, scan};
use mcp_core::protocol::{Era, method};
use mcp_core::{Delivery, Received, SendError, TransportError, Undelivered};
use reqwest::Response;
use serde_json::value::RawValue;
use tokio::time::{sleep, timeout};

use super::answer::{BodyKind, Place, body_kind, is_unknown_method, place};
use super::body::{Body, Events, broken};
use super::outgoing::{OutgoingRequest, both_kinds};
use super::session::{Joined, id_in};
use super::shared::Shared;
use super::status;
use super::stream::{open_stream, pause};
use crate::transport::line::closed;

/// How often in a row a stream is taken up again without anything new.
const RESUMES_MAX: u32 = 3;

/// The answer, and what follows it in its stream.
struct Answer {
    frame: Bytes,
    rest: Option<Body>,
}

/// Asks and hands on what comes: the answer, or what became of the request.
pub(super) async fn carry(shared: Arc<Shared>, request: OutgoingRequest) {
    match within_limits(&shared, &request).await {
        Ok(Answer { frame, rest }) => {
            shared.incoming.put(frame).await;
            if let Some(rest) = rest {
                rest.drain().await;
            }
        }
        Err(error) => {
            let failure = Undelivered { id: request.id, error };
            shared.incoming.put(Received::Undelivered(failure)).await;
        }
    }
}

async fn within_limits(
    shared: &Arc<Shared>,
    request: &OutgoingRequest,
) -> Result<Answer, SendError> {
    if request.is_listen {
        return ask(shared, request).await;
    }
    let _place = shared.exchanges.acquire().await.map_err(|_| SendError::not_sent(closed()))?;
    let limit = shared.peer.limits.answer_timeout;
    timeout(limit, ask(shared, request))
        .await
        .unwrap_or_else(|_| Err(SendError::unknown(broken(format!("no answer within {limit:?}")))))
}

/// A session that is gone is opened anew once; 404 means that nothing was carried out.
async fn ask(shared: &Arc<Shared>, request: &OutgoingRequest) -> Result<Answer, SendError> {
    let joined = shared.session.join();
    let (generation, has_id) = (joined.generation, joined.has_id);
    let outcome = ask_once(shared, request, joined).await;
    let is_in_session = has_id && request.era == Era::Legacy && !request.is_initialize;
    match outcome {
        Err(SendError { cause: TransportError::Status { status: 404, .. }, .. })
            if is_in_session =>
        {
            renew(shared, generation).await?;
            ask_once(shared, request, shared.session.join()).await
        }
        outcome => outcome,
    }
}

async fn ask_once(
    shared: &Shared,
    request: &OutgoingRequest,
    joined: Joined,
) -> Result<Answer, SendError> {
    let mut headers = request.headers.clone();
    if request.era == Era::Legacy && !request.is_initialize {
        headers.extend(joined.headers);
    }
    let response = shared.peer.send(Method::POST, headers, Some(request.frame.clone())).await?;
    let status = response.status();
    let session_id = match id_in(response.headers()) {
        Err(problem) if request.is_initialize => return Err(status::useless(status, problem)),
        read => read.ok().flatten(),
    };
    let answer = match body_kind(status, response.headers()) {
        BodyKind::Message => message(shared, request, response).await,
        BodyKind::Stream => events(shared, request, response).await,
        BodyKind::Refusal => refusal(shared, request, (response, joined.has_id)).await,
        BodyKind::Useless(problem) => Err(status::useless(status, problem)),
    }?;
    if request.is_initialize && matches!(scan(&answer.frame), Ok(Envelope::Result { .. })) {
        shared.session.opened(request.clone(), session_id);
    }
    Ok(answer)
}

async fn message(
    shared: &Shared,
    request: &OutgoingRequest,
    response: Response,
) -> Result<Answer, SendError> {
    let (status, limits) = (response.status(), shared.peer.limits);
    let body = Body::new(response, limits.idle_timeout).whole(limits.message_bytes_max).await;
    let frame = body.map_err(SendError::unknown)?;
    match place(&frame, &request.id, request.era) {
        Place::Answer => Ok(Answer { frame, rest: None }),
        _ if frame.is_empty() => Err(status::useless(status, "the answer is empty")),
        _ => Err(status::useless(status, "what came is not the answer to the request")),
    }
}

/// A refusal may hold a JSON-RPC error, which says more than the status. Except where the session is
/// concerned: that is for the transport to put in order.
async fn refusal(
    shared: &Shared,
    request: &OutgoingRequest,
    (response, has_session): (Response, bool),
) -> Result<Answer, SendError> {
    let (status, headers) = (response.status(), response.headers().clone());
    let frame = Body::new(response, shared.peer.limits.idle_timeout).explanation().await;
    let is_answer = place(&frame, &request.id, request.era) == Place::Answer
        && matches!(scan(&frame), Ok(Envelope::Error { .. }));
    let is_about_session = status == StatusCode::NOT_FOUND
        && has_session
        && request.era == Era::Legacy
        && !is_unknown_method(&frame);
    if is_answer && !is_about_session {
        return Ok(Answer { frame, rest: None });
    }
    Err(status::failure(status, &headers, &frame, std::time::SystemTime::now()))
}

async fn events(
    shared: &Shared,
    request: &OutgoingRequest,
    response: Response,
) -> Result<Answer, SendError> {
    let limits = shared.peer.limits;
    // A call may be silent until its deadline; a subscription has none.
    let body = match request.is_listen {
        true => Body::new(response, limits.stream_idle_timeout),
        false => Body::without_limit(response),
    };
    let mut events = Events::new(body, limits.message_bytes_max);
    let mut resume = Resume::default();
    loop {
        let end = match until_answer(shared, request, &mut events).await {
            Ok(Some(frame)) => return Ok(Answer { frame, rest: Some(events.into_rest()) }),
            Ok(None) => broken("the stream ended before the answer".to_owned()),
            Err(error @ TransportError::FrameTooLarge { .. }) => {
                return Err(SendError::unknown(error));
            }
            Err(error) => error,
        };
        resume.learn(&events);
        // Modern streams cannot be taken up again.
        events = match request.era {
            Era::Legacy => resume.next(shared).await,
            Era::Modern => None,
        }
        .ok_or_else(|| SendError::unknown(end))?;
    }
}

/// Hands on what comes beside the answer.
async fn until_answer(
    shared: &Shared,
    request: &OutgoingRequest,
    events: &mut Events,
) -> Result<Option<Bytes>, TransportError> {
    while let Some(frame) = events.next().await? {
        match place(&frame, &request.id, request.era) {
            Place::Answer => return Ok(Some(frame)),
            Place::Aside => shared.incoming.put(frame).await,
            Place::Foreign => tracing::debug!("message of another exchange dropped"),
        }
    }
    Ok(None)
}

/// What is needed to take a stream up again.
#[derive(Debug, Default)]
struct Resume {
    last_event_id: Option<String>,
    retry: Option<Duration>,
    /// Tries in a row that brought nothing.
    tries: u32,
}

impl Resume {
    fn learn(&mut self, events: &Events) {
        if events.has_event() {
            self.tries = 0;
        }
        if let Some(id) = events.last_event_id() {
            self.last_event_id = Some(id.to_owned());
        }
        self.retry = events.retry().or(self.retry);
    }

    /// The rest of the stream, unless the server does not have it.
    async fn next(&mut self, shared: &Shared) -> Option<Events> {
        let id = HeaderValue::try_from(self.last_event_id.as_deref()?).ok()?;
        while self.tries < RESUMES_MAX {
            self.tries += 1;
            sleep(pause(self.retry, 0, 0)).await;
            match open_stream(shared, Some(id.clone())).await {
                Ok(Some(response)) => {
                    let body = Body::without_limit(response);
                    return Some(Events::new(body, shared.peer.limits.message_bytes_max));
                }
                Ok(None) => return None,
                Err(error) if error.cause.is_permanent() => return None,
                Err(error) => tracing::debug!(%error, "stream not taken up again"),
            }
        }
        None
    }
}

/// Opens the session anew, in a task of its own: a caller that gives up must not leave it half open.
async fn renew(shared: &Arc<Shared>, generation: u64) -> Result<(), SendError> {
    let (tell, told) = tokio::sync::oneshot::channel();
    let here = Arc::clone(shared);
    shared.tasks.spawn(None, async move {
        let limit = here.peer.limits.idle_timeout;
        let renewed = timeout(limit, renew_now(&here, generation)).await;
        let renewed = renewed.unwrap_or_else(|_| {
            Err(SendError::unknown(broken(format!("no answer to `initialize` within {limit:?}"))))
        });
        // The caller may have given up meanwhile.
        drop(tell.send(renewed));
    });
    let renewed = told.await.unwrap_or_else(|_| Err(SendError::unknown(closed())));
    // Whatever went wrong, the request itself was refused with 404.
    renewed.map_err(|error| status::failed(gone(&error), Delivery::Refused))
}

fn gone(error: &SendError) -> TransportError {
    let message = format!("the session is gone, and no new one can be opened: {}", error.cause);
    TransportError::Status { status: 404, retry_after: None, message }
}

async fn renew_now(shared: &Arc<Shared>, generation: u64) -> Result<(), SendError> {
    let _alone = shared.session.renewing.lock().await;
    let Some(initialize) = shared.session.initialize(generation) else { return Ok(()) };
    // An id of its own: the first one was used, if in another session.
    let Ok(Envelope::Request { params, .. }) = scan(&initialize.frame) else { return Ok(()) };
    let params: Option<&RawValue> = params.and_then(|params| serde_json::from_slice(params).ok());
    let id = RequestId::Text(format!("again-{generation}"));
    let frame = encode::request(&id, method::INITIALIZE, &params).expect("raw JSON encodes");
    let again = OutgoingRequest { id, frame, ..initialize.clone() };
    let no_session = Joined { headers: HeaderMap::new(), generation, has_id: false };

    let answer = ask_once(shared, &again, no_session).await?;

    if !matches!(scan(&answer.frame), Ok(Envelope::Result { .. })) {
        return Err(status::useless(StatusCode::OK, "the server refused `initialize`"));
    }
    let empty = RawValue::from_string("{}".to_owned()).expect("an empty object is JSON");
    let notice = encode::notification(method::INITIALIZED, &empty).expect("raw JSON encodes");
    shared.post(notice, both_kinds()).await?;
    shared.listen();
    Ok(())
}
