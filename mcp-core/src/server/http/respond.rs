//! The form of an answer: JSON when the answer is all there is to say, a stream of events otherwise.

use std::future::poll_fn;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName};
use http::{HeaderValue, Response, StatusCode};
use serde::Deserialize;

use super::body::HttpBody;
use super::exchange::{Event, Exchange};
use crate::jsonrpc::{Envelope, code, scan};
use crate::protocol::Era;
use crate::server::service::{Reply, Status};

/// Waits for the first thing that a request has to say and answers in the form that fits.
///
/// # Cancel safety
///
/// A dropped future has dropped the exchange.
pub(super) async fn when_heard(mut exchange: Exchange, era: Era) -> Response<HttpBody> {
    match poll_fn(|context| exchange.poll_next(context)).await {
        Event::Ended(Some(Reply::One(frame))) => json(status_of(&frame, era), frame),
        Event::Ended(Some(Reply::Drip(drip))) => {
            let status = status_of(drip.rest(), era);
            json_body(status, HttpBody::drip(drip))
        }
        Event::Ended(Some(Reply::Status(status))) => of_status(status),
        Event::Ended(Some(Reply::Torn(bytes))) => json_body(StatusCode::OK, HttpBody::torn(bytes)),
        first => events(HttpBody::stream(exchange, Some(first))),
    }
}

pub(super) fn json(status: StatusCode, frame: Bytes) -> Response<HttpBody> {
    json_body(status, HttpBody::full(frame))
}

fn json_body(status: StatusCode, body: HttpBody) -> Response<HttpBody> {
    let mut response = empty(status);
    *response.body_mut() = body;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

pub(super) fn events(body: HttpBody) -> Response<HttpBody> {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    // Proxies that collect before they pass on would hold the events back.
    let name = HeaderName::from_static("x-accel-buffering");
    headers.insert(name, HeaderValue::from_static("no"));
    response
}

pub(super) fn empty(status: StatusCode) -> Response<HttpBody> {
    let mut response = Response::new(HttpBody::full(Bytes::new()));
    *response.status_mut() = status;
    response
}

fn of_status(status: Status) -> Response<HttpBody> {
    let Status { code, headers, body } = status;
    let code = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = empty(code);
    *response.body_mut() = HttpBody::full(body);
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, plain);
    for (name, value) in headers {
        let parsed = (HeaderName::try_from(name), HeaderValue::try_from(value));
        if let (Ok(name), Ok(value)) = parsed {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// The status that goes with a frame. Only the modern era ties statuses to error codes.
pub(super) fn status_of(frame: &[u8], era: Era) -> StatusCode {
    match error_code(frame).filter(|_| era == Era::Modern) {
        Some(code::METHOD_NOT_FOUND) => StatusCode::NOT_FOUND,
        Some(
            code::HEADER_MISMATCH
            | code::INVALID_REQUEST
            | code::MISSING_CAPABILITY
            | code::PARSE_ERROR
            | code::UNSUPPORTED_VERSION,
        ) => StatusCode::BAD_REQUEST,
        _ => StatusCode::OK,
    }
}

/// The error code of an answer; `None` when it is a success.
pub(super) fn error_code(frame: &[u8]) -> Option<i64> {
    #[derive(Deserialize)]
    struct Coded {
        code: i64,
    }
    let Ok(Envelope::Error { error, .. }) = scan(frame) else { return None };
    serde_json::from_slice(error).ok().map(|Coded { code }| code)
}
