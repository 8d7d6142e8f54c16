//! Servers that other authors have published, used together.

mod server;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::{Map, Value};

pub(super) use server::Server;
use server::{FILES, SERVERS};

use super::context::RunContext;
use super::session::Session;
use crate::install::write_file;
use crate::table::table;

const HEAD: [&str; 6] = ["server", "package", "revision", "tools", "call", "answer holds"];

const WORKFLOW: &str = include_str!("interop.yaml");
const WORKFLOW_NAME: &str = "interop.yaml";
const NOTE: &str = "first line\nzweite Zeile: grüße\n";

/// All servers, or the first.
pub(super) fn servers(is_complete: bool) -> Vec<&'static Server> {
    let count = if is_complete { SERVERS.len() } else { 1 };
    SERVERS.iter().take(count).collect()
}

/// Uses all servers through the binary, in one manager. Returns a table.
pub(super) fn check(
    context: &RunContext,
    servers: &[&Server],
    problems: &mut Vec<String>,
) -> Result<String> {
    let folder = context.subfolder("published")?;
    context.subfolder(&format!("published/{FILES}"))?;
    let entry = |server: &&Server| (server.name.to_owned(), server.entry(&context.cache, &folder));
    let entries: Map<_, _> = servers.iter().map(entry).collect();
    let session = Session::new(&context.orchestrator, &folder, &entries)?;
    let mut note = |subject: &str, error| problems.push(format!("{subject}: {error:#}"));

    let statuses = session.servers(servers.len()).map_err(|error| note("servers", error));
    let statuses = statuses.unwrap_or_default();
    let mut rows = Vec::new();
    for server in servers {
        let status = statuses.iter().find(|status| status.name == server.name);
        let revision = status.map(|status| status.revision.as_str()).unwrap_or_default();
        let tools = row(&session, server, revision).map_err(|error| note(server.name, error));
        rows.push([
            server.name.to_owned(),
            server.package.to_string(),
            revision.to_owned(),
            tools.map_or_else(|()| "failed".to_owned(), |tools| tools.to_string()),
            server.call.tool.to_owned(),
            server.call.answer.to_owned(),
        ]);
    }
    if servers.len() == SERVERS.len()
        && let Err(error) = workflow(&session, &folder)
    {
        note(WORKFLOW_NAME, error);
    }
    Ok(table(HEAD, rows))
}

/// Checks one server. Returns the number of its tools.
fn row(session: &Session<'_>, server: &Server, revision: &str) -> Result<usize> {
    ensure!(revision == server.revision, "revision `{revision}`, not `{}`", server.revision);
    let tools = session.tools(server.name)?.len();
    let tool = format!("{}/{}", server.name, server.call.tool);
    let args: Vec<&str> = ["call", &tool].iter().chain(server.call.arguments).copied().collect();
    let text = session.document(&args)?.to_string();
    let wanted = server.call.answer;
    ensure!(text.contains(wanted), "`{tool}` answers {text}, without `{wanted}`");
    Ok(tools)
}

/// Checks the workflow's effects: the file, the memory and the output.
fn workflow(session: &Session<'_>, folder: &Path) -> Result<()> {
    write_file(&folder.join(WORKFLOW_NAME), WORKFLOW)?;
    let note = folder.join(FILES).join("note.txt");
    let input = format!("file={}", note.display());
    let document = session.document(&["run", WORKFLOW_NAME, "-i", &input])?;
    let echo = document.pointer("/outputs/echo").and_then(Value::as_str).unwrap_or_default();
    ensure!(echo == "Echo: note", "the workflow ends with {document}");
    let written = fs::read_to_string(&note).context("the workflow wrote no file")?;
    ensure!(written == NOTE, "the file holds {written:?}");
    let memory = fs::read_to_string(folder.join(FILES).join("memory.jsonl"))?;
    ensure!(memory.contains("zweite Zeile: grüße"), "the memory holds {memory:?}");
    Ok(())
}
