//! What is checked before a body is read: who sends the request, from where, and in what form.
//!
//! A page in a browser can reach servers on the same machine: directly, or under a name of its own
//! that it lets point here (DNS rebinding). It cannot choose `Host` and `Origin`, so these tell.

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST, HeaderMap, HeaderName, ORIGIN};
use http::request::Parts;
use http::{HeaderValue, StatusCode};

use super::options::HttpOptions;
use super::refusal::Refusal;

/// All headers of a request together, names and values; more is refused. As for a gateway.
const HEADERS_BYTES_MAX: usize = 32 << 10;

impl HttpOptions {
    /// Whether these rules let a request in, whatever it asks: its host and origin, the size of its
    /// headers, its token. For whatever else is served beside an [`HttpServer`](super::HttpServer),
    /// which checks this by itself.
    ///
    /// # Errors
    ///
    /// The status to refuse it with.
    pub fn admit(&self, parts: &Parts) -> Result<(), StatusCode> {
        check(self, parts).map_err(|refusal| refusal.status())
    }
}

/// Checks what holds for every request.
pub(super) fn check(options: &HttpOptions, parts: &Parts) -> Result<(), Refusal> {
    check_host(options, parts)?;
    check_origin(options, &parts.headers)?;
    let bytes: usize =
        parts.headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if bytes > HEADERS_BYTES_MAX {
        let status = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
        return Err(Refusal::text(status, "the headers are too long\n"));
    }
    match &options.token {
        Some(token) if !bears(&parts.headers, token) => Err(Refusal::unauthorized()),
        _ => Ok(()),
    }
}

/// Checks the form that messages come in and answers go out.
pub(super) fn check_form(headers: &HeaderMap) -> Result<(), Refusal> {
    let media_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if !media_type.is_some_and(|value| essence(value).eq_ignore_ascii_case("application/json")) {
        let text = "the content type must be application/json\n";
        return Err(Refusal::text(StatusCode::UNSUPPORTED_MEDIA_TYPE, text));
    }
    check_accept(headers, &["application/json", "text/event-stream"])
}

/// Checks that the client takes answers of all these types. One that does not say takes everything.
pub(super) fn check_accept(headers: &HeaderMap, wanted: &[&str]) -> Result<(), Refusal> {
    let ranges: Vec<_> = headers
        .get_all(ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter(|range| !is_excluded(range))
        .map(essence)
        .collect();
    let takes = |media_type: &&str| ranges.iter().any(|range| covers(range, media_type));
    if !headers.contains_key(ACCEPT) || wanted.iter().all(takes) {
        return Ok(());
    }
    let text = "the client must accept application/json and text/event-stream\n";
    Err(Refusal::text(StatusCode::NOT_ACCEPTABLE, text))
}

/// The only value of a header, without blanks around it; `Err` when there are several or it is no text.
pub(super) fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, ()> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(());
    }
    value.to_str().map(|text| Some(text.trim_matches([' ', '\t']))).map_err(|_| ())
}

fn check_host(options: &HttpOptions, parts: &Parts) -> Result<(), Refusal> {
    let is_allowed = |authority: &str| {
        options.allowed_hosts.iter().any(|allowed| is_covered(authority, allowed))
    };
    // HTTP/2 and absolute targets name the host in the target; what is there must be allowed as well.
    let target = parts.uri.authority().map(http::uri::Authority::as_str);
    let header = single(&parts.headers, &HOST);
    let is_named = target.is_some() || matches!(header, Ok(Some(_)));
    let names = [target, header.unwrap_or_default()];
    if header.is_ok() && is_named && names.into_iter().flatten().all(is_allowed) {
        return Ok(());
    }
    Err(Refusal::text(StatusCode::FORBIDDEN, "this host is not allowed\n"))
}

fn check_origin(options: &HttpOptions, headers: &HeaderMap) -> Result<(), Refusal> {
    let is_same = |origin: &str, allowed: &String| {
        let (Some((scheme, authority)), Some((allowed_scheme, allowed))) =
            (origin.split_once("://"), allowed.split_once("://"))
        else {
            return false;
        };
        scheme.eq_ignore_ascii_case(allowed_scheme) && is_covered(authority, allowed)
    };
    match single(headers, &ORIGIN) {
        Ok(None) => Ok(()),
        Ok(Some(origin)) if options.allowed_origins.iter().any(|known| is_same(origin, known)) => {
            Ok(())
        }
        _ => Err(Refusal::text(StatusCode::FORBIDDEN, "this origin is not allowed\n")),
    }
}

/// Whether the authority is the allowed one. Names are compared, never resolved.
fn is_covered(authority: &str, allowed: &str) -> bool {
    let (Some((name, port)), Some((allowed_name, allowed_port))) =
        (name_and_port(authority), name_and_port(allowed))
    else {
        return false;
    };
    name.eq_ignore_ascii_case(allowed_name) && (allowed_port.is_none() || port == allowed_port)
}

/// `None` for what is no authority. User names are not split off, so they match no allowed name.
fn name_and_port(authority: &str) -> Option<(&str, Option<u16>)> {
    let name_end = match authority.starts_with('[') {
        true => authority.find(']')? + 1,
        false => authority.find(':').unwrap_or(authority.len()),
    };
    let (name, rest) = authority.split_at(name_end);
    if rest.is_empty() {
        return Some((name, None));
    }
    let port = rest.strip_prefix(':').filter(|port| port.bytes().all(|byte| byte.is_ascii_digit()));
    Some((name, Some(port?.parse().ok()?)))
}

/// Whether the request bears the token. How long the comparison takes does not depend on the text.
fn bears(headers: &HeaderMap, token: &str) -> bool {
    let said = headers.get(AUTHORIZATION).map(HeaderValue::as_bytes).unwrap_or_default();
    let Some((scheme, said)) = said.split_at_checked("Bearer ".len()) else { return false };
    let differences = said.iter().zip(token.bytes()).fold(0, |sum, (a, b)| sum | (a ^ b));
    scheme.eq_ignore_ascii_case(b"Bearer ") && said.len() == token.len() && differences == 0
}

/// A media type or range without its parameters.
fn essence(value: &str) -> &str {
    value.split(';').next().unwrap_or_default().trim()
}

/// Whether a range says "not this one" (RFC 9110, 12.4.2).
fn is_excluded(range: &str) -> bool {
    range.split(';').skip(1).any(|parameter| {
        let (name, weight) = parameter.split_once('=').unwrap_or_default();
        name.trim().eq_ignore_ascii_case("q") && weight.trim().parse() == Ok(0.0)
    })
}

fn covers(range: &str, media_type: &str) -> bool {
    let (main, _) = media_type.split_once('/').unwrap_or_default();
    range == "*/*"
        || range.eq_ignore_ascii_case(media_type)
        || range.strip_suffix("/*").is_some_and(|range| range.eq_ignore_ascii_case(main))
}
