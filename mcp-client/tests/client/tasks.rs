//! Calls that become tasks (extension of 2026-07-28).

use std::time::Duration;

use mcp_client::{CallError, CallOptions, Client, ClientOptions, ConnectionErrorKind};
use mcp_core::Delivery;
use mcp_core::protocol::CallToolResult;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::clerk::Clerk;
use crate::peer::{Peer, legacy, modern, text};

fn task(status: &str, more: Value) -> Value {
    let mut task = json!({
        "taskId": "t1", "status": status, "createdAt": "a", "lastUpdatedAt": "b", "ttlMs": null,
        "pollIntervalMs": 500,
    });
    let Value::Object(more) = more else { panic!("no object: {more}") };
    task.as_object_mut().expect("it is an object").extend(more);
    task
}

fn created() -> Value {
    task("working", json!({ "resultType": "task" }))
}

fn asks(keys: &[&str]) -> Value {
    let question = json!({ "method": "roots/list", "params": {} });
    let asked: Value = keys.iter().map(|&key| (key, question.clone())).collect();
    task("input_required", json!({ "inputRequests": asked }))
}

/// Calls a tool that becomes a task, which answers each poll in turn.
async fn call(
    client: &Client,
    peer: &Peer,
    polls: Vec<Value>,
) -> Result<CallToolResult, CallError> {
    let (outcome, ()) = tokio::join!(client.call_raw("deploy", json!({})), async {
        let request = peer.expect("tools/call").await;
        peer.answer(&request, created()).await;
        for poll in polls {
            let request = peer.expect("tasks/get").await;
            assert_eq!(request["params"]["taskId"], "t1");
            assert!(
                request["params"]["_meta"]["io.modelcontextprotocol/protocolVersion"].is_string()
            );
            peer.answer(&request, poll).await;
        }
    });
    outcome
}

#[tokio::test(start_paused = true)]
async fn a_task_is_awaited_at_the_pace_that_it_names() {
    let (client, peer) = modern(ClientOptions::default()).await;
    let start = Instant::now();

    let polls = vec![
        task("working", json!({ "pollIntervalMs": 2000 })),
        task("working", json!({ "pollIntervalMs": null })),
        task("working", json!({ "pollIntervalMs": 0 })),
        task("working", json!({ "pollIntervalMs": 1_000_000 })),
        task("completed", json!({ "result": text("done") })),
    ];
    let outcome = call(&client, &peer, polls).await;

    assert_eq!(outcome.unwrap().to_value(), "done");
    assert_eq!(start.elapsed(), Duration::from_millis(500 + 2000 + 1000 + 100 + 60_000));
    assert_eq!(client.in_flight(), 0);
    assert_nothing_sent(&client, &peer).await;
}

async fn assert_nothing_sent(client: &Client, peer: &Peer) {
    let (outcome, ()) = tokio::join!(client.call_raw("x", json!({})), async {
        let request = peer.expect("tools/call").await;
        peer.answer(&request, text("")).await;
    });
    outcome.expect("the peer answers");
}

