//! The `mcp-mock` binary as a child process.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use mcp_client::transport::stdio::ChildCommand;
use mcp_client::{Client, ClientOptions};
use mcp_core::Delivery;
use mcp_core::protocol::ProtocolVersion;
use serde_json::{Value, json};

use super::new_issue;

const BINARY: &str = env!("CARGO_BIN_EXE_mcp-mock");

async fn client_of(arguments: &[&str]) -> Client {
    let command = ChildCommand::new(BINARY).with_args(arguments.iter().copied());
    Client::open(&command, ClientOptions::default()).await.unwrap()
}

/// Runs the binary in `folder` with this input, which then ends.
fn ran(folder: &Path, arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(BINARY)
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A process that refuses its arguments does not wait for input.
    drop(child.stdin.take().unwrap().write_all(input.as_bytes()));
    child.wait_with_output().unwrap()
}

/// What a seed with this text is refused with.
#[track_caller]
fn refused_seed(text: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("seed.json"), text).unwrap();

    let output = ran(folder.path(), &["serve", "github", "--seed", "seed.json"], "");

    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
    String::from_utf8(output.stderr).unwrap()
}

#[tokio::test]
async fn process_serves_one_service() {
    let client = client_of(&["serve", "github"]).await;

    let issue: Value = client.call("create_issue", new_issue()).await.unwrap();

    assert_eq!(client.server().implementation.name, "mock-github");
    assert_eq!(issue["html_url"], "https://github.com/company/support/issues/3");
    client.close().await;
}

#[tokio::test]
async fn process_speaks_the_revision_that_it_is_told_to() {
    let client = client_of(&["serve", "slack", "--protocol", "2025-06-18"]).await;

    assert_eq!(client.version(), ProtocolVersion::V2025_06_18);
    client.close().await;
}

#[tokio::test]
async fn process_begins_with_the_seed_and_the_same_ids() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("seed.json");
    std::fs::write(&path, r#"{ "github": { "repos": [{ "owner": "a", "name": "b" }] } }"#).unwrap();
    let arguments = ["serve", "github", "--seed", path.to_str().unwrap(), "--random-seed", "5"];
    let write = json!({ "owner": "a", "repo": "b", "number": 1, "body": "Seen." });
    let new = json!({ "owner": "a", "repo": "b", "title": "One" });

    let mut ids = Vec::new();
    for _ in 0..2 {
        let client = client_of(&arguments).await;
        client.call_raw("create_issue", &new).await.unwrap();
        let comment: Value = client.call("add_comment", &write).await.unwrap();
        ids.push(comment["id"].clone());
        client.close().await;
    }

    assert_eq!(ids[0], ids[1]);
}

/// How many of eleven searches pass; GitHub allows ten a minute.
async fn searches_that_pass(arguments: &[&str]) -> usize {
    let client = client_of(arguments).await;
    let mut passed = 0;
    for _ in 0..11 {
        let found = client.call_raw("search_code", json!({ "query": "x repo:a/b" })).await;
        passed += usize::from(found.is_ok());
    }
    client.close().await;
    passed
}

#[tokio::test]
async fn process_enforces_limits_when_it_is_told_to_and_those_of_the_seed_come_first() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("seed.json");
    let limits = r#"{ "limits": { "github": { "code_searches_per_minute": 3 } } }"#;
    std::fs::write(&path, limits).unwrap();
    let path = path.to_str().unwrap();

    let passed = [
        searches_that_pass(&["serve", "github"]).await,
        searches_that_pass(&["serve", "github", "--limits"]).await,
        searches_that_pass(&["serve", "github", "--seed", path]).await,
        searches_that_pass(&["serve", "github", "--seed", path, "--limits"]).await,
    ];

    assert_eq!(passed, [11, 10, 3, 3]);
}

#[tokio::test]
async fn seed_may_be_yaml() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("world.yaml");
    std::fs::write(&path, "github:\n  repos:\n    - { owner: a, name: b }\n").unwrap();
    let client = client_of(&["serve", "github", "--seed", path.to_str().unwrap()]).await;

    let repo: Value = client.call("get_repo", json!({ "owner": "a", "repo": "b" })).await.unwrap();

    assert_eq!(repo["full_name"], "a/b");
    client.close().await;
}

#[test]
fn mistake_in_a_seed_of_yaml_is_named_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("world.yml"), "slack:\n  chanels: []\n").unwrap();

    let output = ran(folder.path(), &["serve", "slack", "--seed", "world.yml"], "");

    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
    insta::assert_snapshot!(String::from_utf8(output.stderr).unwrap(), @"
    error: world.yml:2:3: unknown field `chanels`, expected one of users, channels
    help: correct the file, or leave out `--seed` for the demo content
    ");
}

#[tokio::test]
async fn crash_ends_the_process_and_the_error_says_how() {
    let client = client_of(&["serve", "github", "--fault", "create_issue:crash*1"]).await;

    let error = client.call_raw("create_issue", new_issue()).await.unwrap_err();

    assert_eq!((error.is_transient(), error.delivery()), (true, Delivery::Unknown));
    insta::assert_snapshot!(error, @"`create_issue` failed: server process ended with exit status 70");
    client.close().await;
}

#[test]
fn mistakes_in_limits_are_named_with_their_place() {
    let seed = "{\n  \"limits\": {\n    \"github\": { \"requests\": 10 }\n  }\n}";

    insta::assert_snapshot!(refused_seed(seed), @"
    error: seed.json:3:26: unknown field `requests`, expected one of `requests_per_hour`, `searches_per_minute`, `code_searches_per_minute`, `content_per_minute`, `content_per_hour`
    help: correct the file, or leave out `--seed` for the demo content
    ");
}

#[test]
fn process_answers_what_it_was_asked_and_ends_with_its_input() {
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let params = json!({ "name": "create_issue", "arguments": new_issue(), "_meta": meta });
    let call = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params });

    let output = ran(Path::new("."), &["serve", "github"], &format!("{call}\n"));

    assert!(output.status.success());
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["result"]["structuredContent"]["number"], 3);
}

#[test]
fn seed_with_an_unknown_member_is_refused_with_its_place() {
    insta::assert_snapshot!(refused_seed("{\n  \"githup\": {}\n}"), @"
    error: seed.json:2:10: unknown field `githup`, expected one of `now`, `github`, `gmail`, `notion`, `salesforce`, `slack`, `limits`, `search_lag_seconds`, `$schema`
    help: correct the file, or leave out `--seed` for the demo content
    ");
}

#[test]
fn seed_that_is_no_json_is_refused_with_its_place() {
    insta::assert_snapshot!(refused_seed("{ \"github\": \n"), @"
    error: seed.json:2:1: EOF while parsing a value
    help: correct the file, or leave out `--seed` for the demo content
    ");
}

#[test]
fn seed_that_contradicts_itself_is_refused_in_the_words_of_the_service() {
    let pull = r#"{ "title": "P", "head": "main" }"#;
    let seed = format!(
        r#"{{ "github": {{ "repos": [{{ "owner": "a", "name": "b", "pulls": [{pull}] }}] }} }}"#
    );

    insta::assert_snapshot!(refused_seed(&seed), @r#"
    error: `seed.json`: `github` refuses its part of the seed: Validation Failed: {"errors":[{"code":"custom","message":"No commits between main and main","resource":"PullRequest"}]}
    help: correct the file, or leave out `--seed` for the demo content
    "#);
}
