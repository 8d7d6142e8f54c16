//! The seam to the servers.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use mcp_core::Delivery;
use serde_json::{Map, Value};

use super::error::{FailureKind, RunError};
use super::path::StepPath;
use crate::workflow::definition::{Effect, ToolRef};

/// Calls tools by name. The manager is one; so is any map of closures in a test.
///
/// It never repeats a call: when to try again is decided by the step's policy and nowhere else.
#[async_trait]
pub trait ToolCaller: fmt::Debug + Send + Sync {
    /// What is known of a tool before it is called; `None` when nothing is.
    fn describe(&self, tool: &ToolRef) -> Option<ToolFacts>;

    /// Calls a tool once and gives its result, read by the rule for results.
    ///
    /// It ends within `timeout` by itself, with a failure that says whether the call was sent. A
    /// caller that does not is cut off shortly after.
    ///
    /// # Errors
    ///
    /// When there is no result, or the tool says no.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future cancels the call; the server may have carried it out.
    async fn call(
        &self,
        tool: &ToolRef,
        arguments: Map<String, Value>,
        timeout: Duration,
    ) -> Result<Value, CallFailure>;
}

const _: Option<&dyn ToolCaller> = None;

/// What is known of a tool before it is called.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolFacts {
    /// The JSON Schema of its arguments.
    pub input_schema: Option<Value>,
    /// What a call may do to the world.
    pub effect: Effect,
}

/// Why a call gave no result.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct CallFailure {
    /// What sort of failure it is.
    pub kind: FailureKind,
    /// What is wrong, in words.
    pub message: String,
    /// Whether the same call may succeed later.
    pub transient: bool,
    /// Whether the call may have happened.
    pub delivery: Delivery,
    /// How long the server asks to be left alone.
    pub retry_after: Option<Duration>,
    /// What the server or the tool added as data.
    pub details: Option<Value>,
}

impl CallFailure {
    /// A permanent failure with nothing but a message.
    #[must_use]
    pub fn new(kind: FailureKind, delivery: Delivery, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            transient: false,
            delivery,
            retry_after: None,
            details: None,
        }
    }

    /// The same failure, one that may pass.
    #[must_use]
    pub fn transient(self) -> Self {
        Self { transient: true, ..self }
    }

    /// The form that is stored with the run.
    #[must_use]
    pub fn into_error(self, step: &StepPath, tool: &ToolRef) -> RunError {
        RunError {
            kind: self.kind,
            message: self.message,
            transient: self.transient,
            delivery: self.delivery,
            step: Some(step.clone()),
            server: Some(tool.server.clone()),
            tool: Some(tool.tool.clone()),
            retry_after: self.retry_after,
            details: self.details,
        }
    }
}
