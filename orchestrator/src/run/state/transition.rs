//! Which event may follow on which state, and what it leaves.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Map, Value};

use super::{AttemptRecord, Items, Phase, RunOutcome, RunStart, RunState, StepRecord, Stop};
use crate::run::event::{AttemptOutcome, Event, EventKind, SkipReason, StepEnd};
use crate::run::path::StepPath;

impl RunState {
    /// Takes the next event in.
    ///
    /// # Errors
    ///
    /// When the event cannot follow on what happened before. The state is then as it was.
    pub fn apply(&mut self, event: &Event) -> Result<(), IllegalEvent> {
        if event.sequence != self.sequence + 1 || event.at < self.at {
            let state = format!("after event {} at {:?}", self.sequence, self.at);
            return Err(IllegalEvent::new(event, state));
        }
        self.transition(event)?;
        self.sequence = event.sequence;
        self.at = event.at;
        Ok(())
    }

    fn transition(&mut self, event: &Event) -> Result<(), IllegalEvent> {
        if let EventKind::RunStarted { run, workflow, started_at, inputs } = &event.kind {
            return self.start_run(
                event,
                RunStart {
                    run: run.clone(),
                    workflow: workflow.clone(),
                    started_at: *started_at,
                    inputs: inputs.clone(),
                },
            );
        }
        if self.start.is_none() || self.end.is_some() {
            return Err(IllegalEvent::new(event, self.run_phase()));
        }
        match &event.kind {
            EventKind::RunStarted { .. } => Ok(()),
            EventKind::StepStarted { step, items } => {
                self.start_step(event, step, items.as_deref())
            }
            EventKind::AttemptStarted { .. } => self.start_attempt(event),
            EventKind::CancelRequested { step, attempt } => {
                self.open_attempt(event, step, *attempt)?.cancelled = true;
                Ok(())
            }
            EventKind::AttemptEnded { step, attempt, outcome } => {
                self.end_attempt(event, step, *attempt, outcome)
            }
            EventKind::RetryScheduled { step, due } => {
                let record = self.record(event, step, |phase| matches!(phase, Phase::Answered))?;
                record.phase = Phase::Waiting { due: *due };
                Ok(())
            }
            EventKind::ItemStarted { step, item } => self.start_item(event, step, *item),
            EventKind::ItemEnded { step, item, failed } => {
                self.end_item(event, step, *item, *failed)
            }
            EventKind::StepEnded { step, end } => self.end_step(event, step, end),
            EventKind::StopRequested { cause } => {
                if self.stop.is_some() {
                    return Err(IllegalEvent::new(event, "stopping"));
                }
                self.stop = Some(Stop { cause: *cause, at: event.at });
                Ok(())
            }
            EventKind::RunEnded { .. } => self.end_run(event),
        }
    }

    fn start_run(&mut self, event: &Event, start: RunStart) -> Result<(), IllegalEvent> {
        if self.start.is_some() {
            return Err(IllegalEvent::new(event, self.run_phase()));
        }
        self.start = Some(start);
        Ok(())
    }

    fn end_run(&mut self, event: &Event) -> Result<(), IllegalEvent> {
        let EventKind::RunEnded { state, outputs, errors } = &event.kind else { return Ok(()) };
        if self.tally.open > 0 {
            return Err(IllegalEvent::new(event, format!("with {} steps open", self.tally.open)));
        }
        self.end = Some(RunOutcome {
            state: *state,
            outputs: outputs.clone(),
            errors: errors.clone(),
            at: event.at,
        });
        Ok(())
    }

    fn start_step(
        &mut self,
        event: &Event,
        step: &StepPath,
        items: Option<&[Value]>,
    ) -> Result<(), IllegalEvent> {
        self.check_new(event, step)?;
        let items = items.map(|values| Items {
            values: values.to_vec(),
            started: 0,
            open: BTreeSet::new(),
            failed: 0,
            last_end: None,
        });
        let record = StepRecord { items, ..StepRecord::new(event, Some(event.at), Phase::Ready) };
        self.steps.insert(step.clone(), record);
        self.tally.open += 1;
        Ok(())
    }

