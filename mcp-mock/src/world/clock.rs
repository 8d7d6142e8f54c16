//! The time of a world: it stands still until a test moves it.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// A clock that moves only when told to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    now: Timestamp,
}

impl Clock {
    /// A clock that shows `now`.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self { now }
    }

    /// What the clock shows.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// RFC 3339 in UTC with whole seconds, as GitHub and Notion write times.
    #[must_use]
    pub fn rfc3339(&self) -> String {
        self.now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    /// Moves the clock forward; it stops at the end of the calendar.
    pub fn advance(&mut self, by: Duration) {
        let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
        self.now = self.now.saturating_add(by).unwrap_or(Timestamp::MAX);
    }
}

impl Default for Clock {
    /// The first working hour of the world: 2026-01-05 09:00 UTC, a Monday.
    fn default() -> Self {
        Self { now: Timestamp::constant(1_767_603_600, 0) }
    }
}
