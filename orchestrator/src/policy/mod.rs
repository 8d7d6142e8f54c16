//! Policies: pure answers to "and now?", from facts that are handed in.

mod retry;

pub(crate) use retry::ATTEMPT_TIME_MIN;
pub use retry::{AttemptFacts, Growth, RetryPolicy, Verdict};
