//! The `mcp-mock` binary with `--http` as a child process.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};

use serde_json::{Value, json};

use super::raw::{Raw, called, post};
use super::raw::{call, initialize};
use crate::new_issue;

/// A running process and what it said when it was ready. It ends with its input at the latest, which
/// the drop closes.
pub(super) struct Running {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    pub(super) ready: Value,
}

impl Running {
    pub(super) fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_mcp-mock"))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = child.stdin.take();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        Self { child, input, output, ready: serde_json::from_str(&line).unwrap() }
    }

    fn url(&self) -> String {
        self.ready["url"].as_str().unwrap().to_owned()
    }

    fn end_input(&mut self) {
        self.input = None;
    }

    fn terminate(&self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    }

    /// Waits for the end; what was said after the first line.
    fn ended(mut self) -> (ExitStatus, String) {
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).unwrap();
        (self.child.wait().unwrap(), rest)
    }
}

#[tokio::test]
async fn process_says_once_where_it_serves_and_ends_with_its_input() {
    let mut process = Running::start(&["serve", "github", "slack", "--http", "127.0.0.1:0"]);
    let url =
        |service: &str| process.ready["services"][service]["url"].as_str().unwrap().to_owned();
    let message = json!({ "channel": "#support", "text": "hello" });

    let issue = called(&url("github"), "create_issue", &new_issue()).await;
    let posted = called(&url("slack"), "post_message", &message).await;
    let (pid, only) = (process.ready["pid"].clone(), process.ready.get("url").cloned());
    let is_its_own = pid == json!(process.child.id());
    process.end_input();
    let (status, rest) = process.ended();

    assert_eq!(issue["result"]["structuredContent"]["number"], 3);
    assert_eq!(posted["result"]["structuredContent"]["ok"], true);
    assert_eq!((is_its_own, only, rest.as_str()), (true, None, ""));
    assert!(status.success());
}

#[tokio::test]
async fn process_with_one_service_says_its_url_again() {
    let arguments = ["serve", "github", "--http", "127.0.0.1:0", "--protocol", "2025-06-18"];
    let process = Running::start(&arguments);

    let answer = post(&process.url(), &[], &initialize()).await;

    assert_eq!(process.ready["ready"], true);
    assert_eq!(process.ready["services"]["github"]["url"], process.ready["url"]);
    assert!(answer.body.contains(r#""protocolVersion":"2025-06-18""#), "{answer:?}");
}

#[tokio::test]
async fn process_can_outlive_its_input_and_ends_with_a_signal() {
    let mut process =
        Running::start(&["serve", "github", "--http", "127.0.0.1:0", "--keep-running"]);

    process.end_input();
    let answer = post(&process.url(), &[], &initialize()).await;
    process.terminate();
    let (status, _) = process.ended();

    assert_eq!((answer.status, status.code()), (200, Some(0)));
}

#[tokio::test]
async fn process_demands_the_token() {
    let process = Running::start(&["serve", "github", "--http", "127.0.0.1:0", "--token", "t0p"]);
    let token = [("authorization", "Bearer t0p".to_owned())];

    let without = post(&process.url(), &[], &initialize()).await;
    let with = post(&process.url(), &token, &initialize()).await;

    assert_eq!((without.status, with.status), (401, 200));
}

#[tokio::test]
async fn crash_ends_the_process_over_http_as_well() {
    let arguments = ["serve", "github", "--http", "127.0.0.1:0", "--fault", "create_issue:crash"];
    let process = Running::start(&arguments);
    let (headers, body) = call("create_issue", &new_issue());
    let mut raw = Raw::open(&process.url()).await;

    raw.post(&headers, &body).await;
    let heard = raw.rest().await.unwrap_or_default();
    let (status, _) = process.ended();

    assert_eq!((heard.as_str(), status.code()), ("", Some(70)));
}

#[tokio::test]
async fn conformance_serves_the_fixture() {
    let mut process = Running::start(&["conformance"]);

    let answer = called(&process.url(), "test_simple_text", &json!({})).await;
    process.end_input();
    let url = process.url();
    let (status, rest) = process.ended();

    let text = &answer["result"]["content"][0]["text"];
    assert_eq!(text, "This is a simple text response for testing.");
    assert!(url.ends_with("/mcp") && status.success() && rest.is_empty(), "{url} {status} {rest}");
}

#[test]
fn address_that_others_can_reach_is_refused_with_the_reason() {
    let output = Command::new(env!("CARGO_BIN_EXE_mcp-mock"))
        .args(["serve", "github", "--http", "0.0.0.0:0"])
        .stdin(Stdio::null())
        .output()
        .unwrap();

    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
    insta::assert_snapshot!(String::from_utf8_lossy(&output.stderr), @"error: `0.0.0.0:0` can be reached from other machines, and a fake server answers everybody; use an address of the loopback such as `127.0.0.1:0`");
}

#[test]
fn input_that_is_at_its_end_already_ends_the_process() {
    let output = Command::new(env!("CARGO_BIN_EXE_mcp-mock"))
        .args(["serve", "github", "--http", "127.0.0.1:0"])
        .stdin(Stdio::null())
        .output()
        .unwrap();

    assert!(output.status.success());
    let lines: Vec<_> = output.stdout.lines().map_while(Result::ok).collect();
    let [line] = lines.as_slice() else { panic!("{lines:?}") };
    assert!(line.contains(r#""ready":true"#), "{line}");
}
