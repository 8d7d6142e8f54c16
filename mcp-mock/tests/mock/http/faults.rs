//! Faults as they look over HTTP.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::time::{Duration, Instant};

use mcp_client::transport::http::HttpEndpoint;
use mcp_client::{Client, ClientOptions};
use mcp_core::Delivery;
use mcp_mock::{Fault, MalformedAnswer, MockHttpServer, RequestKind, World, request};
use serde_json::{Value, json};
use tokio::net::TcpStream;

use super::raw::{Answer, Raw, called, post};
use super::raw::{call, initialize};
use crate::new_issue;

/// A server that fails the first `create_issue` in this way.
async fn failing(fault: Fault) -> (World, MockHttpServer) {
    let world = World::new(1);
    world.github().on("create_issue").times(1).fault(fault);
    let server = world.github().serve_http().await.unwrap();
    (world, server)
}

/// What a modern client gets.
async fn answer_to(server: &MockHttpServer) -> Answer {
    let (headers, body) = call("create_issue", &new_issue());
    post(server.url(), &headers, &body).await
}

fn issues(world: &World) -> usize {
    world.state().github.issues("company", "support").len()
}

#[tokio::test]
async fn expired_token_is_401_and_says_which_scheme() {
    let world = World::new(1);
    world.github().on("create_issue").nth(2..).fault(Fault::AuthExpiry);
    let server = world.github().serve_http().await.unwrap();

    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(answer_to(&server).await);
    }

    assert_eq!(statuses.iter().map(|answer| answer.status).collect::<Vec<_>>(), [200, 401, 401]);
    assert!(statuses[1].head.contains("www-authenticate: Bearer error=\"invalid_token\""));
    assert_eq!(issues(&world), 3);
}

#[tokio::test]
async fn http_status_comes_with_its_wait_as_it_is() {
    let retry_after = Some("-7".to_owned());
    let (headers, body) = (BTreeMap::new(), None);
    let fault = Fault::HttpStatus { status: 503, retry_after, headers, body };
    let (world, server) = failing(fault).await;

    let answer = answer_to(&server).await;

    assert_eq!((answer.status, issues(&world)), (503, 2));
    assert!(answer.head.contains("retry-after: -7"), "{answer:?}");
}

#[tokio::test]
async fn lost_session_is_404_until_a_new_one_is_begun() {
    let (world, server) = failing(Fault::SessionLoss).await;
    let session = async || {
        let opened = post(server.url(), &[], &initialize()).await;
        let id = opened.head.lines().find_map(|line| line.strip_prefix("mcp-session-id: "));
        [("mcp-session-id", id.unwrap().to_owned())]
    };
    let params = json!({ "name": "create_issue", "arguments": new_issue() });
    let body = json!({ "jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": params });
    let body = body.to_string();
    let (old, new) = (session().await, session().await);

    let mut statuses = Vec::new();
    for session in [&old, &old, &new] {
        statuses.push(post(server.url(), session, &body).await.status);
    }

    assert_eq!((statuses, issues(&world)), (vec![404, 404, 200], 3));
}

