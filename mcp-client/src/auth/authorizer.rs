//! Decides when to discover, log in, renew and ask for more, and how often.

use std::sync::{Arc, PoisonError, RwLock};

use http::HeaderValue;
use oauth2::url::Url;
use tokio::sync::OwnedMutexGuard;
use tokio::task::AbortHandle;
use tokio::time::Instant;

use super::challenge::Challenge;
use super::flow::Flow;
use super::metadata::{Discovered, Discovery};
use super::options::{Grant, OAuthOptions};
use super::registration::Registration;
use super::scope::Scopes;
use super::store::{Granted, Tokens};
use super::text::{shown, shown_url};
use super::url_guard::UrlGuard;
use super::wall_clock;
use super::work::{LOGIN_WINDOW, LOGINS_MAX, Work};
use mcp_core::Lock;

use crate::credentials::{AuthError, Refusal, bearer};

/// Keeps the tokens of one server.
pub(super) struct Authorizer {
    pub(super) options: OAuthOptions,
    pub(super) server: Url,
    pub(super) guard: UrlGuard,
    /// What requests carry. Held for a moment only.
    pub(super) carried: RwLock<Option<Carried>>,
    /// Held by the one call that obtains or renews tokens, over all its requests. Calls that have a
    /// good token do not come here.
    work: Arc<tokio::sync::Mutex<Work>>,
    /// The renewal that outlives its caller.
    pub(super) renewal: Lock<Option<AbortHandle>>,
}

#[derive(Clone)]
pub(super) struct Carried {
    pub(super) header: HeaderValue,
    /// When to renew it. `None`: nothing is known, or nothing can be done.
    pub(super) renew_at: Option<u64>,
}

pub(super) type WorkGuard = OwnedMutexGuard<Work>;

impl Authorizer {
    pub(super) fn new(options: OAuthOptions) -> Result<Self, AuthError> {
        let mut server = Url::parse(&options.server_url).map_err(|error| AuthError::UnsafeUrl {
            what: "URL of the server",
            url: shown(&options.server_url),
            reason: error.to_string(),
        })?;
        server.set_fragment(None);
        Ok(Self {
            guard: UrlGuard::new(&server)?,
            options,
            server,
            carried: RwLock::default(),
            work: Arc::default(),
            renewal: Lock::default(),
        })
    }

    pub(super) fn server_url(&self) -> String {
        shown_url(&self.server)
    }

    pub(super) fn stop(&self) {
        let renewal = self.renewal.lock().take();
        if let Some(renewal) = renewal {
            renewal.abort();
        }
    }

    pub(super) async fn authorization(self: &Arc<Self>) -> Result<Option<HeaderValue>, AuthError> {
        if let Some(carried) = self.carried().filter(|carried| !carried.is_due()) {
            return Ok(Some(carried.header));
        }
        let mut work = self.lock().await;
        self.load(&mut work).await?;
        if self.carried().is_some_and(|carried| carried.is_due()) {
            let (_work, renewed) = self.renew(work).await;
            // The old token may still do; when it does not, the refusal brings the error to light.
            if let Err(error) = renewed {
                tracing::warn!(server = %self.server_url(), %error, "the token cannot be renewed");
            }
        }
        Ok(self.carried().map(|carried| carried.header))
    }

    pub(super) async fn refused(self: &Arc<Self>, refusal: &Refusal) -> Result<bool, AuthError> {
        let challenge = Challenge::parse(refusal.challenge.as_deref().unwrap_or_default());
        let wants_scopes = match refusal.status {
            401 => false,
            403 if challenge.is_insufficient_scope() => true,
            _ => return Ok(false),
        };
        let mut work = self.lock().await;
        self.load(&mut work).await?;
        if self.has_other_than(refusal) {
            return Ok(true);
        }
        // Another process may have logged in or renewed the token.
        self.reload(&mut work).await?;
        if self.has_other_than(refusal) {
            return Ok(true);
        }
        if challenge.resource_metadata.is_some() {
            work.resource_metadata.clone_from(&challenge.resource_metadata);
        }
        match wants_scopes {
            true => self.step_up(work, &challenge).await,
            false => self.replace(work, &challenge).await,
        }
    }

