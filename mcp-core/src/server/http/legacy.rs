//! Messages of the legacy era: `initialize` opens a session, and everything else happens in one.

use std::sync::Arc;

use bytes::Bytes;
use http::header::HeaderMap;
use http::{HeaderValue, Response, StatusCode};

use super::HttpServer;
use super::admission::single;
use super::body::HttpBody;
use super::exchange::{Background, Exchange, ExchangeParts, KeepAlive};
use super::refusal::Refusal;
use super::respond;
use super::session::{self, Owner, Purpose, Session};
use crate::http::header;
use crate::jsonrpc::{Envelope, RequestId};
use crate::protocol::{Era, ProtocolVersion, method};
use crate::server::client_messages::ClientMessages;
use crate::session::{Incoming, Request, ServerSession};

impl HttpServer {
    pub(super) async fn answer_legacy(
        &self,
        headers: &HeaderMap,
        owner: Owner,
        frame: &Bytes,
        envelope: &Envelope<'_>,
    ) -> Result<Response<HttpBody>, Refusal> {
        let id = match envelope {
            Envelope::Request { id, method, .. } if method == method::INITIALIZE => {
                return self.open(owner, frame).await;
            }
            Envelope::Request { id, .. } => Some(id),
            _ => None,
        };
        let session = self.session(headers, &owner, id)?;
        match session.accept(frame) {
            Incoming::Serve(request) => {
                let exchange = self.begin_in(&session, request)?;
                return Ok(respond::when_heard(exchange, Era::Legacy).await);
            }
            Incoming::Reply(reply) => return Ok(respond::json(StatusCode::OK, reply)),
            Incoming::Cancel(id) => session.cancel(&id),
            Incoming::Answered { id, outcome } => session.caller.answered(&id, outcome),
            Incoming::Nothing => {}
        }
        Ok(respond::empty(StatusCode::ACCEPTED))
    }

    /// Opens the stream of a session, on which it says what belongs to no request.
    pub(super) fn open_stream(
        &self,
        headers: &HeaderMap,
        owner: &Owner,
    ) -> Result<Response<HttpBody>, Refusal> {
        let session = self.session(headers, owner, None)?;
        let permit = self.permits().take().ok_or_else(Refusal::busy)?;
        let (registration, entry) = session.begin(Purpose::Stream)?;
        let keep_alive = KeepAlive::new(self.options());
        let parts = ExchangeParts {
            permit,
            registration,
            entry: Some(entry),
            keep_alive,
            background: None,
        };
        let messages = Arc::clone(session.caller.messages());
        let exchange = Exchange::new(Box::pin(std::future::pending()), messages, parts);
        Ok(respond::events(HttpBody::stream(exchange, None)))
    }

    pub(super) fn end_session(
        &self,
        headers: &HeaderMap,
        owner: &Owner,
    ) -> Result<Response<HttpBody>, Refusal> {
        self.sessions().end(session_id(headers, None)?, owner)?;
        Ok(respond::empty(StatusCode::NO_CONTENT))
    }

    async fn open(&self, owner: Owner, frame: &Bytes) -> Result<Response<HttpBody>, Refusal> {
        let service = self.service();
        let mut state = ServerSession::new(service.info(), service.versions());
        let (version, request) = match (state.accept(frame), state.legacy_version()) {
            (Incoming::Serve(request), Some(version)) => (version, request),
            (Incoming::Reply(refusal), _) => {
                return Ok(respond::json(StatusCode::BAD_REQUEST, refusal));
            }
            _ => {
                let message = "`initialize` cannot be read";
                return Err(Refusal::invalid(StatusCode::BAD_REQUEST, None, message));
            }
        };
        let session = Arc::new(Session::new(owner, version, state, service.changes()));
        // A server without a permit for the request keeps no session whose id no client has.
        let exchange = self.begin_in(&session, request)?;
        let id = self.sessions().open(session)?;
        let mut response = respond::when_heard(exchange, Era::Legacy).await;
        let id = HeaderValue::try_from(id).expect("hexadecimal digits are visible ASCII");
        response.headers_mut().entry(header::SESSION_ID).or_insert(id);
        Ok(response)
    }

    fn session(
        &self,
        headers: &HeaderMap,
        owner: &Owner,
        id: Option<&RequestId>,
    ) -> Result<Arc<Session>, Refusal> {
        let session = self.sessions().find(session_id(headers, id)?, owner);
        let session = session.ok_or_else(|| session::unknown(id))?;
        let named = single(headers, &header::PROTOCOL_VERSION);
        let is_known = |named: &str| named.parse::<ProtocolVersion>().is_ok();
        // Any known revision will do: the answer follows the one that was agreed on.
        if named.is_ok_and(|named| named.is_none_or(is_known)) {
            return Ok(session);
        }
        let message = format!("`MCP-Protocol-Version` must say {} here", session.version());
        Err(Refusal::invalid(StatusCode::BAD_REQUEST, id, &message))
    }

    fn begin_in(&self, session: &Arc<Session>, request: Request) -> Result<Exchange, Refusal> {
        let permit = self.permits().take().ok_or_else(Refusal::busy)?;
        let purpose = Purpose::Request(request.id.clone());
        let (registration, entry) = session.begin(purpose)?;
        let messages = Arc::new(ClientMessages::default());
        let answering = self.answering(request, session.caller.over(Arc::clone(&messages)));
        let keep_alive = KeepAlive::new(self.options());
        let background = Background::new(self.options(), session.caller.messages());
        let parts =
            ExchangeParts { permit, registration, entry: Some(entry), keep_alive, background };
        Ok(Exchange::new(answering, messages, parts))
    }
}

fn session_id<'a>(headers: &'a HeaderMap, id: Option<&RequestId>) -> Result<&'a str, Refusal> {
    single(headers, &header::SESSION_ID).ok().flatten().ok_or_else(|| {
        let message = "the header `Mcp-Session-Id` is needed; send `initialize` first";
        Refusal::invalid(StatusCode::BAD_REQUEST, id, message)
    })
}
