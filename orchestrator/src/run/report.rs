//! A run for people and machines: what `--json` prints and every other report is made from.

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

use super::error::RunError;
use super::event::{RunEnd, SkipReason, StepEnd, StopCause};
use super::id::RunId;
use super::path::StepPath;
use super::state::{AttemptRecord, Phase, RunState, StepRecord, StepState};
use crate::call::{Effect, ToolRef, micros};

/// The version of the form below. It grows when a member changes its meaning or goes away.
pub const SCHEMA_VERSION: u32 = 1;

/// A finished run.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RunReport {
    /// The version of this form.
    pub schema_version: u32,
    /// The name of the run.
    pub run: RunId,
    /// The name of the workflow.
    pub workflow: String,
    /// How the run ended.
    pub state: RunEnd,
    /// Why it ended early, when it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped_by: Option<StopCause>,
    /// The time on the clock at its start.
    pub started_at: Timestamp,
    /// How long it took.
    #[serde(rename = "duration_us", with = "micros")]
    pub duration: Duration,
    /// The steps, in the order in which something first happened to them.
    pub steps: Vec<StepReport>,
    /// What the run gives.
    pub outputs: Map<String, Value>,
    /// Every failure, tolerated ones included; those that belong to no step come last.
    pub errors: Vec<RunError>,
}

impl RunReport {
    /// Reports a run; `None` unless it started and ended.
    #[must_use]
    pub fn new(state: &RunState) -> Option<Self> {
        let (start, end) = (state.start()?, state.end()?);
        let mut records: Vec<_> = state.steps().collect();
        records.sort_by_key(|(_, record)| record.first_event);
        let steps: Vec<_> =
            records.into_iter().map(|(path, record)| StepReport::new(path, record)).collect();
        // A group ends with the failure of a step inside, which is listed already.
        let own_errors = steps.iter().filter_map(|step| {
            step.error.as_ref().filter(|error| error.step.as_ref() == Some(&step.step)).cloned()
        });
        let errors = own_errors.chain(end.errors.iter().cloned()).collect();
        Some(Self {
            schema_version: SCHEMA_VERSION,
            run: start.run.clone(),
            workflow: start.workflow.clone(),
            state: end.state,
            stopped_by: state.stop().map(|stop| stop.cause),
            started_at: start.started_at,
            duration: end.at,
            steps,
            outputs: end.outputs.clone(),
            errors,
        })
    }

    /// The report of one step.
    #[must_use]
    pub fn step(&self, path: &str) -> Option<&StepReport> {
        self.steps.iter().find(|step| step.step.to_string() == path)
    }
}

/// One step of a finished run.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct StepReport {
    /// Where it stands.
    pub step: StepPath,
    /// How it ended.
    pub state: StepState,
    /// When it began, since the start of the run; absent when it was passed over.
    #[serde(
        rename = "started_us",
        with = "micros::optional",
        skip_serializing_if = "Option::is_none"
    )]
    pub started: Option<Duration>,
    /// When it ended, or was passed over.
    #[serde(
        rename = "ended_us",
        with = "micros::optional",
        skip_serializing_if = "Option::is_none"
    )]
    pub ended: Option<Duration>,
    /// Its calls.
    pub attempts: Vec<AttemptReport>,
    /// What it gives.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<Value>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<RunError>,
    /// Why it was passed over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skipped: Option<SkipReason>,
}

impl StepReport {
    fn new(path: &StepPath, record: &StepRecord) -> Self {
        let (ended, end) = match &record.phase {
            Phase::Ended { at, end } => (Some(*at), Some(end)),
            _ => (None, None),
        };
        let skipped = match end {
            Some(StepEnd::Skipped { reason }) => Some(reason.clone()),
            _ => None,
        };
        Self {
            step: path.clone(),
            state: record.state(),
            started: record.started,
            ended,
            attempts: record.attempts.iter().map(AttemptReport::new).collect(),
            output: record.output.clone(),
            error: end.and_then(StepEnd::error).cloned(),
            skipped,
        }
    }

    /// Which fallback gave the output, from 0; `None` when the call itself did, or nothing.
    #[must_use]
    pub fn fallback(&self) -> Option<usize> {
        let last = self.attempts.last()?;
        if self.state == StepState::Succeeded { last.fallback } else { None }
    }
}

/// One attempt of a step of a finished run.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct AttemptReport {
    /// Its number within the step, from 1.
    pub number: u32,
    /// The tool.
    #[serde(flatten)]
    pub tool: ToolRef,
    /// Which fallback it was, from 0; absent for the call itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fallback: Option<usize>,
    /// What the call may do to the world.
    pub effect: Effect,
    /// When it began, since the start of the run.
    #[serde(rename = "started_us", with = "micros")]
    pub started: Duration,
    /// When it ended.
    #[serde(
        rename = "ended_us",
        with = "micros::optional",
        skip_serializing_if = "Option::is_none"
    )]
    pub ended: Option<Duration>,
    /// Why it failed; absent when it succeeded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<RunError>,
}

impl AttemptReport {
    fn new(record: &AttemptRecord) -> Self {
        Self {
            number: record.number,
            tool: record.tool.clone(),
            fallback: record.fallback,
            effect: record.effect,
            started: record.started,
            ended: record.ended,
            error: record.error.clone(),
        }
    }
}