    pub(super) async fn login(&self, challenge: Option<&str>) -> Result<(), AuthError> {
        let challenge = Challenge::parse(challenge.unwrap_or_default());
        let mut work = self.lock().await;
        self.load(&mut work).await?;
        work.resource_metadata.clone_from(&challenge.resource_metadata);
        self.check_somebody_is_there()?;
        let discovered = self.discover(&mut work).await?;
        let scopes = self.scopes_to_ask_for(&work, &discovered, &challenge);
        self.obtain(&mut work, &discovered, scopes).await
    }

    pub(super) async fn logout(&self) -> Result<(), AuthError> {
        let mut work = self.lock().await;
        *work = Work { is_loaded: true, ..Work::default() };
        self.carry(&work)?;
        self.options.store.remove(self.server.as_str()).await
    }

    /// The token is not good (401): renews it, or logs in.
    async fn replace(
        self: &Arc<Self>,
        mut work: WorkGuard,
        challenge: &Challenge,
    ) -> Result<bool, AuthError> {
        if work.refresh_token().is_none() {
            self.check_somebody_is_there()?;
        }
        let discovered = self.discover(&mut work).await?;
        if work.grants.current.as_deref() == Some(&discovered.server.issuer) {
            let (held, renewed) = self.renew(work).await;
            work = held;
            if renewed? {
                return Ok(true);
            }
        }
        self.check_somebody_is_there()?;
        let scopes = self.scopes_to_ask_for(&work, &discovered, challenge);
        self.obtain(&mut work, &discovered, scopes).await?;
        Ok(true)
    }

    /// The token does not reach far enough (403): asks for more, once for each scope.
    async fn step_up(&self, mut work: WorkGuard, challenge: &Challenge) -> Result<bool, AuthError> {
        let wanted = &challenge.scopes;
        let requested = work.grants.in_use().map(|(_, grant)| grant.requested.clone());
        let asked_before = requested.unwrap_or_default().union(&work.denied);
        if asked_before.has_all_of(wanted) {
            return Ok(false);
        }
        self.check_somebody_is_there()?;
        let discovered = self.discover(&mut work).await?;
        let scopes = self.scopes_to_ask_for(&work, &discovered, challenge);
        let obtained = self.obtain(&mut work, &discovered, scopes).await;
        if let Err(AuthError::Consent { .. }) = obtained {
            work.denied = work.denied.union(wanted);
        }
        obtained.map(|()| true)
    }

    /// What was asked for before stays, so that a step up for one call takes nothing from another.
    fn scopes_to_ask_for(
        &self,
        work: &Work,
        discovered: &Discovered,
        challenge: &Challenge,
    ) -> Scopes {
        let before = match work.grants.by_issuer.get(&discovered.server.issuer) {
            Some(grant) if !grant.requested.is_empty() => grant.requested.union(&challenge.scopes),
            _ => Scopes::first_choice(
                &challenge.scopes,
                &self.options.scopes,
                &discovered.resource_scopes,
            ),
        };
        match self.options.grant {
            Grant::AuthorizationCode => {
                before.with_offline_access(&discovered.server.scopes_supported.iter().collect())
            }
            Grant::ClientCredentials => before,
        }
    }

    pub(super) async fn discover(&self, work: &mut Work) -> Result<Discovered, AuthError> {
        let challenge =
            Challenge { resource_metadata: work.resource_metadata.clone(), ..Challenge::default() };
        let preferred = self.options.issuer.as_deref().or(work.grants.current.as_deref());
        let discovery =
            Discovery { guard: &self.guard, server: &self.server, preferred_issuer: preferred };
        let discovered = discovery.run(&challenge).await?;
        work.discovered = Some(discovered.clone());
        Ok(discovered)
    }

