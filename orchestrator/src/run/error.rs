//! Why a step or a run failed, in the form that journals and reports keep.

use std::time::Duration;

use mcp_core::Delivery;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::path::StepPath;
use super::stored::{StoredDelivery, optional_micros};
use crate::call::{CallFailure, FailureKind, ToolRef};

/// A failure as data: made where it is noticed, stored with the run, shown in reports.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
#[non_exhaustive]
pub struct RunError {
    /// What sort of failure it is.
    pub kind: FailureKind,
    /// What is wrong, in words.
    pub message: String,
    /// Whether the same may succeed later.
    pub transient: bool,
    /// Whether a call may have happened.
    #[serde(with = "StoredDelivery")]
    pub delivery: Delivery,
    /// The step in which it arose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<StepPath>,
    /// The server that was called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// The tool that was called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
    /// How long the server asks to be left alone.
    #[serde(
        rename = "retry_after_us",
        default,
        with = "optional_micros",
        skip_serializing_if = "Option::is_none"
    )]
    pub retry_after: Option<Duration>,
    /// What the server or the tool added as data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<Value>,
}

impl RunError {
    /// A permanent failure in which nothing was sent.
    #[must_use]
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            transient: false,
            delivery: Delivery::NotSent,
            step: None,
            server: None,
            tool: None,
            retry_after: None,
            details: None,
        }
    }

    /// The failure of a call that a step made.
    #[must_use]
    pub fn of_call(failure: CallFailure, step: &StepPath, tool: &ToolRef) -> Self {
        Self {
            kind: failure.kind,
            message: failure.message,
            transient: failure.transient,
            delivery: failure.delivery,
            step: Some(step.clone()),
            server: Some(tool.server.clone()),
            tool: Some(tool.tool.clone()),
            retry_after: failure.retry_after,
            details: failure.details,
        }
    }

    /// The same failure, with the step in which it arose unless that is known already.
    #[must_use]
    pub fn in_step(mut self, step: &StepPath) -> Self {
        self.step.get_or_insert_with(|| step.clone());
        self
    }
}
