//! What is known while tokens are obtained and renewed. Pure.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

use super::metadata::Discovered;
use super::scope::Scopes;
use super::secret::Secret;
use super::store::{Grants, Tokens};

/// How many logins a server gets within [`LOGIN_WINDOW`]: one at first, and one more for each of two
/// rounds of a call. A server that wants more would keep a person clicking.
pub(super) const LOGINS_MAX: usize = 3;
pub(super) const LOGIN_WINDOW: Duration = Duration::from_secs(60);

/// The state of one server's authorization.
#[derive(Default)]
pub(super) struct Work {
    pub(super) is_loaded: bool,
    pub(super) grants: Grants,
    /// What the store held when it was last looked at. Only a difference to this is news from another
    /// process.
    pub(super) stored: Option<Grants>,
    pub(super) discovered: Option<Discovered>,
    /// Where the last challenge said that the metadata is.
    pub(super) resource_metadata: Option<String>,
    /// Scopes that a person did not agree to.
    pub(super) denied: Scopes,
    pub(super) logins: Logins,
}

impl Work {
    pub(super) fn refresh_token(&self) -> Option<Secret> {
        self.grants.in_use()?.1.tokens.as_ref()?.refresh.clone()
    }

    pub(super) fn set_tokens(&mut self, tokens: Tokens) {
        if let Some(grant) = self.grants.in_use_mut() {
            grant.tokens = Some(tokens);
        }
    }

    pub(super) fn forget_refresh_token(&mut self) {
        if let Some(tokens) = self.grants.in_use_mut().and_then(|grant| grant.tokens.as_mut()) {
            tokens.refresh = None;
        }
    }

    pub(super) fn forget_issuer(&mut self) {
        if let Some(issuer) = self.grants.current.take() {
            self.grants.by_issuer.remove(&issuer);
        }
    }
}

/// The logins of the last minute.
#[derive(Default)]
pub(super) struct Logins(VecDeque<Instant>);

impl Logins {
    /// Counts a login; `false` when there were too many already.
    pub(super) fn allow(&mut self, now: Instant) -> bool {
        while self.0.front().is_some_and(|login| now - *login >= LOGIN_WINDOW) {
            self.0.pop_front();
        }
        let allowed = self.0.len() < LOGINS_MAX;
        if allowed {
            self.0.push_back(now);
        }
        allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logins_are_bounded_and_allowed_again_after_a_while() {
        let mut logins = Logins::default();
        let start = Instant::now();

        let at_once = [0, 1, 2, 3].map(|second| logins.allow(start + Duration::from_secs(second)));

        assert_eq!(at_once, [true, true, true, false]);
        assert!(!logins.allow(start + Duration::from_secs(59)));
        assert!(logins.allow(start + Duration::from_secs(60)));
        assert!(!logins.allow(start + Duration::from_secs(60)));
    }
}
