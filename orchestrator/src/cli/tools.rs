//! `orchestrator tools`: what there is to call.

use mcp_client::ToolList;
use mcp_core::protocol::Tool;
use mcp_core::schema::nearest_name;
use serde::Serialize;
use serde_json::json;

use super::context::CommandContext;
use super::error::{CommandError, ErrorKind};
use super::flags::Globals;
use super::selection::ServerSelection;
use super::servers::first_failure;
use crate::call::ToolRef;
use crate::manager::{ServerState, ServerStatus};
use crate::report::signature::{effect, signature};
use crate::report::{Paint, text, words};
use crate::source::suggest;

/// At most this many tools of each server are shown when no server is named.
const FIRST_TOOLS: usize = 3;

/// List the tools of all servers, of one server, or show one tool
///
/// A tool is named `server/tool`, `mcp_server_tool`, or by its own name when only one server has it.
#[derive(Debug, clap::Args)]
pub(super) struct ToolsArguments {
    /// The server, or the tool
    #[arg(value_name = "SERVER[/TOOL]")]
    what: Option<String>,
    /// Show the JSON Schemas of arguments and results
    #[arg(long)]
    schema: bool,
}

pub(super) async fn tools(
    arguments: &ToolsArguments,
    context: &mut CommandContext<'_, '_>,
) -> Result<(), CommandError> {
    let selection = ServerSelection::read_some(context).await?;
    let CommandContext { globals, console, interrupt } = context;
    let found = interrupt.or(find(arguments.what.as_deref(), &selection)).await;
    selection.manager.close().await;
    let found = found?;
    if console.is_json {
        console.document(&document(&found))?;
    } else {
        let paint = console.paint();
        let text = match &found {
            Found::All { servers, statuses } => overview(servers, statuses, globals, paint),
            Found::One(listed) => listed.entries(arguments.schema, paint),
        };
        console.print(&text);
    }
    match &found {
        Found::All { statuses, .. } => {
            first_failure(statuses, &selection, globals).map_or(Ok(()), Err)
        }
        Found::One(_) => Ok(()),
    }
}

/// What was asked for.
enum Found {
    /// The servers that are there, and how all of them are doing.
    All { servers: Vec<Listed>, statuses: Vec<ServerStatus> },
    /// A server, or a tool of it.
    One(Listed),
}

/// Tools of one server.
#[derive(Serialize)]
struct Listed {
    #[serde(rename = "name")]
    server: String,
    tools: Vec<Tool>,
}

impl Listed {
    fn new(server: &str, list: &ToolList) -> Self {
        Self { server: server.to_owned(), tools: list.entries.clone() }
    }

    fn entries(&self, with_schemas: bool, paint: Paint) -> String {
        if self.tools.is_empty() {
            return format!("{} lists no tools", text::line(&self.server));
        }
        let shown = if with_schemas { entry_with_schemas } else { entry };
        let entries = self.tools.iter().map(|tool| shown(&self.server, tool, paint));
        entries.collect::<Vec<_>>().join(
            "
",
        )
    }
}

async fn find(what: Option<&str>, selection: &ServerSelection) -> Result<Found, CommandError> {
    let Some(what) = what else {
        selection.manager.connect_all().await;
        let mut servers = Vec::new();
        let statuses = selection.manager.list_servers();
        for status in &statuses {
            if matches!(status.state, ServerState::Connected { .. }) {
                servers.push(list(selection, &status.name).await?);
            }
        }
        return Ok(Found::All { servers, statuses });
    };
    if selection.names.iter().any(|name| name == what) {
        return Ok(Found::One(list(selection, what).await?));
    }
    let tool = resolve(what, selection).await?;
    let mut listed = list(selection, &tool.server).await?;
    let known: Vec<String> = listed.tools.iter().map(|tool| tool.name.clone()).collect();
    listed.tools.retain(|known| known.name == tool.tool);
    if listed.tools.is_empty() {
        return Err(unlisted(&tool, known.iter().map(String::as_str)));
    }
    Ok(Found::One(listed))
}

async fn list(selection: &ServerSelection, server: &str) -> Result<Listed, CommandError> {
    let list = selection.manager.get_server_tools(server).await;
    list.map(|list| Listed::new(server, &list)).map_err(|error| selection.failed(error))
}

