//! Laws of the planner over random workflows, and its caps by example.

mod examples;
mod laws;
mod simulation;
mod sketch;

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use mcp_core::Delivery;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::call::{CallFailure, FailureKind, KnownTools, RetryPolicy, ToolFacts};
use crate::run::event::{AttemptOutcome, Event, RunEnd, StepEnd};
use crate::run::id::RunId;
use crate::run::path::ScopePath;
use crate::run::state::{StepRecord, StepState};
use crate::source::{Source, Span};
use crate::workflow::Workflow;
use crate::workflow::definition::{
    Argument, Each, Group, OnRunError, OnStepError, Step, StepId, StepKind,
};
use crate::workflow::expression::Expression;
use simulation::{Behaviour, Ending, Simulation};
use sketch::{all_endings, behaviours, on_error, random_workflow, sketch};

fn workflow(yaml: &str) -> Workflow {
    Workflow::parse(Source::new("test.yaml", format!("workflow: test\n{yaml}"))).unwrap()
}
