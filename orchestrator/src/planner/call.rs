//! The life of a step that calls a tool: attempts, retries, fallbacks, doubt.

use std::time::Duration;

use serde_json::{Map, Value};

use super::context::{EvalError, render};
use super::walk::{Scope, Walk, deadline_error, sort_of};
use super::{ATTEMPT_TIMEOUT_MAX, AttemptKey, Call};
use crate::call::{ATTEMPT_TIME_MIN, AttemptFacts, Effect, FailureKind, Verdict};
use crate::plan::Node;
use crate::run::error::RunError;
use crate::run::event::{EventKind, StepEnd, StopCause};
use crate::run::path::StepPath;
use crate::run::state::{AttemptRecord, Phase, StepRecord};
use crate::workflow::definition;

impl Walk<'_> {
    /// Sends the call of a step that just began.
    pub(super) fn first_attempt(
        &mut self,
        scope: &Scope<'_>,
        node: &Node,
        path: &StepPath,
        call: &definition::Call,
    ) {
        let own = node.step.deadline.map(|time| self.now.saturating_add(time));
        let deadline = own.into_iter().chain(scope.deadline).min();
        let scope = Scope { deadline, ..*scope };
        let effect = node.step.effect.unwrap_or_else(|| self.effect(call));
        match self.arguments(&scope, node, call) {
            Ok(arguments) => {
                let call = self.prepare((path, 1), call, effect, arguments);
                self.send(&scope, node, call);
            }
            Err(error) => self.fail(node, path, error),
        }
    }

    /// Goes on with a step that calls.
    pub(super) fn call(
        &mut self,
        scope: &Scope<'_>,
        node: &Node,
        path: &StepPath,
        (record, call): (&StepRecord, &definition::Call),
    ) {
        match (&record.phase, record.attempts.last()) {
            (Phase::Calling, Some(attempt)) => self.in_flight(scope, path, attempt),
            (Phase::Answered, Some(attempt)) => self.answered(scope, node, path, (record, attempt)),
            (Phase::Waiting { .. } | Phase::Ready, _) if scope.stopping => {
                self.end(path, StepEnd::Cancelled);
            }
            (Phase::Waiting { due }, Some(_)) if *due > self.now => self.wake_at(Some(*due)),
            (Phase::Waiting { .. }, Some(attempt)) if self.has_room_for_a_call() => {
                let again = Call {
                    attempt: AttemptKey {
                        step: path.clone(),
                        number: attempt.number.saturating_add(1),
                    },
                    tool: attempt.tool.clone(),
                    fallback: attempt.fallback,
                    arguments: record.arguments.clone(),
                    effect: attempt.effect,
                    timeout: Duration::ZERO,
                };
                self.send(scope, node, again);
            }
            // The step began and the run was cut off before its call was.
            (Phase::Ready, None) if self.has_room_for_a_call() => {
                self.first_attempt(scope, node, path, call);
            }
            _ => {}
        }
    }

    /// Cancels a call that is on its way when nothing new starts any more and that leaves no doubt.
    fn in_flight(&mut self, scope: &Scope<'_>, path: &StepPath, attempt: &AttemptRecord) {
        if !scope.stopping || attempt.cancelled {
            return;
        }
        let patience_ends = match (attempt.effect, self.state.stop()) {
            (Effect::Idempotent | Effect::Read, _) => Some(self.now),
            (Effect::Unsafe, Some(stop)) if stop.cause != StopCause::Deadline => {
                Some(stop.at.saturating_add(self.planner.stop_grace))
            }
            // The call ends by its own timeout, which no deadline exceeds.
            (Effect::Unsafe, _) => None,
        };
        if self.has_passed(patience_ends) {
            self.push_cancel(AttemptKey { step: path.clone(), number: attempt.number });
        } else {
            self.wake_at(patience_ends);
        }
    }

    /// Decides what follows from the end of an attempt.
    fn answered(
        &mut self,
        scope: &Scope<'_>,
        node: &Node,
        path: &StepPath,
        (record, attempt): (&StepRecord, &AttemptRecord),
    ) {
        let Some(error) = &attempt.error else { return self.succeed(path, None) };
        let number =
            record.attempts.iter().filter(|other| other.fallback == attempt.fallback).count();
        let verdict = node.step.retry.next(AttemptFacts {
            attempt: u32::try_from(number).unwrap_or(u32::MAX),
            transient: error.failure.transient,
            delivery: error.failure.delivery,
            effect: attempt.effect,
            retry_after: error.failure.retry_after,
            remaining: scope.deadline.map(|deadline| deadline.saturating_sub(self.now)),
            jitter: jitter(self.start.run.as_str(), path, attempt.number),
        });
        match verdict {
            Verdict::InDoubt => self.leave_in_doubt(node, path, error.clone()),
            _ if attempt.cancelled && error.failure.kind == FailureKind::Cancelled => {
                self.end(path, StepEnd::Cancelled);
            }
            _ if scope.stopping => self.fail(node, path, error.clone()),
            Verdict::Retry { after } => {
                let due = attempt.ended.unwrap_or(self.now).saturating_add(after);
                self.record(EventKind::RetryScheduled { step: path.clone(), due });
            }
            Verdict::GiveUp => self.fall_back(scope, node, path, (attempt, error)),
        }
    }

    /// Tries the next fallback after a definite failure, or lets the failure stand.
    fn fall_back(
        &mut self,
        scope: &Scope<'_>,
        node: &Node,
        path: &StepPath,
        (attempt, error): (&AttemptRecord, &RunError),
    ) {
        let next = attempt.fallback.map_or(0, |last| last.saturating_add(1));
        let Some(fallback) = node.step.fallback.get(next) else {
            return self.fail(node, path, error.clone());
        };
        if !self.has_room_for_a_call() {
            return;
        }
        match self.arguments(scope, node, fallback) {
            Ok(arguments) => {
                let number = attempt.number.saturating_add(1);
                let effect = self.effect(fallback);
                let call = self.prepare((path, number), fallback, effect, arguments);
                self.send(scope, node, Call { fallback: Some(next), ..call });
            }
            Err(mut eval) => {
                let place = next.saturating_add(1);
                eval.message =
                    format!("{error}; and fallback {place} is of no use: {}", eval.message);
                self.fail(node, path, eval);
            }
        }
    }

    fn arguments(
        &self,
        scope: &Scope<'_>,
        node: &Node,
        call: &definition::Call,
    ) -> Result<Map<String, Value>, EvalError> {
        let schema =
            self.planner.plan.tool(&call.tool).and_then(|facts| facts.input_schema.as_ref());
        match render(&call.with, &self.context(scope, node), schema)? {
            Value::Object(arguments) => Ok(arguments),
            Value::Null => Ok(Map::new()),
            other => Err(EvalError::new(
                FailureKind::InvalidArguments,
                format!("`with` gives {}, and arguments are a map", sort_of(&other)),
            )),
        }
    }

    fn prepare(
        &self,
        (path, number): (&StepPath, u32),
        call: &definition::Call,
        effect: Effect,
        arguments: Map<String, Value>,
    ) -> Call {
        Call {
            attempt: AttemptKey { step: path.clone(), number },
            tool: call.tool.clone(),
            fallback: None,
            arguments,
            effect,
            timeout: Duration::ZERO,
        }
    }

    /// Sends a call with the time that it has, unless there is too little of it left.
    fn send(&mut self, scope: &Scope<'_>, node: &Node, call: Call) {
        let remaining = scope.deadline.map(|deadline| deadline.saturating_sub(self.now));
        if remaining.is_some_and(|remaining| remaining < ATTEMPT_TIME_MIN) {
            return self.fail(node, &call.attempt.step, deadline_error());
        }
        let wanted =
            node.step.timeout.unwrap_or(self.planner.attempt_timeout).min(ATTEMPT_TIMEOUT_MAX);
        let timeout = remaining.map_or(wanted, |remaining| wanted.min(remaining));
        self.push_call(Call { timeout, ..call });
    }

    fn effect(&self, call: &definition::Call) -> Effect {
        self.planner.plan.tool(&call.tool).map_or(Effect::Unsafe, |facts| facts.effect)
    }
}

/// A number from 0 to 1 that looks random, and is the same whenever the run is replayed.
fn jitter(run: &str, path: &StepPath, attempt: u32) -> f64 {
    let text = format!("{run}/{path}/{attempt}");
    // FNV-1a, with the last steps of splitmix64 so that near texts end up far apart.
    let mut hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    let bits = u32::try_from((hash ^ (hash >> 31)) >> 32).unwrap_or(u32::MAX);
    f64::from(bits) / f64::from(u32::MAX)
}
