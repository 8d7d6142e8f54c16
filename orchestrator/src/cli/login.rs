//! `orchestrator servers login` and `logout`.

use mcp_client::auth::LoopbackConsent;
use serde_json::json;
use tokio::sync::mpsc;

use super::console::Console;
use super::context::CommandContext;
use super::error::{CommandError, ErrorKind};
use super::selection;
use super::servers::{LoginArguments, LogoutArguments};
use crate::manager::{LoginError, ServerLogin};
use crate::report::{text, words};

/// Pages that wait to be shown: one login has one.
const PAGES_MAX: usize = 4;

pub(super) async fn login(
    arguments: &LoginArguments,
    context: &mut CommandContext<'_, '_>,
) -> Result<(), CommandError> {
    let name = &arguments.name;
    let login = find(name, context).await?;
    let CommandContext { console, interrupt, .. } = context;
    let (sender, mut pages) = mpsc::channel(PAGES_MAX);
    let show = move |page: &str| drop(sender.try_send(page.to_owned()));
    let mut consent = LoopbackConsent::new(show);
    if let Some(port) = login.callback_port() {
        consent = consent.with_port(port);
    }
    if arguments.open {
        consent = consent.with_browser();
    }
    let work = async { login.log_in(consent).await.map_err(CommandError::from) };
    let mut work = std::pin::pin!(interrupt.or(work));
    let tools = loop {
        tokio::select! {
            biased;
            Some(page) = pages.recv() => ask(name, &page, console),
            tools = &mut work => break tools?,
        }
    };
    let folder = login.folder().display().to_string();
    if console.is_json {
        return console.document(&json!({
            "schema_version": 1, "server": name, "tools": tools, "tokens": folder,
        }));
    }
    let (name, tools) = (text::line(name), words::count(tools, "tool"));
    console.print(&format!("logged in to `{name}`: {tools}\ntokens are kept in {folder}"));
    Ok(())
}

pub(super) async fn logout(
    arguments: &LogoutArguments,
    context: &mut CommandContext<'_, '_>,
) -> Result<(), CommandError> {
    let name = &arguments.name;
    let login = find(name, context).await?;
    let CommandContext { console, interrupt, .. } = context;
    interrupt.or(async { login.log_out().await.map_err(CommandError::from) }).await?;
    if console.is_json {
        return console.document(&json!({ "schema_version": 1, "server": name }));
    }
    console.print(&format!("the login to `{}` is forgotten on this machine", text::line(name)));
    Ok(())
}

async fn find(
    name: &str,
    context: &mut CommandContext<'_, '_>,
) -> Result<ServerLogin, CommandError> {
    if context.globals.mocks {
        return Err(CommandError::new(ErrorKind::Usage, "the fakes of `--mocks` want no login"));
    }
    let config = context.config().await?;
    if config.servers.is_empty() {
        return Err(selection::no_servers());
    }
    Ok(ServerLogin::new(&config, name)?)
}

fn ask(name: &str, page: &str, console: &mut Console<'_>) {
    if console.is_json {
        return console.ask(&json!({ "login": { "server": name, "url": page } }).to_string());
    }
    let (name, page) = (text::line(name), text::line(page));
    console.ask(&format!(
        "open this page to log in to `{name}`:\n\n  {page}\n\nwaiting for the browser to come back \
         (Ctrl-C gives up)"
    ));
}

impl From<LoginError> for CommandError {
    fn from(error: LoginError) -> Self {
        let message = error.to_string();
        match error {
            LoginError::Entry { source } => source.into(),
            LoginError::Server { source } => source.into(),
            LoginError::Auth { server, source } => {
                let kind = match source.is_transient() {
                    true => ErrorKind::Unreachable,
                    false => ErrorKind::AuthRequired,
                };
                Self::new(kind, message).with_server(&server)
            }
            LoginError::Unknown { server, help } => {
                let error = Self::new(ErrorKind::UnknownServer, message).with_server(&server);
                help.into_iter().fold(error, Self::with_hint)
            }
            LoginError::HasHeader { server } => Self::new(ErrorKind::Usage, message)
                .with_server(&server)
                .with_hint("take the header out of the entry first"),
            LoginError::Address { server, .. }
            | LoginError::NotWanted { server }
            | LoginError::Process { server } => {
                Self::new(ErrorKind::Usage, message).with_server(&server)
            }
            LoginError::NoFolder => {
                Self::new(ErrorKind::Usage, message).with_hint("export ORCHESTRATOR_TOKENS_DIR=DIR")
            }
        }
    }
}
