//! One line for each step of a run, as it ends, made from the events of the run and nothing else.

use std::collections::BTreeMap;
use std::time::Duration;

use super::paint::Paint;
use super::{text, words};
use crate::run::event::{Event, EventKind, SkipReason, StepEnd};
use crate::run::state::{AttemptRecord, RunState, StepRecord};
use crate::run::{RunError, StepPath, StepState};
use crate::workflow::definition::{Group, Step, StepKind};
use crate::workflow::{StepSite, Workflow};

/// Names longer than this push their line to the right instead of all lines.
const NAME_WIDTH_MAX: usize = 28;

/// The same for what a step does.
const LABEL_WIDTH_MAX: usize = 36;

/// Follows a run and gives the lines to show.
#[derive(Debug)]
pub struct StepLines {
    state: RunState,
    /// What each step does, by its path without items.
    labels: BTreeMap<String, String>,
    name_width: usize,
    label_width: usize,
    paint: Paint,
}

/// A line to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepLine {
    /// How a step ended.
    Ended(String),
    /// What is under way.
    Progress(String),
}

impl StepLines {
    /// Lines for a run of this workflow that has not begun.
    #[must_use]
    pub fn new(workflow: &Workflow, paint: Paint) -> Self {
        let names: Vec<_> = workflow.walk().map(|site| (path(&site), label(site.step))).collect();
        let width = |texts: &mut dyn Iterator<Item = &String>, max| {
            texts.map(|text| text.chars().count()).max().unwrap_or_default().min(max)
        };
        Self {
            state: RunState::default(),
            name_width: width(&mut names.iter().map(|(name, _)| name), NAME_WIDTH_MAX),
            label_width: width(&mut names.iter().map(|(_, label)| label), LABEL_WIDTH_MAX),
            labels: names.into_iter().map(|(name, label)| (without_items(&name), label)).collect(),
            paint,
        }
    }

    /// Takes the next event of the run. An event out of order gives no line.
    pub fn take(&mut self, event: &Event) -> Option<StepLine> {
        self.state.apply(event).ok()?;
        match &event.kind {
            EventKind::StepEnded { step, end } => {
                let record = self.state.step(step)?;
                Some(StepLine::Ended(self.ended(step, record, end, event.at)))
            }
            EventKind::AttemptStarted { step, attempt, tool, .. } => {
                let number =
                    if *attempt > 1 { format!("  attempt {attempt}") } else { String::new() };
                Some(self.progress(step, &format!("{}{number}", text::line(&tool.to_string()))))
            }
            EventKind::RetryScheduled { step, due } => {
                let wait = words::duration(due.saturating_sub(event.at));
                let error = self.state.step(step)?.attempts.last()?.error.as_ref()?;
                Some(self.progress(step, &format!("{}; next attempt in {wait}", reason(error))))
            }
            _ => None,
        }
    }

    fn progress(&self, step: &StepPath, what: &str) -> StepLine {
        let name = format!("{:width$}", step.to_string(), width = self.name_width);
        StepLine::Progress(self.paint.faint(&format!("  … {name}  {what}")))
    }

    fn ended(&self, step: &StepPath, record: &StepRecord, end: &StepEnd, at: Duration) -> String {
        let path = step.to_string();
        let label = self.labels.get(&without_items(&path)).map_or("", String::as_str);
        let took = record.started.map(|started| words::duration(at.saturating_sub(started)));
        let line = format!(
            "  {} {path:name$}  {label:label_width$}  {:>7}  {}",
            sign(StepState::of(end), self.paint),
            took.unwrap_or_default(),
            remarks(record, end).join("; "),
            name = self.name_width,
            label_width = self.label_width,
        );
        line.trim_end().to_owned()
    }
}

/// The sign of a state; no two states that a person must tell apart share one.
fn sign(state: StepState, paint: Paint) -> String {
    match state {
        StepState::Succeeded => paint.good("✔"),
        StepState::Failed => paint.bad("✗"),
        StepState::Tolerated => paint.warning("!"),
        StepState::InDoubt => paint.warning("?"),
        StepState::Cancelled | StepState::Pending | StepState::Running | StepState::Skipped => {
            paint.faint("-")
        }
    }
}

/// What is worth saying beside a step.
fn remarks(record: &StepRecord, end: &StepEnd) -> Vec<String> {
    let mut remarks: Vec<String> = attempts(&record.attempts).into_iter().collect();
    let succeeded = matches!(end, StepEnd::Succeeded { .. });
    if let Some(last) = record.attempts.last().filter(|it| succeeded && it.fallback.is_some()) {
        remarks.push(format!("by fallback {}", text::line(&last.tool.to_string())));
    }
    if let Some(items) = &record.items {
        remarks.push(words::count(items.values.len(), "item"));
    }
    remarks.extend(match end {
        StepEnd::Succeeded { .. } => None,
        StepEnd::Failed { error } => Some(format!("failed: {}", reason(error))),
        StepEnd::Tolerated { error } => Some(format!("tolerated: {}", reason(error))),
        StepEnd::Skipped { reason } => Some(format!("skipped: {}", why_skipped(reason))),
        StepEnd::Cancelled => Some("cancelled".to_owned()),
        StepEnd::InDoubt { error, .. } => Some(format!("in doubt: {}", reason(error))),
    });
    remarks
}

