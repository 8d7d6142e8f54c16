//! What a test wants a server to do besides keeping its state: rules, faults, and the calls it saw.
//!
//! Everything here is plain data and pure decisions; [`crate::server`] carries them out.

mod fault;
mod file;
mod latency;
mod matcher;
mod record;
mod rule;
mod times;
mod vendor;
mod verify;

pub(crate) use fault::{FAULTS, reference};
pub use fault::{Fault, FaultError};
pub(crate) use file::schema;
pub use file::{Rules, RulesError};
pub use latency::Latency;
pub use matcher::{Matcher, any_tool, tool};
pub use record::{Call, CallOutcome};
pub(crate) use rule::{Action, Rule};
pub use times::Times;
pub(crate) use vendor::{expired, too_many_calls};

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use crate::world::Ids;
use rule::States;

/// Calls that are remembered. Far more than a test makes by hand, and a bound for benchmarks.
const CALLS_MAX: usize = 100_000;

/// Calls that are forgotten together, the oldest first, so that a full list costs little.
const CALLS_FORGOTTEN: usize = CALLS_MAX / 10;

/// The rules of one server and the calls that it received.
pub(crate) struct Script {
    rules: Vec<Rule>,
    states: States,
    /// What the rules draw their chances from.
    seed: u64,
    calls: Vec<Call>,
    /// How many calls came before those in `calls`.
    forgotten: usize,
    /// Whether a call without a rule is an error.
    pub(crate) is_strict: bool,
}

/// What to do with a call.
#[derive(Debug, Clone)]
pub(crate) enum Decision {
    /// What the rule says, after this time.
    Act { action: Action, delay: Duration },
    /// What the service does.
    Pass,
    /// No rule fits and every call needs one; the text names the closest.
    Unexpected(String),
}

impl Script {
    /// No rules yet. The same seed gives the same chances to the same rules and calls.
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            rules: Vec::new(),
            states: States::new(),
            seed,
            calls: Vec::new(),
            forgotten: 0,
            is_strict: false,
        }
    }

    pub(crate) fn add(&mut self, mut rule: Rule) {
        let number = self.rules.len() as u64;
        rule.progress.seed = Ids::new(self.seed.wrapping_add(number)).bits();
        self.rules.push(rule);
    }

    /// Takes a call in: its number, and what to do with it. Of the rules that apply, the one of the
    /// highest priority counts, and the first of several.
    pub(crate) fn begin(
        &mut self,
        tool: &str,
        arguments: &Value,
        at: Timestamp,
    ) -> (usize, Decision) {
        if self.calls.len() >= CALLS_MAX {
            self.calls.drain(..CALLS_FORGOTTEN);
            self.forgotten += CALLS_FORGOTTEN;
        }
        let call = Call {
            number: self.forgotten + self.calls.len() + 1,
            tool: tool.to_owned(),
            arguments: arguments.clone(),
            at,
            outcome: CallOutcome::Unanswered,
        };
        let begun = (call.number, self.decide(&call));
        self.calls.push(call);
        begun
    }

    fn decide(&mut self, call: &Call) -> Decision {
        let Self { rules, states, .. } = self;
        // Every rule counts the calls that it is about, so all of them are asked.
        let applying =
            rules.iter_mut().filter_map(|rule| rule.applies(call, states).then_some(rule));
        let best =
            applying.reduce(|best, rule| if rule.priority > best.priority { rule } else { best });
        let Some(rule) = best else {
            if self.is_strict {
                return Decision::Unexpected(verify::unexpected(&self.rules, &self.states, call));
            }
            return Decision::Pass;
        };
        states.extend(rule.then.clone());
        rule.decide(call)
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
        verify::unmet(server, &self.rules, &self.states, &self.calls)
    }

    /// Why calls that fit `matcher` did not come `times` times; `None` when they did.
    pub(crate) fn miscount(&self, server: &str, matcher: &Matcher, times: Times) -> Option<String> {
        verify::miscount(server, matcher, times, &self.calls)
    }

    /// Forgets rules and states; the calls stay.
    pub(crate) fn forget_rules(&mut self) {
        self.rules.clear();
        self.states.clear();
    }

    /// Forgets rules, states and calls. Numbers go on, so that a call that is still at work cannot be taken
    /// for a later one.
    pub(crate) fn reset(&mut self) {
        self.forgotten += self.calls.len();
        self.calls.clear();
        self.forget_rules();
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
