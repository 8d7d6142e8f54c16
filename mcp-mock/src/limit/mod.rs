//! Rate limits that count by themselves, by the clock of the world.
//!
//! ```text
//! operation ─▶ quota of its service (what it takes, from which windows) ─▶ window (is there room?)
//! ```
//!
//! They are off unless a test asks for them, because the clock of a world stands still: a client that is
//! refused would wait until the test moves the clock. A call is counted when the vendor's API
//! would get it, so after the server has checked its arguments; a refused one counts nowhere and does
//! nothing. What was used is a part of the state, so that a world that is put back counts as it did.

mod meter;
mod rules;
#[cfg(test)]
mod tests;
mod window;

pub(crate) use meter::{Charge, Exceeded, Meter, end_of};
pub use rules::{GitHubLimits, GmailLimits, Limits, NotionLimits, SalesforceLimits, SlackLimits};
