//! What legacy servers ask.

use std::time::Duration;

use mcp_client::{Client, ClientOptions};
use mcp_core::jsonrpc::RpcError;
use serde_json::{Value, json};

use crate::clerk::Clerk;
use crate::peer::{Peer, everything, legacy, modern, text};

/// A form with a default.
fn form(message: &str) -> Value {
    let schema =
        json!({ "type": "object", "properties": { "ok": { "type": "boolean", "default": true } } });
    json!({ "message": message, "requestedSchema": schema })
}

#[track_caller]
fn code(answer: &Value) -> i64 {
    let error: RpcError = serde_json::from_value(answer["error"].clone()).expect("it is an error");
    error.code
}

#[tokio::test(start_paused = true)]
async fn declared_questions_are_answered_and_forms_filled_with_defaults() {
    let (_client, peer) = legacy(Clerk::all().options()).await;
    let asked = [
        ("elicitation/create", form("ok?")),
        ("elicitation/create", form("no")),
        ("sampling/createMessage", json!({ "messages": [], "maxTokens": 1 })),
        ("roots/list", json!({})),
    ];

    let mut answers = Vec::new();
    for (method, params) in asked {
        peer.ask("q", method, params).await;
        answers.push(peer.next().await["result"].to_string());
    }

    insta::assert_snapshot!(answers.join("\n"), @r#"
    {"action":"accept","content":{"ok":true}}
    {"action":"decline"}
    {"content":{"text":"4","type":"text"},"model":"model","role":"assistant","stopReason":"endTurn"}
    {"roots":[{"uri":"file:///work"}]}
    "#);
}

#[tokio::test(start_paused = true)]
async fn a_legacy_server_hears_what_the_handler_declares_and_of_no_tasks() {
    let (here, there) = mcp_client::transport::memory::pair();
    let peer = Peer::new(there);

    let options = Clerk::all().options();
    let (client, declared) =
        tokio::join!(Client::connect_with(here, options), peer.initialize(everything()));

    client.unwrap();
    assert_eq!(declared, json!({ "elicitation": { "form": {} }, "roots": {}, "sampling": {} }));
}

#[tokio::test(start_paused = true)]
async fn undeclared_questions_are_refused_in_both_eras() {
    let clerk = Clerk::forms();
    let (_legacy, legacy) = legacy(clerk.options()).await;
    let (_modern, modern) = modern(clerk.options()).await;

    for (peer, method) in [
        (&legacy, "sampling/createMessage"),
        (&legacy, "roots/list"),
        (&modern, "sampling/createMessage"),
        (&modern, "elicitation/create"),
    ] {
        peer.ask("q", method, json!({ "message": "", "messages": [], "maxTokens": 1 })).await;
        assert_eq!(code(&peer.next().await), -32601, "{method}");
    }

    assert_eq!(clerk.asked(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_way_of_asking_that_the_revision_does_not_know_is_refused() {
    let (_client, peer) = legacy(Clerk::forms().options()).await;

    peer.ask("q", "elicitation/create", json!({ "mode": "url", "message": "", "url": "" })).await;

    assert_eq!(code(&peer.next().await), -32601);
}

#[tokio::test(start_paused = true)]
async fn a_question_does_not_hold_up_calls() {
    let clerk = Clerk::forms().with_delay(Duration::from_secs(10));
    let (client, peer) = legacy(clerk.options()).await;

    let (answer, ()) = tokio::join!(client.call::<String>("x", json!({})), async {
        let request = peer.expect("tools/call").await;
        peer.ask("q", "elicitation/create", form("ok?")).await;
        peer.answer(&request, text("first")).await;
    });

    assert_eq!(answer.unwrap(), "first");
    assert_eq!(peer.next().await["id"], "q");
}

#[tokio::test(start_paused = true)]
async fn no_more_than_eight_questions_are_worked_on() {
    let clerk = Clerk::forms().with_delay(Duration::from_secs(1));
    let (client, peer) = legacy(clerk.options()).await;

    for id in 0..9 {
        peer.ask(&id.to_string(), "elicitation/create", form("ok?")).await;
    }
    let refused = peer.next().await;
    let answered = peer.next().await;

    assert_eq!((refused["id"].clone(), code(&refused)), (json!("8"), -32603));
    assert_eq!(answered["result"]["action"], "accept");
    assert_eq!((clerk.asked(), client.counters().refused), (8, 1));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_asks_too_much_is_cut_off() {
    let clerk = Clerk::forms().with_delay(Duration::from_secs(1));
    let (client, peer) = legacy(clerk.options()).await;

    for id in 0..1100 {
        peer.ask(&id.to_string(), "elicitation/create", form("ok?")).await;
        tokio::task::yield_now().await;
        if client.ended().is_some() {
            break;
        }
    }
    tokio::time::sleep(Duration::from_millis(1)).await;

    let end = client.ended().expect("the connection is cut");
    assert!(end.to_string().contains("more than 1000"), "{end}");
    assert_eq!((clerk.asked(), clerk.left()), (8, 8));
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_question_is_given_up_and_not_answered() {
    let clerk = Clerk::forms().with_delay(Duration::from_secs(1));
    let (_client, peer) = legacy(clerk.options()).await;

    peer.ask("given up", "elicitation/create", form("ok?")).await;
    tokio::time::sleep(Duration::from_millis(1)).await;
    peer.tell("notifications/cancelled", json!({ "requestId": "given up" })).await;
    peer.ask("wanted", "elicitation/create", form("ok?")).await;
    let answer = peer.next().await;

    assert_eq!(answer["id"], "wanted");
    assert_eq!((clerk.asked(), clerk.left()), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn a_second_question_of_the_same_id_is_not_answered() {
    let clerk = Clerk::forms().with_delay(Duration::from_secs(1));
    let (client, peer) = legacy(clerk.options()).await;

    peer.ask("q", "elicitation/create", form("ok?")).await;
    peer.ask("q", "elicitation/create", form("no")).await;
    let answer = peer.next().await;
    peer.ask("r", "elicitation/create", form("no")).await;

    assert_eq!(answer["result"]["action"], "accept");
    assert_eq!(peer.next().await["id"], "r");
    assert_eq!(client.counters().refused, 1);
}

#[tokio::test(start_paused = true)]
async fn questions_end_with_their_connection() {
    for is_dropped in [true, false] {
        let clerk = Clerk::forms().with_delay(Duration::from_secs(1));
        let (client, peer) = legacy(clerk.options()).await;
        peer.ask("q", "elicitation/create", form("ok?")).await;
        tokio::time::sleep(Duration::from_millis(1)).await;

        if is_dropped {
            drop(client);
        } else {
            client.close().await;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;

        assert_eq!((clerk.asked(), clerk.left()), (1, 1), "dropped: {is_dropped}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_fails_panics_or_takes_for_ever_has_answered() {
    let mut options = Clerk::forms().options();
    options.call_timeout_max = Duration::from_secs(5);
    let (_client, peer) = legacy(options).await;
    let mut slow = Clerk::forms().with_delay(Duration::from_secs(1_000_000)).options();
    slow.call_timeout_max = Duration::from_secs(5);
    let (_slow, slow_peer) = legacy(slow).await;

    let mut answers = Vec::new();
    for (peer, message) in [(&peer, "fail"), (&peer, "panic"), (&slow_peer, "slow")] {
        peer.ask("q", "elicitation/create", form(message)).await;
        answers.push(peer.next().await["error"].to_string());
    }
    peer.ask("q", "elicitation/create", json!({ "message": 7 })).await;
    answers.push(peer.next().await["error"].to_string());

    insta::assert_snapshot!(answers.join("\n"), @r#"
    {"code":-1,"message":"nobody is there"}
    {"code":-32603,"message":"this client failed to answer"}
    {"code":-32603,"message":"no answer within 5s"}
    {"code":-32602,"message":"parameters of `elicitation/create` cannot be read: `message`: invalid type: integer `7`, expected a string at line 1 column 1"}
    "#);
}

#[tokio::test(start_paused = true)]
async fn a_client_without_a_handler_declares_nothing() {
    let (_client, peer) = legacy(ClientOptions::default()).await;

    peer.ask("q", "roots/list", json!({})).await;

    assert_eq!(code(&peer.next().await), -32601);
}

#[tokio::test(start_paused = true)]
async fn the_handler_hears_everything_and_may_panic() {
    let clerk = Clerk::default();
    let (client, peer) = modern(clerk.options()).await;

    for method in
        ["notifications/message", "notifications/panic", "notifications/tools/list_changed"]
    {
        peer.tell(method, json!({})).await;
    }
    let (answer, ()) = tokio::join!(client.call::<String>("x", json!({})), async {
        let request = peer.expect("tools/call").await;
        peer.answer(&request, text("still there")).await;
    });

    assert_eq!(answer.unwrap(), "still there");
    assert_eq!(clerk.notices().len(), 3);
}
