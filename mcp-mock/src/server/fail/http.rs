//! Faults that are something else over HTTP than on a stream.

use std::collections::BTreeMap;

use bytes::Bytes;
#[cfg(feature = "http")]
use mcp_core::session::Request;

use crate::server::deliver::{Reply, Status};

pub(super) fn unauthorized() -> Reply {
    let wanted = r#"Bearer error="invalid_token", error_description="The access token expired""#;
    reply(401, &[("www-authenticate", wanted)], "the access token expired")
}

pub(super) fn unknown_session() -> Reply {
    reply(404, &[], "unknown session")
}

/// This status, with a sentence as its body unless another is given.
pub(super) fn status(
    status: u16,
    retry_after: Option<&str>,
    headers: &BTreeMap<String, String>,
    body: Option<String>,
) -> Reply {
    let retry_after = retry_after.map(|value| ("retry-after", value));
    let headers = headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let headers: Vec<_> = retry_after.into_iter().chain(headers).collect();
    reply(status, &headers, body.unwrap_or_else(|| format!("HTTP status {status}")))
}

/// An answer that is a thousand times as long as what goes over the line.
#[cfg(feature = "http")]
pub(super) fn gzip_bomb(request: &Request, bytes: usize) -> Reply {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let written = encoder.write_all(&super::frames::oversize(request, bytes));
    let body = written.and_then(|()| encoder.finish()).expect("a vector takes all that is written");
    let headers = [("content-encoding", "gzip"), ("content-type", "application/json")];
    reply(200, &headers, body)
}

fn reply(code: u16, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Reply {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let headers = headers.iter().map(owned).collect();
    Reply::Status(Status { code, headers, body: body.into() })
}
