//! Malformed answers: what a client makes of each, and that the connection goes on where it can.

use std::time::Duration;

use mcp_client::transport::line::{LineOptions, LineTransport};
use mcp_client::{CallError, Client, ClientOptions};
use mcp_mock::{Fault, MalformedAnswer, World};

use super::new_issue;

/// Room for an answer of any usual length; a smaller pipe would only be slower.
const PIPE_BYTES: usize = 64 << 10;

/// What a client that waits for a second makes of an answer, and of the next, which is fine.
async fn seen(kind: MalformedAnswer) -> String {
    let github = World::new(1).github();
    github.on("create_issue").times(1).fault(Fault::Malformed(kind));
    let (here, there) = tokio::io::duplex(PIPE_BYTES);
    let (reader, writer) = tokio::io::split(there);
    tokio::spawn(async move { github.serve_over(reader, writer).await });
    let (reader, writer) = tokio::io::split(here);
    let transport = LineTransport::new(reader, writer, LineOptions::default());
    let options = ClientOptions::default().with_call_timeout(Duration::from_secs(1));
    let client = Client::connect_with(transport, options).await.unwrap();

    let started = tokio::time::Instant::now();
    let first = match client.call_raw("create_issue", new_issue()).await {
        Ok(_) => "answered",
        Err(_) if started.elapsed() >= Duration::from_secs(1) => "deadline",
        Err(CallError::Connection(error)) if error.is_end_of_connection() => "connection over",
        Err(_) => "failed at once",
    };
    let second = client.call_raw("create_issue", new_issue()).await;
    let then = if second.is_ok() { "answered" } else { "failed" };
    format!("{kind:?}: {first}, then {then}")
}

/// Every malformed answer fails its own call at once if its id can be read, and by the deadline
/// otherwise; no other call suffers.
#[tokio::test(start_paused = true)]
async fn malformed_answers_harm_their_own_call_alone() {
    let kinds = [
        MalformedAnswer::Batch,
        MalformedAnswer::Bom,
        MalformedAnswer::Crlf,
        MalformedAnswer::Deep,
        MalformedAnswer::DuplicateMembers,
        MalformedAnswer::EndlessLine,
        MalformedAnswer::HugeNumber,
        MalformedAnswer::InvalidUtf8,
        MalformedAnswer::InvalidUtf8Line,
        MalformedAnswer::LoneSurrogate,
        MalformedAnswer::Nan,
        MalformedAnswer::Neither,
        MalformedAnswer::NoNewline,
        MalformedAnswer::Nul,
        MalformedAnswer::NullId,
        MalformedAnswer::Pretty,
        MalformedAnswer::ResultAndError,
        MalformedAnswer::TextId,
        MalformedAnswer::UnicodeLines,
        MalformedAnswer::UnknownType,
        MalformedAnswer::UpperCase,
        MalformedAnswer::WrongVersion,
    ];
    let mut lines = Vec::new();
    for kind in kinds {
        lines.push(seen(kind).await);
    }

    insta::assert_snapshot!(lines.join("\n"));
}
