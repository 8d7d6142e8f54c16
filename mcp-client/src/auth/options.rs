//! How to get access to a server.

use std::sync::Arc;

use super::consent::Consent;
use super::scope::Scopes;
use super::secret::Secret;
use super::store::{MemoryStore, TokenStore};

/// How to get access to a server. Only the URL is needed: the rest is discovered.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct OAuthOptions {
    /// The URL of the MCP server.
    pub server_url: String,
    /// The identity that was agreed with the authorization server. `None`: this client gets one itself.
    pub client_id: Option<String>,
    /// The name under which this client registers itself.
    pub client_name: String,
    /// Where the Client ID Metadata Document of this client is, when it has one.
    pub client_metadata_url: Option<String>,
    /// The secret that goes with `client_id`.
    pub client_secret: Option<Secret>,
    /// How a person is asked. `None`: no person is present, and a login that needs one fails.
    pub consent: Option<Arc<dyn Consent>>,
    /// What access is given for.
    pub grant: Grant,
    /// The only authorization server that is trusted with `client_id`. `None`: the first one that the
    /// server names; it is remembered, and no other gets to see the identity.
    pub issuer: Option<String>,
    /// What a person has to do later when none is present.
    pub login_hint: String,
    /// The scopes to ask for when a refusal names none. Empty: those that the server's metadata names.
    pub scopes: Scopes,
    /// Where tokens are kept. By default in memory.
    pub store: Arc<dyn TokenStore>,
}

/// What access is given for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Grant {
    /// A person agrees.
    #[default]
    AuthorizationCode,
    /// The client shows its own secret.
    ClientCredentials,
}

impl OAuthOptions {
    /// Access to the server at this URL.
    pub fn new(server_url: impl Into<String>) -> Self {
        Self {
            server_url: server_url.into(),
            client_id: None,
            client_name: "mcp-client".to_owned(),
            client_metadata_url: None,
            client_secret: None,
            consent: None,
            grant: Grant::default(),
            issuer: None,
            login_hint: "log in with a person present first".to_owned(),
            scopes: Scopes::default(),
            store: Arc::new(MemoryStore::default()),
        }
    }

    /// Uses an identity that was agreed with the authorization server.
    #[must_use]
    pub fn with_client(mut self, id: impl Into<String>, secret: Option<Secret>) -> Self {
        self.client_id = Some(id.into());
        self.client_secret = secret;
        self
    }

    /// Uses a Client ID Metadata Document where the authorization server knows those.
    #[must_use]
    pub fn with_client_metadata_url(mut self, url: impl Into<String>) -> Self {
        self.client_metadata_url = Some(url.into());
        self
    }

    /// Registers under this name.
    #[must_use]
    pub fn with_client_name(mut self, name: impl Into<String>) -> Self {
        self.client_name = name.into();
        self
    }

    /// Asks a person in this way.
    #[must_use]
    pub fn with_consent(mut self, consent: impl Consent) -> Self {
        self.consent = Some(Arc::new(consent));
        self
    }

    /// Uses another grant.
    #[must_use]
    pub fn with_grant(mut self, grant: Grant) -> Self {
        self.grant = grant;
        self
    }

    /// Trusts one authorization server only.
    #[must_use]
    pub fn with_issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = Some(issuer.into());
        self
    }

    /// Says what a person has to do later when none is present: a command to type, for example.
    #[must_use]
    pub fn with_login_hint(mut self, hint: impl Into<String>) -> Self {
        self.login_hint = hint.into();
        self
    }

    /// Asks for these scopes when a refusal names none.
    #[must_use]
    pub fn with_scopes(mut self, scopes: Scopes) -> Self {
        self.scopes = scopes;
        self
    }

    /// Keeps tokens there.
    #[must_use]
    pub fn with_store(mut self, store: impl TokenStore) -> Self {
        self.store = Arc::new(store);
        self
    }
}