#[tokio::test(start_paused = true)]
async fn the_ends_of_a_task_are_the_ends_of_the_call() {
    let (client, peer) = modern(ClientOptions::default()).await;
    let mut failure = text("the printer is on fire");
    failure["isError"] = true.into();
    let ends = [
        task("completed", json!({ "result": failure })),
        task("failed", json!({ "error": { "code": -32602, "message": "no" } })),
        task("cancelled", json!({})),
        task("completed", json!({})),
        task("completed", json!({ "result": { "resultType": "task" } })),
        task("sleeping", json!({})),
        task("working", json!({ "taskId": "another" })),
        json!({ "resultType": "input_required", "requestState": "" }),
    ];

    let mut told = Vec::new();
    for end in ends {
        let is_over =
            ["completed", "failed", "cancelled"].iter().any(|status| end["status"] == *status);
        let error = call(&client, &peer, vec![end]).await.unwrap_err();
        if !is_over {
            peer.expect("tasks/cancel").await;
        }
        told.push(format!("{error} | {:?}", error.delivery()));
    }

    insta::assert_snapshot!(told.join("\n"), @r#"
    tool `deploy` failed: the printer is on fire | Executed
    the server refused `deploy`: no (code -32602) | Unknown
    `deploy` failed: its task was cancelled | Unknown
    `deploy` failed: the server's answer breaks the protocol: its task ended and does not say with what | Unknown
    `deploy` failed: the server's answer breaks the protocol: unexpected result type "task" | Unknown
    `deploy` failed: the server's answer breaks the protocol: unexpected task status "sleeping" | Unknown
    `deploy` failed: the server's answer breaks the protocol: it speaks of another task | Unknown
    `deploy` failed: the server's answer breaks the protocol: unexpected result type "input_required" | Unknown
    "#);
}

#[tokio::test(start_paused = true)]
async fn a_task_that_never_ends_is_cancelled_at_the_deadline() {
    let (client, peer) = modern(ClientOptions::default()).await;
    let start = Instant::now();
    let options = CallOptions::default().with_timeout_max(Duration::from_secs(10));

    let (outcome, cancel) = tokio::join!(client.call_with("deploy", json!({}), &options), async {
        let request = peer.expect("tools/call").await;
        peer.answer(&request, created()).await;
        loop {
            let request = peer.next().await;
            if request["method"] != "tasks/get" {
                return request;
            }
            peer.answer(&request, task("working", json!({}))).await;
        }
    });

    let CallError::Connection(error) = outcome.unwrap_err() else { panic!() };
    assert_eq!(error.kind, ConnectionErrorKind::Deadline { after: Duration::from_secs(10) });
    assert_eq!((start.elapsed(), error.delivery), (Duration::from_secs(10), Delivery::Unknown));
    assert_eq!(
        (&cancel["method"], &cancel["params"]["taskId"]),
        (&json!("tasks/cancel"), &json!("t1"))
    );
    assert!(cancel["params"]["_meta"]["io.modelcontextprotocol/clientCapabilities"].is_object());
}

#[tokio::test(start_paused = true)]
async fn a_dropped_call_cancels_its_task() {
    let (client, peer) = modern(ClientOptions::default()).await;

    let dropped =
        tokio::time::timeout(Duration::from_millis(100), call(&client, &peer, Vec::new())).await;

    assert!(dropped.is_err());
    assert_eq!(peer.expect("tasks/cancel").await["params"]["taskId"], "t1");
    assert_eq!(client.in_flight(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_task_asks_each_key_once() {
    let clerk = Clerk::all();
    let (client, peer) = modern(clerk.options()).await;

    let (outcome, updates) = tokio::join!(client.call_raw("deploy", json!({})), async {
        let request = peer.expect("tools/call").await;
        peer.answer(&request, created()).await;
        let mut updates = Vec::new();
        for keys in [&["a"][..], &["a"], &["a", "b"], &[]] {
            let request = peer.expect("tasks/get").await;
            peer.answer(&request, asks(keys)).await;
            if keys != ["a"] || updates.is_empty() {
                if keys.is_empty() {
                    continue;
                }
                let request = peer.expect("tasks/update").await;
                updates.push(request["params"]["inputResponses"].clone());
                peer.answer(&request, json!({})).await;
            }
        }
        let request = peer.expect("tasks/get").await;
        peer.answer(&request, task("completed", json!({ "result": text("done") }))).await;
        updates
    });

    assert_eq!(outcome.unwrap().to_value(), "done");
    let answer = json!({ "roots": [{ "uri": "file:///work" }] });
    assert_eq!(updates, [json!({ "a": answer }), json!({ "b": answer })]);
    assert_eq!(clerk.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_task_must_not_ask_what_was_not_declared_or_without_end() {
    let (client, peer) = modern(Clerk::forms().options()).await;
    let undeclared = call(&client, &peer, vec![asks(&["a"])]).await.unwrap_err();
    peer.expect("tasks/cancel").await;
    let (client, peer) = modern(Clerk::all().options()).await;

    let (endless, ()) = tokio::join!(client.call_raw("deploy", json!({})), async {
        let request = peer.expect("tools/call").await;
        peer.answer(&request, created()).await;
        for key in 0..9 {
            let request = peer.expect("tasks/get").await;
            peer.answer(&request, asks(&[&key.to_string()])).await;
            if key < 8 {
                let request = peer.expect("tasks/update").await;
                peer.answer(&request, json!({})).await;
            }
        }
        peer.expect("tasks/cancel").await;
    });

    insta::assert_snapshot!(undeclared, @"`deploy` failed: the server's answer breaks the protocol: it asks `roots/list`, which was not declared");
    insta::assert_snapshot!(endless.unwrap_err(), @"`deploy` failed: the server goes beyond 8 rounds of questions");
}

#[tokio::test(start_paused = true)]
async fn a_task_that_was_not_offered_is_no_answer() {
    let mut options = ClientOptions::default();
    options.tasks = false;
    let (modern, modern_peer) = modern(options).await;
    let (legacy, legacy_peer) = legacy(ClientOptions::default()).await;

    for (client, peer) in [(modern, modern_peer), (legacy, legacy_peer)] {
        let (outcome, ()) = tokio::join!(client.call_raw("x", json!({})), async {
            let request = peer.expect("tools/call").await;
            let declared =
                &request["params"]["_meta"]["io.modelcontextprotocol/clientCapabilities"];
            assert_eq!(declared.get("extensions"), None);
            peer.answer(&request, created()).await;
        });
        let error = outcome.unwrap_err();
        assert!(error.to_string().contains(r#"unexpected result type "task""#), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_poll_that_fails_ends_the_call_and_the_task() {
    let (client, peer) = modern(ClientOptions::default()).await;

    let (outcome, ()) = tokio::join!(client.call_raw("deploy", json!({})), async {
        let request = peer.expect("tools/call").await;
        peer.answer(&request, created()).await;
        let request = peer.expect("tasks/get").await;
        peer.refuse(&request, -32602).await;
        peer.expect("tasks/cancel").await;
    });

    assert_eq!(outcome.unwrap_err().delivery(), Delivery::Unknown);
}
