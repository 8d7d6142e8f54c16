//! A message as HTTP carries it: its frame and its headers.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, header as usual};
use mcp_core::MessageFacts;
use mcp_core::http::header;
use mcp_core::jsonrpc::RequestId;
use mcp_core::protocol::{Era, method};

/// A request.
#[derive(Debug, Clone)]
pub(super) struct OutgoingRequest {
    pub(super) id: RequestId,
    pub(super) frame: Bytes,
    pub(super) era: Era,
    /// Beside what the session says.
    pub(super) headers: HeaderMap,
    /// Whether it opens a session, so that it carries none.
    pub(super) is_initialize: bool,
    /// Whether it is answered when the server has nothing more to tell: a stream without an end.
    pub(super) is_listen: bool,
}

impl OutgoingRequest {
    pub(super) fn new(frame: Bytes, id: RequestId, facts: &MessageFacts<'_>) -> Self {
        Self {
            id,
            frame,
            era: facts.version.map_or(Era::Legacy, |version| version.era()),
            headers: headers_of(facts),
            is_initialize: facts.method == method::INITIALIZE,
            is_listen: facts.method == method::LISTEN,
        }
    }
}

/// The headers of a request or a notification: modern ones repeat what they say.
pub(super) fn headers_of(facts: &MessageFacts<'_>) -> HeaderMap {
    let mut headers = both_kinds();
    let Some(version) = facts.version.filter(|version| version.era() == Era::Modern) else {
        return headers;
    };
    headers.insert(header::PROTOCOL_VERSION, HeaderValue::from_static(version.as_str()));
    headers.insert(header::METHOD, header::encode(facts.method));
    if let Some(name) = facts.name {
        headers.insert(header::NAME, header::encode(name));
    }
    headers.extend(facts.param_headers.iter().filter_map(|(name, value)| param(name, value)));
    headers
}

/// The headers of every message: JSON goes out, JSON or a stream comes back.
pub(super) fn both_kinds() -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(usual::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let accept = HeaderValue::from_static("application/json, text/event-stream");
    headers.insert(usual::ACCEPT, accept);
    headers
}

/// Names that are no token cannot come from a schema that was checked.
fn param(name: &str, value: &str) -> Option<(HeaderName, HeaderValue)> {
    let name = HeaderName::try_from(format!("{}{name}", header::PARAM_PREFIX)).ok()?;
    Some((name, header::encode(value)))
}

#[cfg(test)]
mod tests {
    use mcp_core::protocol::ProtocolVersion;

    use super::*;

    fn request(version: ProtocolVersion) -> OutgoingRequest {
        let id = RequestId::Number(1);
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        let param_headers = [("Region", " us"), ("no token", "x")].map(owned);
        let facts = MessageFacts::request(&id, method::TOOLS_CALL);
        let mut facts = facts.with_version(Some(version)).with_name(Some("größe"));
        facts.param_headers = &param_headers;
        OutgoingRequest::new(Bytes::new(), id.clone(), &facts)
    }

    #[test]
    fn modern_request_repeats_version_method_name_and_arguments() {
        let request = request(ProtocolVersion::V2026_07_28);

        let mut headers: Vec<String> = request
            .headers
            .iter()
            .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
            .collect();
        headers.sort();
        insta::assert_snapshot!(headers.join("\n"), @r"
        accept: application/json, text/event-stream
        content-type: application/json
        mcp-method: tools/call
        mcp-name: =?base64?Z3LDtsOfZQ==?=
        mcp-param-region: =?base64?IHVz?=
        mcp-protocol-version: 2026-07-28
        ");
        assert_eq!(request.era, Era::Modern);
    }

    #[test]
    fn legacy_request_repeats_nothing() {
        let request = request(ProtocolVersion::V2025_11_25);

        assert_eq!(request.headers, both_kinds());
        assert_eq!(request.era, Era::Legacy);
    }
}
