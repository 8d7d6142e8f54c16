//! The built binary `orchestrator`, used through its command line.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Map, Value, json};

use crate::install::write_file;
use crate::process::{self, Answer};

/// The most that one command may take: many times the start of all servers on a busy machine.
const DEADLINE: Duration = Duration::from_secs(120);

/// The exit code of a call whose tool answered with an error.
const TOOL_ERROR: i32 = 5;

/// Commands with one configuration.
pub(super) struct Session<'a> {
    program: &'a Path,
    folder: &'a Path,
    config: PathBuf,
}

/// A server that is connected.
pub(super) struct Status {
    pub(super) name: String,
    pub(super) revision: String,
}

impl<'a> Session<'a> {
    /// Writes the configuration into `folder`, the current folder of the commands.
    pub(super) fn new(
        program: &'a Path,
        folder: &'a Path,
        servers: &Map<String, Value>,
    ) -> Result<Self> {
        let config = folder.join(".mcp.json");
        write_file(&config, &json!({ "mcpServers": servers }).to_string())?;
        Ok(Self { program, folder, config })
    }

    fn run(&self, args: &[&str]) -> Result<Answer> {
        let mut command = Command::new(self.program);
        command.arg("--servers").arg(&self.config).arg("--json").args(args);
        process::run(command.current_dir(self.folder), self.folder, DEADLINE)
    }

    /// Runs a command that must succeed. Returns its JSON document.
    pub(super) fn document(&self, args: &[&str]) -> Result<Value> {
        let answer = self.run(args)?;
        let Answer { code, stderr, .. } = &answer;
        ensure!(*code == Some(0), "`{}` ended with {code:?}: {}", args.join(" "), stderr.trim());
        answer.json()
    }

    /// Connects to all servers, at the same time and in one manager.
    pub(super) fn servers(&self, wanted: usize) -> Result<Vec<Status>> {
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
        let connections = connected.len();
        ensure!(connections == wanted, "{connections} of {wanted} are connected: {document}");
        Ok(connected)
    }

    /// The names of the tools of a server, sorted.
    pub(super) fn tools(&self, server: &str) -> Result<Vec<String>> {
        let document = self.document(&["tools", server])?;
        let tools = document.pointer("/servers/0/tools").and_then(Value::as_array);
        let name = |tool: &Value| tool.get("name").and_then(Value::as_str).map(str::to_owned);
        let mut names: Vec<_> = tools
            .context("no `tools`")?
            .iter()
            .map(name)
            .collect::<Option<_>>()
            .context("no name")?;
        names.sort();
        Ok(names)
    }

    /// Runs a call whose tool must answer with an error.
    pub(super) fn tool_error(&self, tool: &str) -> Result<()> {
        let Answer { code, stdout, stderr } = self.run(&["call", tool])?;
        ensure!(
            code == Some(TOOL_ERROR),
            "`call {tool}` ended with {code:?}, not {TOOL_ERROR}: {stdout}{stderr}"
        );
        Ok(())
    }
}
