//! The calls that a server received.

use jiff::Timestamp;
use serde_json::Value;

/// One call as the server saw it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Call {
    /// Counts from 1 in the order of arrival, also over a reset.
    pub number: usize,
    /// The tool, by its listed name.
    pub tool: String,
    /// The arguments.
    pub arguments: Value,
    /// The time of the world.
    pub at: Timestamp,
    /// What became of it.
    pub outcome: CallOutcome,
}

/// What became of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CallOutcome {
    /// The tool answered.
    Answered,
    /// A fault came in between; its name.
    Faulted(&'static str),
    /// The server refused the call before any tool saw it.
    Refused,
    /// The tool answered that it failed.
    ToolError,
    /// Not answered, so far or for good.
    Unanswered,
    /// No rule fitted and every call needed one.
    Unexpected,
}

impl CallOutcome {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Faulted(fault) => fault,
            Self::Refused => "refused",
            Self::ToolError => "tool error",
            Self::Unanswered => "not answered",
            Self::Unexpected => "unexpected",
        }
    }
}
