//! What the manager must know of a server before it connects.

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
use mcp_mock::MockServer;

use super::http;
use crate::call::FailureRules;
use crate::config::{Era, Launch, Process, SecretString, ServerConfig};

/// Calls that one server gets at the same time unless it says otherwise.
const CONCURRENCY: NonZeroUsize = NonZeroUsize::new(16).expect("16 is not 0");

/// A server: its name, how to reach it, and its limits.
#[derive(Clone)]
#[non_exhaustive]
pub struct ServerSpec {
    /// The name that workflows use.
    pub name: String,
    /// Where it is, for people; `None` when that is in this machine.
    pub address: Option<String>,
    /// Opens connections to it.
    pub connector: Arc<dyn Connector>,
    /// Settings of its connections.
    pub client: ClientOptions,
    /// How many calls it gets at the same time.
    pub concurrency: NonZeroUsize,
    /// How many connections are kept to it; a call takes the one with the least to do.
    pub connections: NonZeroUsize,
    /// Whether its word is taken that a tool only reads or may be called twice.
    pub trust_hints: bool,
    /// How its failures are read.
    pub failures: FailureRules,
}

/// The usual settings of a client, which introduces itself to servers by the name of this program.
pub(super) fn client_options() -> ClientOptions {
    let name = Implementation::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
    ClientOptions::default().with_client(name)
}

impl ServerSpec {
    /// A server with the usual limits, one connection, whose hints are not trusted.
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

    /// A fake in this process. Its hints are trusted: we wrote them.
    #[must_use]
    pub fn mock(server: &MockServer) -> Self {
        let mut spec = Self::new(server.name(), Mock(server.clone()));
        spec.trust_hints = true;
        spec
    }

    /// Keeps so many connections.
    #[must_use]
    pub fn with_connections(mut self, connections: NonZeroUsize) -> Self {
        self.connections = connections;
        self
    }

    /// Allows so many calls at the same time.
    #[must_use]
    pub fn with_concurrency(mut self, concurrency: NonZeroUsize) -> Self {
        self.concurrency = concurrency;
        self
    }

    /// Takes the server's word that a tool only reads or may be called twice.
    #[must_use]
    pub fn trusting_hints(mut self) -> Self {
        self.trust_hints = true;
        self
    }

    /// A server that cannot even be tried. The reason is told when it is connected.
    pub(super) fn unusable(name: &str, message: String) -> Self {
        Self::new(name, Unusable { message })
    }

    /// A server of a configuration. What is wrong with its entry is told when it is connected.
    pub(super) fn from_config(config: &ServerConfig, tokens: Option<&Path>) -> Self {
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

struct Mock(MockServer);

#[async_trait]
impl Connector for Mock {
    async fn open(&self) -> Result<Box<dyn Transport>, TransportError> {
        Ok(Box::new(self.0.transport()))
    }
}

/// A server that cannot even be tried.
struct Unusable {
    message: String,
}

#[async_trait]
impl Connector for Unusable {
    async fn open(&self) -> Result<Box<dyn Transport>, TransportError> {
        Err(TransportError::NotOpened { message: self.message.clone() })
    }
}
