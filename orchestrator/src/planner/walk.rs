//! One walk over everything that is open in a run.

use std::time::Duration;

use serde_json::Value;

use super::context::{EvalError, evaluate, expression_context, render};
use super::scope::{Scope, Visit};
use super::{CALLS_MAX, Command, Planner};
use crate::call::FailureKind;
use crate::plan::Node;
use crate::run::error::RunError;
use crate::run::event::{EventKind, SkipReason, StepEnd, StopCause};
use crate::run::path::{ScopePath, StepPath};
use crate::run::state::{Phase, RunStart, RunState, StepRecord};
use crate::workflow::definition::{Argument, OnRunError, OnStepError, StepKind};

/// One turn of the planner: what it is asked, and the commands found so far.
pub(super) struct Walk<'a> {
    pub(super) planner: &'a Planner,
    pub(super) state: &'a RunState,
    pub(super) start: &'a RunStart,
    pub(super) now: Duration,
    commands: Vec<Command>,
    wake: Option<Duration>,
    calls_left: usize,
    /// Set once a command changes what the rest of the walk would decide on: the driver asks again, and
    /// the next walk sees it.
    halted: bool,
}

impl<'a> Walk<'a> {
    pub(super) fn new(
        planner: &'a Planner,
        state: &'a RunState,
        start: &'a RunStart,
        now: Duration,
    ) -> Self {
        Self {
            planner,
            state,
            start,
            now,
            commands: Vec::new(),
            wake: None,
            calls_left: CALLS_MAX.saturating_sub(state.tally().calling),
            halted: false,
        }
    }

    pub(super) fn run(mut self) -> Vec<Command> {
        let path = ScopePath::root();
        let deadline = self.planner.plan.workflow().deadline;
        let root = Scope {
            path: &path,
            nodes: self.planner.plan.nodes(),
            outer: None,
            item: None,
            deadline,
            stopping: self.state.stop().is_some(),
        };
        if self.is_drained(&root) {
            let end = self.run_end(&root);
            return vec![Command::Record(end)];
        }
        if self.has_passed(deadline) && self.state.stop().is_none() {
            return vec![Command::Record(EventKind::StopRequested { cause: StopCause::Deadline })];
        }
        self.wake_at(deadline);
        self.scope(root);
        if self.commands.is_empty() {
            self.commands.extend(self.wake.map(|until| Command::Wait { until }));
        }
        self.commands
    }

    /// Walks over the steps of a scope, in the order of the definition.
    pub(super) fn scope(&mut self, scope: Scope<'_>) {
        let stopping = scope.stopping || self.stops_at_failure(scope.nodes, scope.path);
        let scope = Scope { stopping, ..scope };
        for node in scope.nodes {
            if self.halted {
                return;
            }
            let path = scope.path.step(&node.step.id);
            let record = self.state.step(&path);
            // A step without a record would start now.
            let started = record.map_or(self.now, |record| record.started.unwrap_or_default());
            let own = node.step.deadline.map(|time| started.saturating_add(time));
            let deadline = own.into_iter().chain(scope.deadline).min();
            let visit = Visit { scope: &scope, node, path: &path, deadline };
            match record {
                None if stopping => self.skip(&path, SkipReason::Stopped),
                None => self.pending(&visit),
                Some(record) => self.running(&visit, record),
            }
        }
    }

    /// Whether every step of a scope has ended.
    pub(super) fn is_drained(&self, scope: &Scope<'_>) -> bool {
        scope.nodes.iter().all(|node| {
            self.state
                .step(&scope.path.step(&node.step.id))
                .is_some_and(|record| record.end().is_some())
        })
    }

    /// Whether a failure among these steps, or inside them, is final.
    pub(super) fn is_failing(&self, nodes: &[Node], scope: &ScopePath) -> bool {
        nodes.iter().any(|node| {
            let path = scope.step(&node.step.id);
            match self.state.step(&path) {
                None => false,
                Some(record) => match record.end() {
                    Some(end) => end.is_failure(),
                    None => self.is_failing_group(node, &path, record),
                },
            }
        })
    }

    /// Whether a group will fail, and nothing tolerates it.
    fn is_failing_group(&self, node: &Node, path: &StepPath, record: &StepRecord) -> bool {
        node.step.on_error == OnStepError::Fail
            && matches!(node.step.kind, StepKind::Group(_))
            && self.has_failed_inside(node, path, record)
    }

    /// Whether the rule of the workflow is to stop, and there is a failure to stop at.
    fn stops_at_failure(&self, nodes: &[Node], scope: &ScopePath) -> bool {
        self.planner.plan.workflow().on_error == OnRunError::Stop && self.is_failing(nodes, scope)
    }

    pub(super) fn stops_inside(&self, node: &Node, path: &StepPath, record: &StepRecord) -> bool {
        self.planner.plan.workflow().on_error == OnRunError::Stop
            && self.has_failed_inside(node, path, record)
    }

    /// A step to which nothing happened yet: waits, is skipped, or starts.
    fn pending(&mut self, visit: &Visit<'_>) {
        for edge in &visit.node.edges {
            let edge = visit.scope.path.step(edge);
            match self.state.step(&edge).and_then(StepRecord::end) {
                None => return,
                Some(end) if end.lets_dependents_start() => {}
                Some(_) => return self.skip(visit.path, SkipReason::Dependency { step: edge }),
            }
        }
        if matches!(visit.node.step.kind, StepKind::Call(_)) && !self.has_room_for_a_call() {
            return;
        }
        match self.condition(visit) {
            Ok(true) => self.start(visit),
            Ok(false) => self.skip(visit.path, SkipReason::Condition),
            Err(error) => {
                self.start_step(visit.path, None);
                self.fail(visit, error);
            }
        }
    }

