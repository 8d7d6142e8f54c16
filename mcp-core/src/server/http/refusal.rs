//! Requests that are refused before a service sees them.

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE, HeaderName, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, Response, StatusCode};

use super::body::HttpBody;
use super::respond;
use crate::jsonrpc::{RequestId, RpcError, code, encode};

/// A status, and what to say with it.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    header: Option<(HeaderName, &'static str)>,
    said: Said,
}

#[derive(Debug)]
enum Said {
    /// For people; what went wrong has nothing to do with a JSON-RPC message.
    Text(&'static str),
    Message(Bytes),
}

impl Refusal {
    pub(super) fn text(status: StatusCode, text: &'static str) -> Self {
        Self { status, header: None, said: Said::Text(text) }
    }

    pub(super) fn status(&self) -> StatusCode {
        self.status
    }

    /// A JSON-RPC error, with the id of the request when that is known.
    pub(super) fn error(status: StatusCode, id: Option<&RequestId>, error: &RpcError) -> Self {
        Self { status, header: None, said: Said::Message(encode::error(id, error)) }
    }

    /// A request that breaks the rules of JSON-RPC or of sessions.
    pub(super) fn invalid(status: StatusCode, id: Option<&RequestId>, message: &str) -> Self {
        Self::error(status, id, &RpcError::new(code::INVALID_REQUEST, message))
    }

    pub(super) fn method(allowed: &'static str) -> Self {
        let refusal = Self::text(StatusCode::METHOD_NOT_ALLOWED, "method not allowed\n");
        Self { header: Some((ALLOW, allowed)), ..refusal }
    }

    pub(super) fn unauthorized() -> Self {
        let refusal = Self::text(StatusCode::UNAUTHORIZED, "a bearer token is needed\n");
        Self { header: Some((WWW_AUTHENTICATE, "Bearer")), ..refusal }
    }

    /// Nothing is wrong with the request but its time.
    pub(super) fn busy() -> Self {
        let refusal = Self::text(StatusCode::SERVICE_UNAVAILABLE, "too many requests at work\n");
        Self { header: Some((RETRY_AFTER, "1")), ..refusal }
    }

    pub(super) fn into_response(self) -> Response<HttpBody> {
        let mut response = match self.said {
            Said::Message(frame) => respond::json(self.status, frame),
            Said::Text(text) => {
                let mut response = respond::empty(self.status);
                *response.body_mut() = HttpBody::full(Bytes::from_static(text.as_bytes()));
                let plain = HeaderValue::from_static("text/plain; charset=utf-8");
                response.headers_mut().insert(CONTENT_TYPE, plain);
                response
            }
        };
        if let Some((name, value)) = self.header {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        response
    }
}