    fn start_attempt(&mut self, event: &Event) -> Result<(), IllegalEvent> {
        let EventKind::AttemptStarted { step, attempt, tool, fallback, arguments, effect, .. } =
            &event.kind
        else {
            return Ok(());
        };
        let may_start = |phase: &Phase| match phase {
            Phase::Ready | Phase::Answered => true,
            Phase::Waiting { due } => *due <= event.at,
            Phase::Calling | Phase::Ended { .. } => false,
        };
        let record = self.record(event, step, may_start)?;
        let is_next =
            usize::try_from(*attempt).is_ok_and(|attempt| attempt == record.attempts.len() + 1);
        if !is_next || record.items.is_some() {
            let state = format!("after {} attempts", record.attempts.len());
            return Err(IllegalEvent::new(event, state));
        }
        record.arguments.clone_from(arguments);
        record.phase = Phase::Calling;
        record.attempts.push(AttemptRecord {
            number: *attempt,
            tool: tool.clone(),
            fallback: *fallback,
            effect: *effect,
            started: event.at,
            ended: None,
            cancelled: false,
            error: None,
        });
        self.tally.calling += 1;
        Ok(())
    }

    fn end_attempt(
        &mut self,
        event: &Event,
        step: &StepPath,
        number: u32,
        outcome: &AttemptOutcome,
    ) -> Result<(), IllegalEvent> {
        let attempt = self.open_attempt(event, step, number)?;
        attempt.ended = Some(event.at);
        let output = match outcome {
            AttemptOutcome::Succeeded { output } => Some(output.clone()),
            AttemptOutcome::Failed { error } => {
                attempt.error = Some(error.clone());
                None
            }
        };
        let record = self.record(event, step, |phase| matches!(phase, Phase::Calling))?;
        record.output = output;
        record.phase = Phase::Answered;
        self.tally.calling -= 1;
        Ok(())
    }

    fn start_item(
        &mut self,
        event: &Event,
        step: &StepPath,
        item: usize,
    ) -> Result<(), IllegalEvent> {
        let items = self.items(event, step)?;
        if item != items.started || item >= items.values.len() {
            let state = format!("after {} of {} items", items.started, items.values.len());
            return Err(IllegalEvent::new(event, state));
        }
        items.started += 1;
        items.open.insert(item);
        Ok(())
    }

    fn end_item(
        &mut self,
        event: &Event,
        step: &StepPath,
        item: usize,
        failed: bool,
    ) -> Result<(), IllegalEvent> {
        let items = self.items(event, step)?;
        if !items.open.remove(&item) {
            return Err(IllegalEvent::new(event, format!("with item {item} not open")));
        }
        items.failed += usize::from(failed);
        items.last_end = Some(event.at);
        Ok(())
    }

    fn end_step(
        &mut self,
        event: &Event,
        step: &StepPath,
        end: &StepEnd,
    ) -> Result<(), IllegalEvent> {
        let ended = Phase::Ended { at: event.at, end: end.clone() };
        if self.steps.contains_key(step) {
            let record = self.record(event, step, |phase| {
                matches!(phase, Phase::Ready | Phase::Answered | Phase::Waiting { .. })
            })?;
            record.end_with(event, end)?;
            record.phase = ended;
            self.tally.open -= 1;
        } else {
            self.check_new(event, step)?;
            if !matches!(end, StepEnd::Skipped { .. }) {
                return Err(IllegalEvent::new(event, "pending"));
            }
            self.steps.insert(step.clone(), StepRecord::new(event, None, ended));
        }
        match end {
            StepEnd::InDoubt { .. } => self.tally.in_doubt += 1,
            StepEnd::Tolerated { .. } => self.tally.tolerated += 1,
            StepEnd::Cancelled | StepEnd::Skipped { reason: SkipReason::Stopped } => {
                self.tally.unfinished += 1;
            }
            StepEnd::Succeeded { .. } | StepEnd::Failed { .. } | StepEnd::Skipped { .. } => {}
        }
        Ok(())
    }

