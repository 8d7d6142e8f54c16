//! The headers of Streamable HTTP, and how a value that no header may hold travels in one.
//!
//! A value goes as it is when it is visible ASCII with inner blanks at most. Everything else, and
//! whatever could be taken for an encoded value, goes as `=?base64?…?=` (specification 2026-07-28,
//! "Streamable HTTP", value encoding). [`decode`] undoes [`encode`] for every text.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderName, HeaderValue};
use serde::Deserialize;

use crate::protocol::method;

/// The revision that a request is written in.
pub const PROTOCOL_VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");
/// The method of a request (modern).
pub const METHOD: HeaderName = HeaderName::from_static("mcp-method");
/// What a request is about: a tool, a prompt, a resource or a task (modern); see [`name_of`].
pub const NAME: HeaderName = HeaderName::from_static("mcp-name");
/// The session that a request belongs to (legacy).
pub const SESSION_ID: HeaderName = HeaderName::from_static("mcp-session-id");
/// After which event a stream is to go on (legacy).
pub const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// What the name of a header begins with that mirrors an argument (modern).
pub const PARAM_PREFIX: &str = "mcp-param-";

const ENCODED_START: &str = "=?base64?";
const ENCODED_END: &str = "?=";

/// Why a header has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HeaderError {
    /// What stands between the marks is not base64.
    #[error("the header value is marked as base64 and is not")]
    Base64,
    /// The header is not visible ASCII.
    #[error("the header value has characters that must be encoded")]
    Characters,
    /// What base64 held is not text.
    #[error("the header value does not decode to UTF-8")]
    Utf8,
}

/// Writes any text as the value of a header.
#[must_use]
pub fn encode(value: &str) -> HeaderValue {
    let text = if is_plain(value) {
        Cow::Borrowed(value)
    } else {
        Cow::Owned(format!("{ENCODED_START}{}{ENCODED_END}", STANDARD.encode(value)))
    };
    HeaderValue::from_str(&text).expect("plain texts and base64 are visible ASCII")
}

/// Reads what [`encode`] wrote, or what somebody else did by the same rules.
///
/// # Errors
///
/// When the value breaks the rules of the encoding.
pub fn decode(value: &HeaderValue) -> Result<Cow<'_, str>, HeaderError> {
    let text = value.to_str().map_err(|_| HeaderError::Characters)?;
    let inner = text.strip_prefix(ENCODED_START).and_then(|rest| rest.strip_suffix(ENCODED_END));
    let Some(inner) = inner else { return Ok(Cow::Borrowed(text)) };
    let bytes = STANDARD.decode(inner).map_err(|_| HeaderError::Base64)?;
    String::from_utf8(bytes).map(Cow::Owned).map_err(|_| HeaderError::Utf8)
}

/// What the `Mcp-Name` header of a modern request says; `None` when its method has no such header.
///
/// `params` are the parameters as JSON. Parameters that do not hold the name have no header either:
/// the server refuses them by their content.
#[must_use]
pub fn name_of<'a>(method_name: &str, params: Option<&'a [u8]>) -> Option<Cow<'a, str>> {
    let field = match method_name {
        method::TOOLS_CALL | method::PROMPTS_GET => Subject::name,
        method::RESOURCES_READ => Subject::uri,
        method::TASKS_GET | method::TASKS_UPDATE | method::TASKS_CANCEL => Subject::task_id,
        _ => return None,
    };
    serde_json::from_slice(params?).ok().and_then(field)
}

/// The revision that a modern message names in its parameters; `None` when it names none.
#[must_use]
pub fn version_of(params: Option<&[u8]>) -> Option<Cow<'_, str>> {
    #[derive(Deserialize)]
    struct Params<'a> {
        #[serde(rename = "_meta", borrow)]
        meta: Meta<'a>,
    }
    #[derive(Deserialize)]
    struct Meta<'a> {
        #[serde(rename = "io.modelcontextprotocol/protocolVersion", borrow)]
        version: Cow<'a, str>,
    }
    serde_json::from_slice::<Params<'_>>(params?).ok().map(|params| params.meta.version)
}

/// The members of parameters that say what a request is about.
#[derive(Deserialize)]
struct Subject<'a> {
    #[serde(borrow, default)]
    name: Option<Text<'a>>,
    #[serde(borrow, default)]
    uri: Option<Text<'a>>,
    #[serde(borrow, default, rename = "taskId")]
    task_id: Option<Text<'a>>,
}

/// A string, or another value, which is ignored.
#[derive(Deserialize)]
#[serde(untagged)]
enum Text<'a> {
    Borrowed(&'a str),
    Owned(String),
    Other(serde::de::IgnoredAny),
}

