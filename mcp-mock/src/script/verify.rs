//! Texts for a person whose test failed: what was expected, what came, and where they differ.

use super::record::{Call, CallOutcome};
use super::rule::{Rule, States};
use super::times::calls;
use super::{Matcher, Times};

/// Calls that a report lists; the rest is counted.
const SHOWN_CALLS_MAX: usize = 20;

/// How long the arguments of a listed call may get.
const SHOWN_ARGUMENTS_MAX: usize = 200;

/// That a rule was not used as often as expected; `None` when it was.
pub(super) fn miss(server: &str, rule: &Rule, received: &[Call]) -> Option<String> {
    let used = rule.progress.used;
    let times = rule.expected.filter(|times| !times.contains(used))?;
    Some(too_few_or_many(server, &rule.matcher, (times, used), received))
}

/// Calls that nobody expected, a text each.
pub(super) fn unexpected_calls<'a>(
    server: &'a str,
    rules: &'a [Rule],
    states: &'a States,
    received: &'a [Call],
) -> impl Iterator<Item = String> + 'a {
    let unexpected = received.iter().filter(|call| call.outcome == CallOutcome::Unexpected);
    unexpected.map(move |call| format!("{server}: {}", self::unexpected(rules, states, call)))
}

/// Why calls that fit `matcher` did not come `times` times.
pub(super) fn miscount(
    server: &str,
    matcher: &Matcher,
    times: Times,
    received: &[Call],
) -> Option<String> {
    let count = received.iter().filter(|call| matcher.fits(call)).count();
    if times.contains(count) {
        return None;
    }
    let miss = too_few_or_many(server, matcher, (times, count), received);
    Some([miss, listing(server, received)].join("\n"))
}

/// A call that no rule fits, beside the rule that comes closest.
pub(super) fn unexpected(rules: &[Rule], states: &States, call: &Call) -> String {
    let mut text = format!("unexpected call {}", shown(call));
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

fn too_few_or_many(
    server: &str,
    matcher: &Matcher,
    (times, count): (Times, usize),
    received: &[Call],
) -> String {
    let mut text = format!("{server}: expected {times} of {matcher}, got {}", calls(count));
    let near = received
        .iter()
        .filter_map(|call| Some((call, matcher.distance(call)?)))
        .min_by_key(|(_, distance)| *distance);
    if let Some((call, _)) = near.filter(|_| times.wants_more_than(count)) {
        text.push_str(&format!("\n  closest call: #{} {}", call.number, call.tool));
        push_differences(&mut text, matcher, call);
    }
    text
}

fn push_differences(text: &mut String, matcher: &Matcher, call: &Call) {
    for difference in matcher.differences(call) {
        text.push_str(&format!("\n    {difference}"));
    }
}

pub(super) fn listing(server: &str, received: &[Call]) -> String {
    if received.is_empty() {
        return format!("{server} received no calls");
    }
    let mut text = format!("{server} received {}:", calls(received.len()));
    for call in received.iter().take(SHOWN_CALLS_MAX) {
        let (shown, outcome) = (shown(call), call.outcome.as_str());
        text.push_str(&format!("\n  #{} {shown}: {outcome}", call.number));
    }
    if received.len() > SHOWN_CALLS_MAX {
        text.push_str(&format!("\n  and {} more", received.len() - SHOWN_CALLS_MAX));
    }
    text
}

fn shown(call: &Call) -> String {
    let (tool, json) = (&call.tool, call.arguments.to_string());
    match json.char_indices().nth(SHOWN_ARGUMENTS_MAX) {
        None => format!("{tool} {json}"),
        Some((end, _)) => format!("{tool} {}…", &json[..end]),
    }
}
