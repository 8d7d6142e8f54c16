//! Reports for the author of a test that failed: what was expected, what came, and where they differ.

use super::record::{Call, CallOutcome};
use super::rule::{Rule, States};
use super::times::calls;
use super::{Matcher, Times};
use mcp_core::display::truncated;

/// Calls that a report lists; the rest is counted.
const SHOWN_CALLS_MAX: usize = 20;

/// How long the arguments of a listed call may get.
const SHOWN_ARGUMENTS_MAX: usize = 200;

/// What a server received.
pub(super) struct Report<'a> {
    pub(super) server: &'a str,
    pub(super) calls: &'a [Call],
}

impl Report<'_> {
    /// That a rule was not used as often as expected; `None` when it was.
    pub(super) fn miss(&self, rule: &Rule) -> Option<String> {
        let used = rule.progress.used;
        let times = rule.expected.filter(|times| !times.contains(used))?;
        Some(self.too_few_or_many(&rule.matcher, times, used))
    }

    /// A string for each unexpected call.
    pub(super) fn unexpected(&self, rules: &[Rule], states: &States) -> Vec<String> {
        let is_unexpected = |call: &&Call| call.outcome == CallOutcome::Unexpected;
        let text = |call| format!("{}: {}", self.server, unexpected(rules, states, call));
        self.calls.iter().filter(is_unexpected).map(text).collect()
    }

    /// Why calls that fit `matcher` did not come `times` times.
    pub(super) fn miscount(&self, matcher: &Matcher, times: Times) -> Option<String> {
        let count = self.calls.iter().filter(|call| matcher.fits(call)).count();
        (!times.contains(count)).then(|| {
            let miss = self.too_few_or_many(matcher, times, count);
            [miss, self.listing()].join("\n")
        })
    }

    /// The calls, one a line.
    pub(super) fn listing(&self) -> String {
        let Self { server, calls: received } = self;
        if received.is_empty() {
            return format!("{server} received no calls");
        }
        let mut text = format!("{server} received {}:", calls(received.len()));
        for call in received.iter().take(SHOWN_CALLS_MAX) {
            let (rendered, outcome) = (render_call(call), call.outcome.as_str());
            text.push_str(&format!("\n  #{} {rendered}: {outcome}", call.number));
        }
        if received.len() > SHOWN_CALLS_MAX {
            text.push_str(&format!("\n  and {} more", received.len() - SHOWN_CALLS_MAX));
        }
        text
    }

    fn too_few_or_many(&self, matcher: &Matcher, times: Times, count: usize) -> String {
        let server = self.server;
        let mut text = format!("{server}: expected {times} of {matcher}, got {}", calls(count));
        let near = self
            .calls
            .iter()
            .filter_map(|call| Some((call, matcher.distance(call)?)))
            .min_by_key(|(_, distance)| *distance);
        if let Some((call, _)) = near.filter(|_| times.wants_more_than(count)) {
            text.push_str(&format!("\n  closest call: #{} {}", call.number, call.tool));
            push_differences(&mut text, matcher, call);
        }
        text
    }
}

/// A call that no rule fits, beside the rule that comes closest.
pub(super) fn unexpected(rules: &[Rule], states: &States, call: &Call) -> String {
    let mut text = format!("unexpected call {}", render_call(call));
    if let Some(rule) = rules.iter().find(|rule| rule.matcher.fits(call)) {
        let reason = rule.reason(states, call.at);
        text.push_str(&format!("\n  closest rule: {} ({reason})", rule.matcher));
        return text;
    }
    let near = rules
        .iter()
        .filter_map(|rule| Some((rule, rule.matcher.distance(call)?)))
        .min_by_key(|(_, distance)| *distance);
    match near {
        None => text.push_str("\n  no rule is about such a call"),
        Some((rule, _)) => {
            text.push_str(&format!("\n  closest rule: {}", rule.matcher));
            push_differences(&mut text, &rule.matcher, call);
        }
    }
    text
}

fn push_differences(text: &mut String, matcher: &Matcher, call: &Call) {
    for difference in matcher.differences(call) {
        text.push_str(&format!("\n    {difference}"));
    }
}

/// The tool and the beginning of the arguments.
fn render_call(call: &Call) -> String {
    let arguments = call.arguments.to_string();
    format!("{} {}", call.tool, truncated(&arguments, SHOWN_ARGUMENTS_MAX))
}
