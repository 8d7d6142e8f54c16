//! Why a step or a run failed, in the form that journals and reports keep.

use mcp_core::Delivery;
use serde::{Deserialize, Serialize};

use super::path::StepPath;
use crate::call::{CallFailure, FailureKind, ToolRef};

/// A failure with its place in the run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error("{failure}")]
#[non_exhaustive]
pub struct RunError {
    /// What went wrong. Failures without a call say that nothing was sent.
    #[serde(flatten)]
    pub failure: CallFailure,
    /// The step in which it arose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<StepPath>,
    /// The server that was called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// The tool that was called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
}

impl RunError {
    /// A permanent failure in which nothing was sent.
    #[must_use]
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        CallFailure::new(kind, Delivery::NotSent, message).into()
    }

    /// The failure of a call that a step made.
    #[must_use]
    pub fn of_call(failure: CallFailure, step: &StepPath, tool: &ToolRef) -> Self {
        Self {
            failure,
            step: Some(step.clone()),
            server: Some(tool.server.clone()),
            tool: Some(tool.tool.clone()),
        }
    }

    /// The same failure, with the step in which it arose unless that is known already.
    #[must_use]
    pub fn in_step(mut self, step: &StepPath) -> Self {
        self.step.get_or_insert_with(|| step.clone());
        self
    }
}

impl From<CallFailure> for RunError {
    /// A failure without a place.
    fn from(failure: CallFailure) -> Self {
        Self { failure, step: None, server: None, tool: None }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn stored_form_is_flat_and_reads_back() {
        let stored = json!({
            "kind": "rate_limited", "message": "slow down", "transient": true, "delivery": "refused",
            "step": "tell", "server": "slack", "tool": "post_message",
            "retry_after_us": 1_500_000, "details": { "status": 429 },
        });

        let error: RunError = serde_json::from_value(stored.clone()).unwrap();

        assert_eq!(error.failure.retry_after, Some(std::time::Duration::from_millis(1500)));
        assert_eq!(serde_json::to_value(&error).unwrap(), stored);
    }
}
