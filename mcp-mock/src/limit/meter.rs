//! The meter of a world: which requests have room in their windows.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::rules::Limits;
use super::window::{Budget, Window};

/// What a request takes out of one window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Charge {
    /// The name of the window.
    pub(crate) window: String,
    pub(crate) budget: Budget,
    pub(crate) cost: u32,
    /// Which of GitHub's primary limits it is, in the words of GitHub.
    pub(crate) resource: Option<&'static str>,
}

impl Charge {
    /// A cost of 1 in a window of at most `amount` in `seconds`.
    pub(crate) fn new(window: impl Into<String>, amount: u32, seconds: u32) -> Self {
        let budget = Budget { amount, seconds };
        Self { window: window.into(), budget, cost: 1, resource: None }
    }
}

/// The limits of a world, and what was used of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Meter {
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
    /// The seconds until the call would be admitted.
    pub(crate) wait_seconds: u32,
}

/// When a wait that begins now is over.
pub(crate) fn end_of(now: Timestamp, wait_seconds: u32) -> Timestamp {
    let wait = SignedDuration::from_secs(wait_seconds.into());
    now.saturating_add(wait).unwrap_or(Timestamp::MAX)
}

impl Meter {
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
    pub(crate) fn admit(&mut self, now: Timestamp, charges: &[Charge]) -> Result<(), Exceeded> {
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
