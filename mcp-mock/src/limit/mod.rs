//! Rate limits that count by themselves, by the clock of the world.
//!
//! ```text
//! call ─▶ charge (what it takes, from which windows) ─▶ window (is there room?) ─▶ script::vendor (the words)
//! ```
//!
//! They are off unless a test asks for them, because the clock of a world stands still: a client that is
//! refused would wait for ever, or until the test moves the clock. A call is counted when the vendor's API
//! would get it, so after the server has checked its arguments; a refused one counts nowhere and does
//! nothing. What was used is a part of the state, so that a world that is put back counts as it did.

mod charge;
mod rules;
#[cfg(test)]
mod tests;
mod window;

pub use rules::{GitHubLimits, GmailLimits, Limits, NotionLimits, SalesforceLimits, SlackLimits};

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::dialect::tool::Arguments;
use crate::script::{over_primary_limit, too_many_calls, used_up};
use crate::service::github::account_id;
use crate::service::{ApiError, ServiceName};
use crate::world::State;
use charge::Charge;
use window::Window;

/// The limits of a world, and what was used of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Limiter {
    pub(crate) rules: Limits,
    /// By the names of charges. There are a few for each service and one for each channel of Slack.
    windows: BTreeMap<String, Window>,
}

/// A window without room for a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Exceeded {
    pub(crate) resource: Option<&'static str>,
    pub(crate) limit: u32,
    pub(crate) used: u32,
    /// After so many seconds the call would be admitted.
    pub(crate) wait_seconds: u32,
}

impl Limiter {
    /// Enforces these limits, of which nothing is used yet.
    pub(crate) fn new(rules: Limits) -> Self {
        Self { rules, windows: BTreeMap::new() }
    }

    /// Whether nothing is enforced.
    pub(crate) fn is_off(&self) -> bool {
        self.rules == Limits::default()
    }

    /// Takes a call in, or says which window has no room for it: of several the one that is full the longest,
    /// so that a call after the wait is not refused again.
    fn admit(&mut self, now: Timestamp, charges: &[Charge]) -> Result<(), Exceeded> {
        let mut taken = Vec::new();
        let mut worst: Option<Exceeded> = None;
        for Charge { window: name, budget, cost, resource } in charges {
            let window = Window::at(self.windows.get(name).copied(), now, *budget);
            if let Some(window) = window.admit(*budget, *cost) {
                taken.push((name.clone(), window));
                continue;
            }
            let wait_seconds = window.seconds_left(now, *budget);
            if worst.as_ref().is_none_or(|worst| wait_seconds > worst.wait_seconds) {
                let (limit, used) = (budget.amount, window.used());
                worst = Some(Exceeded { resource: *resource, limit, used, wait_seconds });
            }
        }
        match worst {
            Some(exceeded) => Err(exceeded),
            None => {
                self.windows.extend(taken);
                Ok(())
            }
        }
    }
}

impl State {
    /// Counts a call that is about to be carried out.
    ///
    /// # Errors
    ///
    /// In the words of the vendor when a limit is reached; then nothing is counted.
    pub(crate) fn admit(
        &mut self,
        service: ServiceName,
        tool: &str,
        arguments: &Arguments,
    ) -> Result<(), ApiError> {
        let charges = charge::charges(self, service, tool, arguments);
        let now = self.env.clock.now();
        self.limits.admit(now, &charges).map_err(|exceeded| match exceeded.resource {
            Some(_) => over_primary_limit(now, account_id(&self.github.viewer), &exceeded),
            None if service == ServiceName::Salesforce => used_up(&exceeded),
            None => too_many_calls(service, now, exceeded.wait_seconds),
        })
    }
}
