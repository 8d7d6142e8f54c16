//! Building frames: one encode straight into the bytes that are sent.

use bytes::Bytes;
use serde::Serialize;

use super::{RequestId, RpcError};

/// Room for a small call, `_meta` of the modern era included, without growing the buffer.
const USUAL_FRAME_BYTES: usize = 1024;

/// A request.
///
/// # Errors
///
/// When `params` cannot be written as JSON.
pub fn request(
    id: &RequestId,
    method: &str,
    params: &(impl Serialize + ?Sized),
) -> serde_json::Result<Bytes> {
    #[derive(Serialize)]
    struct Request<'a, P: ?Sized> {
        jsonrpc: &'static str,
        id: &'a RequestId,
        method: &'a str,
        params: &'a P,
    }
    frame(&Request { jsonrpc: "2.0", id, method, params })
}

/// A notification.
///
/// # Errors
///
/// When `params` cannot be written as JSON.
pub fn notification(method: &str, params: &(impl Serialize + ?Sized)) -> serde_json::Result<Bytes> {
    #[derive(Serialize)]
    struct Notification<'a, P: ?Sized> {
        jsonrpc: &'static str,
        method: &'a str,
        params: &'a P,
    }
    frame(&Notification { jsonrpc: "2.0", method, params })
}

/// A successful answer.
///
/// # Errors
///
/// When `result` cannot be written as JSON.
pub fn result(id: &RequestId, result: &(impl Serialize + ?Sized)) -> serde_json::Result<Bytes> {
    #[derive(Serialize)]
    struct Success<'a, R: ?Sized> {
        jsonrpc: &'static str,
        id: &'a RequestId,
        result: &'a R,
    }
    frame(&Success { jsonrpc: "2.0", id, result })
}

/// An answer that refuses; without an id when the request's could not be read.
#[must_use]
pub fn error(id: Option<&RequestId>, error: &RpcError) -> Bytes {
    #[derive(Serialize)]
    struct Refusal<'a> {
        jsonrpc: &'static str,
        id: Option<&'a RequestId>,
        error: &'a RpcError,
    }
    let encoded = frame(&Refusal { jsonrpc: "2.0", id, error });
    encoded.expect("numbers, texts and JSON values always encode")
}

fn frame(message: &impl Serialize) -> serde_json::Result<Bytes> {
    let mut out = Vec::with_capacity(USUAL_FRAME_BYTES);
    serde_json::to_writer(&mut out, message)?;
    Ok(Bytes::from(out))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(frame: &Bytes, expected: &str) {
        assert_eq!(std::str::from_utf8(frame).unwrap(), expected);
    }

    #[test]
    fn frames_are_compact_and_name_their_version_first() {
        let (id, empty) = (RequestId::Number(1), json!({}));

        check(
            &request(&id, "m", &empty).unwrap(),
            r#"{"jsonrpc":"2.0","id":1,"method":"m","params":{}}"#,
        );
        check(&notification("m", &empty).unwrap(), r#"{"jsonrpc":"2.0","method":"m","params":{}}"#);
        check(&result(&"a".into(), &empty).unwrap(), r#"{"jsonrpc":"2.0","id":"a","result":{}}"#);
        check(
            &error(None, &RpcError::new(-32700, "no")),
            r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"no"}}"#,
        );
    }
}
