//! The end of a call that nobody wants any more, and the end of everything.

use std::time::Duration;

use mcp_client::transport::http::HttpEndpoint;
use mcp_client::{Client, ClientOptions, Connector};
use mcp_core::{Transport, TransportError};
use serde_json::json;
use tokio::time::timeout;

use crate::site::{
    Acts, MockSite, RawSite, Reply, SOON, Site, ask, event, failed_call, legacy_handshake,
};

fn closed() -> TransportError {
    TransportError::Closed { stderr_tail: String::new() }
}

#[tokio::test]
async fn dropped_modern_call_ends_its_exchange_and_sends_nothing() {
    for reply in [Acts::default().hang(), Acts::stream_start().bytes(": alive\n\n").hang()] {
        let site = RawSite::modern(move |_| reply.clone()).await;
        let client = site.client().await;
        let call = tokio::spawn({
            let client = client.clone();
            async move { client.call_raw("t", json!({})).await }
        });
        site.until("tools/call", 1).await;

        call.abort();

        site.until_gone(1).await;
        assert_eq!(site.asked(), ["server/discover", "tools/list", "tools/call"]);
        assert!(client.ended().is_none());
    }
}

#[tokio::test]
async fn dropped_legacy_call_is_cancelled_by_a_message() {
    let site = RawSite::legacy(|seen| match seen.what() {
        "GET" => Reply::status(405).into(),
        _ => Acts::stream_start().hang(),
    })
    .await;
    let client = site.client().await;
    let call = tokio::spawn({
        let client = client.clone();
        async move { client.call_raw("t", json!({})).await }
    });
    let asked = site.until("tools/call", 1).await;

    call.abort();

    let notice = site.until("notifications/cancelled", 1).await;
    assert_eq!(notice.body["params"]["requestId"], asked.body["id"]);
    assert_eq!(notice.header("Mcp-Session-Id"), Some("s-1"));
    site.until_gone(1).await;
}

#[tokio::test]
async fn close_ends_the_session_and_every_exchange() {
    let site = RawSite::legacy(|seen| match seen.what() {
        "GET" => Acts::stream_start().hang(),
        _ => Acts::default().hang(),
    })
    .await;
    let client = site.client().await;
    let call = tokio::spawn({
        let client = client.clone();
        async move { client.call_raw("t", json!({})).await }
    });
    site.until("tools/call", 1).await;
    site.until("GET", 1).await;

    timeout(SOON, client.close()).await.unwrap();

    assert!(call.await.unwrap().is_err());
    assert_eq!(site.count("DELETE"), 1);
    site.until_gone(2).await;
    assert_eq!(client.ended(), Some(closed()));
}

#[tokio::test]
async fn server_that_does_not_end_its_session_holds_nobody_up() {
    let site = RawSite::start(|seen| match seen.what() {
        "DELETE" => Acts::default().hang(),
        "GET" => Reply::status(405).into(),
        _ => legacy_handshake(seen).unwrap().into(),
    })
    .await;
    let client = site.client().await;

    timeout(Duration::from_secs(10), client.close()).await.expect("close is bounded");
}

#[tokio::test]
async fn dropped_client_ends_every_exchange_without_a_word() {
    let site = RawSite::legacy(|_| Acts::stream_start().hang()).await;
    let client = site.client().await;
    site.until("GET", 1).await;

    drop(client);

    site.until_gone(1).await;
    assert_eq!(site.count("DELETE"), 0);
}

#[tokio::test]
async fn dropping_needs_no_runtime() {
    let site = RawSite::legacy(|_| Acts::stream_start().hang()).await;
    let endpoint = site.endpoint();
    let client = tokio::task::spawn_blocking(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(Client::open(&endpoint, ClientOptions::default())).unwrap()
    });

    let client = client.await.unwrap();

    std::thread::spawn(move || drop(client)).join().unwrap();
}

async fn open(endpoint: &HttpEndpoint) -> Box<dyn Transport> {
    endpoint.open().await.unwrap()
}

#[tokio::test]
async fn close_and_abort_end_a_waiting_recv() {
    let site = RawSite::start(|_| Reply::status(405).into()).await;
    for is_polite in [true, false] {
        let transport: std::sync::Arc<dyn Transport> = open(&site.endpoint()).await.into();
        let receiving = tokio::spawn({
            let transport = std::sync::Arc::clone(&transport);
            async move { transport.recv().await }
        });
        tokio::task::yield_now().await;

        if is_polite {
            transport.close().await;
        } else {
            transport.abort();
        }

        assert_eq!(timeout(SOON, receiving).await.unwrap().unwrap(), Err(closed()));
        assert_eq!(transport.recv().await, Err(closed()));
        let sent = ask(&*transport, (1, "m"), None).await;
        assert_eq!(sent.unwrap_err().cause, closed());
        transport.close().await;
    }
    assert_eq!(site.connections(), 0);
}

#[tokio::test]
async fn cancelled_recv_loses_nothing() {
    let site = MockSite::start(|seen| {
        let id = seen.body["id"].as_i64().unwrap();
        let notice =
            |number| event(&json!({ "jsonrpc": "2.0", "method": "n", "params": { "n": number } }));
        let notices: String = (0..200).map(notice).collect();
        Reply::events(notices + &event(&json!({ "jsonrpc": "2.0", "id": id, "result": {} })))
    })
    .await;
    let transport = open(&site.endpoint()).await;
    ask(&*transport, (1, "m"), None).await.unwrap();

    let mut received = Vec::new();
    while received.len() < 201 {
        let one = timeout(Duration::from_micros(50), transport.recv()).await;
        received.extend(one.ok().and_then(|received| received.unwrap().into_message()));
    }

    for (number, frame) in received.iter().take(200).enumerate() {
        let frame: serde_json::Value = serde_json::from_slice(frame).unwrap();
        assert_eq!(frame["params"]["n"], number);
    }
}

#[tokio::test]
async fn call_that_nobody_answers_ends_with_its_deadline() {
    let site = RawSite::modern(|_| Acts::default().hang()).await;
    let mut options = ClientOptions::default().with_call_timeout(Duration::from_millis(50));
    options.call_timeout_max = Duration::from_millis(50);
    let client = Client::open(&site.endpoint(), options).await.unwrap();

    let error = failed_call(&client, "t").await;

    insta::assert_snapshot!(error, @"`t` failed: no answer within 50ms");
    site.until_gone(1).await;
}
