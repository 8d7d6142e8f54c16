//! The facts of a run, in the order in which they became known.
//!
//! Events are all that is stored of a run; [`RunState`](super::state::RunState) is their fold. The
//! form is stable: members are added, never renamed.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::error::RunError;
use super::id::RunId;
use super::path::StepPath;
use crate::call::{Effect, ToolRef, micros};

/// One fact of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Its place among the events of the run, from 1, without a gap.
    pub sequence: u64,
    /// When it became known, since the start of the run.
    #[serde(rename = "at_us", with = "micros")]
    pub at: Duration,
    /// What happened.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// What happened, in the order of a run's life.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum EventKind {
    /// The run began.
    RunStarted {
        /// Its name.
        run: RunId,
        /// The name of the workflow.
        workflow: String,
        /// The time on the clock.
        started_at: Timestamp,
        /// Every input with its value.
        inputs: Map<String, Value>,
    },
    /// A step began: what it waits for has ended, and its condition holds.
    StepStarted {
        /// The step.
        step: StepPath,
        /// The list, when the step goes through one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        items: Option<Vec<Value>>,
    },
    /// A tool is about to be called. This is stored before a byte leaves.
    AttemptStarted {
        /// The step that calls.
        step: StepPath,
        /// The number of the attempt within the step, from 1, fallbacks included.
        attempt: u32,
        /// The tool.
        tool: ToolRef,
        /// Which fallback this is, from 0; absent for the call itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fallback: Option<usize>,
        /// The arguments as they are sent.
        arguments: Map<String, Value>,
        /// What the call may do to the world.
        effect: Effect,
        /// How long it may take.
        #[serde(rename = "timeout_us", with = "micros")]
        timeout: Duration,
    },
    /// An attempt is being cancelled; how it ended is still to come.
    CancelRequested {
        /// The step that called.
        step: StepPath,
        /// The number of the attempt.
        attempt: u32,
    },
    /// An attempt ended.
    AttemptEnded {
        /// The step that called.
        step: StepPath,
        /// The number of the attempt.
        attempt: u32,
        /// Its result or its failure.
        outcome: AttemptOutcome,
    },
    /// A failed call will be made again.
    RetryScheduled {
        /// The step that calls.
        step: StepPath,
        /// When, since the start of the run.
        #[serde(rename = "due_us", with = "micros")]
        due: Duration,
    },
    /// The steps of a group begin for one item.
    ItemStarted {
        /// The group.
        step: StepPath,
        /// The place of the item in the list, from 0.
        item: usize,
    },
    /// The steps of a group have ended for one item.
    ItemEnded {
        /// The group.
        step: StepPath,
        /// The place of the item in the list, from 0.
        item: usize,
        /// Whether one of them failed.
        failed: bool,
    },
    /// A step ended, or was passed over.
    StepEnded {
        /// The step.
        step: StepPath,
        /// The way in which it ended.
        end: StepEnd,
    },
    /// The run is to end early.
    StopRequested {
        /// What stops it.
        cause: StopCause,
    },
    /// The run ended.
    RunEnded {
        /// The state in which it ended.
        state: RunEnd,
        /// What it gives.
        outputs: Map<String, Value>,
        /// Failures that belong to no step.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        errors: Vec<RunError>,
    },
}

impl EventKind {
    /// The name of the kind of event, as it is stored.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::RunStarted { .. } => "run_started",
            Self::StepStarted { .. } => "step_started",
            Self::AttemptStarted { .. } => "attempt_started",
            Self::CancelRequested { .. } => "cancel_requested",
            Self::AttemptEnded { .. } => "attempt_ended",
            Self::RetryScheduled { .. } => "retry_scheduled",
            Self::ItemStarted { .. } => "item_started",
            Self::ItemEnded { .. } => "item_ended",
            Self::StepEnded { .. } => "step_ended",
            Self::StopRequested { .. } => "stop_requested",
            Self::RunEnded { .. } => "run_ended",
        }
    }

    /// The step that it concerns.
    #[must_use]
    pub fn step(&self) -> Option<&StepPath> {
        match self {
            Self::RunStarted { .. } | Self::StopRequested { .. } | Self::RunEnded { .. } => None,
            Self::StepStarted { step, .. }
            | Self::AttemptStarted { step, .. }
            | Self::CancelRequested { step, .. }
            | Self::AttemptEnded { step, .. }
            | Self::RetryScheduled { step, .. }
            | Self::ItemStarted { step, .. }
            | Self::ItemEnded { step, .. }
            | Self::StepEnded { step, .. } => Some(step),
        }
    }
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum AttemptOutcome {
    /// The tool answered.
    Succeeded {
        /// The result of the tool.
        output: Value,
    },
    /// There is no answer, or a bad one.
    Failed {
        /// The failure.
        error: RunError,
    },
}

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
#[non_exhaustive]
pub enum StepEnd {
    /// It did what it is for.
    Succeeded {
        /// What it gives; absent for a call, which gives the output of its last attempt.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        output: Option<Value>,
    },
    /// It failed, and so does what holds it.
    Failed {
        /// The failure.
        error: RunError,
    },
    /// It failed, and the run goes on all the same.
    Tolerated {
        /// The failure.
        error: RunError,
    },
    /// It was passed over.
    Skipped {
        /// What it was skipped for.
        reason: SkipReason,
    },
    /// It was stopped, and had no effect that counts.
    Cancelled,
    /// It is unknown whether its call happened, and the call must not be repeated.
    InDoubt {
        /// What is known.
        error: RunError,
        /// Whether the run goes on all the same.
        tolerated: bool,
    },
}

impl StepEnd {
    /// Whether the run cannot succeed after this.
    #[must_use]
    pub fn is_failure(&self) -> bool {
        matches!(self, Self::Failed { .. } | Self::InDoubt { tolerated: false, .. })
    }

    /// Whether steps that wait for this one may start.
    #[must_use]
    pub fn lets_dependents_start(&self) -> bool {
        match self {
            Self::Succeeded { .. }
            | Self::Tolerated { .. }
            | Self::Skipped { reason: SkipReason::Condition }
            | Self::InDoubt { tolerated: true, .. } => true,
            Self::Failed { .. } | Self::Skipped { .. } | Self::Cancelled | Self::InDoubt { .. } => {
                false
            }
        }
    }

    /// Why the step failed, when it did.
    #[must_use]
    pub fn error(&self) -> Option<&RunError> {
        match self {
            Self::Failed { error } | Self::Tolerated { error } | Self::InDoubt { error, .. } => {
                Some(error)
            }
            Self::Succeeded { .. } | Self::Skipped { .. } | Self::Cancelled => None,
        }
    }
}

/// Why a step was passed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "because", rename_all = "snake_case")]
#[non_exhaustive]
pub enum SkipReason {
    /// Its condition is false.
    Condition,
    /// A step that it waits for did not succeed.
    Dependency {
        /// That step.
        step: StepPath,
    },
    /// Nothing new is started any more.
    Stopped,
}

/// Why a run ends early.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopCause {
    /// The caller of the run cancelled it.
    Cancelled,
    /// The deadline of the run passed.
    Deadline,
    /// A person or the system stopped the program.
    Interrupted,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RunEnd {
    /// Every step did what it is for, or was passed over by its condition.
    Succeeded,
    /// As above, but for failures that the workflow tolerates.
    Partial,
    /// A step failed, or a deadline passed.
    Failed,
    /// It is unknown whether one of its calls happened.
    InDoubt,
    /// Its caller cancelled it before the end.
    Cancelled,
    /// A person or the system stopped it before the end.
    Interrupted,
}
