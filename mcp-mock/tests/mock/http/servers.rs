//! Servers in this process on a port: which paths there are, who is let in, how it ends.

use std::io::ErrorKind;
use std::time::Duration;

use mcp_core::protocol::ProtocolVersion;
use mcp_mock::{Fault, MockHttpError, MockHttpOptions, MockHttpServer, World};
use serde_json::json;
use tokio::net::TcpStream;

use super::raw::{Raw, called, post};
use super::raw::{call, initialize};
use crate::new_issue;

#[tokio::test]
async fn services_on_one_port_share_one_world() {
    let world = World::new(1);
    let servers = [world.github(), world.slack()];
    let server = MockHttpServer::open(&servers, MockHttpOptions::default()).await.unwrap();
    let urls: Vec<_> = server.urls().collect();
    let message = json!({ "channel": "#support", "text": "hello" });

    let issue = called(urls[0].1, "create_issue", &new_issue()).await;
    let posted = called(urls[1].1, "post_message", &message).await;

    assert_eq!((urls[0].0, urls[1].0), ("github", "slack"));
    assert_eq!(issue["result"]["structuredContent"]["number"], 3);
    assert_eq!(posted["result"]["structuredContent"]["ok"], true);
    assert_eq!(world.state().github.issues("company", "support").len(), 3);
    world.slack().assert_called("post_message", 1);
}

#[tokio::test]
async fn only_service_is_at_the_short_path_as_well() {
    let world = World::new(1);
    let one = world.github().serve_http().await.unwrap();
    let two = MockHttpServer::open(&[world.github(), world.slack()], MockHttpOptions::default())
        .await
        .unwrap();
    let at = |server: &MockHttpServer, path: &str| server.url().replace("/github/mcp", path);

    let statuses = [
        post(&at(&one, "/github/mcp"), &[], &initialize()).await.status,
        post(&at(&one, "/mcp"), &[], &initialize()).await.status,
        post(&at(&one, "/slack/mcp"), &[], &initialize()).await.status,
        post(&at(&two, "/slack/mcp"), &[], &initialize()).await.status,
        post(&at(&two, "/mcp"), &[], &initialize()).await.status,
        post(&at(&two, "/"), &[], &initialize()).await.status,
    ];

    assert_eq!(statuses, [200, 200, 404, 200, 404, 404]);
}

