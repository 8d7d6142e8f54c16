//! The state of a run: nothing but the fold of its events.
//!
//! ```text
//! step:  (pending) ─StepStarted─> Ready ─AttemptStarted─> Calling ─AttemptEnded─> Answered
//!            │                      │                        ▲                      │  │
//!            │                      │          AttemptStarted│<────── Waiting <─────┘  │
//!            └──────StepEnded───────┴───────────────> Ended <─────────────StepEnded────┘
//! ```
//!
//! `RetryScheduled` leads from `Answered` to `Waiting`; a fallback starts straight from `Answered`.
//! The rules are in [`transition`](RunState::apply); an event out of order is an error, never ignored.

mod transition;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::error::RunError;
use super::event::{RunEnd, StepEnd, StopCause};
use super::id::RunId;
use super::path::StepPath;
use crate::call::{Effect, ToolRef};

pub use transition::IllegalEvent;

/// Everything that is known of a run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RunState {
    start: Option<RunStart>,
    stop: Option<Stop>,
    end: Option<RunOutcome>,
    steps: BTreeMap<StepPath, StepRecord>,
    tally: Tally,
    sequence: u64,
    at: Duration,
}

impl RunState {
    /// What the run began with; `None` before its first event.
    #[must_use]
    pub fn start(&self) -> Option<&RunStart> {
        self.start.as_ref()
    }

    /// The request to end early, when there is one.
    #[must_use]
    pub fn stop(&self) -> Option<Stop> {
        self.stop
    }

    /// How the run ended; `None` while it runs.
    #[must_use]
    pub fn end(&self) -> Option<&RunOutcome> {
        self.end.as_ref()
    }

    /// One step; `None` while nothing happened to it.
    #[must_use]
    pub fn step(&self, path: &StepPath) -> Option<&StepRecord> {
        self.steps.get(path)
    }

    /// Every step to which something happened, sorted by path.
    pub fn steps(&self) -> impl Iterator<Item = (&StepPath, &StepRecord)> {
        self.steps.iter()
    }

    /// Counts that decide on the end of the run.
    #[must_use]
    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// The number of the last event; 0 before the first.
    #[must_use]
    pub fn sequence(&self) -> u64 {
        self.sequence
    }

    /// The time of the last event, since the start of the run.
    #[must_use]
    pub fn at(&self) -> Duration {
        self.at
    }
}

/// What a run began with.
#[derive(Debug, Clone, PartialEq)]
pub struct RunStart {
    /// The name of the run.
    pub run: RunId,
    /// The name of the workflow.
    pub workflow: String,
    /// The time on the clock.
    pub started_at: Timestamp,
    /// Every input with its value.
    pub inputs: Map<String, Value>,
}

/// A request to end a run early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stop {
    /// What stops it.
    pub cause: StopCause,
    /// When, since the start of the run.
    pub at: Duration,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq)]
pub struct RunOutcome {
    /// In which state.
    pub state: RunEnd,
    /// What it gives.
    pub outputs: Map<String, Value>,
    /// Failures that belong to no step.
    pub errors: Vec<RunError>,
    /// When, since its start.
    pub at: Duration,
}

/// Counts over all steps, whatever group they stand in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Calls that are on their way.
    pub calling: usize,
    /// Steps that began and have not ended.
    pub open: usize,
    /// Steps that ended in doubt.
    pub in_doubt: usize,
    /// Steps whose failure was tolerated.
    pub tolerated: usize,
    /// Steps that were cancelled, or passed over because the run stopped.
    pub unfinished: usize,
}

/// Everything that is known of one step.
#[derive(Debug, Clone, PartialEq)]
pub struct StepRecord {
    /// The number of the event that mentioned it first: steps sorted by this are in the order of time.
    pub first_event: u64,
    /// When it began; `None` when it was passed over.
    pub started: Option<Duration>,
    /// What it does at present, or how it ended.
    pub phase: Phase,
    /// Its calls, in order.
    pub attempts: Vec<AttemptRecord>,
    /// The arguments of the last attempt, which a retry sends again.
    pub arguments: Map<String, Value>,
    /// The way through a list, for groups that go through one.
    pub items: Option<Items>,
    /// What the step gives.
    pub output: Option<Value>,
}

impl StepRecord {
    /// The state in one word.
    #[must_use]
    pub fn state(&self) -> StepState {
        match &self.phase {
            Phase::Ended { end, .. } => StepState::of(end),
            _ => StepState::Running,
        }
    }

    /// How it ended; `None` while it runs.
    #[must_use]
    pub fn end(&self) -> Option<&StepEnd> {
        match &self.phase {
            Phase::Ended { end, .. } => Some(end),
            _ => None,
        }
    }
}

/// What a step does at present.
#[derive(Debug, Clone, PartialEq)]
pub enum Phase {
    /// It began. Groups, waits and computations stay here until they end.
    Ready,
    /// Its last attempt is on its way.
    Calling,
    /// Its last attempt ended, and what follows is not decided.
    Answered,
    /// Its last attempt failed; the next one is due.
    Waiting {
        /// When, since the start of the run.
        due: Duration,
    },
    /// It is over.
    Ended {
        /// When, since the start of the run.
        at: Duration,
        /// The way in which it ended.
        end: StepEnd,
    },
}

impl Phase {
    fn name(&self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Calling => "calling",
            Self::Answered => "answered",
            Self::Waiting { .. } => "waiting",
            Self::Ended { end, .. } => StepState::of(end).as_str(),
        }
    }
}

/// One attempt of a step.
#[derive(Debug, Clone, PartialEq)]
pub struct AttemptRecord {
    /// Its number within the step, from 1.
    pub number: u32,
    /// The tool.
    pub tool: ToolRef,
    /// Which fallback this is, from 0; `None` for the call itself.
    pub fallback: Option<usize>,
    /// What the call may do to the world.
    pub effect: Effect,
    /// When it began, since the start of the run.
    pub started: Duration,
    /// When it ended.
    pub ended: Option<Duration>,
    /// Whether it was to be cancelled.
    pub cancelled: bool,
    /// Why it failed; `None` when it succeeded or has not ended.
    pub error: Option<RunError>,
}

/// The way of a group through a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Items {
    /// The list.
    pub values: Vec<Value>,
    /// How many items began.
    pub started: usize,
    /// Those that began and have not ended.
    pub open: BTreeSet<usize>,
    /// How many failed.
    pub failed: usize,
    /// When the last one ended.
    pub last_end: Option<Duration>,
}

/// The state of a step in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum StepState {
    /// Nothing happened to it.
    Pending,
    /// It began.
    Running,
    /// It did what it is for.
    Succeeded,
    /// It failed.
    Failed,
    /// It failed, and the run goes on.
    Tolerated,
    /// It was passed over.
    Skipped,
    /// It was stopped.
    Cancelled,
    /// It is unknown whether its call happened.
    InDoubt,
}

impl StepState {
    /// The state that an end leaves.
    #[must_use]
    pub fn of(end: &StepEnd) -> Self {
        match end {
            StepEnd::Succeeded { .. } => Self::Succeeded,
            StepEnd::Failed { .. } => Self::Failed,
            StepEnd::Tolerated { .. } => Self::Tolerated,
            StepEnd::Skipped { .. } => Self::Skipped,
            StepEnd::Cancelled => Self::Cancelled,
            StepEnd::InDoubt { .. } => Self::InDoubt,
        }
    }

    /// The name in stored events, reports and expressions.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Tolerated => "tolerated",
            Self::Skipped => "skipped",
            Self::Cancelled => "cancelled",
            Self::InDoubt => "in_doubt",
        }
    }
}