/// More than one attempt: how many, why, and how long was waited in between.
fn attempts(attempts: &[AttemptRecord]) -> Option<String> {
    let (last, earlier) = attempts.split_last()?;
    if earlier.is_empty() {
        return None;
    }
    let gaps = earlier.iter().zip(attempts.iter().skip(1));
    let waited: Duration =
        gaps.map(|(one, next)| next.started.saturating_sub(one.ended.unwrap_or_default())).sum();
    let mut kinds: Vec<String> = Vec::new();
    for error in earlier.iter().filter_map(|attempt| attempt.error.as_ref()) {
        let kind = words::failure(error.failure.kind);
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    kinds.push(format!("waited {}", words::duration(waited)));
    Some(format!("{} attempts ({})", last.number, kinds.join(", ")))
}

fn reason(error: &RunError) -> String {
    text::line(&error.failure.message)
}

fn why_skipped(reason: &SkipReason) -> String {
    match reason {
        SkipReason::Condition => "its condition is false".to_owned(),
        SkipReason::Dependency { step } => format!("`{step}` did not succeed"),
        SkipReason::Stopped => "the run stopped".to_owned(),
    }
}

/// The path of a step, as wide as it is in a run.
fn path(site: &StepSite<'_>) -> String {
    let around = site.groups.iter().map(|group| match &group.kind {
        StepKind::Group(Group { each: Some(_), .. }) => format!("{}[0].", group.id),
        _ => format!("{}.", group.id),
    });
    around.chain([site.step.id.to_string()]).collect()
}

/// What a step does.
fn label(step: &Step) -> String {
    match &step.kind {
        StepKind::Call(call) => text::line(&call.tool.to_string()),
        StepKind::Group(group) if group.each.is_some() => "each item".to_owned(),
        StepKind::Group(_) => "group".to_owned(),
        StepKind::Set(_) => "set".to_owned(),
        StepKind::Wait(time) => format!("wait {}", words::duration(*time)),
    }
}

/// `each_lead[2].score` as the workflow has it: `each_lead.score`.
fn without_items(path: &str) -> String {
    let parts = path.split('.').map(|part| part.split_once('[').map_or(part, |(group, _)| group));
    parts.collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::source::{Source, Style};

    const WORKFLOW: &str = "
workflow: w
steps:
  mail: { call: gmail/send_message, on_error: continue }
  note: { call: notion/create_page }
  leads:
    each: ${{ [1, 2] }}
    steps: { score: { set: 1 } }
";

    fn event(sequence: u64, at_ms: u64, kind: &serde_json::Value) -> Event {
        let mut event = json!({ "sequence": sequence, "at_us": at_ms * 1000 });
        let members = kind.as_object().unwrap().clone();
        event.as_object_mut().unwrap().extend(members);
        serde_json::from_value(event).unwrap()
    }

    fn lines(kinds: Vec<(u64, serde_json::Value)>) -> String {
        let workflow = Workflow::parse(Source::new("w.yaml", WORKFLOW)).unwrap();
        let mut lines = StepLines::new(&workflow, Paint::new(Style::Plain));
        let start = json!({ "event": "run_started", "run": "r", "workflow": "w",
            "started_at": "2026-11-22T09:30:00Z", "inputs": {} });
        let events = std::iter::once((0, start)).chain(kinds);
        let shown = (1..).zip(events).filter_map(|(number, (at, kind))| {
            lines.take(&event(number, at, &kind)).map(|line| match line {
                StepLine::Ended(line) | StepLine::Progress(line) => line,
            })
        });
        shown.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_step_that_was_tried_twice_says_why() {
        let error = json!({ "kind": "rate_limited", "message": "slow\u{1b} down", "transient": true, "delivery": "refused" });
        let attempt = |number: u32| {
            json!({ "event": "attempt_started", "step": "mail", "attempt": number, "server": "gmail",
                "tool": { "server": "gmail", "tool": "send_message" }, "arguments": {}, "effect": "unsafe", "timeout_us": 1 })
        };
        let failed = |number: u32| {
            json!({ "event": "attempt_ended", "step": "mail", "attempt": number,
                "outcome": { "state": "failed", "error": error } })
        };

        let shown = lines(vec![
            (0, json!({ "event": "step_started", "step": "mail" })),
            (0, attempt(1)),
            (10, failed(1)),
            (10, json!({ "event": "retry_scheduled", "step": "mail", "due_us": 210_000 })),
            (210, attempt(2)),
            (250, failed(2)),
            (
                250,
                json!({ "event": "step_ended", "step": "mail", "end": { "state": "tolerated", "error": error } }),
            ),
        ]);

        insta::assert_snapshot!(shown, @r"
          … mail            gmail/send_message
          … mail            slow\u{1b} down; next attempt in 200 ms
          … mail            gmail/send_message  attempt 2
          ! mail            gmail/send_message   250 ms  2 attempts (rate limited, waited 200 ms); tolerated: slow\u{1b} down
        ");
    }

    #[test]
    fn steps_that_were_passed_over_say_why() {
        let skipped = |step: &str, reason: serde_json::Value| json!({ "event": "step_ended", "step": step, "end": { "state": "skipped", "reason": reason } });

        let shown = lines(vec![
            (0, skipped("mail", json!({ "because": "condition" }))),
            (0, skipped("note", json!({ "because": "dependency", "step": "mail" }))),
            (0, skipped("leads", json!({ "because": "stopped" }))),
        ]);

        insta::assert_snapshot!(shown, @r"
        - mail            gmail/send_message           skipped: its condition is false
        - note            notion/create_page           skipped: `mail` did not succeed
        - leads           each item                    skipped: the run stopped
        ");
    }

    #[test]
    fn items_share_the_label_of_their_step() {
        assert_eq!(without_items("each_lead[2].inner[10].score"), "each_lead.inner.score");
    }
}
