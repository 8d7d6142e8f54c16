//! Legacy sessions: hostile ones, and those that are gone.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use mcp_client::{Client, ClientOptions, ConnectError};
use mcp_core::Delivery;
use mcp_core::session::EraChoice;
use serde_json::json;
use tokio::task::JoinSet;

use crate::site::{MockSite, Reply, Seen, Site, failed_exchange, initialized, text_of};

fn legacy() -> ClientOptions {
    ClientOptions::default().with_era(EraChoice::Legacy)
}

/// A server that gives every session a number and forgets the first one after its handshake.
/// `allows` says which sessions calls may use.
async fn forgetful(allows: impl Fn(&str) -> bool + Send + Sync + 'static) -> MockSite {
    let sessions = AtomicUsize::new(0);
    MockSite::start(move |seen: &Seen| match seen.what() {
        "initialize" => {
            let number = sessions.fetch_add(1, Ordering::Relaxed);
            initialized(seen, &format!("s-{number}"))
        }
        "notifications/initialized" => Reply::status(202),
        "GET" => Reply::status(405),
        _ if allows(seen.header("Mcp-Session-Id").unwrap()) => Reply::json(200, &seen.text("done")),
        _ => Reply::json(
            404,
            &json!({ "jsonrpc": "2.0", "id": null, "error": { "code": -32001, "message": "Session not found" } }),
        ),
    })
    .await
}

#[tokio::test]
async fn session_that_is_gone_is_opened_again_and_the_call_sent_once_more() {
    let site = forgetful(|session| session == "s-1").await;
    let client = Client::open(&site.endpoint(), legacy()).await.unwrap();

    assert_eq!(text_of(&client, "t").await, "done");
    assert_eq!(text_of(&client, "t").await, "done");

    let calls: Vec<_> = site
        .seen()
        .iter()
        .filter(|seen| seen.what() != "GET")
        .map(|seen| format!("{} {}", seen.what(), seen.header("Mcp-Session-Id").unwrap_or("-")))
        .collect();
    insta::assert_snapshot!(calls.join("\n"), @r"
    initialize -
    notifications/initialized s-0
    tools/call s-0
    initialize -
    notifications/initialized s-1
    tools/call s-1
    tools/call s-1
    ");
}

#[tokio::test]
async fn new_session_is_asked_for_as_the_first_one_was() {
    let site = forgetful(|session| session == "s-1").await;
    let client = Client::open(&site.endpoint(), legacy()).await.unwrap();

    text_of(&client, "t").await;

    let (first, again) = (site.until("initialize", 1).await, site.until("initialize", 2).await);
    assert_eq!(first.body["params"], again.body["params"]);
    assert_ne!(first.body["id"], again.body["id"]);
    assert!(!again.body["id"].is_null());
}

#[tokio::test]
async fn server_that_forgets_every_session_is_not_asked_for_ever() {
    let site = forgetful(|_| false).await;
    let client = Client::open(&site.endpoint(), legacy()).await.unwrap();

    let (cause, delivery) = failed_exchange(&client, "t").await;

    insta::assert_snapshot!(cause, @"HTTP status 404: Session not found");
    assert_eq!(delivery, Delivery::Refused);
    assert_eq!(site.count("initialize"), 2);
    assert_eq!(site.count("tools/call"), 2);
}

#[tokio::test]
async fn many_calls_that_find_the_session_gone_open_one() {
    let site = forgetful(|session| session != "s-0").await;
    let client = Client::open(&site.endpoint(), legacy()).await.unwrap();
    let mut calls = JoinSet::new();
    for _ in 0..20 {
        let client = client.clone();
        calls.spawn(async move { client.call_raw("t", json!({})).await.is_ok() });
    }

    assert_eq!(calls.join_all().await, [true; 20]);

    assert_eq!(site.count("initialize"), 2);
}

#[tokio::test]
async fn session_that_cannot_be_opened_again_is_named() {
    let count = Arc::new(AtomicUsize::new(0));
    let site = MockSite::start(move |seen: &Seen| match seen.what() {
        "initialize" if count.fetch_add(1, Ordering::Relaxed) == 0 => initialized(seen, "s-0"),
        "initialize" => Reply::status(503),
        "notifications/initialized" => Reply::status(202),
        "GET" => Reply::status(405),
        _ => Reply::status(404),
    })
    .await;
    let client = Client::open(&site.endpoint(), legacy()).await.unwrap();

    let (cause, delivery) = failed_exchange(&client, "t").await;

    insta::assert_snapshot!(cause, @"HTTP status 404: the session is gone, and no new one can be opened: HTTP status 503");
    assert_eq!(delivery, Delivery::Refused);
}

#[tokio::test]
async fn method_that_is_not_found_does_not_end_the_session() {
    let site = MockSite::legacy(|seen| match seen.what() {
        "GET" => Reply::status(405),
        _ => Reply::json(404, &seen.error(-32601)),
    })
    .await;
    let client = site.client().await;

    let error = client.call_raw("t", json!({})).await.unwrap_err();

    assert!(matches!(error, mcp_client::CallError::Rpc(_)), "{error:?}");
    assert_eq!(site.count("initialize"), 1);
}

#[tokio::test]
async fn hostile_session_ids_are_refused() {
    let long = "x".repeat(1025);
    for session in ["", "a b", "a\tb", "größe", &long] {
        let session = session.to_owned();
        let site = MockSite::start(move |seen: &Seen| initialized(seen, &session)).await;

        let error = Client::open(&site.endpoint(), legacy()).await.unwrap_err();

        let ConnectError::Transport(cause) = error else { panic!("{error:?}") };
        assert!(cause.to_string().contains("the session id is not visible ASCII"), "{cause}");
        assert_eq!(site.asked(), ["initialize"]);
    }
}

#[tokio::test]
async fn longest_session_id_is_used() {
    let long = "x".repeat(1024);
    let expected = long.clone();
    let site = MockSite::start(move |seen: &Seen| match seen.what() {
        "initialize" => initialized(seen, &long),
        "tools/call" => Reply::json(200, &seen.text("done")),
        _ => Reply::status(202),
    })
    .await;
    let client = Client::open(&site.endpoint(), legacy()).await.unwrap();

    text_of(&client, "t").await;

    let call = site.until("tools/call", 1).await;
    assert_eq!(call.header("Mcp-Session-Id"), Some(expected.as_str()));
}

#[tokio::test]
async fn server_without_sessions_is_served() {
    let site = MockSite::start(|seen: &Seen| match seen.what() {
        "initialize" => {
            let result = json!({
                "protocolVersion": "2025-06-18", "capabilities": {}, "serverInfo": { "name": "s", "version": "1" },
            });
            Reply::json(200, &seen.result(result))
        }
        "tools/call" => Reply::json(200, &seen.text("done")),
        "GET" => Reply::status(405),
        _ => Reply::status(202),
    })
    .await;
    let client = Client::open(&site.endpoint(), legacy()).await.unwrap();

    assert_eq!(text_of(&client, "t").await, "done");
    client.close().await;

    assert_eq!(site.count("DELETE"), 0);
    assert!(site.seen().iter().all(|seen| seen.header("Mcp-Session-Id").is_none()));
}