/// The tool that a name means. Connects to its server when the name says which, to all otherwise.
pub(super) async fn resolve(
    name: &str,
    selection: &ServerSelection,
) -> Result<ToolRef, CommandError> {
    let server = name.split_once('/').map(|(server, _)| server);
    match server.filter(|server| selection.names.iter().any(|name| name == server)) {
        Some(server) => selection.manager.connect_only(&[server]).await,
        None => selection.manager.connect_all().await,
    }
    selection.manager.resolve(name).map_err(|error| {
        let names = selection.names.iter().map(String::as_str);
        let (kind, message, help) = match server {
            Some(server) => {
                let message = format!("there is no server `{server}`");
                (ErrorKind::UnknownServer, message, suggest::help(server, names))
            }
            None => {
                let help = nearest_name(name, names).map(|server| {
                    format!("`{server}` is a server: `{server}/…` names a tool of it")
                });
                (ErrorKind::ToolNotFound, error.to_string(), help)
            }
        };
        help.into_iter().fold(CommandError::new(kind, message), CommandError::with_hint)
    })
}

/// The error for a tool that its server does not list.
pub(super) fn unlisted<'a>(
    tool: &ToolRef,
    known: impl IntoIterator<Item = &'a str>,
) -> CommandError {
    let message = format!("server `{}` lists no tool `{}`", tool.server, tool.tool);
    let error = CommandError::new(ErrorKind::ToolNotFound, message).with_server(&tool.server);
    suggest::help(&tool.tool, known).into_iter().fold(error, CommandError::with_hint)
}

fn overview(
    servers: &[Listed],
    statuses: &[ServerStatus],
    globals: &Globals,
    paint: Paint,
) -> String {
    let mut parts = Vec::new();
    for status in statuses {
        let name = text::line(&status.name);
        let listed = servers.iter().find(|listed| listed.server == status.name);
        let Some(listed) = listed else {
            parts.push(format!("{}  {}", paint.strong(&name), paint.bad("not available")));
            continue;
        };
        let count = words::count(listed.tools.len(), "tool");
        let mut part = format!("{}  {count}", paint.strong(&name));
        for tool in listed.tools.iter().take(FIRST_TOOLS) {
            part.push_str(&format!("\n  {}", signature(&listed.server, tool)));
        }
        let more = listed.tools.len().saturating_sub(FIRST_TOOLS);
        if more > 0 {
            let command = globals.command(&format!("tools {name}"));
            part.push_str(&format!("\n  {}", paint.faint(&format!("…{more} more ({command})"))));
        }
        parts.push(part);
    }
    parts.join("\n\n")
}

fn entry(server: &str, tool: &Tool, paint: Paint) -> String {
    let description = tool.description.as_deref().map(text::first_sentence).unwrap_or_default();
    let effect = effect(tool.annotations.as_ref());
    let about = match description.as_str() {
        "" => format!("[{effect}]"),
        _ => format!("{description} [{effect}]"),
    };
    format!("{}\n    {}", signature(server, tool), paint.faint(&about))
}

fn entry_with_schemas(server: &str, tool: &Tool, paint: Paint) -> String {
    let mut text = signature(server, tool);
    text.push_str(&format!("\n    {}", paint.faint(effect(tool.annotations.as_ref()))));
    for line in tool.description.as_deref().map(text::block).unwrap_or_default().lines() {
        text.push_str(&format!("\n    {line}"));
    }
    let schemas =
        [("arguments", Some(&tool.input_schema)), ("result", tool.output_schema.as_ref())];
    for (name, schema) in schemas {
        if let Some(schema) = schema {
            let schema = crate::report::json::pretty(schema.get());
            text.push_str(&format!("\n{}\n{schema}", paint.strong(name)));
        }
    }
    text
}

fn document(found: &Found) -> impl Serialize {
    #[derive(Serialize)]
    struct Document<'a> {
        schema_version: u32,
        servers: Vec<&'a Listed>,
        failed: Vec<serde_json::Value>,
    }
    let (servers, statuses): (Vec<&Listed>, &[ServerStatus]) = match found {
        Found::All { servers, statuses } => (servers.iter().collect(), statuses),
        Found::One(listed) => (vec![listed], &[]),
    };
    let failed = statuses.iter().filter_map(|status| match &status.state {
        ServerState::Failed { reason, .. } => {
            Some(json!({ "name": status.name, "reason": reason }))
        }
        ServerState::Connected { .. } | ServerState::Idle => None,
    });
    Document { schema_version: 1, servers, failed: failed.collect() }
}
