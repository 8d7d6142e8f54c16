//! What the binary must make of the servers.

use std::fs;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::Scene;
use super::binary::Binary;
use super::server::{FILES, Server};
use crate::install::write_file;
use crate::process::Answer;

/// The exit code of a call whose tool said no.
const TOOL_ERROR: i32 = 5;

/// A tool of the script `server.py` that takes 4 s and reports progress all the while, and a timeout
/// that it passes only because it does.
const LONG_CALL: &str = "python-modern/count";
const LONG_CALL_ARGS: [&str; 5] = ["--timeout", "2s", "call", LONG_CALL, "seconds:=4"];

/// A tool of the same script that says no.
const FAILING_CALL: &str = "python-modern/fail";

/// How long the system may need to bury a process that has ended.
const BURIAL: Duration = Duration::from_secs(1);

const WORKFLOW: &str = include_str!("interop.yaml");
const WORKFLOW_NAME: &str = "interop.yaml";
const NOTE: &str = "first line\nzweite Zeile: grüße\n";

/// What was seen.
#[derive(Default)]
pub(super) struct Findings {
    pub(super) rows: Vec<Row>,
    /// What is not as it should be, in sentences.
    pub(super) misses: Vec<String>,
}

/// What was seen of one server.
pub(super) struct Row {
    pub(super) server: &'static Server,
    pub(super) revision: String,
    pub(super) tools: usize,
    pub(super) result: String,
}

/// Uses all servers through the binary.
pub(super) fn check(binary: &Binary, scene: &Scene) -> Findings {
    let mut findings = Findings::default();
    let session = Session { binary, scene };
    let statuses = findings.note("servers", session.servers()).unwrap_or_default();
    for server in &scene.servers {
        let status = statuses.iter().find(|status| status.name == server.name);
        let revision = status.map(|status| status.revision.clone()).unwrap_or_default();
        if revision != server.revision {
            let wanted = server.revision;
            findings.misses.push(format!("{}: revision `{revision}`, not `{wanted}`", server.name));
        }
        let tools = findings.note(server.name, session.tools(server)).unwrap_or_default();
        let result = findings.note(server.name, session.call(server)).unwrap_or_default();
        findings.rows.push(Row { server, revision, tools, result });
    }
    findings.note(FAILING_CALL, session.tool_error());
    findings.note(LONG_CALL, session.document(&LONG_CALL_ARGS));
    if scene.is_complete() {
        findings.note(WORKFLOW_NAME, session.workflow());
    }
    findings.note("processes", session.nothing_left());
    findings
}

impl Findings {
    fn note<T>(&mut self, subject: &str, seen: Result<T>) -> Option<T> {
        seen.map_err(|error| self.misses.push(format!("{subject}: {error:#}"))).ok()
    }
}

struct Status {
    name: String,
    revision: String,
}

struct Session<'a> {
    binary: &'a Binary,
    scene: &'a Scene,
}

impl Session<'_> {
    fn run(&self, args: &[&str]) -> Result<Answer> {
        let config = self.scene.config.to_str().context("a path that is no text")?;
        let args: Vec<&str> = ["--servers", config, "--json"].iter().chain(args).copied().collect();
        self.binary.run(&self.scene.folder, &args)
    }

    /// Runs a command that must succeed and gives its document.
    fn document(&self, args: &[&str]) -> Result<Value> {
        let answer = self.run(args)?;
        let Answer { code, stderr, .. } = &answer;
        ensure!(*code == Some(0), "`{}` ended with {code:?}: {}", args.join(" "), stderr.trim());
        answer.json()
    }

    /// All servers are connected, at the same time and in one manager.
    fn servers(&self) -> Result<Vec<Status>> {
        let document = self.document(&["servers"])?;
        let servers = document.get("servers").and_then(Value::as_array).context("no `servers`")?;
        let text = |server: &Value, member: &str| {
            server.get(member).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let connected: Vec<Status> = servers
            .iter()
            .filter(|server| text(server, "state") == "connected")
            .map(|server| Status { name: text(server, "name"), revision: text(server, "version") })
            .collect();
        let wanted = self.scene.servers.len();
        ensure!(
            connected.len() == wanted,
            "{} of {wanted} are connected: {document}",
            connected.len()
        );
        Ok(connected)
    }

    fn tools(&self, server: &Server) -> Result<usize> {
        let document = self.document(&["tools", server.name])?;
        let tools = document.pointer("/servers/0/tools").and_then(Value::as_array);
        let tools = tools.context("no `tools`")?.len();
        ensure!(tools > 0, "no tools");
        Ok(tools)
    }

    fn call(&self, server: &Server) -> Result<String> {
        let tool = format!("{}/{}", server.name, server.call.tool);
        let args: Vec<&str> =
            ["call", &tool].iter().chain(server.call.arguments).copied().collect();
        let text = self.document(&args)?.to_string();
        let wanted = server.call.answer;
        ensure!(text.contains(wanted), "`{tool}` answers {text}, without `{wanted}`");
        Ok(wanted.to_owned())
    }

    fn tool_error(&self) -> Result<()> {
        let Answer { code, stdout, stderr } = self.run(&["call", FAILING_CALL])?;
        ensure!(code == Some(TOOL_ERROR), "exit code {code:?}, not {TOOL_ERROR}: {stdout}{stderr}");
        Ok(())
    }

    /// Its effects are in the file, in the memory and in the output.
    fn workflow(&self) -> Result<()> {
        let folder = &self.scene.folder;
        write_file(&folder.join(WORKFLOW_NAME), WORKFLOW)?;
        let note = folder.join(FILES).join("note.txt");
        let input = format!("file={}", note.display());
        let document = self.document(&["run", WORKFLOW_NAME, "-i", &input])?;
        let echo = document.pointer("/outputs/echo").and_then(Value::as_str).unwrap_or_default();
        ensure!(echo == "Echo: note", "the workflow ends with {document}");
        let written = fs::read_to_string(&note).context("the workflow wrote no file")?;
        ensure!(written == NOTE, "the file holds {written:?}");
        let memory = fs::read_to_string(folder.join(FILES).join("memory.jsonl"))?;
        ensure!(memory.contains("zweite Zeile: grüße"), "the memory holds {memory:?}");
        Ok(())
    }

    fn nothing_left(&self) -> Result<()> {
        let mark = self.scene.folder.to_str().context("a path that is no text")?;
        let end = Instant::now() + BURIAL;
        loop {
            let left = processes(mark)?;
            if left.is_empty() {
                return Ok(());
            }
            ensure!(Instant::now() < end, "left behind: {}", left.join("; "));
            sleep(BURIAL / 20);
        }
    }
}

/// The processes that have `mark` in their command line.
fn processes(mark: &str) -> Result<Vec<String>> {
    let mut ps = Command::new("ps");
    let output = ps.args(["-axww", "-o", "pid=,command="]).output().context("cannot start `ps`")?;
    ensure!(output.status.success(), "`ps` failed ({})", output.status);
    let lines = String::from_utf8_lossy(&output.stdout);
    Ok(lines.lines().filter(|line| line.contains(mark)).map(str::to_owned).collect())
}
