//! One walk over everything that is open in a run.

use std::time::Duration;

use serde_json::Value;

use super::context::{EvalError, evaluate, expression_context, render};
use super::{CALLS_MAX, Command, Planner};
use crate::call::FailureKind;
use crate::plan::Node;
use crate::run::error::RunError;
use crate::run::event::{EventKind, SkipReason, StepEnd, StopCause};
use crate::run::path::{ScopePath, StepPath};
use crate::run::state::{Phase, RunStart, RunState, StepRecord};
use crate::workflow::definition::{Argument, OnRunError, OnStepError, StepKind};

/// One question to the planner and the answer in the making.
pub(super) struct Walk<'a> {
    pub(super) planner: &'a Planner,
    pub(super) state: &'a RunState,
    pub(super) start: &'a RunStart,
    pub(super) now: Duration,
    commands: Vec<Command>,
    wake: Option<Duration>,
    calls_left: usize,
    /// Set once a command changes what the rest of the walk would have to decide on: the driver
    /// asks again, and the next walk sees it.
    halted: bool,
}

/// Steps that see each other, and what holds for all of them.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    pub(super) path: &'a ScopePath,
    pub(super) nodes: &'a [Node],
    pub(super) outer: Option<&'a Self>,
    /// The name and the value of the item that the steps work on.
    pub(super) item: Option<(&'a str, &'a Value)>,
    /// When all of them must have ended.
    pub(super) deadline: Option<Duration>,
    /// Whether nothing new starts any more.
    pub(super) stopping: bool,
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
            match self.state.step(&path) {
                None if stopping => self.skip(&path, SkipReason::Stopped),
                None => self.pending(&scope, node, &path),
                Some(record) => self.running(&scope, node, &path, record),
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

    /// A step to which nothing happened yet: waits, is passed over, or starts.
    fn pending(&mut self, scope: &Scope<'_>, node: &Node, path: &StepPath) {
        for edge in &node.edges {
            let edge = scope.path.step(edge);
            match self.state.step(&edge).and_then(StepRecord::end) {
                None => return,
                Some(end) if end.lets_dependents_start() => {}
                Some(_) => return self.skip(path, SkipReason::Dependency { step: edge }),
            }
        }
        if matches!(node.step.kind, StepKind::Call(_)) && !self.has_room_for_a_call() {
            return;
        }
        match self.condition(scope, node) {
            Ok(true) => self.start(scope, node, path),
            Ok(false) => self.skip(path, SkipReason::Condition),
            Err(error) => {
                self.start_step(path, None);
                self.fail(node, path, error);
            }
        }
    }

    fn condition(&self, scope: &Scope<'_>, node: &Node) -> Result<bool, EvalError> {
        let Some(condition) = &node.step.condition else { return Ok(true) };
        match evaluate(condition, &self.context(scope, node))? {
            Value::Bool(holds) => Ok(holds),
            other => Err(EvalError::new(
                FailureKind::Expression,
                format!("`if` gives {}, neither true nor false", sort_of(&other)),
            )),
        }
    }

    fn start(&mut self, scope: &Scope<'_>, node: &Node, path: &StepPath) {
        match &node.step.kind {
            StepKind::Call(call) => {
                self.start_step(path, None);
                self.first_attempt(scope, node, path, call);
            }
            StepKind::Group(group) => self.start_group(scope, node, path, group),
            StepKind::Set(value) => {
                self.start_step(path, None);
                self.compute(scope, node, path, value);
            }
            StepKind::Wait(_) => self.start_step(path, None),
        }
    }

    fn running(&mut self, scope: &Scope<'_>, node: &Node, path: &StepPath, record: &StepRecord) {
        if matches!(record.phase, Phase::Ended { .. }) {
            return;
        }
        let deadline = self.deadline(scope, node, record);
        let scope = Scope { deadline, ..*scope };
        match &node.step.kind {
            StepKind::Call(call) => self.call(&scope, node, path, (record, call)),
            StepKind::Group(group) => self.group(&scope, node, path, (record, group)),
            StepKind::Set(value) => self.compute(&scope, node, path, value),
            StepKind::Wait(duration) => self.wait(&scope, node, path, (record, *duration)),
        }
    }

    fn compute(&mut self, scope: &Scope<'_>, node: &Node, path: &StepPath, value: &Argument) {
        match render(value, &self.context(scope, node), None) {
            Ok(output) => self.succeed(path, Some(output)),
            Err(error) => self.fail(node, path, error),
        }
    }

    fn wait(
        &mut self,
        scope: &Scope<'_>,
        node: &Node,
        path: &StepPath,
        (record, duration): (&StepRecord, Duration),
    ) {
        let until = record.started.unwrap_or_default().saturating_add(duration);
        if until <= self.now {
            self.succeed(path, Some(Value::Null));
        } else if scope.stopping {
            self.end(path, StepEnd::Cancelled);
        } else if self.has_passed(scope.deadline) {
            self.fail(node, path, deadline_error());
        } else {
            self.wake_at(Some(until));
            self.wake_at(scope.deadline);
        }
    }

    /// The time at which a step that runs must have ended, its own deadline and all around it in view.
    fn deadline(&self, scope: &Scope<'_>, node: &Node, record: &StepRecord) -> Option<Duration> {
        let own =
            node.step.deadline.map(|time| record.started.unwrap_or_default().saturating_add(time));
        own.into_iter().chain(scope.deadline).min()
    }

    pub(super) fn context(&self, scope: &Scope<'_>, node: &Node) -> Value {
        expression_context(self.state, self.start, scope, &node.reads)
    }

    pub(super) fn has_passed(&self, deadline: Option<Duration>) -> bool {
        deadline.is_some_and(|deadline| deadline <= self.now)
    }

    /// Asks for another walk at `time`, which is not over yet.
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

    pub(super) fn fail(&mut self, node: &Node, path: &StepPath, error: impl Into<RunError>) {
        let error = error.into().in_step(path);
        match node.step.on_error {
            OnStepError::Continue => self.end(path, StepEnd::Tolerated { error }),
            OnStepError::Fail => {
                self.halted = true;
                self.end(path, StepEnd::Failed { error });
            }
        }
    }

    pub(super) fn leave_in_doubt(&mut self, node: &Node, path: &StepPath, error: RunError) {
        let tolerated = node.step.on_error == OnStepError::Continue;
        self.halted |= !tolerated;
        self.end(path, StepEnd::InDoubt { error: error.in_step(path), tolerated });
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
    pub(super) fn push_call(&mut self, call: super::Call) {
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
pub(super) fn sort_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a map",
    }
}
