//! Rate limits that count by themselves, by the clock of the world.
//!
//! ```text
//! call ─▶ charge (what it takes, from which windows) ─▶ window (is there room?) ─▶ script::vendor (the words)
//! ```
//!
//! They are off unless a test asks for them, because the clock of a world stands still: a client that is
//! refused would wait until the test moves the clock. A call is counted when the vendor's API
//! would get it, so after the server has checked its arguments; a refused one counts nowhere and does
//! nothing. What was used is a part of the state, so that a world that is put back counts as it did.

mod charge;
mod meter;
mod rules;
#[cfg(test)]
mod tests;
mod window;

pub(crate) use meter::{Charge, Exceeded, Meter, end_of};
pub use rules::{GitHubLimits, GmailLimits, Limits, NotionLimits, SalesforceLimits, SlackLimits};

use crate::script::{too_many_calls, used_up};
use crate::service::{ApiError, ServiceName};
use crate::world::State;

impl State {
    /// Counts a call that is about to be carried out.
    ///
    /// # Errors
    ///
    /// In the words of the vendor when a limit is reached; then nothing is counted.
    pub(crate) fn admit(&mut self, service: ServiceName) -> Result<(), ApiError> {
        let charges = charge::charges(self, service);
        let now = self.env.clock.now();
        self.limits.admit(now, &charges).map_err(|exceeded| match service {
            ServiceName::Salesforce => used_up(&exceeded),
            _ => too_many_calls(service, now, exceeded.wait_seconds),
        })
    }
}
