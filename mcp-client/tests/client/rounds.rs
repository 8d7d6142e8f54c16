//! Results that need answers first (2026-07-28).

use std::time::Duration;

use mcp_client::{CallError, Client, ClientOptions, ConnectionErrorKind};
use mcp_core::Delivery;
use mcp_core::protocol::{CallToolResult, GetPromptParams};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::clerk::Clerk;
use crate::peer::{Peer, legacy, modern, text};

/// A result that asks for a form, with a state.
fn asks(message: &str, state: Option<&str>) -> Value {
    let schema =
        json!({ "type": "object", "properties": { "ok": { "type": "boolean", "default": true } } });
    let params = json!({ "mode": "form", "message": message, "requestedSchema": schema });
    let mut result = json!({
        "resultType": "input_required",
        "inputRequests": { "confirm": { "method": "elicitation/create", "params": params } },
    });
    if let Some(state) = state {
        result["requestState"] = state.into();
    }
    result
}

/// Calls a tool of a peer that answers with each of `results` in turn; returns the requests, too.
async fn call(
    client: &Client,
    peer: &Peer,
    results: Vec<Value>,
) -> (Result<CallToolResult, CallError>, Vec<Value>) {
    tokio::join!(client.call_raw("deploy", json!({ "to": "production" })), async {
        let mut requests = Vec::new();
        for result in results {
            let request = peer.expect("tools/call").await;
            peer.answer(&request, result).await;
            requests.push(request);
        }
        requests
    })
}

#[tokio::test(start_paused = true)]
async fn the_same_request_is_sent_again_with_answers_and_state() {
    let (client, peer) = modern(Clerk::forms().options()).await;
    let results = vec![asks("ok?", Some("a\u{e9}")), asks("sure?", None), text("done")];

    let (outcome, requests) = call(&client, &peer, results).await;

    assert_eq!(outcome.unwrap().to_value(), "done");
    let [first, second, third] = requests.as_slice() else { panic!("{requests:?}") };
    let answers = json!({ "confirm": { "action": "accept", "content": { "ok": true } } });
    assert!(
        first["id"] != second["id"] && second["id"] != third["id"] && first["id"] != third["id"]
    );
    for request in [second, third] {
        assert_eq!(request["params"]["name"], "deploy");
        assert_eq!(request["params"]["arguments"], json!({ "to": "production" }));
        assert_eq!(request["params"]["inputResponses"], answers);
        assert_eq!(request["params"]["_meta"]["progressToken"], request["id"]);
        assert!(request["params"]["_meta"]["io.modelcontextprotocol/protocolVersion"].is_string());
    }
    assert_eq!(first["params"].get("inputResponses"), None);
    assert_eq!(second["params"]["requestState"], "aé");
    assert_eq!(third["params"].get("requestState"), None);
}

