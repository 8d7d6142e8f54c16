//! A request as HTTP carries it: its frame and its headers.

use std::borrow::Cow;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, header as usual};
use mcp_core::http::header;
use mcp_core::jsonrpc::RequestId;
use mcp_core::protocol::{Era, method};
use serde::Deserialize;

/// What is asked.
#[derive(Debug, Clone)]
pub(super) struct OutgoingRequest {
    pub(super) id: RequestId,
    pub(super) frame: Bytes,
    pub(super) era: Era,
    /// Beside what the session says.
    pub(super) headers: HeaderMap,
    /// Opens a session, so that it carries none.
    pub(super) is_initialize: bool,
    /// Is answered when the server has nothing more to tell: a stream without an end.
    pub(super) is_listen: bool,
}

impl OutgoingRequest {
    /// Reads what the headers repeat. `param_headers` are arguments that do so as well.
    pub(super) fn new(
        frame: &Bytes,
        (id, name): (RequestId, &str),
        params: Option<&[u8]>,
        param_headers: &[(String, String)],
    ) -> Self {
        let version = modern_version(params);
        let mut headers = both_kinds();
        if let Some(version) = &version {
            headers.insert(header::PROTOCOL_VERSION, header::encode(version));
            headers.insert(header::METHOD, header::encode(name));
            if let Some(subject) = header::name_of(name, params) {
                headers.insert(header::NAME, header::encode(&subject));
            }
            headers.extend(param_headers.iter().filter_map(|(name, value)| mirror(name, value)));
        }
        Self {
            id,
            frame: frame.clone(),
            era: if version.is_some() { Era::Modern } else { Era::Legacy },
            headers,
            is_initialize: name == method::INITIALIZE,
            is_listen: name == method::LISTEN,
        }
    }
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
fn mirror(name: &str, value: &str) -> Option<(HeaderName, HeaderValue)> {
    let name = HeaderName::try_from(format!("{}{name}", header::PARAM_PREFIX)).ok()?;
    Some((name, header::encode(value)))
}

/// The revision that the request itself names; legacy ones name none.
fn modern_version(params: Option<&[u8]>) -> Option<Cow<'_, str>> {
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

#[cfg(test)]
mod tests {
    use mcp_core::jsonrpc::{Envelope, scan};

    use super::*;

    fn request(frame: &'static str, param_headers: &[(&str, &str)]) -> OutgoingRequest {
        let frame = Bytes::from_static(frame.as_bytes());
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let param_headers: Vec<_> = param_headers.iter().map(owned).collect();
        let Ok(Envelope::Request { id, method, params }) = scan(&frame) else {
            panic!("a request")
        };
        OutgoingRequest::new(&frame, (id, &method), params, &param_headers)
    }

    #[test]
    fn modern_request_repeats_version_method_name_and_arguments() {
        let request = request(
            r#"{"id":1,"method":"tools/call","params":{"name":"größe","arguments":{},
                "_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}"#,
            &[("Region", " us"), ("no token", "x")],
        );

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
        let request =
            request(r#"{"id":1,"method":"tools/call","params":{"name":"a"}}"#, &[("A", "b")]);

        assert_eq!(request.headers, both_kinds());
        assert_eq!(request.era, Era::Legacy);
    }
}
