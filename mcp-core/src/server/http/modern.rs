//! Messages of the modern era: each is complete in itself, and its headers repeat parts of its body so
//! that proxies can see them. The two must agree (2026-07-28, "Streamable HTTP").

use std::borrow::Cow;

use bytes::Bytes;
use http::header::{HeaderMap, HeaderName};
use http::{HeaderValue, Response, StatusCode};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::HttpServer;
use super::admission::single;
use super::body::HttpBody;
use super::refusal::Refusal;
use super::respond;
use crate::http::header;
use crate::jsonrpc::{Envelope, RequestId, RpcError, code};
use crate::protocol::{Era, ParamHeaders, ProtocolVersion, key, method};
use crate::server::service::Service;
use crate::session::{Incoming, Request};

/// Whether the rules of the modern era hold for a message.
///
/// A known revision in the header says so, and so does any revision in the body. `Mcp-Method` counts
/// only beside an unknown revision or none: it does no harm to a legacy message.
pub(super) fn is_meant(headers: &HeaderMap, envelope: &Envelope<'_>) -> bool {
    let named = single(headers, &header::PROTOCOL_VERSION).ok().flatten();
    match named.and_then(|date| date.parse().ok()).map(ProtocolVersion::era) {
        Some(Era::Modern) => true,
        Some(Era::Legacy) => version_of_body(envelope).is_some(),
        None => headers.contains_key(header::METHOD) || version_of_body(envelope).is_some(),
    }
}

impl HttpServer {
    pub(super) async fn answer_modern(
        &self,
        headers: &HeaderMap,
        frame: &Bytes,
        envelope: &Envelope<'_>,
    ) -> Result<Response<HttpBody>, Refusal> {
        let (id, params) = match envelope {
            Envelope::Request { id, params, .. } => (id, *params),
            Envelope::Notification { .. } => return Ok(respond::empty(StatusCode::ACCEPTED)),
            // A modern server asks nothing of the client.
            Envelope::Result { id, .. } | Envelope::Error { id: Some(id), .. } => {
                return Err(not_asked(Some(id)));
            }
            Envelope::Error { id: None, .. } => return Err(not_asked(None)),
        };
        let refuse = |error| Refusal::error(StatusCode::BAD_REQUEST, Some(id), &error);
        check_version(headers, envelope).map_err(refuse)?;
        match self.accept_modern(frame) {
            Incoming::Reply(reply) => {
                let status = match respond::error_code(&reply) {
                    // The session refuses parameters only for what they say of the request itself.
                    Some(code::INVALID_PARAMS) => StatusCode::BAD_REQUEST,
                    Some(_) => respond::status_of(&reply, Era::Modern),
                    None => {
                        check_subject(headers, envelope).map_err(refuse)?;
                        StatusCode::OK
                    }
                };
                Ok(respond::json(status, reply))
            }
            Incoming::Serve(request) => {
                check_subject(headers, envelope).map_err(refuse)?;
                if request.method == method::TOOLS_CALL {
                    check_mirrors(self.service(), headers, params).await.map_err(refuse)?;
                }
                self.serve_modern(request).await
            }
            Incoming::Cancel(_) | Incoming::Answered { .. } | Incoming::Nothing => {
                Ok(respond::empty(StatusCode::ACCEPTED))
            }
        }
    }

    async fn serve_modern(&self, request: Request) -> Result<Response<HttpBody>, Refusal> {
        let exchange = self.begin(request)?;
        Ok(respond::when_heard(exchange, Era::Modern).await)
    }
}

fn not_asked(id: Option<&RequestId>) -> Refusal {
    Refusal::invalid(StatusCode::BAD_REQUEST, id, "nothing was asked that this could answer")
}

/// The revision that the body names.
fn version_of_body<'a>(envelope: &Envelope<'a>) -> Option<Cow<'a, str>> {
    match envelope {
        Envelope::Request { params, .. } | Envelope::Notification { params, .. } => {
            header::version_of(*params)
        }
        Envelope::Result { .. } | Envelope::Error { .. } => None,
    }
}

