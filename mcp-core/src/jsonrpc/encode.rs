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
    frame(|out| {
        out.extend_from_slice(br#"{"jsonrpc":"2.0","id":"#);
        serde_json::to_writer(&mut *out, id)?;
        out.extend_from_slice(br#","method":"#);
        serde_json::to_writer(&mut *out, method)?;
        out.extend_from_slice(br#","params":"#);
        serde_json::to_writer(out, params)
    })
}

/// A notification.
///
/// # Errors
///
/// When `params` cannot be written as JSON.
pub fn notification(method: &str, params: &(impl Serialize + ?Sized)) -> serde_json::Result<Bytes> {
    frame(|out| {
        out.extend_from_slice(br#"{"jsonrpc":"2.0","method":"#);
        serde_json::to_writer(&mut *out, method)?;
        out.extend_from_slice(br#","params":"#);
        serde_json::to_writer(out, params)
    })
}

/// A successful answer.
///
/// # Errors
///
/// When `result` cannot be written as JSON.
pub fn result(id: &RequestId, result: &(impl Serialize + ?Sized)) -> serde_json::Result<Bytes> {
    frame(|out| {
        out.extend_from_slice(br#"{"jsonrpc":"2.0","id":"#);
        serde_json::to_writer(&mut *out, id)?;
        out.extend_from_slice(br#","result":"#);
        serde_json::to_writer(out, result)
    })
}

/// An answer that refuses; without an id when the request's could not be read.
#[must_use]
pub fn error(id: Option<&RequestId>, error: &RpcError) -> Bytes {
    let encoded = frame(|out| {
        out.extend_from_slice(br#"{"jsonrpc":"2.0","id":"#);
        serde_json::to_writer(&mut *out, &id)?;
        out.extend_from_slice(br#","error":"#);
        serde_json::to_writer(out, error)
    });
    encoded.expect("numbers, texts and JSON values always encode")
}

fn frame(write: impl FnOnce(&mut Vec<u8>) -> serde_json::Result<()>) -> serde_json::Result<Bytes> {
    let mut out = Vec::with_capacity(USUAL_FRAME_BYTES);
    write(&mut out)?;
    out.push(b'}');
    unbreak(&mut out);
    Ok(Bytes::from(out))
}

/// Raw JSON from a caller may be pretty-printed. A line break in JSON is never inside a text, so a
/// space means the same and keeps the frame on one line.
fn unbreak(frame: &mut [u8]) {
    let mut rest = frame;
    while let Some(at) = memchr::memchr2(b'\n', b'\r', rest) {
        rest[at] = b' ';
        rest = &mut rest[at + 1..];
    }
}

#[cfg(test)]
mod tests {
    use serde_json::value::RawValue;

    use super::*;

    #[test]
    fn a_pretty_printed_argument_stays_on_one_line() {
        let raw = RawValue::from_string("{\n  \"a\": \"x\\ny\"\r\n}".to_owned()).unwrap();

        let frame = request(&RequestId::Number(1), "tools/call", &raw).unwrap();

        assert!(!frame.contains(&b'\n'));
        let value: serde_json::Value = serde_json::from_slice(&frame).unwrap();
        assert_eq!(value["params"]["a"], "x\ny");
    }

    #[test]
    fn an_error_without_id_says_null() {
        let frame = error(None, &RpcError::new(-32700, "parse error"));

        let text = std::str::from_utf8(&frame).unwrap();
        insta::assert_snapshot!(text, @r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"parse error"}}"#);
    }
}
