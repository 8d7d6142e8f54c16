//! What a server must not be able to do to its client.

use std::time::Duration;

use mcp_client::{ClientOptions, ConnectionErrorKind};
use mcp_core::Delivery;
use serde_json::json;
use tokio::time::Instant;

use crate::peer::{modern, text};

/// Every answer that cannot be decoded fails its own call, at once, and no other.
#[tokio::test(start_paused = true)]
async fn a_broken_answer_fails_its_own_call_at_once() {
    let (client, peer) = modern(ClientOptions::default()).await;
    let broken: [(&str, Vec<u8>); 8] = [
        (
            "invalid UTF-8",
            b"\"result\":{\"content\":[{\"type\":\"text\",\"text\":\"\xff\"}]}".into(),
        ),
        ("NUL byte", b"\"result\":{\"content\":[{\"type\":\"text\",\"text\":\"\0\"}]}".into()),
        ("lone surrogate", br#""result":{"content":[{"type":"text","text":"\ud800"}]}"#.into()),
        ("NaN", br#""result":{"content":[],"structuredContent":NaN}"#.into()),
        ("too deep", format!("\"result\":{}1{}", "[".repeat(300), "]".repeat(300)).into()),
        ("both", br#""result":{"content":[]},"error":{"code":1,"message":""}"#.into()),
        ("neither", br#""other":1"#.into()),
        ("twice", br#""result":{"content":[]},"result":{"content":[]}"#.into()),
    ];

    for (name, members) in broken {
        let start = Instant::now();
        let other = client.clone();
        let (outcome, other, ()) = tokio::join!(
            client.call_raw("broken", json!({})),
            other.call_raw("fine", json!({})),
            async {
                let request = peer.expect("tools/call").await;
                let fine = peer.expect("tools/call").await;
                let head = format!(r#"{{"jsonrpc":"2.0","id":{},"#, request["id"]);
                peer.raw([head.as_bytes(), &members, b"}"].concat()).await;
                peer.answer(&fine, text("fine")).await;
            }
        );

        let error = outcome.expect_err(name);
        assert_eq!(error.delivery(), Delivery::Unknown, "{name}: {error}");
        assert_eq!(start.elapsed(), Duration::ZERO, "{name}");
        assert!(other.is_ok(), "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn answers_before_the_question_reach_nobody() {
    let (client, peer) = modern(ClientOptions::default()).await;
    for id in 0..1000 {
        peer.say(&json!({ "jsonrpc": "2.0", "id": id, "result": text("forged") })).await;
        tokio::task::yield_now().await;
    }

    let (answer, ()) = tokio::join!(client.call::<String>("x", json!({})), async {
        let request = peer.expect("tools/call").await;
        peer.answer(&request, text("true")).await;
    });

    assert_eq!(answer.unwrap(), "true");
    assert_eq!(client.counters().late, 1000);
}

#[tokio::test(start_paused = true)]
async fn noise_and_doubled_answers_are_counted_and_dropped() {
    let (client, peer) = modern(ClientOptions::default()).await;

    let (answer, ()) = tokio::join!(client.call::<String>("x", json!({})), async {
        let request = peer.expect("tools/call").await;
        peer.raw("starting up...").await;
        peer.raw("[]").await;
        peer.raw(r#"{"level":"info"}"#).await;
        peer.answer(&request, text("one")).await;
        peer.answer(&request, text("two")).await;
    });

    assert_eq!(answer.unwrap(), "one");
    tokio::time::sleep(Duration::from_millis(1)).await;
    assert_eq!((client.counters().noise, client.counters().late), (3, 1));
}

#[tokio::test(start_paused = true)]
async fn a_ping_is_answered_while_a_call_waits() {
    let (client, peer) = modern(ClientOptions::default()).await;

    let (answer, pong) = tokio::join!(client.call_raw("x", json!({})), async {
        let request = peer.expect("tools/call").await;
        peer.say(&json!({ "jsonrpc": "2.0", "id": "p", "method": "ping" })).await;
        let pong = peer.next().await;
        peer.answer(&request, text("")).await;
        pong
    });

    assert!(answer.is_ok());
    assert_eq!(pong, json!({ "jsonrpc": "2.0", "id": "p", "result": {} }));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_asks_and_does_not_read_is_cut_off() {
    let (client, peer) = modern(ClientOptions::default()).await;

    for id in 0..1100 {
        let request =
            json!({ "jsonrpc": "2.0", "id": id, "method": "sampling/createMessage", "params": {} });
        peer.say(&request).await;
        tokio::task::yield_now().await;
        if client.ended().is_some() {
            break;
        }
    }
    tokio::time::sleep(Duration::from_millis(1)).await;

    let end = client.ended().expect("the connection is cut");
    assert!(end.to_string().contains("more than 1000"), "{end}");
}

#[tokio::test(start_paused = true)]
async fn unwritable_arguments_are_refused_before_anything_is_sent() {
    let (client, _peer) = modern(ClientOptions::default()).await;
    let arguments = std::collections::BTreeMap::from([(vec![1], 1)]);

    let error = client.call_raw("x", arguments).await.unwrap_err();

    let mcp_client::CallError::Connection(error) = error else { panic!("{error}") };
    assert!(matches!(error.kind, ConnectionErrorKind::Arguments { .. }));
    assert_eq!(error.delivery, Delivery::NotSent);
}
