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
    Ok(Frame::new().with("id", id)?.with("method", method)?.with("params", params)?.end())
}

/// A notification.
///
/// # Errors
///
/// When `params` cannot be written as JSON.
pub fn notification(method: &str, params: &(impl Serialize + ?Sized)) -> serde_json::Result<Bytes> {
    Ok(Frame::new().with("method", method)?.with("params", params)?.end())
}

/// A successful answer.
///
/// # Errors
///
/// When `result` cannot be written as JSON.
pub fn result(id: &RequestId, result: &(impl Serialize + ?Sized)) -> serde_json::Result<Bytes> {
    Ok(Frame::new().with("id", id)?.with("result", result)?.end())
}

/// An answer that refuses; without an id when the request's could not be read.
#[must_use]
pub fn error(id: Option<&RequestId>, error: &RpcError) -> Bytes {
    let members = Frame::new().with("id", &id).and_then(|frame| frame.with("error", error));
    members.expect("numbers, texts and JSON values always encode").end()
}

/// A frame in the making. What is the same in every frame is copied, not encoded.
struct Frame(Vec<u8>);

impl Frame {
    fn new() -> Self {
        let mut bytes = Vec::with_capacity(USUAL_FRAME_BYTES);
        bytes.extend_from_slice(br#"{"jsonrpc":"2.0""#);
        Self(bytes)
    }

    /// Adds a member, whose name needs no escapes.
    fn with(
        mut self,
        name: &'static str,
        value: &(impl Serialize + ?Sized),
    ) -> serde_json::Result<Self> {
        self.0.extend_from_slice(b",\"");
        self.0.extend_from_slice(name.as_bytes());
        self.0.extend_from_slice(b"\":");
        serde_json::to_writer(&mut self.0, value)?;
        Ok(self)
    }

    fn end(mut self) -> Bytes {
        self.0.push(b'}');
        self.0.into()
    }
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
