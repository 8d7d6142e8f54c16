//! Carries runs out in this process.
//!
//! The planner says what to do, the journal keeps it, then it is done. Nothing is decided here: this
//! is the part that knows tasks and a clock.

mod attempts;
pub mod journal;
mod options;
mod run;
mod stop;
#[cfg(test)]
mod tests;

pub use options::{Observer, RunOptions};
pub use run::{ExecuteError, Run};
pub use stop::StopHandle;
