//! OAuth 2.1 for MCP servers that are reached over HTTP.
//!
//! [`OAuth`] is the [`Credentials`] of one server: it finds out who grants access to it, gets an identity
//! there, lets a person agree, keeps the tokens fresh and asks for more scopes when a call needs them.
//!
//! | file | answers |
//! |---|---|
//! | `challenge` | what does the refusal ask for? |
//! | `metadata` | who grants access to this server? |
//! | `registration` | who is this client there? |
//! | `scope` | what to ask for? |
//! | `consent`, `loopback`, `browser` | how does a person agree? |
//! | `flow` | what is sent to whom, and is the answer to be believed? |
//! | `authorizer`, `renewal`, `work` | when does which of these happen, and how often? |
//! | `store`, `file_store` | where do tokens stay? |
//! | `url_guard`, `resolver`, `network` | may a URL of a server be used? |
//!
//! Invariants: tokens go to the MCP server and to their issuer only; nothing of an answer is believed
//! before it is known whose it is; what a server names is reached through the URL guard only; secrets
//! have no printable form.
//!
//! ```no_run
//! use mcp_client::auth::{FileStore, LoopbackConsent, OAuth, OAuthOptions};
//!
//! # fn main() -> Result<(), mcp_client::credentials::AuthError> {
//! let options = OAuthOptions::new("https://mcp.example.com/mcp")
//!     .with_store(FileStore::new("/home/me/.local/state/tokens"))
//!     .with_consent(LoopbackConsent::new(|url| eprintln!("open {url}")).with_browser());
//! let credentials = OAuth::new(options)?;
//! # drop(credentials);
//! # Ok(())
//! # }
//! ```

mod authorizer;
mod browser;
mod challenge;
mod consent;
mod file_store;
mod flow;
mod loopback;
mod metadata;
mod network;
mod options;
mod registration;
mod renewal;
mod resolver;
mod scope;
mod secret;
mod store;
mod text;
mod url_guard;
mod work;

use std::fmt;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use http::HeaderValue;

use self::authorizer::Authorizer;
pub use self::consent::{
    AuthorizationResponse, Consent, ConsentError, HeadlessConsent, PendingConsent,
};
pub use self::file_store::FileStore;
pub use self::loopback::LoopbackConsent;
pub use self::options::{Grant, OAuthOptions};
pub use self::scope::Scopes;
pub use self::secret::Secret;
pub use self::store::{Client, ClientAuth, Granted, Grants, MemoryStore, TokenStore, Tokens};
use crate::credentials::{AuthError, Credentials, Refusal};

/// The credentials of one server, obtained by OAuth.
///
/// Any number of calls may use it at once: one of them obtains or renews the tokens, the others wait for
/// it and use them.
pub struct OAuth {
    authorizer: Arc<Authorizer>,
}

impl OAuth {
    /// Sends nothing yet.
    ///
    /// # Errors
    ///
    /// When the URL of the server is invalid, or TLS cannot be set up on this machine.
    pub fn new(options: OAuthOptions) -> Result<Self, AuthError> {
        Ok(Self { authorizer: Arc::new(Authorizer::new(options)?) })
    }

    /// Logs in without waiting for a refusal, even if there are tokens.
    ///
    /// `challenge` is the `WWW-Authenticate` of a refusal, for servers whose metadata is not at the
    /// well-known places.
    ///
    /// # Errors
    ///
    /// When the login fails, or its tokens cannot be kept.
    pub async fn login(&self, challenge: Option<&str>) -> Result<(), AuthError> {
        self.authorizer.login(challenge).await
    }

    /// Forgets all tokens and identities for this server.
    ///
    /// # Errors
    ///
    /// When the store cannot be written.
    pub async fn logout(&self) -> Result<(), AuthError> {
        self.authorizer.logout().await
    }
}

#[async_trait]
impl Credentials for OAuth {
    /// Renews a token that is about to end. Never asks anybody.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: a renewal that has begun goes on to its end.
    async fn authorization(&self) -> Result<Option<HeaderValue>, AuthError> {
        self.authorizer.authorization().await
    }

    /// Renews the token, or lets a person log in.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: a renewal that has begun goes on to its end; a login is given up.
    async fn refused(&self, refusal: &Refusal) -> Result<bool, AuthError> {
        self.authorizer.refused(refusal).await
    }
}

impl fmt::Debug for OAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuth")
            .field("server", &self.authorizer.server_url())
            .finish_non_exhaustive()
    }
}

impl Drop for OAuth {
    fn drop(&mut self) {
        self.authorizer.stop();
    }
}

/// Seconds of the Unix epoch, which is what survives in a file.
fn wall_clock() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
