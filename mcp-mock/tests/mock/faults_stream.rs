//! Faults that show in the bytes of a stream.

use std::time::Duration;

use mcp_client::transport::line::{LineOptions, LineTransport};
use mcp_client::{CallError, Client};
use mcp_core::TransportError;
use mcp_mock::{Fault, World};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::time::Instant;

use super::new_issue;

/// Room for an answer of any usual length; a smaller pipe would only be slower.
const PIPE_BYTES: usize = 64 << 10;

/// The client's end of a stream to a server under a fault.
fn stream_to(world: &World, fault: Fault) -> DuplexStream {
    let github = world.github();
    github.on("create_issue").times(1).fault(fault);
    let (here, there) = tokio::io::duplex(PIPE_BYTES);
    let (reader, writer) = tokio::io::split(there);
    tokio::spawn(async move { github.serve_over(reader, writer).await });
    here
}

async fn client_over(stream: DuplexStream) -> Client {
    let (reader, writer) = tokio::io::split(stream);
    Client::connect(LineTransport::new(reader, writer, LineOptions::default())).await.unwrap()
}

/// The bytes that answer a call, until the server closes or `wanted` lines are there.
async fn bytes_of_answer(fault: Fault, wanted: usize) -> String {
    let mut stream = stream_to(&World::new(1), fault);
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let params = json!({ "name": "create_issue", "arguments": new_issue(), "_meta": meta });
    let call = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params });
    stream.write_all(format!("{call}\n").as_bytes()).await.unwrap();

    let mut bytes = Vec::new();
    while bytes.iter().filter(|byte| **byte == b'\n').count() < wanted
        && stream.read_buf(&mut bytes).await.unwrap() > 0
    {}
    String::from_utf8(bytes).unwrap()
}

#[tokio::test(start_paused = true)]
async fn noise_is_on_lines_of_its_own() {
    let text = bytes_of_answer(Fault::Noise { lines: 2 }, 3).await;

    let lines: Vec<_> = text.lines().collect();
    let noise = "Segmentation fault (not really)";
    assert_eq!((lines.len(), lines[0], lines[1]), (3, noise, noise));
    assert_eq!(serde_json::from_str::<Value>(lines[2]).unwrap()["id"], 1);
}

#[tokio::test(start_paused = true)]
async fn truncated_answer_has_no_end_and_the_connection_closes() {
    let text = bytes_of_answer(Fault::Truncate, 1).await;

    assert!(text.starts_with(r#"{"jsonrpc":"2.0","id":1,"result":{"#), "{text}");
    assert!(!text.contains('\n'), "{text}");
}

#[tokio::test(start_paused = true)]
async fn client_notices_a_truncated_answer_at_once() {
    let world = World::new(1);
    let client = client_over(stream_to(&world, Fault::Truncate)).await;
    let started = Instant::now();

    let error = client.call_raw("create_issue", new_issue()).await.unwrap_err();

    let CallError::Connection(error) = error else { panic!("an answer: {error}") };
    assert!(error.is_end_of_connection() && started.elapsed().is_zero(), "{error}");
    assert_eq!(world.state().github.issues("company", "support").len(), 3);
}

#[tokio::test(start_paused = true)]
async fn slow_answer_comes_byte_by_byte_and_is_whole() {
    let world = World::new(1);
    let client = client_over(stream_to(&world, Fault::SlowDrip { bytes_per_second: 100 })).await;
    let started = Instant::now();

    let issue: Value = client.call("create_issue", new_issue()).await.unwrap();

    assert_eq!(issue["number"], 3);
    let took = started.elapsed();
    assert!((Duration::from_secs(5)..Duration::from_secs(30)).contains(&took), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn oversize_answer_is_more_than_a_client_takes() {
    let client = client_over(stream_to(&World::new(1), Fault::Oversize { bytes: 17 << 20 })).await;

    let error = client.call_raw("create_issue", new_issue()).await.unwrap_err();

    assert!(!error.is_transient(), "{error}");
    assert!(matches!(client.ended(), Some(TransportError::FrameTooLarge { .. })));
}
