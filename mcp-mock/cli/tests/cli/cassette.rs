//! Recording a real server, here our own binary, and replaying it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use mcp_client::transport::stdio::ChildCommand;
use mcp_client::{Client, ClientOptions};
use mcp_core::protocol::ProtocolVersion;
use mcp_core::session::EraChoice;
use mcp_mock_cassette::{Matching, Replay, Tape};
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_mcp-mock");
const SECRET: &str = "pl4nted \"secret\" \\ v4lue/+é";

/// A folder with a tape to be.
struct Studio {
    folder: tempfile::TempDir,
}

impl Studio {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("tape.jsonl")
    }

    fn text(&self) -> String {
        std::fs::read_to_string(self.path()).unwrap()
    }

    fn tape(&self) -> Tape {
        Tape::load(self.path()).unwrap()
    }

    /// A client of the fake GitHub, with a recorder in between.
    async fn recording(&self, recorder: &[&str], server: &[&str]) -> Client {
        let path = self.path();
        let command = ChildCommand::new(BINARY)
            .with_args(["record", "-o", path.to_str().unwrap()])
            .with_args(recorder.iter().copied())
            .with_args(["--", BINARY, "serve", "github"])
            .with_args(server.iter().copied())
            .with_env("SOME_API_TOKEN", SECRET);
        Client::open(&command, ClientOptions::default()).await.unwrap()
    }

    async fn replaying(&self, arguments: &[&str]) -> Client {
        let path = self.path();
        let command = ChildCommand::new(BINARY)
            .with_args(["replay", path.to_str().unwrap()])
            .with_args(arguments.iter().copied());
        Client::open(&command, ClientOptions::default()).await.unwrap()
    }
}

/// Ten calls that read, write and fail, two of them equal with different answers.
fn ten_calls() -> Vec<(&'static str, Value)> {
    let issues = json!({ "owner": "company", "repo": "support" });
    vec![
        ("list_issues", issues.clone()),
        ("create_issue", json!({ "owner": "company", "repo": "support", "title": "One" })),
        ("list_issues", issues),
        ("get_issue", json!({ "owner": "company", "repo": "support", "number": 3 })),
        ("get_issue", json!({ "owner": "company", "repo": "support", "number": 99 })),
        ("add_comment", json!({ "owner": "company", "repo": "support", "number": 3, "body": "b" })),
        ("close_issue", json!({ "owner": "company", "repo": "support", "number": 3 })),
        ("create_issue", json!({ "owner": "company" })),
        ("no_such_tool", json!({})),
        ("list_repos", json!({ "owner": "company" })),
    ]
}

