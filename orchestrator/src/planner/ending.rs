//! How a run ended, once every step has.

use serde_json::{Map, Value};

use super::context::{expression_context, render};
use super::scope::Scope;
use super::walk::{Walk, deadline_error};
use crate::run::error::RunError;
use crate::run::event::{EventKind, RunEnd, StopCause};

impl Walk<'_> {
    /// The last event of a run: doubt outweighs a stop, a stop outweighs failure, failure outweighs
    /// what was tolerated.
    pub(super) fn run_end(&self, root: &Scope<'_>) -> EventKind {
        let tally = self.state.tally();
        let stopped = self.state.stop().filter(|_| tally.unfinished > 0).map(|stop| stop.cause);
        let state = match stopped {
            _ if tally.in_doubt > 0 => RunEnd::InDoubt,
            Some(StopCause::Cancelled) => RunEnd::Cancelled,
            Some(StopCause::Interrupted) => RunEnd::Interrupted,
            Some(StopCause::Deadline) => RunEnd::Failed,
            None if self.is_failing(root.nodes, root.path) => RunEnd::Failed,
            None if tally.tolerated > 0 => RunEnd::Partial,
            None => RunEnd::Succeeded,
        };
        let mut errors = Vec::new();
        if stopped == Some(StopCause::Deadline) {
            errors.push(deadline_error());
        }
        if !matches!(state, RunEnd::Succeeded | RunEnd::Partial) {
            return EventKind::RunEnded { state, outputs: Map::new(), errors };
        }
        let outputs = self.outputs(root, &mut errors);
        let state = if errors.is_empty() { state } else { RunEnd::Failed };
        EventKind::RunEnded { state, outputs, errors }
    }

    /// The outputs of the workflow. Those that cannot be rendered are left out and reported.
    fn outputs(&self, root: &Scope<'_>, errors: &mut Vec<RunError>) -> Map<String, Value> {
        let context =
            expression_context(self.state, self.start, root, self.planner.plan.outputs_read());
        let mut outputs = Map::new();
        for (name, output) in &self.planner.plan.workflow().outputs {
            match render(output, &context, None) {
                Ok(value) => {
                    outputs.insert(name.clone(), value);
                }
                Err(mut error) => {
                    error.message = format!("output `{name}`: {}", error.message);
                    errors.push(error.into());
                }
            }
        }
        outputs
    }
}