#[tokio::test]
async fn noise_is_events_before_the_answer() {
    let (world, server) = failing(Fault::Noise { lines: 2 }).await;

    let answer = answer_to(&server).await;

    assert_eq!((answer.status, issues(&world)), (200, 3));
    assert!(answer.head.contains("text/event-stream"), "{answer:?}");
    assert_eq!(answer.body.matches("data: Segmentation fault (not really)").count(), 2);
    assert!(answer.body.contains(r#""number":3"#), "{answer:?}");
}

#[tokio::test]
async fn truncated_answer_breaks_off() {
    let (world, server) = failing(Fault::Truncate).await;
    let (headers, body) = call("create_issue", &new_issue());
    let mut raw = Raw::open(server.url()).await;
    raw.post(&headers, &body).await;

    let rest = raw.rest().await;

    // A reset may come before the bytes are read.
    let told = rest.map(|text| text.contains(r#""result""#) && !text.ends_with("0\r\n\r\n"));
    assert!(told.unwrap_or(true));
    assert_eq!(issues(&world), 3);
}

#[tokio::test]
async fn slow_answer_is_whole_in_the_end() {
    let (_world, server) = failing(Fault::SlowDrip { bytes_per_second: 5_000 }).await;
    let started = Instant::now();

    let answer = called(server.url(), "create_issue", &new_issue()).await;

    assert_eq!(answer["result"]["structuredContent"]["number"], 3);
    assert!(started.elapsed() >= Duration::from_millis(100), "{:?}", started.elapsed());
}

#[tokio::test]
async fn raw_answer_is_the_body() {
    let (_world, server) = failing(Fault::Raw { text: r#"{"id":$id}"#.to_owned() }).await;

    let answer = answer_to(&server).await;

    assert_eq!(serde_json::from_str::<Value>(&answer.body).unwrap(), json!({ "id": 1 }));
}

#[tokio::test]
async fn outage_refuses_connections_and_ends() {
    let (world, server) = failing(Fault::Outage { lasting: Duration::from_secs(1) }).await;
    let address = server.url().split('/').nth(2).unwrap().to_owned();
    let (headers, body) = call("create_issue", &new_issue());
    let mut raw = Raw::open(server.url()).await;
    raw.post(&headers, &body).await;

    let rest = raw.rest().await.unwrap_or_default();
    // The port is closed a moment after the connection.
    let is_open = async || TcpStream::connect(&address).await.is_ok();
    while is_open().await {
        tokio::task::yield_now().await;
    }
    while !is_open().await {
        tokio::task::yield_now().await;
    }

    assert_eq!((rest.as_str(), issues(&world)), ("", 2));
    assert_eq!(answer_to(&server).await.status, 200);
}

#[tokio::test]
async fn stream_ends_in_good_order_before_the_answer() {
    let (world, server) = failing(Fault::StreamEnd).await;

    let answer = answer_to(&server).await;

    assert_eq!((answer.status, answer.body.as_str(), issues(&world)), (200, "", 3));
    assert!(answer.head.contains("text/event-stream"), "{answer:?}");
}

#[tokio::test]
async fn status_has_headers_and_a_body_of_its_own() {
    let headers = [("location", "http://127.0.0.1:1/mcp"), ("content-type", "text/html")];
    let (world, server) = failing(Fault::HttpStatus {
        status: 307,
        retry_after: None,
        headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        body: Some("<p>$id</p>".to_owned()),
    })
    .await;

    let answer = answer_to(&server).await;

    assert_eq!((answer.status, answer.body.as_str(), issues(&world)), (307, "<p>1</p>", 2));
    assert!(answer.head.contains("location: http://127.0.0.1:1/mcp"), "{answer:?}");
    assert!(answer.head.contains("content-type: text/html"), "{answer:?}");
}

#[tokio::test]
async fn no_header_of_a_rule_is_a_sign_to_the_port() {
    let headers = [("mcp-mock-outage".to_owned(), "60000".to_owned())].into();
    let body = Some("later".to_owned());
    let fault = Fault::HttpStatus { status: 503, retry_after: None, headers, body };
    let (_world, server) = failing(fault).await;

    let answer = answer_to(&server).await;

    assert_eq!((answer.status, answer.body.as_str()), (503, "later"));
    assert!(answer.head.contains("mcp-mock-outage: 60000"), "{answer:?}");
}

#[tokio::test]
async fn compressed_answer_is_a_thousand_times_as_long_as_it_looks() {
    let bytes = 20_000_000;
    let (_world, server) = failing(Fault::GzipBomb { bytes }).await;
    let (headers, body) = call("create_issue", &new_issue());
    let mut raw = Raw::open(server.url()).await;

    raw.post(&headers, &body).await;
    let head = raw.head_of_answer().await;

    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    assert!(length.parse::<usize>().unwrap() < bytes / 500, "{head}");
    assert!(head.contains("content-encoding: gzip"), "{head}");
}

/// What a server says at the beginning of a legacy conversation is open to faults as calls are.
#[tokio::test]
async fn beginning_of_a_session_may_fail_or_have_an_odd_id() {
    let world = World::new(1);
    let initialized = request(RequestKind::Initialize);
    world.github().on(initialized.clone()).times(1).fault(Fault::http_status(503));
    let odd = [("mcp-session-id", "odd"), ("content-type", "application/json")];
    world.github().on(initialized).times(1).fault(Fault::HttpStatus {
        status: 200,
        retry_after: None,
        headers: odd.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        body: Some(r#"{"jsonrpc":"2.0","id":$id,"result":{}}"#.to_owned()),
    });
    let server = world.github().serve_http().await.unwrap();

    let mut answers = Vec::new();
    for _ in 0..3 {
        answers.push(post(server.url(), &[], &initialize()).await);
    }

    assert_eq!(answers.iter().map(|answer| answer.status).collect::<Vec<_>>(), [503, 200, 200]);
    assert!(answers[1].head.contains("mcp-session-id: odd"), "{:?}", answers[1]);
    assert!(answers[2].body.contains("mock-github"), "{:?}", answers[2]);
}

#[tokio::test]
async fn malformed_answer_is_the_body() {
    let (_world, server) = failing(Fault::Malformed(MalformedAnswer::Batch)).await;

    let answer = answer_to(&server).await;

    assert_eq!(serde_json::from_str::<Value>(&answer.body).unwrap()[0]["id"], 1);
}

#[tokio::test]
async fn stale_connection_answers_without_notice_and_cuts_off_the_next_request() {
    let (world, server) = failing(Fault::StaleKeepalive).await;
    let (headers, body) = call("create_issue", &new_issue());

    let mut raw = Raw::open(server.url()).await;
    raw.post(&headers, &body).await;
    let first = raw.answer().await;
    raw.post(&headers, &body).await;
    let second = raw.rest().await;
    let elsewhere = post(server.url(), &headers, &body).await;

    assert_eq!((first.status, elsewhere.status), (200, 200));
    assert!(!first.head.contains("connection: close"), "{first:?}");
    assert_eq!(second.unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert_eq!(issues(&world), 4);
}

/// The client keeps connections and meets stale ones. It cannot know whether the call was carried out, says so,
/// and does not send it again.
#[tokio::test]
async fn call_on_a_stale_connection_may_have_happened_and_is_not_repeated() {
    let world = World::new(1);
    world.github().on("create_issue").fault(Fault::StaleKeepalive);
    let server = world.github().serve_http().await.unwrap();
    let endpoint = HttpEndpoint::new(server.url()).unwrap();
    let client = Client::open(&endpoint, ClientOptions::default()).await.unwrap();
    let before = issues(&world);

    let (mut answered, mut cut_off) = (0, 0);
    for _ in 0..20 {
        match client.call_raw("create_issue", new_issue()).await {
            Ok(_) => answered += 1,
            Err(error) => {
                cut_off += 1;
                assert_eq!((error.is_transient(), error.delivery()), (true, Delivery::Unknown));
            }
        }
    }

    assert!(answered > 0 && cut_off > 0, "{answered} answered, {cut_off} cut off");
    assert_eq!(issues(&world) - before, answered);
    assert_eq!(world.github().calls().len(), answered);
}
