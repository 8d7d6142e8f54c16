//! What statuses say about a call.

use std::time::Duration;

use mcp_client::CallError;
use mcp_core::{Delivery, TransportError};
use serde_json::json;

use crate::site::{MockSite, Reply, Seen, Site, failed_call, failed_exchange, text_of};

/// A server whose tools are called like the status that they answer with.
async fn site() -> MockSite {
    MockSite::modern(|seen: &Seen| Reply::status(seen.tool().parse().unwrap())).await
}

#[tokio::test]
async fn ambiguous_statuses_leave_open_whether_the_call_happened() {
    let site = site().await;
    let client = site.client().await;

    for status in [408, 409, 500, 502, 503, 504] {
        let error = failed_call(&client, &status.to_string()).await;

        assert_eq!(error.delivery, Delivery::Unknown, "{status}");
        assert_eq!(error.is_transient(), status != 409, "{status}");
    }
    assert_eq!(site.count("tools/call"), 6);
}

#[tokio::test]
async fn permanent_statuses_say_that_the_call_was_refused() {
    let site = site().await;
    let client = site.client().await;

    for status in [400, 404, 405, 406, 413, 415, 422] {
        let error = failed_call(&client, &status.to_string()).await;

        assert_eq!(error.delivery, Delivery::Refused, "{status}");
        assert!(!error.is_transient(), "{status}");
    }
    assert_eq!(site.count("tools/call"), 7);
}

#[tokio::test]
async fn method_not_found_is_told_from_a_wrong_address() {
    let site =
        MockSite::modern(|seen| Reply::json(seen.tool().parse().unwrap(), &seen.error(-32601)))
            .await;
    let client = site.client().await;

    for status in ["404", "405", "400"] {
        let error = client.call_raw(status, json!({})).await.unwrap_err();

        let CallError::Rpc(failure) = error else { panic!("{error:?}") };
        assert_eq!(failure.error.code, -32601);
    }
}

#[tokio::test]
async fn error_for_nobody_is_the_explanation_of_its_status() {
    let body = json!({ "jsonrpc": "2.0", "id": null, "error": { "code": -32600, "message": "bad\u{1b}[2J" } });
    let site = MockSite::modern(move |_| Reply::json(400, &body)).await;

    let (cause, delivery) = failed_exchange(&site.client().await, "t").await;

    insta::assert_snapshot!(cause, @r"HTTP status 400: bad\u{1b}[2J");
    assert_eq!(delivery, Delivery::Refused);
}

#[tokio::test]
async fn retry_after_is_honoured_within_reason() {
    let site = MockSite::modern(|seen| {
        let (status, wait) = seen.tool().split_once(' ').unwrap();
        Reply::with(status.parse().unwrap(), &[("Retry-After", wait)], "")
    })
    .await;
    let client = site.client().await;
    let cases = [
        ("429 7", Some(7)),
        ("503 7", Some(7)),
        ("429 99999999999", Some(3600)),
        ("429 -1", None),
        ("503 soon", None),
        ("503 Fri, 01 Jan 2999 00:00:00 GMT", Some(3600)),
        ("503 Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
    ];

    for (tool, seconds) in cases {
        let error = failed_call(&client, tool).await;

        assert_eq!(error.retry_after(), seconds.map(Duration::from_secs), "{tool}");
        assert!(error.is_transient(), "{tool}");
        let is_429 = tool.starts_with("429");
        assert_eq!(error.delivery == Delivery::Refused, is_429, "{tool}");
    }
}

#[tokio::test]
async fn success_without_an_answer_is_an_error_at_once() {
    let site = MockSite::modern(|seen| match seen.tool() {
        "202" => Reply::status(202),
        "204" => Reply::status(204),
        "empty" => Reply::with(200, &[("Content-Type", "application/json")], ""),
        "html" => Reply::with(200, &[("Content-Type", "text/html")], "<html>Log in</html>"),
        "notice" => {
            Reply::json(200, &json!({ "jsonrpc": "2.0", "method": "notifications/message" }))
        }
        "array" => Reply::json(200, &json!([seen.text("no")])),
        _ => Reply::json(200, &seen.text("fine")),
    })
    .await;
    let client = site.client().await;
    let mut texts = Vec::new();

    for tool in ["202", "204", "empty", "html", "notice", "array"] {
        let (cause, delivery) = failed_exchange(&client, tool).await;

        assert!(matches!(cause, TransportError::Status { .. }), "{tool}: {cause}");
        assert_eq!(delivery, Delivery::Unknown, "{tool}");
        texts.push(cause.to_string());
    }
    insta::assert_snapshot!(texts.join("\n"), @r"
    HTTP status 202: the request was taken as a notification and is not answered
    HTTP status 204: the request was taken as a notification and is not answered
    HTTP status 200: the answer is empty
    HTTP status 200: a page for people came instead of a message
    HTTP status 200: what came is not the answer to the request
    HTTP status 200: what came is not the answer to the request
    ");
    assert_eq!(text_of(&client, "other").await, "fine");
}

#[tokio::test]
async fn answer_to_somebody_else_is_dropped() {
    let site = MockSite::modern(|seen| match seen.tool() {
        "json" => Reply::json(200, &json!({ "jsonrpc": "2.0", "id": 123, "result": {} })),
        "refusal" => Reply::json(
            400,
            &json!({ "jsonrpc": "2.0", "id": 123, "error": { "code": -32602, "message": "no" } }),
        ),
        _ => Reply::json(200, &seen.text("fine")),
    })
    .await;
    let client = site.client().await;

    let (json, _) = failed_exchange(&client, "json").await;
    let (refusal, _) = failed_exchange(&client, "refusal").await;

    insta::assert_snapshot!(json, @"HTTP status 200: what came is not the answer to the request");
    insta::assert_snapshot!(refusal, @"HTTP status 400: no");
    assert_eq!(text_of(&client, "other").await, "fine");
    assert_eq!(client.counters().late, 0);
}
