//! Requests about the conversation itself.

use mcp_client::{Client, ClientOptions, RequestError};
use mcp_core::Delivery;
use mcp_core::protocol::LogLevel;
use serde_json::{Value, json};

use crate::clerk::Clerk;
use crate::peer::{legacy, modern, modern_as, text};

async fn called(client: &Client, peer: &crate::peer::Peer) -> Value {
    let (_, request) = tokio::join!(client.call_raw("x", json!({})), async {
        let request = peer.expect("tools/call").await;
        peer.answer(&request, text("")).await;
        request
    });
    request["params"]["_meta"].clone()
}

#[tokio::test(start_paused = true)]
async fn a_ping_is_a_discovery_where_there_is_none() {
    let (modern, modern_peer) = modern(ClientOptions::default()).await;
    let (legacy, legacy_peer) = legacy(ClientOptions::default()).await;

    for (client, peer, method) in
        [(modern, modern_peer, "server/discover"), (legacy, legacy_peer, "ping")]
    {
        let (alive, ()) = tokio::join!(client.ping(), async {
            let request = peer.expect(method).await;
            peer.answer(&request, json!({})).await;
        });
        assert!(alive.is_ok(), "{method}");
        let (refused, ()) = tokio::join!(client.ping(), async {
            let request = peer.expect(method).await;
            peer.refuse(&request, -32603).await;
        });
        assert!(refused.unwrap_err().is_transient(), "{method}");
        let error = client.ping().await.unwrap_err();
        assert_eq!(error.delivery(), Delivery::Unknown, "{method}");
        peer.expect(method).await;
        peer.expect("notifications/cancelled").await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_legacy_server_is_told_the_log_level() {
    let (client, peer) = legacy(ClientOptions::default()).await;

    let (told, request) = tokio::join!(client.set_log_level(LogLevel::Error), async {
        let request = peer.expect("logging/setLevel").await;
        peer.answer(&request, json!({})).await;
        request
    });
    let meta = called(&client, &peer).await;

    told.unwrap();
    assert_eq!(request["params"], json!({ "level": "error" }));
    assert_eq!(meta.get("io.modelcontextprotocol/logLevel"), None);
}

#[tokio::test(start_paused = true)]
async fn a_modern_server_hears_the_log_level_with_each_request() {
    let clerk = Clerk::default();
    let (client, peer) = modern(clerk.options()).await;
    let before = called(&client, &peer).await;

    client.set_log_level(LogLevel::Debug).await.unwrap();
    let after = called(&client.clone(), &peer).await;
    peer.tell("notifications/message", json!({ "level": "debug", "data": 1 })).await;
    called(&client, &peer).await;

    assert_eq!(before.get("io.modelcontextprotocol/logLevel"), None);
    assert_eq!(after["io.modelcontextprotocol/logLevel"], "debug");
    assert_eq!(clerk.notices(), ["notifications/message"]);
}

#[tokio::test(start_paused = true)]
async fn a_server_without_log_messages_is_not_told_a_level() {
    let (client, _peer) = modern_as(ClientOptions::default(), json!({})).await;

    let error = client.set_log_level(LogLevel::Info).await.unwrap_err();

    assert!(matches!(error, RequestError::NotOffered { .. }), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_revision_refused_later_is_a_refusal_like_any_other() {
    let (client, peer) = modern(ClientOptions::default()).await;

    let (outcome, ()) = tokio::join!(client.call_raw("x", json!({})), async {
        let request = peer.expect("tools/call").await;
        peer.refuse(&request, -32022).await;
    });

    let error = outcome.unwrap_err();
    insta::assert_snapshot!(error, @"the server refused `x`: no (code -32022)");
    assert_eq!((error.delivery(), error.is_transient()), (Delivery::Refused, false));
    assert!(client.ended().is_none());
}
