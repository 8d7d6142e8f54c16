//! Where tokens live between two runs of the program.

use std::any::Any;
use std::collections::{BTreeMap, HashMap};
use std::fmt;

use async_trait::async_trait;

use super::scope::Scopes;
use super::secret::Secret;
use mcp_core::Lock;

use crate::credentials::AuthError;

/// Keeps what was granted for each server.
///
/// A server is named by its URL; below that, everything is kept by the issuer that granted it.
#[async_trait]
pub trait TokenStore: fmt::Debug + Send + Sync + 'static {
    /// What is known of a server.
    ///
    /// # Errors
    ///
    /// When the store cannot be read, or others can read it.
    async fn load(&self, server: &str) -> Result<Option<Grants>, AuthError>;

    /// Replaces what is known of a server.
    ///
    /// # Errors
    ///
    /// When the store cannot be written.
    async fn save(&self, server: &str, grants: &Grants) -> Result<(), AuthError>;

    /// Forgets a server.
    ///
    /// # Errors
    ///
    /// When the store cannot be written.
    async fn remove(&self, server: &str) -> Result<(), AuthError>;

    /// Keeps other processes from refreshing the tokens of a server, as long as the answer is held.
    /// For stores that only one process uses there is nothing to do.
    ///
    /// # Errors
    ///
    /// When another process holds it for too long.
    async fn lock(&self, _server: &str) -> Result<Box<dyn Any + Send>, AuthError> {
        Ok(Box::new(()))
    }
}

/// What was granted for one server.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Grants {
    /// The issuer whose tokens are in use.
    pub current: Option<String>,
    /// What each issuer granted.
    pub by_issuer: BTreeMap<String, Granted>,
}

impl Grants {
    /// What the issuer in use granted.
    #[must_use]
    pub fn in_use(&self) -> Option<(&str, &Granted)> {
        let issuer = self.current.as_deref()?;
        self.by_issuer.get(issuer).map(|grant| (issuer, grant))
    }

    pub(super) fn in_use_mut(&mut self) -> Option<&mut Granted> {
        self.by_issuer.get_mut(self.current.as_deref()?)
    }
}

/// What one issuer granted.
#[derive(Debug, Clone, PartialEq)]
pub struct Granted {
    /// Who this client is there.
    pub client: Client,
    /// The scopes that were asked for, whether or not all of them were granted.
    pub requested: Scopes,
    /// What the tokens are for.
    pub resource: String,
    /// The tokens; `None` after they turned out to be worthless.
    pub tokens: Option<Tokens>,
}

/// An access token and what renews it.
#[derive(Debug, Clone, PartialEq)]
pub struct Tokens {
    /// What requests carry.
    pub access: Secret,
    /// What a new access token is bought with.
    pub refresh: Option<Secret>,
    /// When to renew it, in seconds of the Unix epoch: a little before it ends. `None`: unknown.
    pub renew_at: Option<u64>,
}

/// An identity at one authorization server.
#[derive(Debug, Clone, PartialEq)]
pub struct Client {
    /// Its name there.
    pub id: String,
    /// What proves it.
    pub secret: Option<Secret>,
    /// How it is proved.
    pub auth: ClientAuth,
    /// Where answers of logins go, for an identity that was registered for one place.
    pub redirect_uri: Option<String>,
    /// When the secret ends, in seconds of the Unix epoch.
    pub expires_at: Option<u64>,
}

/// How a client proves who it is at the token endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientAuth {
    /// In the `Authorization` header.
    Basic,
    /// Not at all: a public client.
    None,
    /// In the body.
    Post,
}

impl ClientAuth {
    /// The registered name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Basic => "client_secret_basic",
            Self::None => "none",
            Self::Post => "client_secret_post",
        }
    }

    /// The method of a registered name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Basic, Self::None, Self::Post].into_iter().find(|method| method.name() == name)
    }
}

/// Keeps tokens as long as the program runs.
#[derive(Debug, Default)]
pub struct MemoryStore {
    servers: Lock<HashMap<String, Grants>>,
}

impl MemoryStore {
    fn servers(&self) -> std::sync::MutexGuard<'_, HashMap<String, Grants>> {
        // Each change is one insertion or removal, so a panic elsewhere leaves nothing half done.
        self.servers.lock()
    }
}

#[async_trait]
impl TokenStore for MemoryStore {
    async fn load(&self, server: &str) -> Result<Option<Grants>, AuthError> {
        Ok(self.servers().get(server).cloned())
    }

    async fn save(&self, server: &str, grants: &Grants) -> Result<(), AuthError> {
        self.servers().insert(server.to_owned(), grants.clone());
        Ok(())
    }

    async fn remove(&self, server: &str) -> Result<(), AuthError> {
        self.servers().remove(server);
        Ok(())
    }
}