fn check_version(headers: &HeaderMap, envelope: &Envelope<'_>) -> Result<(), RpcError> {
    let header = only(headers, &header::PROTOCOL_VERSION)?
        .ok_or_else(|| mismatch("the header `MCP-Protocol-Version` is missing".to_owned()))?;
    let Some(body) = version_of_body(envelope) else {
        let message = format!("`_meta` lacks `{}`", key::PROTOCOL_VERSION);
        return Err(RpcError::new(code::INVALID_PARAMS, message));
    };
    agree(&header::PROTOCOL_VERSION, Some(header), Some(&body))
}

/// Compares the method, and what it is about, with their headers.
fn check_subject(headers: &HeaderMap, envelope: &Envelope<'_>) -> Result<(), RpcError> {
    let Envelope::Request { method, params, .. } = envelope else { return Ok(()) };
    agree(&header::METHOD, only(headers, &header::METHOD)?, Some(method))?;
    if !has_name(method) {
        return Ok(());
    }
    let name = header::name_of(method, *params);
    agree(&header::NAME, decoded(headers, &header::NAME)?.as_deref(), name.as_deref())
}

/// Whether `Mcp-Name` says something about requests of that method.
fn has_name(method_name: &str) -> bool {
    matches!(
        method_name,
        method::TOOLS_CALL
            | method::PROMPTS_GET
            | method::RESOURCES_READ
            | method::TASKS_GET
            | method::TASKS_UPDATE
            | method::TASKS_CANCEL
    )
}

/// Compares the arguments that the tool's schema wants repeated with their headers.
async fn check_mirrors(
    service: &dyn Service,
    headers: &HeaderMap,
    params: Option<&[u8]>,
) -> Result<(), RpcError> {
    let Some(name) = header::name_of(method::TOOLS_CALL, params) else { return Ok(()) };
    let Some(tool) = service.find_tool(&name).await else { return Ok(()) };
    // A client leaves out a tool whose mirrors are against the rules; whoever calls it all the same
    // has nothing to repeat.
    let mirrors = ParamHeaders::of_schema(&tool.input_schema).unwrap_or_default();
    if mirrors.is_empty() {
        return Ok(());
    }
    let expected = arguments(params).map(|arguments| mirrors.of_call(arguments));
    let expected = expected.unwrap_or_default();
    for mirrored in mirrors.headers() {
        let value = expected.iter().find(|(name, _)| name == mirrored).map(|(_, value)| &**value);
        let name = format!("{}{mirrored}", header::PARAM_PREFIX);
        // The names were checked to be tokens; only one too long for any header is none.
        let Ok(name) = HeaderName::from_bytes(name.as_bytes()) else { continue };
        agree(&name, decoded(headers, &name)?.as_deref(), value)?;
    }
    Ok(())
}

fn arguments(params: Option<&[u8]>) -> Option<&RawValue> {
    #[derive(Deserialize)]
    struct Params<'a> {
        #[serde(borrow)]
        arguments: &'a RawValue,
    }
    let params: Params<'_> = serde_json::from_slice(params?).ok()?;
    Some(params.arguments)
}

fn agree(name: &HeaderName, header: Option<&str>, body: Option<&str>) -> Result<(), RpcError> {
    match (header, body) {
        (Some(header), Some(body)) if header == body => Ok(()),
        (None, None) => Ok(()),
        (None, Some(_)) => Err(mismatch(format!("the header `{name}` is missing"))),
        _ => Err(mismatch(format!("the header `{name}` and the body do not agree"))),
    }
}

/// The value of a header that may be there once.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, RpcError> {
    single(headers, name).map_err(|()| mismatch(format!("the header `{name}` cannot be read")))
}

/// The same for a value that may be encoded.
fn decoded<'a>(
    headers: &'a HeaderMap,
    name: &HeaderName,
) -> Result<Option<Cow<'a, str>>, RpcError> {
    let Some(text) = only(headers, name)? else { return Ok(None) };
    let unreadable = |error: &dyn std::fmt::Display| mismatch(format!("`{name}`: {error}"));
    let value = HeaderValue::from_str(text).map_err(|error| unreadable(&error))?;
    let value = header::decode(&value).map_err(|error| unreadable(&error))?;
    Ok(Some(Cow::Owned(value.into_owned())))
}

fn mismatch(message: String) -> RpcError {
    RpcError::new(code::HEADER_MISMATCH, message)
}
