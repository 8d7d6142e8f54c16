//! The calls of a run that are on their way.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use mcp_core::Delivery;
use serde_json::Value;
use tokio::task::{AbortHandle, Id, JoinError, JoinSet};
use tokio::time::timeout_at;

use crate::call::{CallFailure, Deadline, FailureKind, ToolCaller, ToolRef};
use crate::planner::{AttemptKey, PlannedCall};
use crate::run::error::RunError;
use crate::run::event::AttemptOutcome;

/// A caller keeps the deadline itself and knows best what became of the call. It is cut off this much
/// later, so that a failure that it reports at the deadline still arrives.
const DEADLINE_SLACK: Duration = Duration::from_millis(250);

/// One task per attempt. Dropping it cancels all of them.
#[derive(Debug)]
pub(super) struct Attempts {
    caller: Arc<dyn ToolCaller>,
    tasks: JoinSet<Result<Value, CallFailure>>,
    running: HashMap<Id, Running>,
}

#[derive(Debug)]
struct Running {
    attempt: AttemptKey,
    tool: ToolRef,
    handle: AbortHandle,
}

impl Attempts {
    pub(super) fn new(caller: Arc<dyn ToolCaller>) -> Self {
        Self { caller, tasks: JoinSet::new(), running: HashMap::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.running.is_empty()
    }

    pub(super) fn start(&mut self, call: PlannedCall) {
        let caller = Arc::clone(&self.caller);
        let PlannedCall { attempt, tool, arguments, timeout, .. } = call;
        // The clock of the attempt starts here; everybody below gets the moment and not what is left.
        let deadline = Deadline::within(timeout);
        let called = tool.clone();
        let handle = self.tasks.spawn(async move {
            let answer = caller.call(&called, arguments, deadline);
            timeout_at(deadline.end() + DEADLINE_SLACK, answer)
                .await
                .unwrap_or_else(|_| Err(too_late(timeout)))
        });
        self.running.insert(handle.id(), Running { attempt, tool, handle });
    }

    /// Drops the call; its end arrives like any other.
    pub(super) fn cancel(&mut self, attempt: &AttemptKey) {
        if let Some(running) = self.running.values().find(|running| running.attempt == *attempt) {
            running.handle.abort();
        }
    }

    /// Waits for the next attempt to end; `None` when there is none.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub(super) async fn next(&mut self) -> Option<(AttemptKey, AttemptOutcome)> {
        let (id, result) = match self.tasks.join_next_with_id().await? {
            Ok((id, result)) => (id, result),
            Err(error) => (error.id(), Err(cut_off(&error))),
        };
        let Running { attempt, tool, .. } = self.running.remove(&id)?;
        let outcome = match result {
            Ok(output) => AttemptOutcome::Succeeded { output },
            Err(failure) => {
                AttemptOutcome::Failed { error: RunError::of_call(failure, &attempt.step, &tool) }
            }
        };
        Some((attempt, outcome))
    }
}

fn too_late(time: Duration) -> CallFailure {
    let message = format!("no answer within {time:?}");
    CallFailure::new(FailureKind::Timeout, Delivery::Unknown, message).transient()
}

fn cut_off(error: &JoinError) -> CallFailure {
    if error.is_cancelled() {
        CallFailure::new(FailureKind::Cancelled, Delivery::Unknown, "the call was cancelled")
    } else {
        CallFailure::new(
            FailureKind::Internal,
            Delivery::Unknown,
            "the call panicked, which is a bug",
        )
    }
}
