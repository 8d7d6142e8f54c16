//! Processes that behave badly towards the one that started them.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::Duration;

use mcp_client::transport::stdio::ChildCommand;
use mcp_client::{Client, ClientOptions};
use serde_json::json;

use super::new_issue;

const BINARY: &str = env!("CARGO_BIN_EXE_mcp-mock");
const KILL: i32 = 9;
const TERM: i32 = 15;

fn rule(kind: &str) -> String {
    format!("create_issue:process={kind}*1")
}

/// A process that has answered a call, and behaves badly since.
struct Bad {
    child: Child,
    stdout: BufReader<ChildStdout>,
}

impl Bad {
    fn begin(kind: &str) -> Self {
        let mut child = Command::new(BINARY)
            .args(["serve", "github", "--fault", &rule(kind)])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let meta = json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
        });
        let params = json!({ "name": "create_issue", "arguments": new_issue(), "_meta": meta });
        let call = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params });
        writeln!(child.stdin.as_mut().unwrap(), "{call}").unwrap();
        let mut answer = String::new();
        stdout.read_line(&mut answer).unwrap();
        Self { child, stdout }
    }

    /// Sends a signal to the process, or to its whole group.
    fn signal(&self, signal: i32, is_for_group: bool) {
        let sign = if is_for_group { "-" } else { "" };
        let target = format!("{sign}{}", self.child.id());
        let sent = Command::new("kill").args([&format!("-{signal}"), "--", &target]).status();
        assert!(sent.unwrap().success());
    }

    fn end(mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }
}

#[test]
fn end_of_input_and_terminate_are_ignored() {
    let mut bad = Bad::begin("ignore-end");

    drop(bad.child.stdin.take());
    bad.signal(TERM, false);
    bad.signal(KILL, false);

    // Of two signals that wait, the lower one would have come first.
    assert_eq!(bad.end().signal(), Some(KILL));
}

#[test]
fn slow_end_is_still_to_come_behind_the_end_of_input() {
    let mut bad = Bad::begin("slow-end");

    drop(bad.child.stdin.take());
    bad.signal(TERM, false);

    assert_eq!(bad.end().signal(), Some(TERM));
}

#[test]
fn standard_streams_close_and_the_process_lives_on() {
    let mut bad = Bad::begin("close-streams");
    let mut rest = String::new();
    bad.stdout.read_to_string(&mut rest).unwrap();

    bad.signal(TERM, false);

    assert_eq!(bad.end().signal(), Some(TERM));
}

#[test]
fn grandchild_holds_standard_output_until_its_group_is_killed() {
    let mut bad = Bad::begin("grandchild");
    bad.child.kill().unwrap();
    bad.child.wait().unwrap();

    // The group is there although its leader is not.
    bad.signal(KILL, true);

    let mut rest = String::new();
    bad.stdout.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "");
}

/// A client of ours ends each of them, in bounded time, and no call hangs.
#[tokio::test]
async fn client_gets_rid_of_them_all() {
    let grace = Duration::from_millis(50);
    for (kind, is_answered) in [
        ("close-streams", false),
        ("freeze", false),
        ("grandchild", true),
        ("ignore-end", true),
        ("slow-end", true),
        ("stderr-flood", true),
        ("stop", false),
    ] {
        let command = ChildCommand::new(BINARY)
            .with_args(["serve", "github", "--fault", &rule(kind)])
            .with_graces(grace, grace);
        let options = ClientOptions::default().with_call_timeout(Duration::from_secs(2));
        let client = Client::open(&command, options).await.unwrap();

        let called = client.call_raw("create_issue", new_issue()).await;
        client.close().await;

        assert_eq!(called.is_ok(), is_answered, "{kind}: {called:?}");
    }
}
