//! When which step ran, as bars over one axis.
//!
//! `█` is a call, or work of our own; `░` is a wait between attempts. Every step that ran has at least
//! one cell, however short it was.

use std::time::Duration;

use super::words;
use crate::run::{RunReport, StepReport};

/// Cells of the axis: with a name of usual length the whole fits into 80 columns.
const CELLS: usize = 56;

/// At most this many steps are drawn; a person does not read more lines.
const ROWS_MAX: usize = 40;

/// Names longer than this are cut.
const NAME_WIDTH_MAX: usize = 20;

/// The axis has this many parts.
const PARTS: usize = 4;

/// The steps of a run over time; `None` when fewer than two ran.
#[must_use]
pub fn timeline(report: &RunReport) -> Option<String> {
    let ran: Vec<Row<'_>> = report.steps.iter().filter_map(Row::of).collect();
    let end = ran.iter().map(|row| row.ended).max().filter(|_| ran.len() > 1)?;
    let scale = Scale { total: end.max(Duration::from_micros(1)) };
    let shown = ran.iter().take(ROWS_MAX);
    let width = shown.clone().map(|row| row.name.chars().count()).max().unwrap_or_default();
    let mut lines = vec![format!("  {:width$}  {}", "", scale.axis())];
    lines.extend(shown.map(|row| {
        let line = format!("  {:width$}  {}", row.name, row.bar(scale));
        line.trim_end().to_owned()
    }));
    if ran.len() > ROWS_MAX {
        lines.push(format!("  …{} more steps", ran.len() - ROWS_MAX));
    }
    Some(lines.join("\n"))
}

struct Row<'a> {
    name: String,
    started: Duration,
    ended: Duration,
    step: &'a StepReport,
}

impl<'a> Row<'a> {
    fn of(step: &'a StepReport) -> Option<Self> {
        let (started, ended) = (step.started?, step.ended?);
        let mut name = step.step.to_string();
        let length = name.chars().count();
        if length > NAME_WIDTH_MAX {
            let tail: String = name.chars().skip(length - NAME_WIDTH_MAX + 1).collect();
            name = format!("…{tail}");
        }
        Some(Self { name, started, ended, step })
    }

    fn bar(&self, scale: Scale) -> String {
        let mut cells = [' '; CELLS];
        let attempts = &self.step.attempts;
        let spans = attempts.iter().map(|it| (it.started, it.ended.unwrap_or(self.ended)));
        let (first, last) = (spans.clone().next(), spans.clone().next_back());
        let (start, _) = first.unwrap_or((self.started, self.ended));
        let (_, end) = last.unwrap_or((self.started, self.ended));
        fill(&mut cells, scale, (start, end), if attempts.is_empty() { '█' } else { '░' });
        spans.for_each(|span| fill(&mut cells, scale, span, '█'));
        cells.iter().collect()
    }
}

fn fill(cells: &mut [char; CELLS], scale: Scale, span: (Duration, Duration), mark: char) {
    let first = scale.cell(span.0).min(CELLS - 1);
    let end = scale.cell(span.1).max(first + 1);
    cells.iter_mut().take(end).skip(first).for_each(|cell| *cell = mark);
}

#[derive(Clone, Copy)]
struct Scale {
    total: Duration,
}

impl Scale {
    /// The cell at a time, rounded, at most [`CELLS`].
    fn cell(self, at: Duration) -> usize {
        let part = at.as_secs_f64() / self.total.as_secs_f64();
        ((part * CELLS as f64).round() as usize).min(CELLS)
    }

    fn axis(self) -> String {
        let mut axis = format!("{:<width$}", "0", width = CELLS / PARTS);
        for part in 1..PARTS {
            let time = self.total * u32::try_from(part).unwrap_or(1) / PARTS as u32;
            axis.push_str(&format!("{:<width$}", words::duration(time), width = CELLS / PARTS));
        }
        axis + &words::duration(self.total)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use super::*;
    use crate::run::RunEnd;
    use crate::run::event::Event;
    use crate::run::state::RunState;

    /// Folds a run whose steps are `(name, attempts)`; an attempt is `(start, end)` in microseconds.
    fn report(steps: &[(&str, &[(u64, u64)])]) -> RunReport {
        let mut facts = vec![(
            0,
            json!({ "event": "run_started", "run": "r", "workflow": "w",
            "started_at": "2026-11-22T09:30:00Z", "inputs": {} }),
        )];
        for (name, attempts) in steps {
            let (first, last) = (attempts[0].0, attempts[attempts.len() - 1].1);
            facts.push((first, json!({ "event": "step_started", "step": name })));
            for (number, (start, end)) in (1..).zip(attempts.iter()) {
                facts.push((
                    *start,
                    json!({ "event": "attempt_started", "step": name,
                    "attempt": number, "tool": { "server": "s", "tool": "t" }, "arguments": {},
                    "effect": "read", "timeout_us": 1 }),
                ));
                let is_last = number == attempts.len();
                let error = json!({ "kind": "timeout", "message": "late", "transient": true, "delivery": "unknown" });
                let outcome = if is_last {
                    json!({ "state": "succeeded", "output": 1 })
                } else {
                    json!({ "state": "failed", "error": error })
                };
                facts.push((
                    *end,
                    json!({ "event": "attempt_ended", "step": name,
                    "attempt": number, "outcome": outcome }),
                ));
                if !is_last {
                    facts.push((*end, json!({ "event": "retry_scheduled", "step": name, "due_us": attempts[number].0 })));
                }
            }
            facts.push((
                last,
                json!({ "event": "step_ended", "step": name, "end": { "state": "succeeded" } }),
            ));
        }
        facts.sort_by_key(|(at, _)| *at);
        let end = facts.last().unwrap().0;
        facts.push((
            end,
            json!({ "event": "run_ended", "state": RunEnd::Succeeded, "outputs": Map::new() }),
        ));
        let mut state = RunState::default();
        for (sequence, (at, mut fact)) in (1..).zip(facts) {
            fact["sequence"] = sequence.into();
            fact["at_us"] = at.into();
            let event: Event = serde_json::from_value(fact).unwrap();
            state.apply(&event).unwrap();
        }
        RunReport::new(&state).unwrap()
    }

    #[test]
    fn steps_that_overlap_stand_under_each_other() {
        let report = report(&[
            ("issue", &[(0, 52)]),
            ("slack", &[(52, 83)]),
            ("gmail", &[(52, 116)]),
            ("notion", &[(52, 75), (100, 172)]),
            ("case", &[(172, 192)]),
        ]);

        insta::assert_snapshot!(timeline(&report).unwrap(), @"
                0             48 µs         96 µs         144 µs        192 µs
        issue   ███████████████
        slack                  █████████
        gmail                  ███████████████████
        notion                 ███████░░░░░░░█████████████████████
        case                                                      ██████
        ");
    }

    #[test]
    fn one_step_needs_no_timeline() {
        assert_eq!(timeline(&report(&[("only", &[(0, 5)])])), None);
    }

    #[test]
    fn a_run_without_duration_is_drawn() {
        let drawn = timeline(&report(&[("a", &[(0, 0)]), ("b", &[(0, 0)])])).unwrap();

        assert_eq!(drawn.matches('█').count(), 2);
    }
}
