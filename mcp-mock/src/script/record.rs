//! The calls that a server received.

use jiff::Timestamp;
use serde_json::Value;

use super::RequestKind;

/// Calls that are remembered. Far more than a test makes by hand, and a bound for benchmarks.
const CALLS_MAX: usize = 100_000;

/// Calls that are forgotten together, the oldest first, so that a full list costs little.
const CALLS_FORGOTTEN: usize = CALLS_MAX / 10;

/// One call as the server saw it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Call {
    /// Counts from 1 in the order of arrival, also over a reset.
    pub number: usize,
    /// The tool, by its listed name; the method when it is no call of a tool.
    pub tool: String,
    /// The kind of request; `None` for a call of a tool.
    pub request: Option<RequestKind>,
    /// The arguments; the parameters when it is no call of a tool.
    pub arguments: Value,
    /// The time of the world.
    pub at: Timestamp,
    /// How it ended.
    pub outcome: CallOutcome,
}

/// What came, in the order of arrival.
#[derive(Debug, Default)]
pub(super) struct Received {
    calls: Vec<Call>,
    /// The number of calls before those in `calls`, which were dropped.
    forgotten: usize,
}

impl Received {
    /// The number of the next one, for which there is room now.
    pub(super) fn next(&mut self) -> usize {
        if self.calls.len() >= CALLS_MAX {
            self.calls.drain(..CALLS_FORGOTTEN);
            self.forgotten += CALLS_FORGOTTEN;
        }
        self.forgotten + self.calls.len() + 1
    }

    pub(super) fn push(&mut self, call: Call) {
        self.calls.push(call);
    }

    /// Says how one ended.
    pub(super) fn end(&mut self, number: usize, outcome: CallOutcome) {
        let index = number.checked_sub(self.forgotten + 1);
        if let Some(call) = index.and_then(|index| self.calls.get_mut(index)) {
            call.outcome = outcome;
        }
    }

    pub(super) fn all(&self) -> &[Call] {
        &self.calls
    }

    /// Forgets all. Numbers go on, so that a call that is still running is not taken for a later one.
    pub(super) fn clear(&mut self) {
        self.forgotten += self.calls.len();
        self.calls.clear();
    }
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CallOutcome {
    /// The tool answered.
    Answered,
    /// The tool answered that it failed, in an answer that is not marked as an error: a client that looks at
    /// `isError` alone takes it for a success. Several vendors' servers answer so.
    Disguised,
    /// A fault replaced or wrapped the answer; its name.
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
    /// The name for programs, such as `tool_error`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Disguised => "disguised",
            Self::Faulted(_) => "faulted",
            Self::Refused => "refused",
            Self::ToolError => "tool_error",
            Self::Unanswered => "unanswered",
            Self::Unexpected => "unexpected",
        }
    }

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Disguised => "failed, not marked as an error",
            Self::Faulted(fault) => fault,
            Self::Refused => "refused",
            Self::ToolError => "tool error",
            Self::Unanswered => "not answered",
            Self::Unexpected => "unexpected",
        }
    }
}
