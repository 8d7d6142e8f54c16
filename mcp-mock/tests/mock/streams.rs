//! A fake server over a pair of byte streams.

use mcp_client::Client;
use mcp_client::transport::line::{LineOptions, LineTransport};
use mcp_mock::{Fault, World};

use super::new_issue;

/// Room for a few messages; a smaller pipe would only be slower.
const PIPE_BYTES: usize = 4096;

#[tokio::test]
async fn stream_is_served_until_the_client_goes_away() {
    let world = World::new(1);
    let (here, there) = tokio::io::duplex(PIPE_BYTES);
    let (reader, writer) = tokio::io::split(there);
    let github = world.github();
    let serving = tokio::spawn(async move { github.serve_over(reader, writer).await });
    let (reader, writer) = tokio::io::split(here);
    let client =
        Client::connect(LineTransport::new(reader, writer, LineOptions::default())).await.unwrap();

    client.call_raw("create_issue", new_issue()).await.unwrap();
    client.close().await;

    assert_eq!(serving.await.unwrap(), Ok(()));
    assert_eq!(world.state().github.issues("company", "support").len(), 3);
}

#[tokio::test]
async fn close_fault_ends_a_stream_in_good_order() {
    let world = World::new(1);
    world.github().on("create_issue").fault(Fault::Close);
    let (here, there) = tokio::io::duplex(PIPE_BYTES);
    let (reader, writer) = tokio::io::split(there);
    let github = world.github();
    let serving = tokio::spawn(async move { github.serve_over(reader, writer).await });
    let (reader, writer) = tokio::io::split(here);
    let client =
        Client::connect(LineTransport::new(reader, writer, LineOptions::default())).await.unwrap();

    client.call_raw("create_issue", new_issue()).await.unwrap_err();

    assert!(client.ended().is_some());
    assert_eq!(serving.await.unwrap(), Ok(()));
}
