use mcp_core::protocol::ProtocolVersion;
use mcp_mock::{MockHttpOptions, MockHttpServer, World};
use serde_json::{Value, json};

use super::configured;
use super::fake::Fake;
use crate::harness::{check, render};

/// The servers of a server as entries.
fn entries(server: &MockHttpServer) -> Value {
    server
        .urls()
        .map(|(name, url)| (name.to_owned(), json!({ "type": "http", "url": url })))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_are_shown_with_era_and_without_query() {
    let world = World::new(42);
    let modern = world.github().serve_http().await.unwrap();
    let legacy =
        world.slack().speaking(vec![ProtocolVersion::V2025_06_18]).serve_http().await.unwrap();
    let folder = configured(&json!({
        "modern": { "type": "http", "url": format!("{}?key=s3cret", modern.url()) },
        "legacy": { "url": legacy.url(), "headers": { "X-Key": "s3cret" } },
        "forced": { "url": modern.url(), "orchestrator": { "era": "legacy" } },
    }));

    check("http_servers", &folder.run(&["servers"]));
    check("http_servers_json", &folder.run(&["servers", "--json"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn workflow_runs_over_http_as_it_does_in_process() {
    let world = World::new(42);
    let servers =
        [world.github(), world.slack(), world.gmail(), world.notion(), world.salesforce()];
    let server = MockHttpServer::open(&servers, MockHttpOptions::default()).await.unwrap();
    let folder = configured(&entries(&server));
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/support-ticket.yaml");

    let text = folder.run(&["run", example]);

    assert!(text.contains("succeeded: 5 done") && text.ends_with("[exit 0]\n"), "{text}");
    assert!(world.slack().calls().len() == 1, "{:?}", world.slack().calls());
}

#[tokio::test(flavor = "multi_thread")]
async fn token_of_a_variable_opens_a_server() {
    let options = MockHttpOptions::default().with_token("s3cret");
    let server = MockHttpServer::open(&[World::new(42).github()], options).await.unwrap();
    let headers = json!({ "Authorization": "Bearer ${FACE_TOKEN}" });
    let folder = configured(&json!({ "github": { "url": server.url(), "headers": headers } }));

    let run = |token| {
        render(&folder.program(&["tools", "github"]).env("FACE_TOKEN", token).output().unwrap())
    };
    let (right, wrong) = (run("s3cret"), run("wr0ng"));

    assert!(right.contains("create_issue") && right.ends_with("[exit 0]\n"), "{right}");
    check("http_wrong_token", &wrong);
}

#[tokio::test(flavor = "multi_thread")]
async fn server_that_wants_a_login_exits_with_3_and_says_how() {
    let fake = Fake::protected().await;
    let folder = configured(&json!({ "docs": { "type": "http", "url": fake.url() } }))
        .with("w.yaml", "workflow: w\nsteps: { a: { call: docs/post } }\n");

    check("http_login_wanted", &folder.run(&["servers"]));
    check("http_login_wanted_json", &folder.run(&["call", "docs/post", "--json"]));
    check("http_login_wanted_run", &folder.run(&["run", "w.yaml"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn server_that_is_away_exits_with_4() {
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let fake = Fake::open().await;
    let folder = configured(&json!({
        "away": { "url": format!("http://{address}/mcp") },
        "lost": { "url": fake.url().replace("/mcp", "/nothing") },
    }));

    check("http_away", &folder.run(&["servers"]));
}
