use std::time::Duration;

use mcp_client::{CallError, CallOptions, ClientOptions, ConnectionErrorKind};
use mcp_core::{Delivery, TransportError};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::peer::{legacy, modern, text};

#[derive(Debug, PartialEq, Deserialize)]
struct Issue {
    number: u64,
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_decoded_from_structure_or_text() {
    let (client, peer) = modern(ClientOptions::default()).await;
    let answers =
        [json!({ "content": [], "structuredContent": { "number": 7 } }), text(r#"{"number": 7}"#)];

    for answer in answers {
        let (issue, ()) = tokio::join!(client.call::<Issue>("create_issue", json!({})), async {
            let request = peer.expect("tools/call").await;
            peer.answer(&request, answer).await;
        });
        assert_eq!(issue.unwrap(), Issue { number: 7 });
    }
}

#[tokio::test(start_paused = true)]
async fn requests_of_the_two_eras_differ_in_their_meta_alone() {
    let (modern, modern_peer) = modern(ClientOptions::default()).await;
    let (legacy, legacy_peer) = legacy(ClientOptions::default()).await;
    let mut seen = Vec::new();

    for (client, peer) in [(modern, modern_peer), (legacy, legacy_peer)] {
        let (_, request) = tokio::join!(client.call_raw("echo", json!({ "a": 1 })), async {
            let request = peer.expect("tools/call").await;
            peer.answer(&request, text("")).await;
            request
        });
        let mut params = request["params"].clone();
        assert_eq!(params["_meta"]["progressToken"], request["id"]);
        params["_meta"].as_object_mut().unwrap().remove("progressToken");
        seen.push(params);
    }

    insta::assert_json_snapshot!(seen, @r#"
    [
      {
        "_meta": {
          "io.modelcontextprotocol/clientCapabilities": {
            "extensions": {
              "io.modelcontextprotocol/tasks": {}
            }
          },
          "io.modelcontextprotocol/clientInfo": {
            "name": "mcp-client",
            "version": "0.1.0"
          },
          "io.modelcontextprotocol/protocolVersion": "2026-07-28"
        },
        "arguments": {
          "a": 1
        },
        "name": "echo"
      },
      {
        "_meta": {},
        "arguments": {
          "a": 1
        },
        "name": "echo"
      }
    ]
    "#);
}

#[tokio::test(start_paused = true)]
async fn the_three_kinds_of_failure_stay_apart() {
    let (client, peer) = modern(ClientOptions::default()).await;
    let mut told = Vec::new();

    for kind in ["tool", "refused", "failed", "payload"] {
        let (outcome, ()) = tokio::join!(client.call::<Issue>("create_issue", json!({})), async {
            let request = peer.expect("tools/call").await;
            match kind {
                "tool" => {
                    let mut answer = text("the printer is on fire");
                    answer["isError"] = true.into();
                    peer.answer(&request, answer).await;
                }
                "refused" => peer.refuse(&request, -32602).await,
                "failed" => peer.refuse(&request, -32603).await,
                _ => peer.answer(&request, text(r#"{"number":"seven"}"#)).await,
            }
        });
        let error = outcome.unwrap_err();
        told.push(format!(
            "{error} | transient: {} | {:?}",
            error.is_transient(),
            error.delivery()
        ));
    }

    insta::assert_snapshot!(told.join("\n"), @r"
    tool `create_issue` failed: the printer is on fire | transient: false | Executed
    the server refused `create_issue`: no (code -32602) | transient: false | Refused
    the server refused `create_issue`: no (code -32603) | transient: true | Unknown
    the answer of tool `create_issue` cannot be used | transient: false | Executed
    ");
}

#[tokio::test(start_paused = true)]
async fn a_call_without_answer_ends_at_its_deadline_and_is_cancelled() {
    let (client, peer) = modern(ClientOptions::default()).await;
    let start = Instant::now();

    let error = client.call_raw("slow", json!({})).await.unwrap_err();
    let took = start.elapsed();
    let request = peer.expect("tools/call").await;
    let notice = peer.expect("notifications/cancelled").await;

    assert_eq!(took, ClientOptions::default().call_timeout);
    assert_eq!((error.delivery(), error.is_transient()), (Delivery::Unknown, true));
    assert_eq!(notice["params"]["requestId"], request["id"]);
}

#[tokio::test(start_paused = true)]
async fn a_late_answer_reaches_nobody() {
    let (client, peer) = modern(ClientOptions::default()).await;
    let options = CallOptions::default().with_timeout(Duration::from_secs(1));
    client.call_with("slow", json!({}), &options).await.unwrap_err();
    let late = peer.expect("tools/call").await;
    peer.expect("notifications/cancelled").await;

    let (answer, ()) = tokio::join!(client.call::<String>("next", json!({})), async {
        let request = peer.expect("tools/call").await;
        peer.answer(&late, text("late")).await;
        peer.answer(&request, text("right")).await;
    });

    assert_eq!(answer.unwrap(), "right");
    assert_eq!(client.counters().late, 1);
}

#[tokio::test(start_paused = true)]
async fn progress_extends_the_wait_up_to_the_hard_limit() {
    let (client, peer) = modern(ClientOptions::default()).await;
    let start = Instant::now();

    let (outcome, ()) = tokio::join!(client.call_raw("slow", json!({})), async {
        let request = peer.expect("tools/call").await;
        for step in 0..30 {
            tokio::time::sleep(Duration::from_secs(50)).await;
            if start.elapsed() > Duration::from_secs(600) {
                break;
            }
            peer.say(&json!({ "jsonrpc": "2.0", "method": "notifications/progress", "params": {
                "progressToken": request["params"]["_meta"]["progressToken"], "progress": step,
            }}))
            .await;
        }
    });

    let Err(CallError::Connection(error)) = outcome else { panic!("{outcome:?}") };
    assert_eq!(error.kind, ConnectionErrorKind::Deadline { after: Duration::from_secs(600) });
}

#[tokio::test(start_paused = true)]
async fn dropping_a_call_cancels_it_on_the_wire() {
    let (client, peer) = modern(ClientOptions::default()).await;
    let call = client.call_raw("slow", json!({}));
    let dropped = tokio::time::timeout(Duration::from_millis(1), call).await;

    assert!(dropped.is_err());
    let request = peer.expect("tools/call").await;
    let notice = peer.expect("notifications/cancelled").await;
    assert_eq!(notice["params"]["requestId"], request["id"]);
    assert_eq!(client.in_flight(), 0);
}

#[tokio::test(start_paused = true)]
async fn an_answered_call_is_not_cancelled() {
    let (client, peer) = modern(ClientOptions::default()).await;

    for _ in 0..2 {
        let (answer, ()) = tokio::join!(client.call_raw("quick", json!({})), async {
            let request = peer.expect("tools/call").await;
            peer.answer(&request, text("")).await;
        });
        answer.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_connection_fails_waiting_calls_and_refuses_new_ones() {
    let (client, peer) = modern(ClientOptions::default()).await;

    let (waiting, ()) = tokio::join!(client.call_raw("slow", json!({})), async {
        peer.expect("tools/call").await;
        peer.hang_up().await;
    });
    let new = client.call_raw("next", json!({})).await.unwrap_err();

    let waiting = waiting.unwrap_err();
    assert_eq!((waiting.delivery(), new.delivery()), (Delivery::Unknown, Delivery::NotSent));
    assert!(matches!(client.ended(), Some(TransportError::Closed { .. })));
}

#[tokio::test(start_paused = true)]
async fn answers_in_any_order_find_their_calls() {
    let (client, peer) = modern(ClientOptions::default()).await;
    let calls = (0..200).map(|number| {
        let client = client.clone();
        tokio::spawn(async move {
            let arguments = json!({ "number": number });
            let issue: Issue = client.call("echo", arguments).await.unwrap();
            (number, issue.number)
        })
    });
    let calls: Vec<_> = calls.collect();

    let mut requests: Vec<Value> = Vec::new();
    for _ in 0..200 {
        requests.push(peer.expect("tools/call").await);
    }
    for request in requests.iter().rev() {
        let result = json!({ "content": [], "structuredContent": request["params"]["arguments"] });
        peer.answer(request, result).await;
    }

    for call in calls {
        let (asked, got) = call.await.unwrap();
        assert_eq!(asked, got);
    }
}

#[tokio::test(start_paused = true)]
async fn a_result_of_an_unknown_type_is_invalid() {
    let (client, peer) = modern(ClientOptions::default()).await;

    let (outcome, ()) = tokio::join!(client.call_raw("x", json!({})), async {
        let request = peer.expect("tools/call").await;
        let mut answer = text("fine");
        answer["resultType"] = "bananas".into();
        peer.answer(&request, answer).await;
    });

    let error = outcome.unwrap_err();
    insta::assert_snapshot!(error, @r#"`x` failed: the server's answer breaks the protocol: unexpected result type "bananas""#);
    assert_eq!(error.delivery(), Delivery::Unknown);
}