    /// Logs in, and keeps what comes of it.
    async fn obtain(
        &self,
        work: &mut Work,
        discovered: &Discovered,
        scopes: Scopes,
    ) -> Result<(), AuthError> {
        let issuer = &discovered.server.issuer;
        self.check_issuer(work, issuer)?;
        if !work.logins.allow(Instant::now()) {
            return Err(AuthError::TooManyLogins {
                server: self.server_url(),
                limit: LOGINS_MAX,
                within: LOGIN_WINDOW,
            });
        }
        let known = work.grants.by_issuer.get(issuer).map(|grant| grant.client.clone());
        let registration = |redirect_uri| Registration {
            guard: &self.guard,
            options: &self.options,
            server: &discovered.server,
            redirect_uri,
        };
        let flow = |client| Flow {
            guard: &self.guard,
            server: &discovered.server,
            client,
            resource: &discovered.resource,
            scopes: &scopes,
        };
        let (client, tokens) = match (self.options.grant, &self.options.consent) {
            (Grant::ClientCredentials, _) => {
                let client = registration(None).client(known.as_ref()).await?;
                let tokens = flow(&client).client_credentials().await;
                (client, tokens)
            }
            (Grant::AuthorizationCode, None) => return Err(self.login_required()),
            (Grant::AuthorizationCode, Some(consent)) => {
                Flow::check_pkce(&discovered.server)?;
                let pending = consent.prepare().await.map_err(|error| AuthError::Consent {
                    issuer: shown(issuer),
                    reason: error.to_string(),
                })?;
                let redirect_uri = pending.redirect_uri();
                let client = registration(Some(&redirect_uri)).client(known.as_ref()).await?;
                let tokens = flow(&client).authorize(pending).await;
                (client, tokens)
            }
        };
        let tokens = tokens.map_err(|error| {
            if error.is_about_client() {
                work.grants.by_issuer.remove(issuer);
            }
            error.error
        })?;
        let resource = discovered.resource.clone();
        let granted = Granted { client, requested: scopes, resource, tokens: Some(tokens) };
        work.grants.by_issuer.insert(issuer.clone(), granted);
        work.grants.current = Some(issuer.clone());
        self.carry(work)?;
        self.save(work).await
    }

    /// An agreed identity is for one issuer. Others would learn the secret by asking for it.
    fn check_issuer(&self, work: &Work, issuer: &str) -> Result<(), AuthError> {
        let Some(id) = &self.options.client_id else { return Ok(()) };
        let known = work.grants.by_issuer.iter().find(|(_, grant)| grant.client.id == *id);
        let trusted = self.options.issuer.as_ref().or_else(|| known.map(|(issuer, _)| issuer));
        match trusted {
            Some(trusted) if trusted != issuer => Err(AuthError::Unsupported {
                issuer: shown(issuer),
                reason: format!(
                    "the client id is for `{}`; if the server has moved, register a new one",
                    shown(trusted)
                ),
            }),
            _ => Ok(()),
        }
    }

    fn check_somebody_is_there(&self) -> Result<(), AuthError> {
        match (self.options.grant, &self.options.consent) {
            (Grant::AuthorizationCode, None) => Err(self.login_required()),
            _ => Ok(()),
        }
    }

    fn login_required(&self) -> AuthError {
        let hint = self.options.login_hint.clone();
        AuthError::LoginRequired { server: self.server_url(), hint }
    }

    async fn load(&self, work: &mut Work) -> Result<(), AuthError> {
        match work.is_loaded {
            true => Ok(()),
            false => self.reload(work).await,
        }
    }

    /// Takes over what another process may have stored.
    pub(super) async fn reload(&self, work: &mut Work) -> Result<(), AuthError> {
        let stored = self.options.store.load(self.server.as_str()).await?;
        work.is_loaded = true;
        if stored == work.stored {
            return Ok(());
        }
        work.stored.clone_from(&stored);
        work.grants = stored.unwrap_or_default();
        self.carry(work)
    }

    pub(super) async fn save(&self, work: &mut Work) -> Result<(), AuthError> {
        self.options.store.save(self.server.as_str(), &work.grants).await?;
        work.stored = Some(work.grants.clone());
        Ok(())
    }

    /// Lets requests carry the token in use.
    pub(super) fn carry(&self, work: &Work) -> Result<(), AuthError> {
        let tokens = work.grants.in_use().and_then(|(_, grant)| grant.tokens.as_ref());
        let carried = tokens.map(Carried::new).transpose()?;
        *self.carried.write().unwrap_or_else(PoisonError::into_inner) = carried;
        Ok(())
    }

    pub(super) fn carried(&self) -> Option<Carried> {
        self.carried.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether there is a token that the refused request did not carry.
    fn has_other_than(&self, refusal: &Refusal) -> bool {
        self.carried().is_some_and(|carried| refusal.sent.as_ref() != Some(&carried.header))
    }

    pub(super) async fn lock(&self) -> WorkGuard {
        Arc::clone(&self.work).lock_owned().await
    }
}

impl Carried {
    fn new(tokens: &Tokens) -> Result<Self, AuthError> {
        let renew_at = tokens.refresh.as_ref().and(tokens.renew_at);
        Ok(Self { header: bearer(tokens.access.expose())?, renew_at })
    }

    pub(super) fn is_due(&self) -> bool {
        self.renew_at.is_some_and(|at| at <= wall_clock())
    }
}
