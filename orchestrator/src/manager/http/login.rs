//! Logging in to a server, with a person present, and out.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use mcp_client::Client;
use mcp_client::auth::{
    AuthorizationResponse, Consent, ConsentError, OAuth, OAuthOptions, PendingConsent, Secret,
};
use mcp_client::credentials::AuthError;
use mcp_client::transport::http::HttpEndpoint;

use super::{address, oauth_options};
use crate::config::{Config, ConfigError, Endpoint, Launch};
use crate::manager::ManagerError;
use crate::manager::connection::ConnectionFailure;
use crate::manager::spec::client_options;
use crate::source::suggest;

/// How long a server may take to answer while a person reads, thinks and types: longer than the answer
/// of the person is waited for.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

/// The login to one server of a configuration.
///
/// It is kept in [`Config::tokens`], where every later connection to the server finds it.
#[derive(Debug, Clone)]
pub struct ServerLogin {
    server: String,
    endpoint: Endpoint,
    folder: PathBuf,
}

impl ServerLogin {
    /// The login to the server of this name.
    ///
    /// # Errors
    ///
    /// When there is no such server, or none that one logs in to.
    pub fn new(config: &Config, server: &str) -> Result<Self, LoginError> {
        let named = || server.to_owned();
        let Some(found) = config.server(server) else {
            let known = config.servers.iter().map(|server| server.name.as_str());
            return Err(LoginError::Unknown {
                server: named(),
                help: suggest::help(server, known),
            });
        };
        let endpoint = match &found.launch {
            Ok(Launch::Http(endpoint)) => endpoint.clone(),
            Ok(Launch::Process(_)) => return Err(LoginError::Process { server: named() }),
            Err(source) => return Err(LoginError::Entry { source: source.clone() }),
        };
        if endpoint.has_authorization() {
            return Err(LoginError::HasHeader { server: named() });
        }
        let folder = config.tokens.clone().ok_or(LoginError::NoFolder)?;
        Ok(Self { server: named(), endpoint, folder })
    }

    /// The folder in which it is kept.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The port on which the answer is awaited, when the entry names one.
    #[must_use]
    pub fn callback_port(&self) -> Option<u16> {
        self.endpoint.login.callback_port.map(Into::into)
    }

    /// Asks a person, keeps what comes of it, and gives the number of tools that it opens.
    ///
    /// # Errors
    ///
    /// When the person refuses, the server is unreachable, or it refuses the credentials too.
    ///
    /// # Cancel safety
    ///
    /// A dropped future gives the login up; what was kept before stays.
    pub async fn log_in(&self, consent: impl Consent) -> Result<usize, LoginError> {
        let asked = Arc::new(AtomicBool::new(false));
        let consent = Watched { consent: Box::new(consent), asked: Arc::clone(&asked) };
        let oauth = Arc::new(self.oauth(|options| options.with_consent(consent))?);
        let endpoint = address(&self.endpoint).map_err(|error| LoginError::Address {
            server: self.server.clone(),
            reason: error.to_string(),
        })?;
        let endpoint = endpoint.with_credentials(Arc::clone(&oauth) as _);
        // The refusal of a server is what says best how to log in.
        let tools = self.visit(&endpoint).await?;
        if asked.load(Ordering::Relaxed) {
            return Ok(tools);
        }
        match oauth.login(None).await {
            Ok(()) => self.visit(&endpoint).await,
            Err(source) if asked.load(Ordering::Relaxed) || source.is_transient() => {
                Err(self.failed(source))
            }
            Err(_) => Err(LoginError::NotWanted { server: self.server.clone() }),
        }
    }

    /// Forgets the login. The authorization server is not told.
    ///
    /// # Errors
    ///
    /// When the folder cannot be written.
    pub async fn log_out(&self) -> Result<(), LoginError> {
        let oauth = self.oauth(|options| options)?;
        oauth.logout().await.map_err(|source| self.failed(source))
    }

    fn oauth(&self, with: impl FnOnce(OAuthOptions) -> OAuthOptions) -> Result<OAuth, LoginError> {
        let options = oauth_options(&self.server, &self.endpoint, Some(&self.folder));
        OAuth::new(with(options)).map_err(|source| self.failed(source))
    }

    async fn visit(&self, endpoint: &HttpEndpoint) -> Result<usize, LoginError> {
        let mut options = client_options().with_start_timeout(PATIENCE);
        options.probe_timeout = PATIENCE;
        options.list_timeout = PATIENCE;
        let client = Client::open(endpoint, options).await.map_err(|error| {
            ManagerError::unavailable(&self.server, &ConnectionFailure::Failed(error))
        })?;
        let tools = client.list_tools().await;
        client.close().await;
        let tools = tools.map_err(|error| ManagerError::list(&self.server, &error))?;
        Ok(tools.entries.len())
    }

    fn failed(&self, source: AuthError) -> LoginError {
        LoginError::Auth { server: self.server.clone(), source }
    }
}

/// Why a login did not come about, or a server has none.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum LoginError {
    /// The address cannot be used.
    #[error("server `{server}`: {reason}")]
    Address {
        /// The server.
        server: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The login failed.
    #[error("server `{server}`: {source}")]
    Auth {
        /// The server.
        server: String,
        /// What the authorization failed at.
        source: AuthError,
    },
    /// The entry of the server is broken.
    #[error(transparent)]
    Entry {
        /// What is wrong with it.
        source: ConfigError,
    },
    /// The entry says itself what requests carry.
    #[error(
        "server `{server}` gets the `Authorization` header of its entry, which a login would not replace"
    )]
    HasHeader {
        /// The server.
        server: String,
    },
    /// There is no place for tokens.
    #[error("there is no folder for tokens: neither `ORCHESTRATOR_TOKENS_DIR` nor `HOME` is set")]
    NoFolder,
    /// The server works without a login.
    #[error("server `{server}` answers without a login, and offers none")]
    NotWanted {
        /// The server.
        server: String,
    },
    /// The server is a child process.
    #[error("server `{server}` is started as a process: it gets its secrets through `env`")]
    Process {
        /// The server.
        server: String,
    },
    /// The server cannot be reached, or refuses what the login brought.
    #[error(transparent)]
    Server {
        /// Which, and why.
        #[from]
        source: ManagerError,
    },
    /// No server of that name is configured.
    #[error("there is no server `{server}`")]
    Unknown {
        /// The name.
        server: String,
        /// What may have been meant.
        help: Option<String>,
    },
}

/// Notes whether anybody was asked.
#[derive(Debug)]
struct Watched {
    consent: Box<dyn Consent>,
    asked: Arc<AtomicBool>,
}

#[async_trait]
impl Consent for Watched {
    async fn prepare(&self) -> Result<Box<dyn PendingConsent>, ConsentError> {
        let pending = self.consent.prepare().await?;
        Ok(Box::new(WatchedPending { pending, asked: Arc::clone(&self.asked) }))
    }
}

struct WatchedPending {
    pending: Box<dyn PendingConsent>,
    asked: Arc<AtomicBool>,
}

#[async_trait]
impl PendingConsent for WatchedPending {
    fn redirect_uri(&self) -> String {
        self.pending.redirect_uri()
    }

    async fn ask(
        self: Box<Self>,
        url: &str,
        state: &Secret,
    ) -> Result<AuthorizationResponse, ConsentError> {
        self.asked.store(true, Ordering::Relaxed);
        self.pending.ask(url, state).await
    }
}
