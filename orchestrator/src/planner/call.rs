//! The life of a step that calls a tool: attempts, retries, fallbacks, doubt.

use std::time::Duration;

use serde_json::{Map, Value};

use super::context::{EvalError, render};
use super::scope::Visit;
use super::walk::{Walk, deadline_error, json_type};
use super::{ATTEMPT_TIMEOUT_MAX, AttemptKey, PlannedCall};
use crate::call::{ATTEMPT_TIME_MIN, AttemptFacts, Effect, FailureKind, Verdict};
use crate::run::error::RunError;
use crate::run::event::{EventKind, StepEnd, StopCause};
use crate::run::path::StepPath;
use crate::run::state::{AttemptRecord, Phase, StepRecord};
use crate::workflow::definition::Call;

impl Walk<'_> {
    /// Sends the call of a step that just began.
    pub(super) fn first_attempt(&mut self, visit: &Visit<'_>, call: &Call) {
        if let Err(error) = self.attempt(visit, call, None) {
            self.fail(visit, error);
        }
    }

    /// Goes on with a step that calls.
    pub(super) fn call(&mut self, visit: &Visit<'_>, record: &StepRecord, call: &Call) {
        match (&record.phase, record.attempts.last()) {
            (Phase::Calling, Some(attempt)) => self.in_flight(visit, attempt),
            (Phase::Answered, Some(attempt)) => self.answered(visit, record, attempt),
            (Phase::Waiting { .. } | Phase::Ready, _) if visit.scope.stopping => {
                self.end(visit.path, StepEnd::Cancelled);
            }
            (Phase::Waiting { due }, Some(_)) if *due > self.now => self.wake_at(Some(*due)),
            (Phase::Waiting { .. }, Some(attempt)) if self.has_room_for_a_call() => {
                let again = PlannedCall {
                    attempt: self.next_attempt(visit),
                    tool: attempt.tool.clone(),
                    fallback: attempt.fallback,
                    arguments: record.arguments.clone(),
                    effect: attempt.effect,
                    timeout: Duration::ZERO,
                };
                self.send(visit, again);
            }
            // The step began and the run was cut off before its call was sent.
            (Phase::Ready, None) if self.has_room_for_a_call() => self.first_attempt(visit, call),
            _ => {}
        }
    }

    /// Cancels a running call when the run stops and the cancellation leaves no doubt.
    fn in_flight(&mut self, visit: &Visit<'_>, attempt: &AttemptRecord) {
        if !visit.scope.stopping || attempt.cancelled {
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
            self.push_cancel(AttemptKey { step: visit.path.clone(), number: attempt.number });
        } else {
            self.wake_at(patience_ends);
        }
    }

    /// Decides what follows from the end of an attempt.
    fn answered(&mut self, visit: &Visit<'_>, record: &StepRecord, attempt: &AttemptRecord) {
        let path = visit.path;
        let Some(error) = &attempt.error else { return self.succeed(path, None) };
        let number =
            record.attempts.iter().filter(|other| other.fallback == attempt.fallback).count();
        let verdict = visit.node.step.retry.next(AttemptFacts {
            attempt: u32::try_from(number).unwrap_or(u32::MAX),
            transient: error.failure.transient,
            delivery: error.failure.delivery,
            effect: attempt.effect,
            retry_after: error.failure.retry_after,
            remaining: self.remaining(visit),
            jitter: jitter(self.start.run.as_str(), path, attempt.number),
        });
        match verdict {
            Verdict::InDoubt => self.leave_in_doubt(visit, error.clone()),
            _ if attempt.cancelled && error.failure.kind == FailureKind::Cancelled => {
                self.end(path, StepEnd::Cancelled);
            }
            _ if visit.scope.stopping => self.fail(visit, error.clone()),
            Verdict::Retry { after } => {
                let due = attempt.ended.unwrap_or(self.now).saturating_add(after);
                self.record(EventKind::RetryScheduled { step: path.clone(), due });
            }
            Verdict::GiveUp => self.fall_back(visit, attempt, error),
        }
    }

    /// Tries the next fallback after a definite failure, or lets the failure stand.
    fn fall_back(&mut self, visit: &Visit<'_>, attempt: &AttemptRecord, error: &RunError) {
        let next = attempt.fallback.map_or(0, |last| last.saturating_add(1));
        let Some(fallback) = visit.node.step.fallback.get(next) else {
            return self.fail(visit, error.clone());
        };
        if !self.has_room_for_a_call() {
            return;
        }
        if let Err(mut unusable) = self.attempt(visit, fallback, Some(next)) {
            let place = next.saturating_add(1);
            unusable.message =
                format!("{error}; and fallback {place} is of no use: {}", unusable.message);
            self.fail(visit, unusable);
        }
    }

    /// Sends a call of the step for the first time; `fallback` tells which, from 0.
    fn attempt(
        &mut self,
        visit: &Visit<'_>,
        call: &Call,
        fallback: Option<usize>,
    ) -> Result<(), EvalError> {
        let facts = self.planner.plan.tool(&call.tool);
        let schema = facts.and_then(|facts| facts.input_schema.as_ref());
        let arguments = match render(&call.with, &self.context(visit), schema)? {
            Value::Object(arguments) => arguments,
            Value::Null => Map::new(),
            other => {
                let message =
                    format!("`with` gives {}, and arguments are a map", json_type(&other));
                return Err(EvalError::new(FailureKind::InvalidArguments, message));
            }
        };
        // What the author says holds for the call of the step, not for what replaces it.
        let declared = visit.node.step.effect.filter(|_| fallback.is_none());
        let known = facts.map(|facts| facts.effect);
        let call = PlannedCall {
            attempt: self.next_attempt(visit),
            tool: call.tool.clone(),
            fallback,
            arguments,
            effect: declared.or(known).unwrap_or(Effect::Unsafe),
            timeout: Duration::ZERO,
        };
        self.send(visit, call);
        Ok(())
    }

    fn next_attempt(&self, visit: &Visit<'_>) -> AttemptKey {
        let last = self.state.step(visit.path).and_then(|record| record.attempts.last());
        let number = last.map_or(1, |attempt| attempt.number.saturating_add(1));
        AttemptKey { step: visit.path.clone(), number }
    }

    /// Sends a call with the time that it has, unless there is too little of it left.
    fn send(&mut self, visit: &Visit<'_>, call: PlannedCall) {
        let remaining = self.remaining(visit);
        if remaining.is_some_and(|remaining| remaining < ATTEMPT_TIME_MIN) {
            return self.fail(visit, deadline_error());
        }
        let wanted = visit.node.step.timeout.unwrap_or(self.planner.attempt_timeout);
        let wanted = wanted.min(ATTEMPT_TIMEOUT_MAX);
        let timeout = remaining.map_or(wanted, |remaining| wanted.min(remaining));
        self.push_call(PlannedCall { timeout, ..call });
    }

    /// The time until the nearest deadline, when there is one.
    fn remaining(&self, visit: &Visit<'_>) -> Option<Duration> {
        visit.deadline.map(|deadline| deadline.saturating_sub(self.now))
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