#[tokio::test(start_paused = true)]
async fn the_state_goes_back_byte_for_byte() {
    let (client, peer) = modern(Clerk::forms().options()).await;

    let (outcome, second) = tokio::join!(client.call_raw("x", json!({})), async {
        let request = peer.expect("tools/call").await;
        let state = r#""\u0061\/ \ud83d\ude00""#;
        let result = format!(r#"{{"resultType":"input_required","requestState":{state}}}"#);
        peer.raw(format!(r#"{{"jsonrpc":"2.0","id":{},"result":{result}}}"#, request["id"])).await;
        let second = peer.next_raw().await;
        let request: Value = serde_json::from_str(&second).unwrap();
        peer.answer(&request, text("")).await;
        second
    });

    outcome.unwrap();
    assert!(second.contains(r#""requestState":"\u0061\/ \ud83d\ude00""#), "{second}");
}

#[tokio::test(start_paused = true)]
async fn answers_do_not_reach_other_requests() {
    let (client, peer) = modern(Clerk::forms().options()).await;
    let other = client.clone();

    let (outcome, others, (with, without)) = tokio::join!(
        client.call_raw("asks", json!({})),
        other.call_raw("quiet", json!({})),
        async {
            let asking = peer.expect("tools/call").await;
            let quiet = peer.expect("tools/call").await;
            peer.answer(&asking, asks("ok?", Some("s"))).await;
            let again = peer.expect("tools/call").await;
            peer.answer(&quiet, text("")).await;
            peer.answer(&again, text("")).await;
            (again, quiet)
        }
    );
    let (later, requests) = call(&client, &peer, vec![text("")]).await;

    assert!(outcome.is_ok() && others.is_ok() && later.is_ok());
    assert_eq!(with["params"]["requestState"], "s");
    for request in [&without, &requests[0]] {
        assert_eq!(request["params"].get("requestState"), None);
        assert_eq!(request["params"].get("inputResponses"), None);
    }
}

/// Answers a request of this method with a question first; returns the second request's parameters.
async fn asks_once(peer: &Peer, method: &str, result: Value) -> String {
    let request = peer.expect(method).await;
    peer.answer(&request, asks("ok?", None)).await;
    let request = peer.expect(method).await;
    peer.answer(&request, result).await;
    let mut params = request["params"].clone();
    params.as_object_mut().expect("it is an object").remove("_meta");
    params.to_string()
}

#[tokio::test(start_paused = true)]
async fn prompts_and_resources_may_ask_too() {
    let (client, peer) = modern(Clerk::forms().options()).await;
    let prompt = GetPromptParams::new("greet").with_argument("who", "Ann");

    let filled = json!({ "messages": [] });
    let (prompt, first) =
        tokio::join!(client.get_prompt(&prompt), asks_once(&peer, "prompts/get", filled));
    let content = json!({ "contents": [] });
    let (resource, second) = tokio::join!(
        client.read_resource("file:///a"),
        asks_once(&peer, "resources/read", content)
    );

    assert!(prompt.is_ok() && resource.is_ok());
    insta::assert_snapshot!([first, second].join("\n"), @r#"
    {"arguments":{"who":"Ann"},"inputResponses":{"confirm":{"action":"accept","content":{"ok":true}}},"name":"greet"}
    {"inputResponses":{"confirm":{"action":"accept","content":{"ok":true}}},"uri":"file:///a"}
    "#);
}

#[tokio::test(start_paused = true)]
async fn a_result_of_several_rounds_is_not_kept() {
    let (client, peer) = modern(Clerk::forms().options()).await;

    for _ in 0..2 {
        let (read, ()) = tokio::join!(client.read_resource("file:///a"), async {
            let request = peer.expect("resources/read").await;
            peer.answer(&request, asks("ok?", None)).await;
            let request = peer.expect("resources/read").await;
            peer.answer(&request, json!({ "contents": [], "ttlMs": 60_000 })).await;
        });
        read.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_state_alone_is_sent_back_after_pauses_that_grow() {
    let (client, peer) = modern(ClientOptions::default()).await;
    let start = Instant::now();
    let state = json!({ "resultType": "input_required", "requestState": "s" });

    let results = vec![state.clone(), state.clone(), state, text("")];
    let (outcome, requests) = call(&client, &peer, results).await;

    outcome.unwrap();
    assert_eq!(start.elapsed(), Duration::from_millis(100 + 200 + 400));
    assert!(requests.iter().all(|request| request["params"].get("inputResponses").is_none()));
}

#[tokio::test(start_paused = true)]
async fn endless_questions_end() {
    let clerk = Clerk::forms();
    let (client, peer) = modern(clerk.options()).await;

    let (outcome, requests) = call(&client, &peer, vec![asks("ok?", None); 9]).await;

    let error = outcome.unwrap_err();
    insta::assert_snapshot!(error, @"`deploy` failed: the server goes beyond 8 rounds of questions");
    assert_eq!((error.delivery(), error.is_transient()), (Delivery::Unknown, false));
    assert_eq!((requests.len(), clerk.asked()), (9, 8));
}

#[tokio::test(start_paused = true)]
async fn an_undeclared_question_fails_the_call_and_nothing_is_answered() {
    let clerk = Clerk::forms();
    let (client, peer) = modern(clerk.options()).await;
    let mut result = asks("ok?", None);
    result["inputRequests"]["model"] = json!({
        "method": "sampling/createMessage", "params": { "messages": [], "maxTokens": 1 },
    });

    let (outcome, _) = call(&client, &peer, vec![result]).await;

    let error = outcome.unwrap_err();
    insta::assert_snapshot!(error, @"`deploy` failed: the server's answer breaks the protocol: it asks `sampling/createMessage`, which was not declared");
    assert_eq!((error.delivery(), clerk.asked()), (Delivery::Unknown, 0));
}

#[tokio::test(start_paused = true)]
async fn malformed_rounds_are_refused() {
    let clerk = Clerk::forms();
    let (client, peer) = modern(clerk.options()).await;
    let many: Value = (0..33)
        .map(|key| (key.to_string(), asks("", None)["inputRequests"]["confirm"].clone()))
        .collect();
    let cases = [
        json!({ "resultType": "input_required" }),
        json!({ "resultType": "input_required", "inputRequests": {} }),
        json!({ "resultType": "input_required", "requestState": null }),
        json!({ "resultType": "input_required", "requestState": { "a": 1 } }),
        json!({ "resultType": "input_required", "requestState": "s".repeat(65_535) }),
        json!({ "resultType": "input_required", "inputRequests": { "k": 7 } }),
        json!({ "resultType": "input_required", "inputRequests": many }),
        json!({ "resultType": "bananas", "content": [] }),
        json!({ "resultType": 7, "content": [] }),
    ];

    let mut told = Vec::new();
    for case in cases {
        let (outcome, _) = call(&client, &peer, vec![case]).await;
        let error = outcome.unwrap_err();
        assert_eq!(error.delivery(), Delivery::Unknown, "{error}");
        told.push(error.to_string());
    }

    assert_eq!(clerk.asked(), 0);
    insta::assert_snapshot!(told.join("\n"), @r#"
    `deploy` failed: the server's answer breaks the protocol: neither `inputRequests` nor `requestState` is there
    `deploy` failed: the server's answer breaks the protocol: neither `inputRequests` nor `requestState` is there
    `deploy` failed: the server's answer breaks the protocol: neither `inputRequests` nor `requestState` is there
    `deploy` failed: the server's answer breaks the protocol: `requestState` is no string
    `deploy` failed: the server goes beyond 65536 bytes of `requestState`
    `deploy` failed: the server's answer breaks the protocol: invalid type: integer `7`, expected a map at line 1 column 23
    `deploy` failed: the server goes beyond 32 questions in one round
    `deploy` failed: the server's answer breaks the protocol: unexpected result type "bananas"
    `deploy` failed: the server's answer breaks the protocol: invalid type: integer `7`, expected a string at line 1 column 28
    "#);
}

#[tokio::test(start_paused = true)]
async fn a_state_at_the_cap_goes_through() {
    let (client, peer) = modern(ClientOptions::default()).await;
    let state = json!({ "resultType": "input_required", "requestState": "s".repeat(65_534) });

    let (outcome, _) = call(&client, &peer, vec![state, text("")]).await;

    assert!(outcome.is_ok());
}

#[tokio::test(start_paused = true)]
async fn one_deadline_covers_all_rounds_and_the_handler() {
    let clerk = Clerk::forms().with_delay(Duration::from_secs(400));
    let (client, peer) = modern(clerk.options()).await;
    let start = Instant::now();

    let (outcome, _) = call(&client, &peer, vec![asks("ok?", None); 2]).await;

    let CallError::Connection(error) = outcome.unwrap_err() else { panic!() };
    assert_eq!(error.kind, ConnectionErrorKind::Deadline { after: Duration::from_secs(600) });
    assert_eq!((start.elapsed(), error.delivery), (Duration::from_secs(600), Delivery::Unknown));
    assert_eq!((clerk.asked(), clerk.left()), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn each_round_may_be_silent_for_as_long_as_a_call() {
    let (client, peer) = modern(Clerk::forms().options()).await;
    let start = Instant::now();

    let (outcome, ()) = tokio::join!(client.call_raw("x", json!({})), async {
        let request = peer.expect("tools/call").await;
        tokio::time::sleep(Duration::from_secs(50)).await;
        peer.answer(&request, asks("ok?", None)).await;
        peer.expect("tools/call").await;
    });

    let CallError::Connection(error) = outcome.unwrap_err() else { panic!() };
    assert_eq!(error.kind, ConnectionErrorKind::Deadline { after: Duration::from_secs(110) });
    assert_eq!(start.elapsed(), Duration::from_secs(110));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_after_the_first_round_leaves_it_open_what_happened() {
    let (client, peer) = modern(Clerk::forms().options()).await;

    let (outcome, ()) = tokio::join!(client.call_raw("x", json!({})), async {
        let request = peer.expect("tools/call").await;
        peer.answer(&request, asks("ok?", None)).await;
        let request = peer.expect("tools/call").await;
        peer.refuse(&request, -32602).await;
    });

    let error = outcome.unwrap_err();
    assert!(matches!(&error, CallError::Rpc(failure) if failure.error.code == -32602), "{error}");
    assert_eq!(error.delivery(), Delivery::Unknown);
}

#[tokio::test(start_paused = true)]
async fn a_question_without_an_answer_fails_the_call() {
    let (client, peer) = modern(Clerk::forms().options()).await;

    let (outcome, _) = call(&client, &peer, vec![asks("fail", None)]).await;

    insta::assert_snapshot!(outcome.unwrap_err(), @"`deploy` failed: the server's question `elicitation/create` has no answer: nobody is there (code -1)");
}

#[tokio::test(start_paused = true)]
async fn a_dropped_call_asks_nobody_any_more() {
    let clerk = Clerk::forms().with_delay(Duration::from_secs(10));
    let (client, peer) = modern(clerk.options()).await;

    let dropped =
        tokio::time::timeout(Duration::from_secs(1), call(&client, &peer, vec![asks("ok?", None)]))
            .await;

    assert!(dropped.is_err());
    assert_eq!((clerk.left(), client.in_flight()), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn other_requests_and_legacy_servers_must_not_ask_so() {
    let (modern, modern_peer) = modern(Clerk::forms().options()).await;
    let (legacy, legacy_peer) = legacy(Clerk::forms().options()).await;

    let (listed, ()) = tokio::join!(modern.list_tools(), async {
        let request = modern_peer.expect("tools/list").await;
        modern_peer.answer(&request, asks("ok?", None)).await;
    });
    let (called, _) = call(&legacy, &legacy_peer, vec![asks("ok?", None)]).await;

    insta::assert_snapshot!(listed.unwrap_err(), @r#"`tools/list` failed: the server's answer breaks the protocol: unexpected result type "input_required""#);
    insta::assert_snapshot!(called.unwrap_err(), @r#"`deploy` failed: the server's answer breaks the protocol: unexpected result type "input_required""#);
}
