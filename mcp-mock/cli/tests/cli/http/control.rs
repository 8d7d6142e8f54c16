//! The control plane of the binary, as `docs/control-plane.md` shows it.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::binary::Running;
use super::raw::{Raw, called, parse};
use crate::new_issue;

const SERVE: [&str; 5] = ["serve", "github", "slack", "--http", "127.0.0.1:0"];

fn control(process: &Running) -> String {
    process.ready["control"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn every_request_of_the_document_is_answered() {
    let process = Running::start(&SERVE);
    let control = control(&process);
    let document = include_str!("../../../../../docs/control-plane.md");
    let mut count = 0;

    for line in document.lines().filter_map(|line| line.strip_prefix("$ curl -s ")) {
        let (method, place, body) = parsed(line);
        let (status, answer) = ask(&method, &format!("{control}{place}"), &body).await;
        assert_eq!(status, 200, "{line}: {answer}");
        count += 1;
    }

    assert!(count >= 12, "{count} requests");
}

/// Method, place and body of a curl command: `-X POST $MOCK/clock -d '{"advance":"90s"}'`.
fn parsed(line: &str) -> (String, String, String) {
    let (line, body) = match line.split_once(" -d '") {
        Some((line, body)) => (line, body.trim_end_matches('\'')),
        None => (line, ""),
    };
    let (method, url) = match line.strip_prefix("-X ").and_then(|line| line.split_once(' ')) {
        Some((method, url)) => (method, url),
        None => ("GET", line),
    };
    let place = url.trim_matches('"').strip_prefix("$MOCK").unwrap();
    (method.to_owned(), place.to_owned(), body.to_owned())
}

#[tokio::test]
async fn worlds_at_once_know_nothing_of_each_other() {
    let process = Running::start(&SERVE);
    let worlds = format!("{}/worlds", control(&process));
    let test = async |title: &str| {
        let (_, world) = ask("POST", &worlds, "").await;
        let url = world["services"]["github"]["url"].as_str().unwrap();
        let mut issue = new_issue();
        issue["title"] = json!(title);
        called(url, "create_issue", &issue).await;
        let (_, diff) =
            ask("GET", &format!("{worlds}/{}/diff", world["id"].as_str().unwrap()), "").await;
        diff["changes"].as_array().unwrap().iter().map(|it| it["after"]["title"].clone()).collect()
    };

    let (one, other): (Vec<Value>, Vec<Value>) = tokio::join!(test("One"), test("Other"));
    let (_, first) = ask("GET", &format!("{}/diff", control(&process)), "").await;

    assert_eq!((one, other), (vec![json!("One")], vec![json!("Other")]));
    assert_eq!(first, json!({ "changes": [] }));
}

#[tokio::test]
async fn further_world_begins_as_the_arguments_say_and_crashes_alone() {
    let fault = ["--fault", "create_issue:crash", "--dialect", "slack=npm-2025.4.25"];
    let process = Running::start(&[&SERVE[..], &fault[..]].concat());
    let (_, world) = ask("POST", &format!("{}/worlds", control(&process)), "").await;
    let url = |service: &str| world["services"][service]["url"].as_str().unwrap().to_owned();

    let (headers, body) = super::raw::call("create_issue", &new_issue());
    let mut raw = Raw::open(&url("github")).await;
    raw.post(&headers, &body).await;
    let crashed = raw.rest().await.unwrap_or_default();
    let slack = super::raw::post(&url("slack"), &[], &super::raw::initialize()).await;

    assert_eq!(crashed, "");
    assert!(slack.body.contains("Slack MCP Server"), "{slack:?}");
}

#[tokio::test]
async fn stdio_has_its_control_plane_on_a_side_port() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_mcp-mock"))
        .args(["serve", "github", "--control", "127.0.0.1:0"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stderr.take().unwrap()).read_line(&mut line).unwrap();
    let ready: Value = serde_json::from_str(&line).unwrap();
    let control = ready["control"].as_str().unwrap();
    let (_, call) = super::raw::call("create_issue", &new_issue());

    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    writeln!(input, "{call}").unwrap();
    let mut answer = String::new();
    output.read_line(&mut answer).unwrap();
    let (_, diff) = ask("GET", &format!("{control}/diff"), "").await;
    drop(input);
    let mut rest = String::new();
    output.read_to_string(&mut rest).unwrap();

    assert!(answer.contains(r#""number":3"#), "{answer}");
    assert_eq!(diff["changes"][0]["path"], "github.repos[company/support].issues[3]");
    assert_eq!((rest.as_str(), child.wait().unwrap().code()), ("", Some(0)));
}

#[tokio::test]
async fn control_plane_demands_the_token_of_the_servers() {
    let process = Running::start(&[&SERVE[..], &["--token", "t0p"]].concat());

    let (status, answer) = ask("GET", &format!("{}/clock", control(&process)), "").await;

    assert_eq!(status, 401);
    assert_eq!(answer["error"], "`Authorization` does not bear the token of `--token`");
}

/// Sends a request with any method to the control plane: the status and the JSON of the answer.
async fn ask(method: &str, url: &str, body: &str) -> (u16, Value) {
    let mut raw = Raw::open(url).await;
    let (head, length) = (raw.head(method, &[("connection", "close".to_owned())]), body.len());
    raw.send(format!("{head}content-length: {length}\r\n\r\n{body}")).await;
    let answer = parse(raw.rest().await.unwrap().as_bytes());
    (answer.status, serde_json::from_str(&answer.body).unwrap())
}
