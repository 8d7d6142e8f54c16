//! What a finished run gives, and how it went in one sentence.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Map, Value};

use super::paint::Paint;
use super::{json, text, words};
use crate::run::{RunEnd, RunReport, StepPath, StepReport, StepState};

/// The outputs, one a line; `None` when there are none.
#[must_use]
pub fn outputs(outputs: &Map<String, Value>) -> Option<String> {
    let width = outputs.keys().map(|name| name.chars().count()).max()?;
    let lines = outputs.iter().map(|(name, value)| format!("  {name:width$}  {}", rendered(value)));
    Some(lines.collect::<Vec<_>>().join("\n"))
}

/// `partial: 4 done, 1 tolerated in 192 ms (steps alone: 285 ms, 1.5x by running in parallel)`.
#[must_use]
pub fn sentence(report: &RunReport, paint: Paint) -> String {
    let steps = leaves(report);
    let counts: Vec<String> = [
        ("done", StepState::Succeeded),
        ("tolerated", StepState::Tolerated),
        ("failed", StepState::Failed),
        ("in doubt", StepState::InDoubt),
        ("cancelled", StepState::Cancelled),
        ("skipped", StepState::Skipped),
    ]
    .iter()
    .map(|(word, state)| (word, steps.iter().filter(|step| step.state == *state).count()))
    .filter(|(_, count)| *count > 0)
    .map(|(word, count)| format!("{count} {word}"))
    .collect();
    let counts = if counts.is_empty() { "no steps".to_owned() } else { counts.join(", ") };
    let took = words::duration(report.duration);
    format!("{}: {counts} in {took}{}", state(report.state, paint), gain(&steps, report.duration))
}

/// The state of a run in words.
#[must_use]
pub fn state_words(state: RunEnd) -> &'static str {
    match state {
        RunEnd::Succeeded => "succeeded",
        RunEnd::Partial => "partial",
        RunEnd::Failed => "failed",
        RunEnd::InDoubt => "in doubt",
        RunEnd::Cancelled => "cancelled",
        RunEnd::Interrupted => "interrupted",
    }
}

fn state(state: RunEnd, paint: Paint) -> String {
    let words = state_words(state);
    match state {
        RunEnd::Succeeded => paint.good(words),
        RunEnd::Failed => paint.bad(words),
        RunEnd::Partial | RunEnd::InDoubt | RunEnd::Cancelled | RunEnd::Interrupted => {
            paint.warning(words)
        }
    }
}

/// What the steps would have taken one after the other.
fn gain(steps: &[&StepReport], total: Duration) -> String {
    let times = steps.iter().filter_map(|step| Some(step.ended?.saturating_sub(step.started?)));
    let alone: Duration = times.sum();
    if steps.len() < 2 || alone.is_zero() {
        return String::new();
    }
    let factor = alone.as_secs_f64() / total.as_secs_f64().max(f64::EPSILON);
    let alone = words::duration(alone);
    // Less than that is nothing that a person would call faster.
    if factor < 1.05 {
        return format!(" (steps alone: {alone})");
    }
    format!(" (steps alone: {alone}, {factor:.1}x by running in parallel)")
}

/// The steps that are no groups: the time of a group is that of its steps.
fn leaves(report: &RunReport) -> Vec<&StepReport> {
    let groups: BTreeSet<StepPath> =
        report.steps.iter().filter_map(|step| Some(step.step.scope().group()?.0)).collect();
    report.steps.iter().filter(|step| !groups.contains(&step.step)).collect()
}

fn rendered(value: &Value) -> String {
    match value {
        Value::String(words) => text::line(words),
        other => text::line(&json::escaped(&other.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn outputs_are_safe_lines() {
        let given = json!({ "url": "https://x\n\u{1b}[2J", "n": 3, "list": ["a", "\u{202e}"] });

        let shown = outputs(given.as_object().unwrap()).unwrap();

        insta::assert_snapshot!(shown, @r#"
        list  ["a","\u202e"]
        n     3
        url   https://x\n\u{1b}[2J
        "#);
        assert_eq!(outputs(&Map::new()), None);
    }
}
