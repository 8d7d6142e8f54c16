//! Sockets: how many there are, and when they are used again.

use mcp_client::transport::http::{HttpEndpoint, HttpLimits};
use mcp_client::{Client, ClientOptions, ConnectError};
use mcp_core::{Delivery, TransportError};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::site::{Acts, RawSite, Reply, Site, event, failed_exchange, text_of};

#[tokio::test]
async fn sequential_calls_use_one_connection() {
    let site = RawSite::modern(|seen| {
        let answer = seen.text("done");
        match seen.tool() {
            "json" => Reply::json(200, &answer).into(),
            // Chunked, so that the stream ends without the connection.
            _ => {
                let events = event(&answer);
                Acts::raw("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
                    .bytes(format!("{:x}\r\n{events}\r\n0\r\n\r\n", events.len()))
            }
        }
    })
    .await;
    let client = site.client().await;

    for tool in ["json", "json", "json"] {
        assert_eq!(text_of(&client, tool).await, "done");
    }
    assert_eq!(site.connections(), 1);

    for _ in 0..3 {
        assert_eq!(text_of(&client, "stream").await, "done");
    }
    assert!(site.connections() <= 2, "{}", site.connections());
}

#[tokio::test]
async fn connections_of_one_endpoint_share_their_sockets() {
    let site = RawSite::modern(|seen| Reply::json(200, &seen.text("done")).into()).await;
    let endpoint = site.endpoint();

    for _ in 0..3 {
        let client = Client::open(&endpoint, ClientOptions::default()).await.unwrap();
        assert_eq!(text_of(&client, "t").await, "done");
        client.close().await;
    }

    assert_eq!(site.connections(), 1);
}

#[tokio::test]
async fn calls_side_by_side_are_bounded() {
    let (gate, _) = watch::channel(false);
    let opener = gate.clone();
    let site = RawSite::modern(move |seen| Acts::default().wait(&gate).bytes({
        let body = seen.text("done").to_string();
        format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", body.len())
    }))
    .await;
    let mut limits = HttpLimits::default();
    limits.exchanges_max = 3;
    let endpoint = site.endpoint().with_limits(limits);
    let client = Client::open(&endpoint, ClientOptions::default()).await.unwrap();
    let mut calls = JoinSet::new();
    for _ in 0..20 {
        let client = client.clone();
        calls.spawn(async move { client.call_raw("t", json!({})).await.is_ok() });
    }

    site.until("tools/call", 3).await;
    assert_eq!(site.count("tools/call"), 3);
    opener.send_replace(true);

    assert_eq!(calls.join_all().await, [true; 20]);
    assert!(site.connections() <= 4, "{}", site.connections());
}

#[tokio::test]
async fn stale_connection_is_replaced_without_sending_anything_twice() {
    let site = RawSite::modern(|seen| {
        // The server keeps the connection in words, and closes it.
        let reply = Reply::json(200, &seen.text("done")).header("Connection", "keep-alive");
        Acts::from(reply).close()
    })
    .await;
    let client = site.client().await;

    let mut answered = 0;
    for _ in 0..20 {
        match client.call_raw("t", json!({})).await {
            Ok(_) => answered += 1,
            // The request left before the end of the connection was seen.
            Err(error) => assert_eq!(error.delivery(), Delivery::Unknown, "{error:?}"),
        }
    }

    assert!(answered > 0);
    let mut ids: Vec<_> = site.seen().iter().map(|seen| seen.body["id"].to_string()).collect();
    let all = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), all, "a request came twice");
}

#[tokio::test]
async fn server_that_is_not_there_got_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let endpoint = HttpEndpoint::new(&format!("http://{address}/mcp")).unwrap();

    let error = Client::open(&endpoint, ClientOptions::default()).await.unwrap_err();

    let ConnectError::Transport(cause @ TransportError::NotOpened { .. }) = error else {
        panic!("{error:?}")
    };
    let text = cause.to_string().replace(&address.to_string(), "HOST");
    assert!(text.starts_with("`HOST` cannot be reached: Connection refused"), "{text}");
    assert!(!cause.is_permanent());
}

#[tokio::test]
async fn server_that_went_away_got_nothing() {
    let site =
        RawSite::modern(|seen| Acts::from(Reply::json(200, &seen.text("done"))).close()).await;
    let client = site.client().await;
    assert_eq!(text_of(&client, "t").await, "done");
    drop(site);

    // The first one may still meet the old connection.
    let mut deliveries = Vec::new();
    for _ in 0..2 {
        deliveries.push(failed_exchange(&client, "t").await.1);
    }

    assert_eq!(deliveries.last(), Some(&Delivery::NotSent));
}