    /// A step may begin once, and only while what holds it is open.
    fn check_new(&self, event: &Event, step: &StepPath) -> Result<(), IllegalEvent> {
        if let Some(record) = self.steps.get(step) {
            return Err(IllegalEvent::new(event, record.phase.name()));
        }
        let Some((group, item)) = step.scope().group() else { return Ok(()) };
        let is_open = self.steps.get(&group).is_some_and(|record| {
            matches!(record.phase, Phase::Ready)
                && match (&record.items, item) {
                    (Some(items), Some(item)) => items.open.contains(&item),
                    (None, None) => true,
                    _ => false,
                }
        });
        if is_open { Ok(()) } else { Err(IllegalEvent::new(event, "in a group that is not open")) }
    }

    fn record(
        &mut self,
        event: &Event,
        step: &StepPath,
        fits: impl FnOnce(&Phase) -> bool,
    ) -> Result<&mut StepRecord, IllegalEvent> {
        let Some(record) = self.steps.get_mut(step) else {
            return Err(IllegalEvent::new(event, "pending"));
        };
        if fits(&record.phase) {
            Ok(record)
        } else {
            Err(IllegalEvent::new(event, record.phase.name()))
        }
    }

    fn open_attempt(
        &mut self,
        event: &Event,
        step: &StepPath,
        number: u32,
    ) -> Result<&mut AttemptRecord, IllegalEvent> {
        let record = self.record(event, step, |phase| matches!(phase, Phase::Calling))?;
        let twice = matches!(event.kind, EventKind::CancelRequested { .. });
        match record.attempts.last_mut() {
            Some(attempt) if attempt.number == number && !(twice && attempt.cancelled) => {
                Ok(attempt)
            }
            _ => Err(IllegalEvent::new(event, format!("not in attempt {number}"))),
        }
    }

    fn items(&mut self, event: &Event, step: &StepPath) -> Result<&mut Items, IllegalEvent> {
        let record = self.record(event, step, |phase| matches!(phase, Phase::Ready))?;
        record.items.as_mut().ok_or_else(|| IllegalEvent::new(event, "without a list"))
    }

    fn run_phase(&self) -> &'static str {
        match (&self.start, &self.end) {
            (None, _) => "not started",
            (Some(_), None) => "running",
            (Some(_), Some(_)) => "ended",
        }
    }
}

impl StepRecord {
    fn new(event: &Event, started: Option<Duration>, phase: Phase) -> Self {
        Self {
            first_event: event.sequence,
            started,
            phase,
            attempts: Vec::new(),
            arguments: Map::new(),
            items: None,
            output: None,
        }
    }

    /// Settles what the step gives; only a success gives anything.
    fn end_with(&mut self, event: &Event, end: &StepEnd) -> Result<(), IllegalEvent> {
        if self.items.as_ref().is_some_and(|items| !items.open.is_empty()) {
            return Err(IllegalEvent::new(event, "with items open"));
        }
        match end {
            StepEnd::Succeeded { output: Some(output) } => self.output = Some(output.clone()),
            StepEnd::Succeeded { output: None } if self.output.is_none() => {
                return Err(IllegalEvent::new(event, "without an output"));
            }
            StepEnd::Succeeded { output: None } => {}
            _ => self.output = None,
        }
        self.arguments = Map::new();
        Ok(())
    }
}

/// An event that cannot follow on what happened before: a broken journal, or a bug.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("event {sequence} `{event}`{} is not possible: {state}", step_text(step.as_ref()))]
pub struct IllegalEvent {
    /// The number of the event.
    pub sequence: u64,
    /// The kind of event.
    pub event: &'static str,
    /// The step that it concerns.
    pub step: Option<StepPath>,
    /// The state that it does not fit.
    pub state: String,
}

impl IllegalEvent {
    fn new(event: &Event, state: impl Into<String>) -> Self {
        Self {
            sequence: event.sequence,
            event: event.kind.name(),
            step: event.kind.step().cloned(),
            state: state.into(),
        }
    }
}

