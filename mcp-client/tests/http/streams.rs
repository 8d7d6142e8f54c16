//! Answers that come as events, and streams without an end.

use std::time::Duration;

use mcp_client::transport::http::HttpLimits;
use mcp_client::{Client, ClientOptions};
use mcp_core::protocol::ProtocolVersion;
use mcp_core::{Delivery, Received, Transport, TransportError};
use serde_json::{Value, json};
use tokio::time::{Instant, timeout};

use crate::site::{
    Acts, MockSite, RawSite, Reply, SOON, Seen, Site, ask, event, failed_exchange, text_of,
};

#[tokio::test]
async fn every_way_to_write_an_event_gives_the_same_answer() {
    let site = MockSite::modern(|seen| {
        let answer = seen.text("größe").to_string();
        let (start, end) = answer.split_at(answer.find(',').unwrap());
        Reply::events(match seen.tool() {
            "crlf" => format!("data: {answer}\r\n\r\n"),
            "cr" => format!("data: {answer}\r\r"),
            "bom" => format!("\u{feff}data: {answer}\n\n"),
            "no blank" => format!("data:{answer}\n\n"),
            "lines" => format!("data: {start}\ndata: {end}\n\n"),
            "named" => format!("event: message\nid: 1\nretry: 5\ndata: {answer}\n\n"),
            _ => format!(
                ": hello\n\nevent: other\ndata: no\n\ndata\n\ndata: nonsense\n\ndata: {answer}\n\n"
            ),
        })
    })
    .await;
    let client = site.client().await;

    for tool in ["crlf", "cr", "bom", "no blank", "lines", "named", "noise"] {
        assert_eq!(text_of(&client, tool).await, "größe", "{tool}");
    }
}

#[tokio::test]
async fn event_that_comes_byte_by_byte_is_read_whole() {
    let site = RawSite::modern(|seen| {
        let start = Acts::stream_start();
        let bytes = event(&seen.text("größe")).into_bytes();
        bytes.into_iter().fold(start, |acts, byte| acts.bytes([byte])).close()
    })
    .await;
    let client = site.client().await;

    assert_eq!(text_of(&client, "t").await, "größe");
}

#[tokio::test]
async fn foreign_and_double_answers_are_dropped() {
    let site = MockSite::modern(|seen| {
        let foreign = json!({ "jsonrpc": "2.0", "id": 7, "result": { "content": [] } });
        let asked = json!({ "jsonrpc": "2.0", "id": seen.body["id"], "method": "ping" });
        let events = [foreign, asked, seen.text("first"), seen.text("second")];
        Reply::events(events.iter().map(event).collect::<String>())
    })
    .await;
    let client = site.client().await;

    assert_eq!(text_of(&client, "t").await, "first");
    assert_eq!(text_of(&client, "t").await, "first");

    assert_eq!(client.counters().late, 0);
    assert_eq!(client.counters().refused, 0);
}

#[tokio::test]
async fn modern_stream_that_ends_early_is_ambiguous_at_once() {
    let site = RawSite::modern(|_| Acts::events("id: 1\ndata:\n\n")).await;
    let client = site.client().await;

    let (cause, delivery) = failed_exchange(&client, "t").await;

    insta::assert_snapshot!(cause, @"failed to read an HTTP answer: the stream ended before the answer");
    assert_eq!(delivery, Delivery::Unknown);
    assert_eq!(site.count("GET"), 0);
}

/// A legacy server whose calls end early after event 1; `resume` answers the attempts to go on.
async fn legacy(resume: impl Fn(&Seen) -> Acts + Send + Sync + 'static) -> RawSite {
    RawSite::legacy(move |seen| match (seen.what(), seen.header("Last-Event-ID")) {
        ("tools/call", _) => Acts::events("retry: 150\nid: 1\ndata:\n\n"),
        ("GET", None) => Reply::status(405).into(),
        _ => resume(seen),
    })
    .await
}

