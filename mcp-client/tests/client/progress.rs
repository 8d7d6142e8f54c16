//! What one call wants otherwise: progress, its trace, its log level.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use mcp_client::{
    CallError, CallOptions, ClientOptions, ConnectionErrorKind, Deadline, TraceContext,
};
use mcp_core::Delivery;
use mcp_core::protocol::LogLevel;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::peer::{Peer, legacy, modern, text};

/// Options that note what is heard.
fn hearing() -> (CallOptions, Arc<Mutex<Vec<f64>>>) {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let notes = Arc::clone(&heard);
    let options = CallOptions::default()
        .on_progress(move |told| notes.lock().expect("no holder panics").push(told.progress));
    (options, heard)
}

async fn progress(peer: &Peer, request: &Value, progress: u64) {
    let token = &request["params"]["_meta"]["progressToken"];
    let params = json!({ "progressToken": token, "progress": progress, "total": 100 });
    peer.tell("notifications/progress", params).await;
}

#[tokio::test(start_paused = true)]
async fn progress_is_heard_by_its_own_call_and_before_its_answer() {
    let (client, peer) = modern(ClientOptions::default()).await;
    let ((options, heard), (other_options, other_heard)) = (hearing(), hearing());

    let (one, other, ()) = tokio::join!(
        client.call_with("one", json!({}), &options),
        client.call_with("other", json!({}), &other_options),
        async {
            let one = peer.expect("tools/call").await;
            let other = peer.expect("tools/call").await;
            progress(&peer, &one, 10).await;
            tokio::time::sleep(Duration::from_millis(1)).await;
            progress(&peer, &one, 50).await;
            progress(&peer, &one, 100).await;
            peer.answer(&one, text("")).await;
            peer.answer(&other, text("")).await;
            progress(&peer, &one, 101).await;
        }
    );

    assert!(one.is_ok() && other.is_ok());
    assert_eq!(*heard.lock().unwrap(), [10.0, 50.0, 100.0]);
    assert_eq!(*other_heard.lock().unwrap(), [] as [f64; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_progress_keeps_the_newest() {
    let (client, peer) = modern(ClientOptions::default()).await;
    let (options, heard) = hearing();

    let (outcome, ()) = tokio::join!(client.call_with("x", json!({}), &options), async {
        let request = peer.expect("tools/call").await;
        for step in 0..200 {
            progress(&peer, &request, step).await;
        }
        peer.answer(&request, text("")).await;
    });

    outcome.unwrap();
    let heard = heard.lock().unwrap();
    assert_eq!(heard.last(), Some(&199.0));
    assert!(heard.is_sorted() && heard.len() < 200, "{heard:?}");
}

#[tokio::test(start_paused = true)]
async fn a_call_may_have_limits_of_its_own() {
    let (client, peer) = modern(ClientOptions::default()).await;
    let options = CallOptions::default()
        .with_timeout(Duration::from_secs(2))
        .with_timeout_max(Duration::from_secs(5));

    let (outcome, ()) = tokio::join!(client.call_with("x", json!({}), &options), async {
        let request = peer.expect("tools/call").await;
        for step in 0..4 {
            progress(&peer, &request, step).await;
            tokio::time::sleep(Duration::from_millis(1500)).await;
        }
    });

    let CallError::Connection(error) = outcome.unwrap_err() else { panic!() };
    assert_eq!(error.kind, ConnectionErrorKind::Deadline { after: Duration::from_secs(5) });
}

#[tokio::test(start_paused = true)]
async fn a_deadline_counts_from_its_own_start() {
    let (client, peer) = modern(ClientOptions::default()).await;
    let deadline = Deadline::within(Duration::from_secs(200));
    let options = CallOptions::default().with_deadline(deadline);
    tokio::time::sleep(Duration::from_secs(50)).await;

    let (outcome, ()) = tokio::join!(client.call_with("x", json!({}), &options), async {
        let request = peer.expect("tools/call").await;
        for step in 0..3 {
            tokio::time::sleep(Duration::from_secs(40)).await;
            progress(&peer, &request, step).await;
        }
    });

    let CallError::Connection(error) = outcome.unwrap_err() else { panic!() };
    assert_eq!(error.kind, ConnectionErrorKind::Deadline { after: Duration::from_secs(200) });
    assert_eq!((error.delivery, deadline.end()), (Delivery::Unknown, Instant::now()));
}

#[tokio::test(start_paused = true)]
async fn a_call_after_its_deadline_is_not_sent() {
    let (client, _peer) = modern(ClientOptions::default()).await;
    let deadline = Deadline::within(Duration::from_secs(2));
    tokio::time::sleep(Duration::from_secs(3)).await;

    let options = CallOptions::default().with_deadline(deadline);
    let error = client.call_with("x", json!({}), &options).await.unwrap_err();

    assert_eq!(error.to_string(), "`x` failed: no answer within 2s");
    assert_eq!((error.delivery(), client.in_flight()), (Delivery::NotSent, 0));
}

#[tokio::test(start_paused = true)]
async fn silence_may_be_limited_within_a_deadline() {
    let (client, _peer) = modern(ClientOptions::default()).await;
    let options = CallOptions::default()
        .with_deadline(Deadline::within(Duration::from_secs(100)))
        .with_timeout(Duration::from_secs(5));

    let error = client.call_with("x", json!({}), &options).await.unwrap_err();

    assert_eq!(error.to_string(), "`x` failed: no answer within 5s");
}

#[tokio::test(start_paused = true)]
async fn endless_limits_are_no_panic() {
    let (client, peer) = modern(ClientOptions::default()).await;

    let options = CallOptions::default().with_timeout(Duration::MAX);
    let call = client.call_with("x", json!({}), &options);
    let (outcome, ()) = tokio::join!(call, async {
        let request = peer.expect("tools/call").await;
        peer.answer(&request, text("")).await;
    });

    assert!(outcome.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_trace_travels_in_both_eras_and_a_log_level_in_one() {
    let (modern, modern_peer) = modern(ClientOptions::default()).await;
    let (legacy, legacy_peer) = legacy(ClientOptions::default()).await;
    let trace = TraceContext::new("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
        .and_then(|trace| trace.with_tracestate("a=1"))
        .and_then(|trace| trace.with_baggage("user=ann"))
        .unwrap();
    let options = CallOptions::default().with_trace(trace).with_log_level(LogLevel::Warning);

    let mut seen = Vec::new();
    for (client, peer) in [(modern, modern_peer), (legacy, legacy_peer)] {
        let (_, request) = tokio::join!(client.call_with("x", json!({}), &options), async {
            let request = peer.expect("tools/call").await;
            peer.answer(&request, text("")).await;
            request
        });
        let mut meta = request["params"]["_meta"].as_object().unwrap().clone();
        meta.retain(|name, _| {
            !name.contains("client") && !name.contains("rotocol") && name != "progressToken"
                || name.ends_with("logLevel")
        });
        seen.push(Value::Object(meta).to_string());
    }

    insta::assert_snapshot!(seen.join("\n"), @r#"
    {"baggage":"user=ann","io.modelcontextprotocol/logLevel":"warning","traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01","tracestate":"a=1"}
    {"baggage":"user=ann","traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01","tracestate":"a=1"}
    "#);
}