fn step_text(step: Option<&StepPath>) -> String {
    step.map_or_else(String::new, |step| format!(" of step `{step}`"))
}

#[cfg(test)]
mod tests {
    use mcp_core::Delivery;
    use serde_json::json;

    use super::*;
    use crate::call::{CallFailure, Effect, FailureKind, ToolRef};
    use crate::run::event::{RunEnd, StopCause};
    use crate::run::id::RunId;

    fn path(text: &str) -> StepPath {
        text.parse().unwrap()
    }

    fn run_started() -> EventKind {
        let started_at = "2026-11-22T09:30:00Z".parse().unwrap();
        let run = RunId::new(started_at, 1);
        EventKind::RunStarted { run, workflow: "w".to_owned(), started_at, inputs: Map::new() }
    }

    fn started(step: &str) -> EventKind {
        EventKind::StepStarted { step: path(step), items: None }
    }

    fn through(step: &str, items: usize) -> EventKind {
        EventKind::StepStarted { step: path(step), items: Some(vec![Value::Null; items]) }
    }

    fn called(step: &str, attempt: u32) -> EventKind {
        EventKind::AttemptStarted {
            step: path(step),
            attempt,
            tool: ToolRef { server: "s".to_owned(), tool: "t".to_owned() },
            fallback: None,
            arguments: Map::new(),
            effect: Effect::Read,
            timeout: Duration::from_secs(1),
        }
    }

    fn cancelled(step: &str) -> EventKind {
        EventKind::CancelRequested { step: path(step), attempt: 1 }
    }

    fn answered(step: &str, attempt: u32) -> EventKind {
        let outcome = AttemptOutcome::Succeeded { output: json!(1) };
        EventKind::AttemptEnded { step: path(step), attempt, outcome }
    }

    fn refused(step: &str) -> EventKind {
        let failure = CallFailure::new(FailureKind::ToolError, Delivery::Executed, "no");
        EventKind::AttemptEnded {
            step: path(step),
            attempt: 1,
            outcome: AttemptOutcome::Failed { error: failure.into() },
        }
    }

    fn retry(step: &str, due_ms: u64) -> EventKind {
        EventKind::RetryScheduled { step: path(step), due: Duration::from_millis(due_ms) }
    }

    fn ended(step: &str) -> EventKind {
        EventKind::StepEnded { step: path(step), end: StepEnd::Succeeded { output: None } }
    }

    fn skipped(step: &str) -> EventKind {
        let end = StepEnd::Skipped { reason: SkipReason::Condition };
        EventKind::StepEnded { step: path(step), end }
    }

    fn item(step: &str, item: usize) -> EventKind {
        EventKind::ItemStarted { step: path(step), item }
    }

    fn stop() -> EventKind {
        EventKind::StopRequested { cause: StopCause::Cancelled }
    }

    fn run_ended() -> EventKind {
        EventKind::RunEnded { state: RunEnd::Succeeded, outputs: Map::new(), errors: Vec::new() }
    }

    /// Applies the events, a millisecond apart, until one is refused.
    fn fold(kinds: Vec<EventKind>) -> Result<RunState, IllegalEvent> {
        let mut state = RunState::default();
        for (sequence, kind) in (1..).zip(kinds) {
            let event = Event { sequence, at: Duration::from_millis(sequence), kind };
            let before = state.clone();
            if let Err(error) = state.apply(&event) {
                assert_eq!(state, before, "a refused event changes nothing");
                return Err(error);
            }
        }
        Ok(state)
    }

