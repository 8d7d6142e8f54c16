//! What a test wants a server to do besides keeping its state: rules, faults, and the calls it saw.
//!
//! Everything here is plain data and pure decisions; [`crate::server`] carries them out.

mod duration;
mod fault;
mod file;
mod latency;
mod matcher;
mod record;
mod request;
mod rule;
mod times;
mod vendor;
mod verify;

pub(crate) use fault::{FAULTS, FaultRow, Malformed, Scope};
pub use fault::{Fault, FaultError, MalformedAnswer, ProcessFault, ToolListFault};
pub use file::{Rules, RulesError};
pub use latency::Latency;
pub use matcher::{Matcher, any_tool, request, tool};
pub use record::{Call, CallOutcome};
pub use request::RequestKind;
pub(crate) use rule::{Action, Rule};
pub use times::Times;
pub(crate) use vendor::{expired, missing_scope, too_many_calls};

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use crate::world::Ids;
use record::Received;
use rule::States;
use verify::Report;

/// The rules of one server and the calls that it received.
pub(crate) struct Script {
    rules: Vec<Rule>,
    states: States,
    /// The seed of the chances of the rules.
    seed: u64,
    calls: Received,
    /// Requests that are no calls.
    requests: Received,
    /// Whether a call without a rule is an error.
    pub(crate) is_strict: bool,
}

/// What to do with a call.
#[derive(Debug, Clone)]
pub(crate) enum Decision {
    /// What the rule says, after this time.
    Act { action: Action, delay: Duration },
    /// What the service does.
    PassThrough,
    /// No rule fits and every call needs one; the report names the closest.
    Unexpected(String),
}

impl Script {
    /// No rules yet. The same seed gives the same chances to the same rules and calls.
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            rules: Vec::new(),
            states: States::new(),
            seed,
            calls: Received::default(),
            requests: Received::default(),
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
        let call = Call {
            number: self.calls.next(),
            tool: tool.to_owned(),
            request: None,
            arguments: arguments.clone(),
            at,
            outcome: CallOutcome::Unanswered,
        };
        let decision = match self.decide(&call) {
            None if self.is_strict => {
                Decision::Unexpected(verify::unexpected(&self.rules, &self.states, &call))
            }
            None => Decision::PassThrough,
            Some(decision) => decision,
        };
        let begun = (call.number, decision);
        self.calls.push(call);
        begun
    }

    /// Takes a request in that is no call: its number, and what to do with it.
    pub(crate) fn begin_request(
        &mut self,
        kind: RequestKind,
        params: Value,
        at: Timestamp,
    ) -> (usize, Decision) {
        let request = Call {
            number: self.requests.next(),
            tool: kind.as_str().to_owned(),
            request: Some(kind),
            arguments: params,
            at,
            outcome: CallOutcome::Unanswered,
        };
        let begun = (request.number, self.decide(&request).unwrap_or(Decision::PassThrough));
        self.requests.push(request);
        begun
    }

    fn decide(&mut self, call: &Call) -> Option<Decision> {
        let Self { rules, states, .. } = self;
        // Every rule counts the calls that it is about, so all of them are asked.
        let applying =
            rules.iter_mut().filter_map(|rule| rule.applies(call, states).then_some(rule));
        let rule = applying
            .reduce(|best, rule| if rule.priority > best.priority { rule } else { best })?;
        states.extend(rule.then.clone());
        Some(rule.decide(call))
    }

    /// Says how a call ended.
    pub(crate) fn end(&mut self, number: usize, outcome: CallOutcome) {
        self.calls.end(number, outcome);
    }

    /// Says how a request ended that is no call.
    pub(crate) fn end_request(&mut self, number: usize, outcome: CallOutcome) {
        self.requests.end(number, outcome);
    }

    pub(crate) fn calls(&self) -> &[Call] {
        self.calls.all()
    }

    /// The calls, or the requests that are no calls, as the matcher is about either.
    fn report<'a>(&'a self, server: &'a str, matcher: &Matcher) -> Report<'a> {
        let received = if matcher.request().is_some() { &self.requests } else { &self.calls };
        Report { server, calls: received.all() }
    }

    /// What did not go as expected, as a report for people; `None` when all did.
    pub(crate) fn unmet(&self, server: &str) -> Option<String> {
        let calls = Report { server, calls: self.calls() };
        let miss = |rule: &Rule| self.report(server, &rule.matcher).miss(rule);
        let mut parts: Vec<_> = self.rules.iter().filter_map(miss).collect();
        parts.extend(calls.unexpected(&self.rules, &self.states));
        if parts.is_empty() {
            return None;
        }
        parts.push(calls.listing());
        Some(parts.join("\n"))
    }

    /// Why calls that fit `matcher` did not come `times` times; `None` when they did.
    pub(crate) fn miscount(&self, server: &str, matcher: &Matcher, times: Times) -> Option<String> {
        self.report(server, matcher).miscount(matcher, times)
    }

    /// Which calls failed in answers that look like successes, as a report for people; `None` when none did.
    pub(crate) fn disguised(&self, server: &str) -> Option<String> {
        let is_disguised = |call: &&Call| call.outcome == CallOutcome::Disguised;
        let calls: Vec<_> = self.calls().iter().filter(is_disguised).cloned().collect();
        let text = "failures are answered as successes; a client has to look into them";
        (!calls.is_empty())
            .then(|| format!("{server}: {text}\n{}", Report { server, calls: &calls }.listing()))
    }

    /// Forgets rules and states; the calls stay.
    pub(crate) fn forget_rules(&mut self) {
        self.rules.clear();
        self.states.clear();
    }

    /// Forgets rules, states, calls and requests.
    pub(crate) fn reset(&mut self) {
        self.calls.clear();
        self.requests.clear();
        self.forget_rules();
    }
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Script")
            .field("rules", &self.rules.len())
            .field("calls", &self.calls().len())
            .finish_non_exhaustive()
    }
}