#[tokio::test]
async fn legacy_stream_that_ends_early_is_taken_up_again_after_the_time_asked_for() {
    let asked = std::sync::Mutex::new(Value::Null);
    let asked = std::sync::Arc::new(asked);
    let remembered = std::sync::Arc::clone(&asked);
    let site = RawSite::legacy(move |seen| match (seen.what(), seen.header("Last-Event-ID")) {
        ("tools/call", _) => {
            *remembered.lock().unwrap() = seen.text("late");
            Acts::events("retry: 150\nid: ev-1\ndata:\n\n")
        }
        ("GET", None) => Reply::status(405).into(),
        // A second early end, with news.
        ("GET", Some("ev-1")) => Acts::events("id: ev-2\ndata:\n\n"),
        _ => Acts::events(event(&remembered.lock().unwrap())),
    })
    .await;
    let client = site.client().await;
    let start = Instant::now();

    assert_eq!(text_of(&client, "t").await, "late");

    assert!(start.elapsed() >= Duration::from_millis(300), "{:?}", start.elapsed());
    assert_eq!(site.count("tools/call"), 1);
    let resumed: Vec<_> = site
        .seen()
        .iter()
        .filter_map(|seen| seen.header("Last-Event-ID").map(str::to_owned))
        .collect();
    assert_eq!(resumed, ["ev-1", "ev-2"]);
}

#[tokio::test]
async fn legacy_stream_is_taken_up_three_times_in_vain_and_not_more() {
    let site = legacy(|_| Acts::events("")).await;

    let (_, delivery) = failed_exchange(&site.client().await, "t").await;

    assert_eq!(delivery, Delivery::Unknown);
    let tries = site.seen().iter().filter(|seen| seen.header("Last-Event-ID").is_some()).count();
    assert_eq!(tries, 3);
    assert_eq!(site.count("tools/call"), 1);
}

#[tokio::test]
async fn legacy_stream_that_is_not_kept_is_ambiguous_after_one_try() {
    let site = legacy(|_| Reply::status(405).into()).await;

    let (_, delivery) = failed_exchange(&site.client().await, "t").await;

    assert_eq!(delivery, Delivery::Unknown);
    assert_eq!(site.seen().iter().filter(|seen| seen.header("Last-Event-ID").is_some()).count(), 1);
}

#[tokio::test]
async fn legacy_stream_without_event_ids_is_ambiguous_at_once() {
    let site = RawSite::legacy(|seen| match seen.what() {
        "GET" => Reply::status(405).into(),
        _ => Acts::events(": nothing\n\n"),
    })
    .await;

    let (_, delivery) = failed_exchange(&site.client().await, "t").await;

    assert_eq!(delivery, Delivery::Unknown);
    assert_eq!(site.count("GET"), 1);
}

#[tokio::test]
async fn server_speaks_unasked_on_the_stream_of_the_session() {
    let site = RawSite::legacy(|seen| match seen.what() {
        "GET" => {
            let ping = json!({ "jsonrpc": "2.0", "id": "p", "method": "ping" });
            Acts::stream_start().bytes(event(&ping)).hang()
        }
        _ => Reply::status(202).into(),
    })
    .await;
    let _client = site.client().await;

    let mut seen = site.until("POST", 1).await;

    assert_eq!(seen.body.take(), json!({ "jsonrpc": "2.0", "id": "p", "result": {} }));
    assert_eq!(seen.header("Mcp-Session-Id"), Some("s-1"));
}

#[tokio::test]
async fn answer_on_the_stream_of_the_session_is_dropped() {
    let (gate, _) = tokio::sync::watch::channel(false);
    let forging = gate.clone();
    let site = RawSite::legacy(move |seen| match seen.what() {
        "GET" => {
            let forged: String = (0..3)
                .map(|id| event(&json!({ "jsonrpc": "2.0", "id": id, "result": {} })))
                .collect();
            let ping = json!({ "jsonrpc": "2.0", "id": "p", "method": "ping" });
            Acts::stream_start().wait(&forging).bytes(forged + &event(&ping)).hang()
        }
        _ => Reply::status(202).into(),
    })
    .await;
    let client = site.client().await;

    gate.send_replace(true);
    site.until("POST", 1).await;

    assert_eq!(client.counters().late, 0);
}

