//! Renewing a token: by one call of one process for all, and to its end.

use std::sync::{Arc, PoisonError};

use super::authorizer::{Authorizer, WorkGuard};
use super::flow::{Flow, TokenError};
use super::store::Tokens;
use super::wall_clock;
use super::work::Work;
use crate::credentials::AuthError;

/// How long the old token is used after the authorization server could not be reached, in seconds.
const RENEWAL_PAUSE_SECONDS: u64 = 30;

impl Authorizer {
    /// Renews the token in a task of its own: a refresh token works once, and its successor must not be
    /// lost because the caller went away. `false`: there is nothing to renew it with.
    pub(super) async fn renew(
        self: &Arc<Self>,
        work: WorkGuard,
    ) -> (WorkGuard, Result<bool, AuthError>) {
        let this = Arc::clone(self);
        let task = tokio::spawn(async move {
            let mut work = work;
            let renewed = this.renew_now(&mut work).await;
            if renewed.is_err() {
                this.postpone_renewal();
            }
            (work, renewed)
        });
        *self.renewal.lock() = Some(task.abort_handle());
        match task.await {
            Ok(done) => done,
            // It was stopped, or it panicked, and the lock is free again.
            Err(_) => (self.lock().await, Ok(false)),
        }
    }

    async fn renew_now(&self, work: &mut Work) -> Result<bool, AuthError> {
        let _lock = self.options.store.lock(self.server.as_str()).await?;
        let before = self.carried();
        self.reload(work).await?;
        if let Some(carried) = self.carried()
            && before.is_none_or(|before| before.header != carried.header)
            && !carried.is_due()
        {
            return Ok(true);
        }
        let (Some(refresh), Some(issuer)) = (work.refresh_token(), work.grants.current.clone())
        else {
            return Ok(false);
        };
        let discovered = match work.discovered.clone() {
            Some(discovered) => discovered,
            None => self.discover(work).await?,
        };
        let Some(grant) = work.grants.in_use().map(|(_, grant)| grant.clone()) else {
            return Ok(false);
        };
        if discovered.server.issuer != issuer {
            return Ok(false);
        }
        let flow = Flow {
            guard: &self.guard,
            server: &discovered.server,
            client: &grant.client,
            resource: &grant.resource,
            scopes: &grant.requested,
        };
        let renewed = flow.refresh(&refresh).await;
        self.keep_renewed(work, renewed).await
    }

    async fn keep_renewed(
        &self,
        work: &mut Work,
        renewed: Result<Tokens, TokenError>,
    ) -> Result<bool, AuthError> {
        let is_renewed = renewed.is_ok();
        match renewed {
            Ok(tokens) => work.set_tokens(tokens),
            Err(error) if error.is_about_client() => work.forget_issuer(),
            Err(error) if error.is_about_grant() => work.forget_refresh_token(),
            Err(error) => return Err(error.error),
        }
        self.carry(work)?;
        // The tokens are good even if they cannot be kept.
        if let Err(error) = self.save(work).await {
            tracing::warn!(server = %self.server_url(), %error, "renewed tokens cannot be kept");
        }
        Ok(is_renewed)
    }

    /// Lets the old token be used for a while before the next try.
    fn postpone_renewal(&self) {
        let mut carried = self.carried.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(carried) = carried.as_mut() {
            carried.renew_at = Some(wall_clock().saturating_add(RENEWAL_PAUSE_SECONDS));
        }
    }
}
