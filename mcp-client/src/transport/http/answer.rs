//! Whether what came back is the answer: all decisions, no I/O.

use http::{HeaderMap, StatusCode, header};
use mcp_core::jsonrpc::{Envelope, RequestId, ScanError, code, scan};
use mcp_core::protocol::Era;
use serde::Deserialize;

/// How the body of an answer is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BodyKind {
    /// One message as JSON.
    Message,
    /// Events until the answer is among them.
    Stream,
    /// The status says that the request failed.
    Refusal,
    /// A success without anything of use; says what it is instead.
    Useless(&'static str),
}

/// What a frame is to the exchange in which it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// The answer to the request of this exchange.
    Answer,
    /// A message beside the answer, for whoever reads the connection.
    Aside,
    /// An answer to somebody else's request, a second one, or no message at all.
    Foreign,
}

/// How to read the body that comes with that head.
pub(super) fn body_kind(status: StatusCode, headers: &HeaderMap) -> BodyKind {
    if !status.is_success() {
        return BodyKind::Refusal;
    }
    if matches!(status, StatusCode::ACCEPTED | StatusCode::NO_CONTENT) {
        return BodyKind::Useless("the request was taken as a notification and is not answered");
    }
    let kind = headers.get(header::CONTENT_TYPE).map_or(Ok(""), |value| value.to_str());
    let kind = kind.unwrap_or("?").split(';').next().unwrap_or_default().trim();
    match kind.to_ascii_lowercase().as_str() {
        "text/event-stream" => BodyKind::Stream,
        "application/json" | "" => BodyKind::Message,
        "text/html" => BodyKind::Useless("a page for people came instead of a message"),
        _ => BodyKind::Useless("the content type is neither JSON nor an event stream"),
    }
}

/// Where a frame belongs that came in the exchange of request `id`.
pub(super) fn place(frame: &[u8], id: &RequestId, era: Era) -> Place {
    match scan(frame) {
        Ok(Envelope::Result { id: found, .. } | Envelope::Error { id: Some(found), .. }) => {
            if is_same(&found, id) {
                Place::Answer
            } else {
                Place::Foreign
            }
        }
        Ok(Envelope::Notification { .. }) => Place::Aside,
        // A modern server asks through its results only.
        Ok(Envelope::Request { .. }) if era == Era::Legacy => Place::Aside,
        Ok(_) => Place::Foreign,
        // Broken, but it names this request: the session fails it with the reason.
        Err(ScanError { id: Some(found), has_method: false, .. }) if is_same(&found, id) => {
            Place::Answer
        }
        Err(_) => Place::Foreign,
    }
}

/// Where a frame belongs that came in a stream without a request: answers have no place there.
pub(super) fn place_in_stream(frame: &[u8]) -> Place {
    match scan(frame) {
        Ok(Envelope::Notification { .. } | Envelope::Request { .. }) => Place::Aside,
        _ => Place::Foreign,
    }
}

/// Whether the frame refuses the method by its name: nothing there knows it.
pub(super) fn is_unknown_method(frame: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Coded {
        code: i64,
    }
    let Ok(Envelope::Error { error, .. }) = scan(frame) else { return false };
    serde_json::from_slice::<Coded>(error).is_ok_and(|error| error.code == code::METHOD_NOT_FOUND)
}

/// Some servers turn numbers into texts: `"7"` answers 7.
fn is_same(found: &RequestId, id: &RequestId) -> bool {
    match (found, id) {
        (RequestId::Text(text), RequestId::Number(number)) => text.parse() == Ok(*number),
        _ => found == id,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn body_is_read_as_its_head_says() {
        use BodyKind::{Message, Refusal, Stream, Useless};
        type IsExpected = fn(&BodyKind) -> bool;
        let cases: [(u16, Option<&str>, IsExpected); 11] = [
            (200, Some("application/json"), |kind| *kind == Message),
            (200, Some("Application/JSON; charset=utf-8"), |kind| *kind == Message),
            (200, None, |kind| *kind == Message),
            (200, Some("text/event-stream"), |kind| *kind == Stream),
            (200, Some("text/event-stream;charset=UTF-8"), |kind| *kind == Stream),
            (200, Some("text/html"), |kind| matches!(kind, Useless(_))),
            (200, Some("image/png"), |kind| matches!(kind, Useless(_))),
            (202, Some("application/json"), |kind| matches!(kind, Useless(_))),
            (204, None, |kind| matches!(kind, Useless(_))),
            (404, Some("application/json"), |kind| *kind == Refusal),
            (302, None, |kind| *kind == Refusal),
        ];
        for (status, content_type, is_expected) in cases {
            let mut headers = HeaderMap::new();
            if let Some(content_type) = content_type {
                headers.insert(header::CONTENT_TYPE, content_type.parse().unwrap());
            }
            let kind = body_kind(StatusCode::from_u16(status).unwrap(), &headers);
            assert!(is_expected(&kind), "{status} {content_type:?}: {kind:?}");
        }
    }

    #[test]
    fn only_the_answer_to_the_own_request_completes_it() {
        let cases = [
            (r#"{"id":7,"result":{}}"#, Place::Answer),
            (r#"{"id":"7","result":{}}"#, Place::Answer),
            (r#"{"id":7,"error":{"code":1,"message":""}}"#, Place::Answer),
            (r#"{"id":7,"result":{},"error":{}}"#, Place::Answer),
            (r#"{"id":8,"result":{}}"#, Place::Foreign),
            (r#"{"id":null,"error":{"code":1,"message":""}}"#, Place::Foreign),
            (r#"{"method":"notifications/message"}"#, Place::Aside),
            (r#"{"id":7,"method":"ping"}"#, Place::Aside),
            ("nonsense", Place::Foreign),
        ];
        for (frame, expected) in cases {
            assert_eq!(
                place(frame.as_bytes(), &RequestId::Number(7), Era::Legacy),
                expected,
                "{frame}"
            );
        }
        let asked = place(br#"{"id":7,"method":"ping"}"#, &RequestId::Number(7), Era::Modern);
        assert_eq!(asked, Place::Foreign);
    }

    #[test]
    fn answers_have_no_place_in_a_stream_of_their_own() {
        assert_eq!(place_in_stream(br#"{"id":1,"result":{}}"#), Place::Foreign);
        assert_eq!(place_in_stream(br#"{"id":1,"error":{}}"#), Place::Foreign);
        assert_eq!(place_in_stream(br#"{"id":1,"method":"ping"}"#), Place::Aside);
        assert_eq!(place_in_stream(br#"{"method":"m"}"#), Place::Aside);
    }

    #[test]
    fn unknown_method_is_told_from_other_refusals() {
        assert!(is_unknown_method(br#"{"id":1,"error":{"code":-32601,"message":"m"}}"#));
        assert!(!is_unknown_method(br#"{"id":1,"error":{"code":-32000,"message":"m"}}"#));
        assert!(!is_unknown_method(br#"{"id":1,"result":{}}"#));
    }
}