    #[track_caller]
    fn refuses(kinds: Vec<EventKind>, expected: &str) {
        let error = fold(kinds).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn whole_life_of_a_call_is_legal() {
        let state = fold(vec![
            run_started(),
            started("a"),
            called("a", 1),
            refused("a"),
            retry("a", 6),
            called("a", 2),
            cancelled_second(),
            answered("a", 2),
            ended("a"),
            run_ended(),
        ])
        .unwrap();

        let record = state.step(&path("a")).unwrap();
        assert_eq!(record.output, Some(json!(1)));
        assert_eq!(record.attempts.len(), 2);
        assert_eq!((state.tally().open, state.tally().calling), (0, 0));
    }

    fn cancelled_second() -> EventKind {
        EventKind::CancelRequested { step: path("a"), attempt: 2 }
    }

    #[test]
    fn events_out_of_order_name_event_step_and_state() {
        let begun = |kinds: Vec<EventKind>| [vec![run_started(), started("a")], kinds].concat();
        refuses(
            vec![started("a")],
            "event 1 `step_started` of step `a` is not possible: not started",
        );
        refuses(
            begun(vec![started("a")]),
            "event 3 `step_started` of step `a` is not possible: ready",
        );
        refuses(
            begun(vec![called("a", 2)]),
            "event 3 `attempt_started` of step `a` is not possible: after 0 attempts",
        );
        refuses(
            begun(vec![answered("a", 1)]),
            "event 3 `attempt_ended` of step `a` is not possible: ready",
        );
        refuses(
            begun(vec![called("a", 1), ended("a")]),
            "event 4 `step_ended` of step `a` is not possible: calling",
        );
        refuses(
            begun(vec![ended("a")]),
            "event 3 `step_ended` of step `a` is not possible: without an output",
        );
        refuses(
            begun(vec![called("a", 1), cancelled("a"), cancelled("a")]),
            "event 5 `cancel_requested` of step `a` is not possible: not in attempt 1",
        );
        refuses(
            begun(vec![called("a", 1), refused("a"), retry("a", 100), called("a", 2)]),
            "event 6 `attempt_started` of step `a` is not possible: waiting",
        );
        refuses(begun(vec![run_ended()]), "event 3 `run_ended` is not possible: with 1 steps open");
        refuses(
            vec![run_started(), skipped("a"), skipped("a")],
            "event 3 `step_ended` of step `a` is not possible: skipped",
        );
        refuses(
            vec![run_started(), stop(), stop()],
            "event 3 `stop_requested` is not possible: stopping",
        );
        refuses(
            vec![run_started(), run_ended(), started("a")],
            "event 3 `step_started` of step `a` is not possible: ended",
        );
        refuses(
            vec![run_started(), run_started()],
            "event 2 `run_started` is not possible: running",
        );
    }

    #[test]
    fn steps_of_a_group_need_their_group_and_item() {
        let begun = |kinds: Vec<EventKind>| [vec![run_started(), through("g", 2)], kinds].concat();
        refuses(
            vec![run_started(), started("g.a")],
            "event 2 `step_started` of step `g.a` is not possible: in a group that is not open",
        );
        refuses(
            begun(vec![started("g.a")]),
            "event 3 `step_started` of step `g.a` is not possible: in a group that is not open",
        );
        refuses(
            begun(vec![started("g[0].a")]),
            "event 3 `step_started` of step `g[0].a` is not possible: in a group that is not open",
        );
        refuses(
            begun(vec![item("g", 1)]),
            "event 3 `item_started` of step `g` is not possible: after 0 of 2 items",
        );
        refuses(
            begun(vec![item("g", 0), ended("g")]),
            "event 4 `step_ended` of step `g` is not possible: with items open",
        );

        assert!(fold(begun(vec![item("g", 0), started("g[0].a")])).is_ok());
    }

    #[test]
    fn gaps_and_steps_back_in_time_are_refused() {
        let mut state = RunState::default();
        let event = |sequence, millis| Event {
            sequence,
            at: Duration::from_millis(millis),
            kind: if sequence == 1 { run_started() } else { started("a") },
        };
        state.apply(&event(1, 5)).unwrap();

        let gap = state.apply(&event(3, 5)).unwrap_err();
        let back = state.apply(&event(2, 4)).unwrap_err();

        assert_eq!(
            gap.to_string(),
            "event 3 `step_started` of step `a` is not possible: after event 1 at 5ms"
        );
        assert_eq!(back.state, "after event 1 at 5ms");
    }
}