#[tokio::test]
async fn both_eras_are_served_and_a_legacy_client_gets_a_session() {
    let server = World::new(1).github().serve_http().await.unwrap();

    let legacy = post(server.url(), &[], &initialize()).await;
    let modern = called(server.url(), "create_issue", &new_issue()).await;

    assert!(legacy.head.contains("mcp-session-id: "), "{legacy:?}");
    assert!(legacy.body.contains(r#""protocolVersion":"2025-11-25""#), "{legacy:?}");
    assert_eq!(modern["result"]["resultType"], "complete");
}

#[tokio::test]
async fn server_of_one_era_speaks_that_era_only() {
    let github = World::new(1).github().speaking([ProtocolVersion::V2025_06_18]);
    let server = github.serve_http().await.unwrap();
    let (headers, body) = call("create_issue", &new_issue());

    let legacy = post(server.url(), &[], &initialize()).await;
    let modern = post(server.url(), &headers, &body).await;

    assert!(legacy.body.contains(r#""protocolVersion":"2025-06-18""#), "{legacy:?}");
    assert_eq!(modern.status, 400, "{modern:?}");
}

#[tokio::test]
async fn request_without_the_token_is_turned_away() {
    let options = MockHttpOptions::default().with_token("t0p");
    let server = MockHttpServer::open(&[World::new(1).github()], options).await.unwrap();
    let bearing = |value: &str| vec![("authorization", value.to_owned())];

    let none = post(server.url(), &[], &initialize()).await;
    let wrong = post(server.url(), &bearing("Bearer t1p"), &initialize()).await;
    let right = post(server.url(), &bearing("Bearer t0p"), &initialize()).await;

    assert_eq!((none.status, wrong.status, right.status), (401, 401, 200));
    assert!(none.head.contains("www-authenticate: Bearer"), "{none:?}");
}

#[tokio::test]
async fn request_that_a_foreign_page_could_send_is_refused() {
    let server = World::new(1).github().serve_http().await.unwrap();
    let cases = [
        ("host", "evil.example", 403),
        ("host", "127.0.0.1.evil.example", 403),
        ("host", "localhost", 200),
        ("origin", "https://evil.example", 403),
        ("origin", "null", 403),
        ("origin", "http://localhost:3000", 200),
        ("content-type", "text/plain", 415),
        ("content-type", "application/json; charset=utf-8", 200),
        ("accept", "text/html", 406),
    ];

    for (name, value, status) in cases {
        let answer = post(server.url(), &[(name, value.to_owned())], &initialize()).await;
        assert_eq!(answer.status, status, "{name}: {value}");
    }
}

#[tokio::test]
async fn address_that_others_can_reach_is_refused() {
    let options = MockHttpOptions::default().with_address(([0, 0, 0, 0], 0));

    let refused = MockHttpServer::open(&[World::new(1).github()], options).await.unwrap_err();

    assert!(matches!(refused, MockHttpError::NotLoopback { .. }));
    insta::assert_snapshot!(refused, @"`0.0.0.0:0` can be reached from other machines, and a fake server answers everybody; use an address of the loopback such as `127.0.0.1:0`");
}

#[tokio::test]
async fn two_servers_of_one_name_need_two_ports() {
    let world = World::new(1);
    let servers = [world.github(), world.slack(), world.github()];

    let refused = MockHttpServer::open(&servers, MockHttpOptions::default()).await.unwrap_err();

    insta::assert_snapshot!(refused, @"`github` is to be served twice on one port; give each its own");
}

/// With the clock stopped, the delay is over as soon as nobody has anything to do.
#[tokio::test(start_paused = true)]
async fn legacy_call_goes_on_when_its_client_has_left() {
    let world = World::new(1);
    let server = world.github().serve_http().await.unwrap();
    world.github().on("create_issue").fault(Fault::Delay(Duration::from_secs(5)));
    let opened = post(server.url(), &[], &initialize()).await;
    let session = opened.head.lines().find_map(|line| line.strip_prefix("mcp-session-id: "));
    let headers = [("mcp-session-id", session.unwrap().to_owned())];
    let params = json!({ "name": "create_issue", "arguments": new_issue() });
    let body = json!({ "jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": params });
    let mut raw = Raw::open(server.url()).await;

    raw.post(&headers, &body.to_string()).await;
    while world.github().calls().is_empty() {
        tokio::task::yield_now().await;
    }
    raw.leave();
    tokio::time::sleep(Duration::from_secs(10)).await;

    assert_eq!(world.state().github.issues("company", "support").len(), 3);
}

#[tokio::test]
async fn taken_address_is_named() {
    let server = World::new(1).github().serve_http().await.unwrap();
    let (address, _) = server.url().strip_prefix("http://").unwrap().split_once('/').unwrap();
    let options =
        MockHttpOptions::default().with_address(address.parse::<std::net::SocketAddr>().unwrap());

    let refused =
        MockHttpServer::open(&[World::new(1).github()], options).await.unwrap_err().to_string();

    assert!(refused.starts_with(&format!("failed to listen on `{address}`: ")), "{refused}");
}

#[tokio::test]
async fn close_fault_resets_the_connection() {
    for fault in [Fault::Close, Fault::LoseAnswerAndClose, Fault::Crash] {
        let github = World::new(1).github();
        let server = github.serve_http().await.unwrap();
        github.on("create_issue").times(1).fault(fault.clone());
        let (headers, body) = call("create_issue", &new_issue());
        let mut raw = Raw::open(server.url()).await;

        raw.post(&headers, &body).await;
        let broken = raw.rest().await.unwrap_err();
        let next = called(server.url(), "create_issue", &new_issue()).await;

        assert_eq!(broken.kind(), ErrorKind::ConnectionReset, "{fault:?}");
        let was_carried_out = fault == Fault::LoseAnswerAndClose;
        let number = if was_carried_out { 4 } else { 3 };
        assert_eq!(next["result"]["structuredContent"]["number"], number, "{fault:?}");
    }
}

#[tokio::test]
async fn faults_of_an_answer_are_those_of_any_transport() {
    let github = World::new(1).github();
    let server = github.serve_http().await.unwrap();
    github.on("create_issue").times(1).fault(Fault::Garbage);
    github.on("list_issues").fault(Fault::ToolError { status: 503, message: "busy".to_owned() });
    let (headers, body) = call("create_issue", &new_issue());

    let garbage = post(server.url(), &headers, &body).await;
    let arguments = json!({ "owner": "company", "repo": "support" });
    let refused = called(server.url(), "list_issues", &arguments).await;

    assert_eq!(garbage.body, "Segmentation fault (not really)");
    assert_eq!(refused["result"]["isError"], true);
}

#[tokio::test]
async fn closing_ends_requests_at_work_and_frees_the_port() {
    let github = World::new(1).github();
    github.on("create_issue").fault(Fault::Hang);
    let server = github.serve_http().await.unwrap();
    let (headers, body) = call("create_issue", &new_issue());
    let (mut idle, mut hanging) = (Raw::open(server.url()).await, Raw::open(server.url()).await);
    let url = server.url().to_owned();
    hanging.post(&headers, &body).await;
    idle.post(&[], &initialize()).await;
    idle.answer().await;

    server.close().await;

    assert_eq!(idle.rest().await.unwrap(), "");
    // Cut off with a request unanswered: closed or reset, but not left open.
    assert_eq!(hanging.rest().await.unwrap_or_default(), "");
    let (address, _) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    assert_eq!(TcpStream::connect(address).await.unwrap_err().kind(), ErrorKind::ConnectionRefused);
}

#[tokio::test]
async fn dropping_ends_everything() {
    let server = World::new(1).github().serve_http().await.unwrap();
    let mut idle = Raw::open(server.url()).await;
    idle.post(&[], &initialize()).await;
    idle.answer().await;

    drop(server);

    assert_eq!(idle.rest().await.unwrap(), "");
}

#[test]
fn face_may_be_dropped_without_a_runtime() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let server = runtime.block_on(async { World::new(1).github().serve_http().await.unwrap() });
    let (address, _) = server.url().strip_prefix("http://").unwrap().split_once('/').unwrap();
    let address = address.to_owned();

    drop(runtime);
    drop(server);

    assert!(std::net::TcpStream::connect(address).is_err());
}