/// What a client sees of the calls, answers and errors alike.
async fn outcomes(client: &Client, calls: &[(&'static str, Value)]) -> Vec<String> {
    let mut outcomes = Vec::new();
    for (tool, arguments) in calls {
        outcomes.push(match client.call_raw(tool, arguments).await {
            Ok(result) => serde_json::to_string(&result).unwrap(),
            Err(error) => error.to_string(),
        });
    }
    outcomes
}

fn ran(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(BINARY);
    command.args(arguments).current_dir(folder).stdin(Stdio::null()).output().unwrap()
}

#[tokio::test]
async fn ten_calls_are_answered_alike_by_the_server_and_by_its_tape() {
    let studio = Studio::new();
    let client = studio.recording(&[], &[]).await;
    let listed = client.list_tools().await.unwrap().entries.len();
    let real = outcomes(&client, &ten_calls()).await;
    client.close().await;

    for matching in ["strict", "content", "tool"] {
        let client = studio.replaying(&["--match", matching]).await;

        assert_eq!(outcomes(&client, &ten_calls()).await, real, "{matching}");
        assert_eq!(client.list_tools().await.unwrap().entries.len(), listed);
        assert_eq!(client.server().implementation.name, "mock-github");
        client.close().await;
    }
}

#[tokio::test]
async fn order_matters_to_strict_matching_only() {
    let studio = Studio::new();
    let client = studio.recording(&[], &[]).await;
    let real = outcomes(&client, &ten_calls()).await;
    client.close().await;
    let mut turned_round = ten_calls();
    turned_round.reverse();

    let strict = Replay::new(studio.tape()).with_matching(Matching::Strict);
    let client = Client::connect(strict.transport()).await.unwrap();
    let refused = client.call_raw("list_repos", json!({ "owner": "company" })).await.unwrap_err();
    let content = Replay::new(studio.tape());
    let client = Client::connect(content.transport()).await.unwrap();
    let answered = outcomes(&client, &turned_round).await;

    insta::assert_snapshot!(refused, @r#"
    the server refused `list_repos`: unexpected tools/call list_repos {"owner":"company"}
      next recording: #1 tools/call list_issues
        recorded `list_issues`, got `list_repos`
        /repo: recorded "support", got nothing (code -32602)
    "#);
    assert_eq!(strict.unused().len(), 10);
    assert_eq!(content.unused(), Vec::<usize>::new());
    let (first, last) = (answered.last().unwrap(), answered.first().unwrap());
    assert_eq!((last, &answered[1]), (&real[9], &real[8]));
    // The two equal calls got the two recordings in the order of the tape.
    assert_eq!((&answered[7], first), (&real[0], &real[2]));
}

#[tokio::test]
async fn unknown_call_shows_the_closest_recording() {
    let studio = Studio::new();
    let client = studio.recording(&[], &[]).await;
    outcomes(&client, &ten_calls()).await;
    client.close().await;
    let client = Client::connect(Replay::new(studio.tape()).transport()).await.unwrap();

    let calls = [
        ("create_issue", json!({ "owner": "company", "repo": "suport", "title": "One" })),
        ("creat_issue", json!({ "owner": "company" })),
        ("delete_everything", json!({})),
    ];

    insta::assert_snapshot!(outcomes(&client, &calls).await.join("\n\n"), @r#"
    the server refused `create_issue`: unexpected tools/call create_issue {"owner":"company","repo":"suport","title":"One"}
      closest recording: #2 tools/call create_issue
        /repo: recorded "support", got "suport" (code -32602)

    the server refused `creat_issue`: unexpected tools/call creat_issue {"owner":"company"}
      closest recording: #8 tools/call create_issue
        recorded `create_issue`, got `creat_issue` (code -32602)

    the server refused `delete_everything`: unexpected tools/call delete_everything {}
      the tape holds `tools/call` of `add_comment`, `close_issue`, `create_issue`, `get_issue`, `list_issues`, `list_repos`, `no_such_tool` (code -32602)
    "#);
}

#[tokio::test]
async fn tape_of_one_era_is_replayed_in_both() {
    let studio = Studio::new();
    let client = studio.recording(&[], &["--protocol", "2025-06-18"]).await;
    let call = [("list_repos", json!({ "owner": "company" }))];
    client.list_tools().await.unwrap();
    let legacy = outcomes(&client, &call).await;
    client.close().await;
    assert_eq!(studio.tape().revision(), Some(ProtocolVersion::V2025_06_18));

    for era in [EraChoice::Modern, EraChoice::Legacy] {
        let options = ClientOptions::default().with_era(era);
        let replay = Replay::new(studio.tape());
        let client = Client::connect_with(replay.transport(), options).await.unwrap();

        let tools = client.list_tools().await.unwrap();
        let text =
            outcomes(&client, &call).await.concat().replace(r#","resultType":"complete""#, "");
        assert_eq!((tools.entries.len(), text), (15, legacy.concat()));
    }
}

#[tokio::test]
async fn planted_secret_is_nowhere_on_the_tape_and_calls_with_it_are_found() {
    let studio = Studio::new();
    let hidden = "n0body would guess";
    let path = studio.path();
    let command = ChildCommand::new(BINARY)
        .with_args(["record", "-o", path.to_str().unwrap(), "--secret", "PLAIN_NAME"])
        .with_args(["--", BINARY, "serve", "github"])
        .with_env("SOME_API_TOKEN", SECRET)
        .with_env("PLAIN_NAME", hidden);
    let in_json = json!({ "deep": json!([SECRET]).to_string() }).to_string();
    let title = format!("{SECRET} and {hidden}");
    let body =
        format!("see {in_json}, Bearer abcdef0123456789, cGw0bnRlZCAic2VjcmV0IiBcIHY0bHVlLyvDqQ==");
    let call = [(
        "create_issue",
        json!({ "owner": "company", "repo": "support", "title": title, "body": body }),
    )];

    let client = Client::open(&command, ClientOptions::default()).await.unwrap();
    let real = outcomes(&client, &call).await.concat();
    client.close().await;
    let client = Client::connect(Replay::new(studio.tape()).transport()).await.unwrap();
    let replayed = outcomes(&client, &call).await.concat();

    assert!(real.contains("v4lue"), "{real}");
    assert!(replayed.contains("«redacted:SOME_API_TOKEN» and «redacted:PLAIN_NAME»"), "{replayed}");
    for piece in ["pl4nted", "v4lue", "n0body", "abcdef0123456789", "cGw0bnRl"] {
        assert!(!studio.text().contains(piece), "{piece}: {}", studio.text());
    }
}

#[tokio::test]
async fn interrupted_recording_leaves_what_was_answered() {
    let studio = Studio::new();
    let client = studio.recording(&[], &["--fault", "get_repo:hang"]).await;
    client.call_raw("list_repos", json!({ "owner": "company" })).await.unwrap();
    let mut hanging =
        Box::pin(client.call_raw("get_repo", json!({ "owner": "company", "repo": "support" })));
    tokio::select! {
        biased;
        _ = &mut hanging => panic!("the fault hangs"),
        () = async { client.ping().await.unwrap() } => {}
    }

    // By force, and with a call at work.
    drop(hanging);
    drop(client);

    let tape = studio.tape();
    let methods: Vec<_> = tape.exchanges().iter().map(|one| one.method.as_str()).collect();
    assert_eq!(methods, ["tools/call"]);
}

#[tokio::test]
async fn answers_still_arrive_when_the_client_has_said_its_last_word() {
    let studio = Studio::new();
    let call = json!({
        "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": {
            "name": "list_repos", "arguments": { "owner": "company" },
            "_meta": {
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientCapabilities": {},
            },
        },
    });
    let input = studio.folder.path().join("input");
    std::fs::write(&input, format!("{call}\n")).unwrap();

    let output = Command::new(BINARY)
        .args(["record", "-o", studio.path().to_str().unwrap(), "--", BINARY, "serve", "github"])
        .stdin(std::fs::File::open(input).unwrap())
        .output()
        .unwrap();

    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), &answer["id"]), (Some(0), &json!(1)));
    // Who the server is was never asked.
    assert_eq!(studio.tape().server().implementation.name, "");
    assert_eq!(studio.tape().exchanges()[0].params["name"], "list_repos");
}

#[cfg(unix)]
#[tokio::test]
async fn tape_is_for_its_owner_and_is_not_recorded_over() {
    use std::os::unix::fs::PermissionsExt;

    let studio = Studio::new();
    let call = [("list_repos", json!({ "owner": "company" }))];
    let client = studio.recording(&[], &[]).await;
    outcomes(&client, &call).await;
    client.close().await;
    let folder = studio.folder.path();

    let again = ran(folder, &["record", "-o", "tape.jsonl", "--", BINARY, "serve", "github"]);
    let client = studio.recording(&["--append"], &[]).await;
    outcomes(&client, &call).await;
    client.close().await;

    assert_eq!(again.status.code(), Some(2));
    insta::assert_snapshot!(String::from_utf8_lossy(&again.stderr), @"
    error: `tape.jsonl` is there already
    help: name another file, or go on with this one by `--append`
    ");
    let mode = std::fs::metadata(studio.path()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let numbers: Vec<_> = studio.tape().exchanges().iter().map(|one| one.number).collect();
    assert_eq!(numbers, [1, 2]);
}

#[test]
fn tape_that_cannot_be_used_is_named_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let first = r#"{"tape":1,"recorded":"2026-11-22T10:00:00Z","command":"node"}"#;
    std::fs::write(folder.path().join("tape.jsonl"), format!("{first}\n\n{{}}\n")).unwrap();

    let broken = ran(folder.path(), &["replay", "tape.jsonl"]);
    let missing = ran(folder.path(), &["replay", "none.jsonl"]);

    assert_eq!((broken.status.code(), missing.status.code()), (Some(2), Some(2)));
    insta::assert_snapshot!(String::from_utf8_lossy(&broken.stderr), @"error: tape.jsonl:3: no exchange of a tape: missing field `n`");
    insta::assert_snapshot!(String::from_utf8_lossy(&missing.stderr), @"error: none.jsonl: No such file or directory (os error 2)");
}

#[test]
fn secret_that_is_not_there_is_told_before_anything_starts() {
    let folder = tempfile::tempdir().unwrap();

    let output = ran(folder.path(), &["record", "-o", "t", "--secret", "N0NE", "--", "nothing"]);

    assert_eq!(output.status.code(), Some(2));
    insta::assert_snapshot!(String::from_utf8_lossy(&output.stderr), @"error: variable `N0NE` is not in the environment, or empty");
    assert!(!folder.path().join("t").exists());
}

#[test]
fn catalogue_is_compared_with_a_dialect() {
    let folder = tempfile::tempdir().unwrap();
    let server = [BINARY, "serve", "slack", "--dialect", "npm-2025.4.25"];
    let diff = |dialect| {
        let arguments = [&["diff", "slack", "--dialect", dialect, "--"], &server[..]].concat();
        ran(folder.path(), &arguments)
    };

    let same = diff("npm-2025.4.25");
    let other = diff("zencoder-0.0.1");
    let nothing = ran(folder.path(), &["diff", "slack", "--", "no-such-program"]);

    let text = String::from_utf8_lossy(&same.stdout);
    assert_eq!(same.status.code(), Some(0), "{text}{}", String::from_utf8_lossy(&same.stderr));
    assert!(text.ends_with("\ntools: 0 added, 0 removed, 0 changed\n"), "{text}");
    let text = String::from_utf8_lossy(&other.stdout);
    assert_eq!((other.status.code(), other.stderr.len()), (Some(1), 0), "{text}");
    assert!(text.contains("~ protocol revision") || text.contains("~ slack_"), "{text}");
    assert_eq!(nothing.status.code(), Some(2));
    insta::assert_snapshot!(String::from_utf8_lossy(&nothing.stderr), @"error: the real server cannot be used: failed to start `no-such-program`: not found in PATH");
}

#[test]
fn tape_is_served_over_http_as_well() {
    use std::io::{BufRead, BufReader, Read, Write};
    use std::net::TcpStream;

    let folder = tempfile::tempdir().unwrap();
    let header = r#"{"tape":1,"recorded":"2026-11-22T10:00:00Z","command":"node"}"#;
    let call = r#"{"n":1,"method":"tools/call","params":{"name":"t"},"result":{"content":[]}}"#;
    std::fs::write(folder.path().join("tape.jsonl"), format!("{header}\n{call}\n")).unwrap();
    let mut child = Command::new(BINARY)
        .args(["replay", "tape.jsonl", "--http", "127.0.0.1:0"])
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut ready = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut ready).unwrap();
    let ready: Value = serde_json::from_str(&ready).unwrap();
    let url = ready["url"].as_str().unwrap().strip_prefix("http://").unwrap();
    let (address, path) = url.split_once('/').unwrap();
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let params = json!({ "name": "t", "arguments": {}, "_meta": meta });
    let call = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params });
    let (body, mut answer) = (call.to_string(), String::new());

    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "POST /{path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\
         Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\n\
         MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: t\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len(),
    )
    .unwrap();
    stream.read_to_string(&mut answer).unwrap();
    drop(child.stdin.take());

    assert!(child.wait().unwrap().success());
    assert!(answer.contains(r#""resultType":"complete""#), "{answer}");
}
