//! The call of a tool, as everybody speaks of it who makes calls, plans them or reports them.
//!
//! - [`ToolRef`], [`Effect`], [`ToolFacts`]: which tool, and what is known of it.
//! - [`KnownTools`]: what is known of servers and tools before a call.
//! - [`ToolCaller`]: the seam to the servers.
//! - [`CallFailure`]: why there was no result; [`classify`] reads it off a server's answer.
//! - [`RetryPolicy`]: whether and when to call again.
//!
//! This is the bottom room: it imports no other.

mod caller;
mod classify;
mod failure;
mod known;
pub(crate) mod micros;
mod retry;
mod tool;

pub use caller::ToolCaller;
pub use classify::{FailedAnswer, FailureRules, StatusRule, classify};
pub use failure::{CallFailure, FailureKind};
pub use known::{KnownTools, NothingKnown, ServerTools};
pub use mcp_client::Deadline;
pub(crate) use retry::ATTEMPT_TIME_MIN;
pub use retry::{AttemptFacts, Growth, RetryPolicy, Verdict};
pub use tool::{Effect, LOCAL_SERVER, ToolFacts, ToolRef};