impl<'a> Subject<'a> {
    fn name(self) -> Option<Cow<'a, str>> {
        self.name.and_then(Text::into_text)
    }

    fn uri(self) -> Option<Cow<'a, str>> {
        self.uri.and_then(Text::into_text)
    }

    fn task_id(self) -> Option<Cow<'a, str>> {
        self.task_id.and_then(Text::into_text)
    }
}

impl<'a> Text<'a> {
    fn into_text(self) -> Option<Cow<'a, str>> {
        match self {
            Self::Borrowed(text) => Some(Cow::Borrowed(text)),
            Self::Owned(text) => Some(Cow::Owned(text)),
            Self::Other(_) => None,
        }
    }
}

/// Whether the value survives as a header and cannot be taken for an encoded one.
fn is_plain(value: &str) -> bool {
    let is_visible = value.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    let has_outer_blank = value.starts_with(' ') || value.ends_with(' ');
    is_visible && !has_outer_blank && !looks_encoded(value)
}

/// Generous on purpose: others may be less exact about the marks.
fn looks_encoded(value: &str) -> bool {
    let start = value.get(..ENCODED_START.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(ENCODED_START))
        && value.ends_with(ENCODED_END)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn values_are_encoded_only_when_they_must_be() {
        let cases = [
            ("", ""),
            ("us-west1", "us-west1"),
            ("us west 1", "us west 1"),
            (" led", "=?base64?IGxlZA==?="),
            ("ended ", "=?base64?ZW5kZWQg?="),
            ("\tled", "=?base64?CWxlZA==?="),
            ("in\tside", "=?base64?aW4Jc2lkZQ==?="),
            ("line\r\nX: 1", "=?base64?bGluZQ0KWDogMQ==?="),
            ("Grüße", "=?base64?R3LDvMOfZQ==?="),
            ("=?base64?IGxlZA==?=", "=?base64?PT9iYXNlNjQ/SUd4bFpBPT0/PQ==?="),
            ("=?BASE64?x?=", "=?base64?PT9CQVNFNjQ/eD89?="),
            ("=?base64?", "=?base64?"),
            ("\u{7f}", "=?base64?fw==?="),
        ];
        for (value, header) in cases {
            assert_eq!(encode(value), header, "{value:?}");
        }
    }

    #[test]
    fn values_that_break_the_rules_are_told_apart() {
        let read = |value: &'static [u8]| {
            let value = HeaderValue::from_bytes(value).unwrap();
            decode(&value).map(Cow::into_owned)
        };

        assert_eq!(read(b"=?base64?####?="), Err(HeaderError::Base64));
        assert_eq!(read(b"=?base64?/w==?="), Err(HeaderError::Utf8));
        assert_eq!(read(b"gr\xc3\xbc\xc3\x9fe"), Err(HeaderError::Characters));
        assert_eq!(read(b"=?base64?="), Ok("=?base64?=".to_owned()));
    }

    #[test]
    fn name_comes_from_the_member_that_the_method_says() {
        let params = br#"{"uri":"file:///a%20b","name":"create \u0041","taskId":"t-1","cursor":1}"#;
        let name = |method| name_of(method, Some(params));

        assert_eq!(name("tools/call").as_deref(), Some("create A"));
        assert_eq!(name("prompts/get").as_deref(), Some("create A"));
        assert_eq!(name("resources/read").as_deref(), Some("file:///a%20b"));
        assert_eq!(name("tasks/get").as_deref(), Some("t-1"));
        assert_eq!(name("tasks/cancel").as_deref(), Some("t-1"));
        assert_eq!(name("tools/list"), None);
        assert_eq!(name_of("tools/call", None), None);
        assert_eq!(name_of("tools/call", Some(br#"{"name":7}"#)), None);
        assert_eq!(name_of("tools/call", Some(b"not JSON")), None);
    }

    proptest! {
        #[test]
        fn every_text_survives_as_a_visible_header(value in any::<String>()) {
            let header = encode(&value);

            prop_assert!(header.as_bytes().iter().all(|byte| matches!(byte, b' '..=b'~')));
            prop_assert_eq!(header.as_bytes().trim_ascii(), header.as_bytes());
            prop_assert_eq!(decode(&header).unwrap(), value);
        }

        #[test]
        fn look_alikes_survive(inner in "[ -~]{0,8}", before in "[ =?]{0,2}", after in "[ =?]{0,2}") {
            let value = format!("{before}=?base64?{inner}?={after}");

            let header = encode(&value);

            prop_assert_eq!(decode(&header).unwrap(), value);
        }
    }
}
