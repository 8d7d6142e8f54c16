//! Faults that are something else over HTTP than on a stream.

use std::io::Write;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use mcp_core::server::{Reply, Status};

use super::{FaultContext, oversize, with_id};
use crate::script::Fault;

/// The header in which a fault tells the port how many milliseconds to be away; it is never sent.
pub(in crate::server) const OUTAGE: &str = "mcp-mock-outage";

/// The longest outage in milliseconds, an hour.
const OUTAGE_MS_MAX: u32 = 3_600_000;

/// What a fault is over HTTP; `None` when it is the same as on a stream.
pub(super) fn failed(context: &FaultContext<'_>, fault: &Fault) -> Option<Reply> {
    let status = match fault {
        Fault::AuthExpiry => unauthorized(),
        Fault::GzipBomb { bytes } => {
            context.answered();
            compressed(context, *bytes)
        }
        Fault::HttpStatus { status, retry_after, headers, body } => {
            let retry_after = retry_after.iter().map(|value| ("retry-after", value));
            let headers = headers.iter().map(|(name, value)| (name.as_str(), value));
            let text = body.as_ref().map(|body| with_id(body, context.request));
            Status {
                code: *status,
                headers: retry_after
                    .chain(headers)
                    .map(|(name, value)| (name.to_owned(), value.clone()))
                    .collect(),
                body: text.unwrap_or_else(|| format!("HTTP status {status}")).into(),
            }
        }
        Fault::Outage { for_ms } => outage(*for_ms),
        Fault::SessionLoss => {
            Status { code: 404, headers: Vec::new(), body: "unknown session".into() }
        }
        Fault::StreamEnd => {
            context.answered();
            return Some(Reply::Frames(Vec::new()));
        }
        _ => return None,
    };
    Some(Reply::Status(status))
}

fn unauthorized() -> Status {
    let wanted = r#"Bearer error="invalid_token", error_description="The access token expired""#;
    Status {
        code: 401,
        headers: vec![("www-authenticate".to_owned(), wanted.to_owned())],
        body: "the access token expired".into(),
    }
}

/// An answer that is a thousand times as long as what goes over the line.
fn compressed(context: &FaultContext<'_>, bytes: usize) -> Status {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let written = encoder.write_all(&oversize(context.request, bytes));
    let body = written.and_then(|()| encoder.finish()).expect("a list takes all that is written");
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    Status {
        code: 200,
        headers: vec![
            header("content-encoding", "gzip"),
            header("content-type", "application/json"),
        ],
        body: body.into(),
    }
}

/// A sign to the port, which closes instead of sending this.
fn outage(for_ms: u32) -> Status {
    let headers = vec![(OUTAGE.to_owned(), OUTAGE_MS_MAX.min(for_ms).to_string())];
    Status { code: 503, headers, body: Bytes::new() }
}
