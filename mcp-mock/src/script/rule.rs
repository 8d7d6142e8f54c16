//! One rule: which calls, how often, and what happens then.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use mcp_core::protocol::CallToolResult;
use serde_json::Value;

use super::latency::{Latency, fraction};
use super::{Call, Decision, Fault, Matcher, Times};
use crate::world::Ids;

/// The states of scenarios, by the name of the scenario. One that is not there is at its beginning.
pub(crate) type States = BTreeMap<String, String>;

/// The state of a scenario at its beginning.
const BEGINNING: &str = "started";

/// A rule and how often it was used.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) matcher: Matcher,
    /// Only in these states.
    pub(crate) when: States,
    /// Only the calls of these numbers, among those that fit until here.
    pub(crate) nth: Option<Times>,
    /// The chance that the rule is used, from 0 to 1.
    pub(crate) probability: Option<f64>,
    /// The number of calls after which the rule is used up.
    pub(crate) limit: Option<usize>,
    pub(crate) priority: i32,
    /// How often a test expects the rule to be used.
    pub(crate) expected: Option<Times>,
    pub(crate) delay: Option<Latency>,
    pub(crate) action: Action,
    /// The states after a call.
    pub(crate) then: States,
    pub(crate) progress: Progress,
}

/// How often a rule was used so far.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    /// The seed of the chances of the rule.
    pub(super) seed: u64,
    /// Calls that the rule was about, whichever rule answered them.
    seen: u64,
    pub(crate) used: usize,
    /// The end of a rate limit that has begun.
    limited_until: Option<Timestamp>,
}

impl Rule {
    pub(crate) fn new(matcher: Matcher) -> Self {
        Self {
            matcher,
            when: States::new(),
            nth: None,
            probability: None,
            limit: None,
            priority: 0,
            expected: None,
            delay: None,
            action: Action::PassThrough,
            then: States::new(),
            progress: Progress::default(),
        }
    }

    /// Whether the rule would answer this call. It counts the call if it is about it.
    pub(super) fn applies(&mut self, call: &Call, states: &States) -> bool {
        if !self.matcher.fits(call) || !self.is_in_state(states) {
            return false;
        }
        self.progress.seen += 1;
        let number = usize::try_from(self.progress.seen).unwrap_or(usize::MAX);
        self.nth.is_none_or(|nth| nth.contains(number))
            && !self.is_used_up(call.at)
            && self.probability.is_none_or(|probability| fraction(&mut self.chance()) < probability)
    }

    /// Uses the rule for this call.
    pub(super) fn decide(&mut self, call: &Call) -> Decision {
        self.progress.used += 1;
        let mut chance = self.chance();
        // The first draw decided whether the rule applies.
        chance.bits();
        let mut delay = self.delay.as_ref().map_or(Duration::ZERO, |delay| delay.draw(&mut chance));
        if let Action::Fault(Fault::Delay(more)) = &self.action {
            delay = delay.saturating_add(*more);
        }
        let action = match &self.action {
            Action::Fault(Fault::RateLimit { lasting }) => {
                let lasting = self.progress.time_left(call.at, *lasting);
                Action::Fault(Fault::RateLimit { lasting })
            }
            action => action.clone(),
        };
        Decision::Act { action, delay }
    }

    /// Why the rule does not apply to a call that its matcher fits; one of several reasons.
    pub(super) fn reason(&self, states: &States, at: Timestamp) -> String {
        let other = self.when.iter().find(|(name, state)| state_of(states, name) != state.as_str());
        if let Some((name, wanted)) = other {
            let state = state_of(states, name);
            return format!("for state `{wanted}` of `{name}`, which is `{state}`");
        }
        if self.is_used_up(at) {
            return "used up".to_owned();
        }
        match self.nth {
            Some(_) => format!("not for call number {}", self.progress.seen),
            None => "not by chance".to_owned(),
        }
    }

    fn is_in_state(&self, states: &States) -> bool {
        self.when.iter().all(|(name, state)| state_of(states, name) == state)
    }

    fn is_used_up(&self, now: Timestamp) -> bool {
        self.limit.is_some_and(|limit| self.progress.used >= limit)
            || self.progress.limited_until.is_some_and(|end| end <= now)
    }

    /// Chances of a call follow from its number alone, so that calls of other tools in between change
    /// nothing.
    fn chance(&self) -> Ids {
        Ids::new(self.progress.seed ^ self.progress.seen)
    }
}

impl Progress {
    /// How long a rate limit still holds; the first call begins it.
    fn time_left(&mut self, now: Timestamp, lasting: Duration) -> Duration {
        let end = self.limited_until.get_or_insert_with(|| {
            let length = SignedDuration::try_from(lasting).unwrap_or(SignedDuration::MAX);
            now.saturating_add(length).unwrap_or(Timestamp::MAX)
        });
        now.duration_until(*end).try_into().unwrap_or_default()
    }
}

fn state_of<'a>(states: &'a States, name: &str) -> &'a str {
    states.get(name).map_or(BEGINNING, String::as_str)
}

/// What a rule does with a call.
#[derive(Clone)]
pub(crate) enum Action {
    Answer(Arc<dyn Fn(&Value) -> CallToolResult + Send + Sync>),
    Fault(Fault),
    /// What the service does; the rule only counts.
    PassThrough,
}

impl fmt::Debug for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answer(_) => f.write_str("Answer(..)"),
            Self::Fault(fault) => write!(f, "Fault({fault:?})"),
            Self::PassThrough => f.write_str("PassThrough"),
        }
    }
}
