//! The form of an answer: JSON when the answer is all there is to say, a stream of events otherwise.

use std::future::poll_fn;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName};
use http::{HeaderValue, Response, StatusCode};
use serde::Deserialize;

use super::body::{Event, HttpBody, Source};
use crate::jsonrpc::{Envelope, code, scan};
use crate::protocol::Era;
use crate::server::service::Reply;

/// Waits for the first thing that a request has to say and answers in the form that fits.
///
/// # Cancel safety
///
/// A dropped future has dropped the source.
pub(super) async fn when_heard(mut source: impl Source + 'static, era: Era) -> Response<HttpBody> {
    match poll_fn(|context| source.poll_next(context)).await {
        Event::Ended(Some(Reply::Answer(frame))) => json(status_of(&frame, era), frame),
        first => events(HttpBody::stream(source, Some(first))),
    }
}

pub(super) fn json(status: StatusCode, frame: Bytes) -> Response<HttpBody> {
    let mut response = empty(status);
    *response.body_mut() = HttpBody::full(frame);
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
