//! What the manager has to know of a server before it connects.

use std::fmt;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use mcp_client::transport::stdio::ChildCommand;
use mcp_client::{ClientOptions, Connector};
use mcp_core::protocol::Implementation;
use mcp_core::session::EraChoice;
use mcp_core::{Transport, TransportError};

use super::http;
use crate::call::FailureRules;
use crate::config::{Config, Era, Launch, Process, SecretString, ServerConfig};

/// At most this many calls run on a server at the same time unless its entry says otherwise.
const CONCURRENCY: NonZeroUsize = NonZeroUsize::new(16).expect("16 is not 0");

/// A server: its name, how to reach it, and its limits.
///
/// ```
/// use std::num::NonZeroUsize;
///
/// use mcp_client::transport::stdio::ChildCommand;
/// use orchestrator::manager::ServerSpec;
///
/// let command = ChildCommand::new("npx").with_args(["-y", "@modelcontextprotocol/server-github"]);
/// let github = ServerSpec::new("github", command)
///     .with_concurrency(NonZeroUsize::new(4).ok_or("not zero")?)
///     .trusting_hints();
///
/// assert_eq!(github.name, "github");
/// # Ok::<_, &str>(())
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct ServerSpec {
    /// The name that workflows use.
    pub name: String,
    /// The address that people are shown; `None` for a server in this machine.
    pub address: Option<String>,
    /// Opens connections to it.
    pub connector: Arc<dyn Connector>,
    /// Settings of its connections.
    pub client: ClientOptions,
    /// At most this many calls run on it at the same time.
    pub concurrency: NonZeroUsize,
    /// This many connections are kept to it; a call takes the one with the fewest calls.
    pub connections: NonZeroUsize,
    /// Whether to believe it that a tool only reads or may be called twice.
    pub trust_hints: bool,
    /// The rules by which its failures are classified.
    pub failures: FailureRules,
}

/// The usual settings of a client, which introduces itself to servers by the name of this program.
pub(super) fn client_options() -> ClientOptions {
    let name = Implementation::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
    ClientOptions::default().with_client(name)
}

impl ServerSpec {
    /// A server with the usual limits and one connection, whose hints are not trusted.
    pub fn new(name: impl Into<String>, connector: impl Connector + 'static) -> Self {
        Self {
            name: name.into(),
            address: None,
            connector: Arc::new(connector),
            client: client_options(),
            concurrency: CONCURRENCY,
            connections: NonZeroUsize::MIN,
            trust_hints: false,
            failures: FailureRules::default(),
        }
    }

    /// Sets how many connections are kept to it.
    #[must_use]
    pub fn with_connections(mut self, connections: NonZeroUsize) -> Self {
        self.connections = connections;
        self
    }

    /// Sets how many calls may run on it at the same time.
    #[must_use]
    pub fn with_concurrency(mut self, concurrency: NonZeroUsize) -> Self {
        self.concurrency = concurrency;
        self
    }

    /// Believes the server that a tool only reads or may be called twice.
    #[must_use]
    pub fn trusting_hints(mut self) -> Self {
        self.trust_hints = true;
        self
    }

    /// A server that cannot be connected to. The attempt fails with this reason.
    pub(super) fn unusable(name: &str, message: String) -> Self {
        Self::new(name, Unusable { message })
    }

    /// The servers of a configuration. A broken entry is a server that says so when it is connected.
    #[must_use]
    pub fn from_config(config: &Config) -> Vec<Self> {
        let tokens = config.tokens.as_deref();
        config.servers.iter().map(|server| Self::from_entry(server, tokens)).collect()
    }

    fn from_entry(config: &ServerConfig, tokens: Option<&Path>) -> Self {
        let mut spec = match &config.launch {
            Ok(Launch::Process(process)) => Self::new(&config.name, command(process)),
            Ok(Launch::Http(endpoint)) => {
                let spec = http::spec(&config.name, endpoint, tokens);
                Self { address: Some(endpoint.address()), ..spec }
            }
            Err(error) => Self::unusable(&config.name, error.to_string()),
        };
        let options = &config.options;
        spec.client.era = match options.era {
            Era::Auto => EraChoice::Auto,
            Era::Legacy => EraChoice::Legacy,
            Era::Modern => EraChoice::Modern,
        };
        if let Some(timeout) = options.timeout {
            spec.client = spec.client.with_call_timeout(timeout);
        }
        if let Some(timeout) = options.start_timeout {
            spec.client = spec.client.with_start_timeout(timeout);
        }
        spec.concurrency = options.concurrency.unwrap_or(spec.concurrency);
        spec.connections = options.connections.unwrap_or(spec.connections);
        spec.trust_hints = options.trust_hints;
        spec
    }
}

#[cfg(feature = "mocks")]
impl ServerSpec {
    /// A fake in this process. Its hints are trusted: we wrote them.
    #[must_use]
    pub fn mock(server: &mcp_mock::MockServer) -> Self {
        Self::new(server.name(), server.clone()).trusting_hints()
    }

    /// The five fakes of a world, under the names of their services.
    #[must_use]
    pub fn mocks(world: &mcp_mock::World) -> Vec<Self> {
        mcp_mock::ServiceName::ALL.map(|service| Self::mock(&world.server(service))).into()
    }
}

impl fmt::Debug for ServerSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerSpec").field("name", &self.name).finish_non_exhaustive()
    }
}

fn command(process: &Process) -> ChildCommand {
    let texts = |texts: &[SecretString]| {
        texts.iter().map(|text| text.expose().to_owned()).collect::<Vec<_>>()
    };
    let mut command = ChildCommand::new(process.command.expose()).with_args(texts(&process.args));
    for (name, value) in &process.env {
        command = command.with_env(name, value.expose());
    }
    match &process.cwd {
        Some(cwd) => command.with_cwd(cwd.expose()),
        None => command,
    }
}

/// A connector that always fails.
struct Unusable {
    message: String,
}

#[async_trait]
impl Connector for Unusable {
    async fn open(&self) -> Result<Box<dyn Transport>, TransportError> {
        Err(TransportError::NotOpened { message: self.message.clone() })
    }
}
