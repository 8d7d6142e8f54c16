//! What a test wants a server to do besides keeping its state: rules, faults, and the calls it saw.
//!
//! Everything here is plain data and pure decisions; [`crate::server`] carries them out.

mod fault;
mod matcher;
mod record;
mod rule;
mod times;
mod verify;

pub(crate) use fault::FAULT_FORMS;
pub use fault::{Fault, FaultError};
pub use matcher::{Matcher, any_tool, tool};
pub use record::{Call, CallOutcome};
pub(crate) use rule::{Action, Rule};
pub use times::Times;

use std::fmt;

use jiff::Timestamp;
use serde_json::Value;

/// Calls that are remembered. Far more than a test makes by hand, and a bound for benchmarks.
const CALLS_MAX: usize = 100_000;

/// Calls that are forgotten together, the oldest first, so that a full list costs little.
const CALLS_FORGOTTEN: usize = CALLS_MAX / 10;

/// The rules of one server and the calls that it received.
#[derive(Default)]
pub(crate) struct Script {
    rules: Vec<Rule>,
    calls: Vec<Call>,
    /// How many calls came before those in `calls`.
    forgotten: usize,
    /// Whether a call without a rule is an error.
    pub(crate) is_strict: bool,
}

/// What to do with a call.
#[derive(Debug, Clone)]
pub(crate) enum Decision {
    /// What the rule says.
    Act(Action),
    /// What the service does.
    Pass,
    /// No rule fits and every call needs one; the text names the closest.
    Unexpected(String),
}

impl Script {
    pub(crate) fn add(&mut self, rule: Rule) {
        self.rules.push(rule);
    }

    /// Decides about a call and counts it: of the rules that fit and are not used up, the one of the
    /// highest priority, and the first of several.
    pub(crate) fn decide(&mut self, tool: &str, arguments: &Value) -> Decision {
        let fitting = self.rules.iter_mut().filter(|rule| rule.fits(tool, arguments));
        // `max_by_key` takes the last of equals, so the order is turned round.
        let Some(rule) = fitting.rev().max_by_key(|rule| rule.priority) else {
            if self.is_strict {
                return Decision::Unexpected(verify::unexpected(&self.rules, tool, arguments));
            }
            return Decision::Pass;
        };
        rule.used += 1;
        Decision::Act(rule.action.clone())
    }

    /// Remembers a call and returns its number.
    pub(crate) fn begin(&mut self, tool: &str, arguments: Value, at: Timestamp) -> usize {
        if self.calls.len() >= CALLS_MAX {
            self.calls.drain(..CALLS_FORGOTTEN);
            self.forgotten += CALLS_FORGOTTEN;
        }
        let number = self.forgotten + self.calls.len() + 1;
        self.calls.push(Call {
            number,
            tool: tool.to_owned(),
            arguments,
            at,
            outcome: CallOutcome::Unanswered,
        });
        number
    }

    /// Says how a call ended.
    pub(crate) fn end(&mut self, number: usize, outcome: CallOutcome) {
        let index = number.checked_sub(self.forgotten + 1);
        if let Some(call) = index.and_then(|index| self.calls.get_mut(index)) {
            call.outcome = outcome;
        }
    }

    pub(crate) fn calls(&self) -> &[Call] {
        &self.calls
    }

    /// What did not go as expected, as text for people; `None` when all did.
    pub(crate) fn unmet(&self, server: &str) -> Option<String> {
        verify::unmet(server, &self.rules, &self.calls)
    }

    /// Why calls that fit `matcher` did not come `times` times; `None` when they did.
    pub(crate) fn miscount(&self, server: &str, matcher: &Matcher, times: Times) -> Option<String> {
        verify::miscount(server, matcher, times, &self.calls)
    }

    /// Forgets rules and calls. Numbers go on, so that a call that is still at work cannot be taken
    /// for a later one.
    pub(crate) fn reset(&mut self) {
        self.forgotten += self.calls.len();
        self.calls.clear();
        self.rules.clear();
    }
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Script")
            .field("rules", &self.rules.len())
            .field("calls", &self.calls.len())
            .finish_non_exhaustive()
    }
}
