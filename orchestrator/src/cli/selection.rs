//! Which servers a command works with.

use std::sync::Arc;

use super::context::CommandContext;
use super::error::{CommandError, ErrorKind};
use crate::call::FailureKind;
use crate::config::{Config, ConfigError, Launch};
use crate::manager::{Manager, ManagerError, ServerSpec};
use crate::plan::CheckError;
use crate::report::words;

/// The servers that a command may use; they are connected when it does.
#[derive(Debug)]
pub(super) struct ServerSelection {
    pub(super) manager: Arc<Manager>,
    pub(super) names: Vec<String>,
    config: Config,
    is_mock: bool,
    /// The command that logs in to one of them, without the name.
    login_command: String,
}

impl ServerSelection {
    pub(super) async fn read(context: &mut CommandContext<'_, '_>) -> Result<Self, CommandError> {
        let config = match context.globals.mocks {
            true => Config::default(),
            false => context.config().await?,
        };
        let CommandContext { globals, console, .. } = context;
        for note in &config.notes {
            console.progress(note);
        }
        let mut specs = if globals.mocks { mocks()? } else { ServerSpec::from_config(&config) };
        if let Some(timeout) = globals.timeout {
            specs.iter_mut().for_each(|spec| {
                spec.client = spec.client.clone().with_call_timeout(timeout);
            });
        }
        let names = specs.iter().map(|spec: &ServerSpec| spec.name.clone()).collect();
        let manager = Arc::new(Manager::idle(specs));
        let login_command = globals.command("servers login");
        Ok(Self { manager, names, config, is_mock: globals.mocks, login_command })
    }

    /// The same, for commands that make no sense without a server.
    pub(super) async fn read_some(
        context: &mut CommandContext<'_, '_>,
    ) -> Result<Self, CommandError> {
        let selection = Self::read(context).await?;
        if selection.names.is_empty() {
            return Err(no_servers());
        }
        Ok(selection)
    }

    /// What is wrong with the entry of a server.
    pub(super) fn broken_entry(&self, server: &str) -> Option<&ConfigError> {
        self.config.server(server)?.launch.as_ref().err()
    }

    /// The error for a server that cannot be used, as its status says.
    pub(super) fn unavailable(
        &self,
        server: &str,
        reason: &str,
        kind: FailureKind,
    ) -> CommandError {
        self.explained(server, CommandError::unavailable(server, reason, kind))
    }

    /// The error for a server that gave nothing.
    pub(super) fn failed(&self, error: ManagerError) -> CommandError {
        let server = error.server.clone();
        self.explained(&server, error.into())
    }

    /// The error for a workflow that cannot be a plan with these servers.
    pub(super) fn refused(&self, error: CheckError) -> CommandError {
        match error {
            CheckError::UnknownServers(_) if self.names.is_empty() => no_servers(),
            CheckError::Unavailable(away) => self
                .unavailable(&away.server, &away.reason, away.kind)
                .with_step(away.step.as_str()),
            error => error.into(),
        }
    }

    /// What is wrong with the entry of the server comes before what follows from it.
    fn explained(&self, server: &str, error: CommandError) -> CommandError {
        match self.broken_entry(server) {
            Some(entry) => CommandError::from(entry.clone()).with_server(server),
            None => self.with_login(error),
        }
    }

    /// Says how to log in when that is what a server wants.
    pub(super) fn with_login(&self, mut error: CommandError) -> CommandError {
        let server = error.server.as_deref().filter(|_| error.kind == ErrorKind::AuthRequired);
        let found = server.and_then(|server| self.config.server(server));
        if let Some(server) = found
            && let Ok(Launch::Http(endpoint)) = &server.launch
        {
            error.hints = vec![match endpoint.has_authorization() {
                true => format!("replace the `Authorization` header of {}", server.origin),
                false => format!("{} {}", self.login_command, server.name),
            }];
        }
        error
    }

    /// `5 mock servers`.
    pub(super) fn count_words(&self, count: usize) -> String {
        words::count(count, if self.is_mock { "mock server" } else { "server" })
    }
}

/// The servers of `--mocks`: the same at every start.
#[cfg(feature = "mocks")]
#[expect(clippy::unnecessary_wraps, reason = "a build without fakes refuses")]
fn mocks() -> Result<Vec<ServerSpec>, CommandError> {
    Ok(ServerSpec::mocks(&mcp_mock::World::new(42)))
}

#[cfg(not(feature = "mocks"))]
fn mocks() -> Result<Vec<ServerSpec>, CommandError> {
    Err(CommandError::new(ErrorKind::Usage, "this program was built without fakes")
        .with_hint("build it with the feature `mocks`, which is on by default"))
}

pub(super) fn no_servers() -> CommandError {
    let error = CommandError::new(ErrorKind::Usage, "no servers are configured")
        .with_hint("write `.mcp.json`, or name a file with `--servers FILE`");
    match cfg!(feature = "mocks") {
        true => error.with_hint("or try it without any set-up: `--mocks`"),
        false => error,
    }
}