#[tokio::test]
async fn stream_of_the_session_goes_on_after_its_end() {
    let site = RawSite::legacy(|seen| match (seen.what(), seen.header("Last-Event-ID")) {
        ("GET", None) => {
            let notice = json!({ "jsonrpc": "2.0", "method": "notifications/tools/list_changed" });
            Acts::events(format!("retry: 0\nid: a\ndata: {notice}\n\n"))
        }
        ("GET", Some(_)) => Acts::stream_start().hang(),
        _ => Reply::status(202).into(),
    })
    .await;
    let _client = site.client().await;

    let again = site.until("GET", 2).await;

    assert_eq!(again.header("Last-Event-ID"), Some("a"));
}

#[tokio::test]
async fn flapping_stream_is_taken_up_ever_more_slowly() {
    let site = RawSite::legacy(|_| Acts::events("retry: 0\n\n")).await;
    let start = Instant::now();
    let _client = site.client().await;

    site.until("GET", 4).await;

    // 100 ms, 200 ms and 400 ms at least.
    assert!(start.elapsed() >= Duration::from_millis(700), "{:?}", start.elapsed());
}

#[tokio::test]
async fn half_open_stream_is_noticed_and_opened_again() {
    let site = RawSite::legacy(|seen| match seen.what() {
        "GET" => Acts::stream_start().bytes("retry: 100\n: one\n\n").hang(),
        _ => Reply::status(202).into(),
    })
    .await;
    let mut limits = HttpLimits::default();
    limits.stream_idle_timeout = Duration::from_millis(50);
    let endpoint = site.endpoint().with_limits(limits);
    let _client = Client::open(&endpoint, ClientOptions::default()).await.unwrap();

    site.until_gone(1).await;
    site.until("GET", 2).await;
}

#[tokio::test]
async fn silent_subscription_fails_by_itself() {
    let site = RawSite::start(|_| Acts::stream_start().bytes(": one\n\n").hang()).await;
    let mut limits = HttpLimits::default();
    limits.stream_idle_timeout = Duration::from_millis(50);
    let endpoint = site.endpoint().with_limits(limits);
    let transport: Box<dyn Transport> = mcp_client::Connector::open(&endpoint).await.unwrap();

    let listen = (5, "subscriptions/listen");
    ask(&*transport, listen, Some(ProtocolVersion::LATEST_MODERN)).await.unwrap();
    let received = timeout(SOON, transport.recv()).await.unwrap().unwrap();

    let Received::Undelivered(failure) = received else { panic!("{received:?}") };
    assert_eq!(failure.id, 5.into());
    assert!(matches!(failure.error.cause, TransportError::Io { .. }), "{}", failure.error.cause);
    site.until_gone(1).await;
}

#[tokio::test]
async fn subscriptions_take_no_place_of_calls() {
    let site = RawSite::start(|seen| match seen.what() {
        "subscriptions/listen" => Acts::stream_start().hang(),
        _ => Reply::json(200, &seen.result(json!({}))).into(),
    })
    .await;
    let mut limits = HttpLimits::default();
    limits.exchanges_max = 1;
    let endpoint = site.endpoint().with_limits(limits);
    let transport: Box<dyn Transport> = mcp_client::Connector::open(&endpoint).await.unwrap();

    for id in 1..=3 {
        let listen = (id, "subscriptions/listen");
        ask(&*transport, listen, Some(ProtocolVersion::LATEST_MODERN)).await.unwrap();
    }
    site.until("subscriptions/listen", 3).await;
    ask(&*transport, (9, "m"), None).await.unwrap();

    assert!(timeout(SOON, transport.recv()).await.unwrap().is_ok());
}