    fn condition(&self, visit: &Visit<'_>) -> Result<bool, EvalError> {
        let Some(condition) = &visit.node.step.condition else { return Ok(true) };
        match evaluate(condition, &self.context(visit))? {
            Value::Bool(holds) => Ok(holds),
            other => Err(EvalError::new(
                FailureKind::Expression,
                format!("`if` gives {}, neither true nor false", json_type(&other)),
            )),
        }
    }

    fn start(&mut self, visit: &Visit<'_>) {
        match &visit.node.step.kind {
            StepKind::Call(call) => {
                self.start_step(visit.path, None);
                self.first_attempt(visit, call);
            }
            StepKind::Group(group) => self.start_group(visit, group),
            StepKind::Set(value) => {
                self.start_step(visit.path, None);
                self.compute(visit, value);
            }
            StepKind::Wait(_) => self.start_step(visit.path, None),
        }
    }

    fn running(&mut self, visit: &Visit<'_>, record: &StepRecord) {
        if matches!(record.phase, Phase::Ended { .. }) {
            return;
        }
        match &visit.node.step.kind {
            StepKind::Call(call) => self.call(visit, record, call),
            StepKind::Group(group) => self.group(visit, record, group),
            StepKind::Set(value) => self.compute(visit, value),
            StepKind::Wait(duration) => self.wait(visit, record, *duration),
        }
    }

    fn compute(&mut self, visit: &Visit<'_>, value: &Argument) {
        match render(value, &self.context(visit), None) {
            Ok(output) => self.succeed(visit.path, Some(output)),
            Err(error) => self.fail(visit, error),
        }
    }

    fn wait(&mut self, visit: &Visit<'_>, record: &StepRecord, duration: Duration) {
        let until = record.started.unwrap_or_default().saturating_add(duration);
        if until <= self.now {
            self.succeed(visit.path, Some(Value::Null));
        } else if visit.scope.stopping {
            self.end(visit.path, StepEnd::Cancelled);
        } else if self.has_passed(visit.deadline) {
            self.fail(visit, deadline_error());
        } else {
            self.wake_at(Some(until));
            self.wake_at(visit.deadline);
        }
    }

    /// What the expressions of a step see.
    pub(super) fn context(&self, visit: &Visit<'_>) -> Value {
        expression_context(self.state, self.start, visit.scope, &visit.node.reads)
    }

    pub(super) fn has_passed(&self, deadline: Option<Duration>) -> bool {
        deadline.is_some_and(|deadline| deadline <= self.now)
    }

    /// Asks for another walk at `time`, unless that has passed.
    pub(super) fn wake_at(&mut self, time: Option<Duration>) {
        let time = time.filter(|time| *time > self.now);
        self.wake = self.wake.into_iter().chain(time).min();
    }

    pub(super) fn start_step(&mut self, path: &StepPath, items: Option<Vec<Value>>) {
        self.record(EventKind::StepStarted { step: path.clone(), items });
    }

    pub(super) fn succeed(&mut self, path: &StepPath, output: Option<Value>) {
        self.end(path, StepEnd::Succeeded { output });
    }

    pub(super) fn fail(&mut self, visit: &Visit<'_>, error: impl Into<RunError>) {
        let error = error.into().in_step(visit.path);
        match visit.node.step.on_error {
            OnStepError::Continue => self.end(visit.path, StepEnd::Tolerated { error }),
            OnStepError::Fail => {
                self.halted = true;
                self.end(visit.path, StepEnd::Failed { error });
            }
        }
    }

    pub(super) fn leave_in_doubt(&mut self, visit: &Visit<'_>, error: RunError) {
        let tolerated = visit.node.step.on_error == OnStepError::Continue;
        self.halted |= !tolerated;
        let error = error.in_step(visit.path);
        self.end(visit.path, StepEnd::InDoubt { error, tolerated });
    }

    fn skip(&mut self, path: &StepPath, reason: SkipReason) {
        self.end(path, StepEnd::Skipped { reason });
    }

    pub(super) fn end(&mut self, path: &StepPath, end: StepEnd) {
        self.record(EventKind::StepEnded { step: path.clone(), end });
    }

    pub(super) fn record(&mut self, event: EventKind) {
        self.commands.push(Command::Record(event));
    }

    /// Adds a call when there is room for one.
    pub(super) fn push_call(&mut self, call: super::PlannedCall) {
        self.calls_left = self.calls_left.saturating_sub(1);
        self.commands.push(Command::Call(call));
    }

    pub(super) fn push_cancel(&mut self, attempt: super::AttemptKey) {
        self.commands.push(Command::Cancel { attempt });
    }

    pub(super) fn is_halted(&self) -> bool {
        self.halted
    }

    pub(super) fn has_room_for_a_call(&self) -> bool {
        self.calls_left > 0
    }
}

pub(super) fn deadline_error() -> RunError {
    RunError::new(FailureKind::Deadline, "the deadline passed")
}

/// The JSON type of a value, with its article.
pub(super) fn json_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a map",
    }
}
