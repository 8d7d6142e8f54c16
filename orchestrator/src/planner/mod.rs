//! The planner: which step may start now, what to send, when to give up.
//!
//! It is a function from a [`Plan`], the [state of a run](RunState) and the time to [commands](Command).
//! It has no memory of its own, so a run that was read back from a journal goes on as if it had never
//! stopped. It knows nothing of tasks, clocks, servers or stores; drivers do, and decide nothing.
//!
//! - `walk`: one walk over everything that is open.
//! - `scope`: where the walk is.
//! - `call`, `group`: the two kinds of step that take time.
//! - `context`: what expressions see.
//! - `ending`: how the run ended.

mod call;
mod context;
mod ending;
mod group;
mod scope;
mod walk;

use std::time::Duration;

use serde_json::{Map, Value};

use crate::call::{Effect, ToolRef};
use crate::plan::Plan;
use crate::run::event::EventKind;
use crate::run::path::StepPath;
use crate::run::state::RunState;

use walk::Walk;

/// A list with more items than this is not gone through: each item costs events, memory and calls,
/// and a longer list is probably a mistake.
pub const ITEMS_MAX: usize = 10_000;

/// A run has at most this many running calls, whatever the graph allows: the bulkhead of the
/// whole program (limits of single servers are the caller's business).
pub const CALLS_MAX: usize = 256;

/// The time of an attempt when the step names none.
pub const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(60);

/// The longest time of an attempt, whatever the step says.
pub const ATTEMPT_TIMEOUT_MAX: Duration = Duration::from_secs(600);

/// How long a run that a person stopped waits for calls that cannot be cancelled without a doubt.
pub const STOP_GRACE: Duration = Duration::from_secs(5);

/// Says what to do next in the runs of one plan.
#[derive(Debug, Clone)]
pub struct Planner {
    plan: Plan,
    stop_grace: Duration,
    attempt_timeout: Duration,
}

impl Planner {
    /// Takes a plan as it is. A tool of which the plan knows nothing counts as unsafe.
    #[must_use]
    pub fn new(plan: Plan) -> Self {
        Self { plan, stop_grace: STOP_GRACE, attempt_timeout: ATTEMPT_TIMEOUT }
    }

    /// Changes [`STOP_GRACE`] for this planner.
    #[must_use]
    pub fn with_stop_grace(self, stop_grace: Duration) -> Self {
        Self { stop_grace, ..self }
    }

    /// Changes [`ATTEMPT_TIMEOUT`] for this planner.
    #[must_use]
    pub fn with_attempt_timeout(self, attempt_timeout: Duration) -> Self {
        Self { attempt_timeout, ..self }
    }

    /// Says what to do at `now`, the time since the start of the run.
    ///
    /// The driver stores and applies the [event](Command::event) of each command, in order, carries
    /// the command out, and asks again until no event is left. It then waits for the time in
    /// [`Command::Wait`], if there is one, or for the end of an attempt. The answer is empty before
    /// the run starts and after it ended.
    #[must_use]
    pub fn next(&self, state: &RunState, now: Duration) -> Vec<Command> {
        match (state.start(), state.end()) {
            (Some(start), None) => Walk::new(self, state, start, now).run(),
            _ => Vec::new(),
        }
    }
}

/// Something for a driver to do.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Command {
    /// Call a tool, after the intent is stored.
    Call(PlannedCall),
    /// Cancel a running attempt.
    Cancel {
        /// The attempt to cancel.
        attempt: AttemptKey,
    },
    /// Store what follows from the facts.
    Record(EventKind),
    /// There is nothing to do before this time, unless an attempt ends. Always the last command.
    Wait {
        /// The time since the start of the run.
        until: Duration,
    },
}

impl Command {
    /// The event to store and apply before the command is carried out.
    #[must_use]
    pub fn event(&self) -> Option<EventKind> {
        match self {
            Self::Call(call) => Some(EventKind::AttemptStarted {
                step: call.attempt.step.clone(),
                attempt: call.attempt.number,
                tool: call.tool.clone(),
                fallback: call.fallback,
                arguments: call.arguments.clone(),
                effect: call.effect,
                timeout: call.timeout,
            }),
            Self::Cancel { attempt } => Some(EventKind::CancelRequested {
                step: attempt.step.clone(),
                attempt: attempt.number,
            }),
            Self::Record(event) => Some(event.clone()),
            Self::Wait { .. } => None,
        }
    }
}

/// One attempt of one step of a run.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AttemptKey {
    /// The step.
    pub step: StepPath,
    /// The number of the attempt within the step, from 1.
    pub number: u32,
}

/// A call to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedCall {
    /// The step, and the number of the attempt.
    pub attempt: AttemptKey,
    /// The tool.
    pub tool: ToolRef,
    /// Which fallback this is, from 0; `None` for the call itself.
    pub fallback: Option<usize>,
    /// The arguments.
    pub arguments: Map<String, Value>,
    /// What the call may do to the world.
    pub effect: Effect,
    /// How long it may take.
    pub timeout: Duration,
}

#[cfg(test)]
mod tests;
