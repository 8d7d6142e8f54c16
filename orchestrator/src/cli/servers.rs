//! `orchestrator servers`: connects to all and shows how each is doing, and the way to log in and out.

use clap::{Args, Subcommand};
use mcp_core::protocol::{Era, ProtocolVersion};
use serde_json::{Value, json};

use super::context::CommandContext;
use super::error::CommandError;
use super::flags::Globals;
use super::login::{login, logout};
use super::selection::ServerSelection;
use crate::manager::{ServerState, ServerStatus};
use crate::report::{Paint, text, words};

/// Connect to all servers and show how each is doing, or log in to one of them
///
/// The exit code is that of the first server that failed.
#[derive(Debug, Args)]
pub(super) struct ServersArguments {
    #[command(subcommand)]
    command: Option<ServersCommand>,
}

#[derive(Debug, Subcommand)]
enum ServersCommand {
    Login(LoginArguments),
    Logout(LogoutArguments),
}

/// Log in to a server behind a URL
///
/// Shows the page on which to agree, waits until the browser comes back to a port of this machine, and
/// keeps the tokens in a folder of the user for every later command.
#[derive(Debug, Args)]
pub(super) struct LoginArguments {
    /// The server
    pub(super) name: String,
    /// Open the page in the browser as well
    #[arg(long)]
    pub(super) open: bool,
}

/// Forget the login to a server
#[derive(Debug, Args)]
pub(super) struct LogoutArguments {
    /// The server
    pub(super) name: String,
}

pub(super) async fn servers(
    arguments: &ServersArguments,
    context: &mut CommandContext<'_, '_>,
) -> Result<(), CommandError> {
    match &arguments.command {
        None => list(context).await,
        Some(ServersCommand::Login(arguments)) => login(arguments, context).await,
        Some(ServersCommand::Logout(arguments)) => logout(arguments, context).await,
    }
}

async fn list(context: &mut CommandContext<'_, '_>) -> Result<(), CommandError> {
    let selection = ServerSelection::read_some(context).await?;
    let CommandContext { globals, console, interrupt } = context;
    let connecting = async {
        selection.manager.connect_all().await;
        Ok(selection.manager.list_servers())
    };
    let statuses = interrupt.or(connecting).await;
    selection.manager.close().await;
    let statuses = statuses?;
    if console.is_json {
        let servers: Vec<Value> = statuses.iter().map(document).collect();
        console.document(&json!({ "schema_version": 1, "servers": servers }))?;
    } else {
        console.print(&table(&statuses, console.paint()));
    }
    first_failure(&statuses, &selection, globals).map_or(Ok(()), Err)
}

/// The error of the first server that failed, which tells how many there are.
pub(super) fn first_failure(
    statuses: &[ServerStatus],
    selection: &ServerSelection,
    globals: &Globals,
) -> Option<CommandError> {
    let failed = statuses.iter().filter_map(|status| match &status.state {
        ServerState::Failed { reason, kind } => Some((&status.name, reason, *kind)),
        ServerState::Connected { .. } | ServerState::Idle => None,
    });
    let count = failed.clone().count();
    let (name, reason, kind) = failed.clone().next()?;
    let mut error = selection.unavailable(name, reason, kind);
    if count > 1 {
        let servers = words::count(statuses.len(), "server");
        error.message = format!("{} ({count} of {servers} failed)", error.message);
    }
    if error.hints.is_empty() {
        let hint = format!("mend it and look again: {}", globals.command("servers"));
        error = error.with_hint(hint);
    }
    Some(error)
}

fn table(statuses: &[ServerStatus], paint: Paint) -> String {
    let width = statuses.iter().map(|status| status.name.chars().count()).max().unwrap_or(0).max(6);
    let head = format!(
        "{:width$}  {:9}  {:10}  {:>5}  {:>7}",
        "SERVER", "STATE", "REVISION", "TOOLS", "TOOK"
    );
    let mut lines = vec![paint.strong(&head)];
    for status in statuses {
        let took = status.took.map_or_else(|| "-".to_owned(), words::duration);
        let row = |state: &str, revision: &str, tools: &str| {
            format!(
                "{:width$}  {state}  {revision:10}  {tools:>5}  {took:>7}",
                text::line(&status.name)
            )
        };
        match &status.state {
            ServerState::Connected { version, tools, rejected, .. } => {
                let state = paint.good("connected");
                lines.push(row(&state, version.as_str(), &tools.to_string()));
                lines.extend(address(status).map(|address| {
                    format!("  {}", paint.faint(&format!("{address} ({} era)", era(*version))))
                }));
                lines.extend(rejected.iter().map(|why| format!("  left out: {}", text::line(why))));
            }
            ServerState::Failed { reason, .. } => {
                lines.push(row(&paint.bad("failed   "), "-", "-"));
                lines.extend(address(status).map(|address| format!("  {}", paint.faint(&address))));
                lines.push(format!("  {}", text::line(reason)));
            }
            ServerState::Idle => lines.push(row("idle     ", "-", "-")),
        }
    }
    lines.join("\n")
}

fn address(status: &ServerStatus) -> Option<String> {
    status.address.as_deref().map(text::line)
}

fn era(version: ProtocolVersion) -> &'static str {
    match version.era() {
        Era::Legacy => "legacy",
        Era::Modern => "modern",
    }
}

fn document(status: &ServerStatus) -> Value {
    let took = status.took.map(|took| u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
    let mut document = match &status.state {
        ServerState::Connected { version, title, tools, rejected } => json!({
            "name": status.name, "state": "connected", "version": version.as_str(),
            "era": era(*version), "title": title, "tools": tools, "rejected": rejected,
            "took_us": took,
        }),
        ServerState::Failed { reason, kind } => json!({
            "name": status.name, "state": "failed", "reason": reason, "kind": kind.as_str(),
            "took_us": took,
        }),
        ServerState::Idle => json!({ "name": status.name, "state": "idle" }),
    };
    if let Some(address) = &status.address {
        document["url"] = json!(address);
    }
    document
}
