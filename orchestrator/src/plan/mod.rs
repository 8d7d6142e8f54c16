//! Plans: workflows that were checked.
//!
//! [`Workflow::check`] is the one place where a workflow turns into a [`Plan`], and a plan is the one
//! thing that can be run. What is wrong with the workflow by itself is found first, and needs no server;
//! what is wrong with its calls is found as far as servers and tools are [known](KnownTools).

mod error;
mod graph;
#[cfg(test)]
mod tests;
mod tools;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::call::{KnownTools, ToolFacts, ToolRef};
use crate::source::Diagnostic;
use crate::workflow::definition::StepId;
use crate::workflow::{Workflow, WorkflowError};

pub use error::{CheckError, UnavailableServer};
pub(crate) use graph::Node;

/// A checked workflow: its references lead somewhere, its order has no circle, its servers exist.
///
/// ```
/// use orchestrator::call::NothingKnown;
/// use orchestrator::source::Source;
/// use orchestrator::workflow::Workflow;
///
/// let text = "workflow: greet\nsteps: { hello: { call: slack/post_message } }";
/// let workflow = Workflow::parse(Source::new("greet.yaml", text))?;
///
/// let plan = workflow.check(&NothingKnown)?;
///
/// assert!(plan.warnings().is_empty());
/// assert!(plan.workflow().servers().contains("slack"));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Plan {
    definition: Arc<Definition>,
    tools: BTreeMap<ToolRef, ToolFacts>,
    tool_warnings: Vec<Diagnostic>,
    unavailable: Vec<UnavailableServer>,
}

/// What is known of a workflow without any server.
#[derive(Debug)]
struct Definition {
    workflow: Workflow,
    warnings: Vec<Diagnostic>,
    nodes: Vec<Node>,
    outputs_read: BTreeSet<StepId>,
}

impl Workflow {
    /// Checks the workflow by itself and against what is known of servers and tools.
    ///
    /// ```
    /// use orchestrator::call::NothingKnown;
    /// use orchestrator::source::Source;
    /// use orchestrator::workflow::Workflow;
    ///
    /// let text = "workflow: w\nsteps: { issue: { set: 7 }, tell: { set: '${{ steps.isue.output }}' } }";
    /// let workflow = Workflow::parse(Source::new("w.yaml", text))?;
    ///
    /// let error = workflow.check(&NothingKnown).unwrap_err();
    ///
    /// assert!(error.to_string().contains("step `isue` is unknown"));
    /// # Ok::<_, orchestrator::workflow::WorkflowError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When something does not belong together, a server or a tool does not exist, or a server is
    /// unreachable that the workflow cannot do without.
    pub fn check(&self, known: &dyn KnownTools) -> Result<Plan, CheckError> {
        let problems = self.problems();
        if problems.iter().any(Diagnostic::is_error) {
            let file = self.source.clone();
            return Err(CheckError::Workflow(WorkflowError { file, diagnostics: problems }));
        }
        let definition = Definition {
            workflow: self.clone(),
            warnings: problems,
            nodes: graph::nodes(&self.steps),
            outputs_read: graph::outputs_read(self),
        };
        let plan = Plan {
            definition: Arc::new(definition),
            tools: BTreeMap::new(),
            tool_warnings: Vec::new(),
            unavailable: Vec::new(),
        };
        plan.check_tools(known)
    }
}

impl Plan {
    /// The workflow.
    #[must_use]
    pub fn workflow(&self) -> &Workflow {
        &self.definition.workflow
    }

    /// What is perhaps not meant in the workflow by itself, in the order of the file.
    #[must_use]
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.definition.warnings
    }

    /// What is perhaps not meant in its calls, in the order of the file.
    #[must_use]
    pub fn tool_warnings(&self) -> &[Diagnostic] {
        &self.tool_warnings
    }

    /// The unreachable servers that only tolerated calls need.
    #[must_use]
    pub fn unavailable(&self) -> &[UnavailableServer] {
        &self.unavailable
    }

    /// The facts of a tool; `None` when nothing is known of it.
    pub(crate) fn tool(&self, tool: &ToolRef) -> Option<&ToolFacts> {
        self.tools.get(tool)
    }

    /// The steps of the workflow itself with their edges.
    pub(crate) fn nodes(&self) -> &[Node] {
        &self.definition.nodes
    }

    /// The steps that the outputs read.
    pub(crate) fn outputs_read(&self) -> &BTreeSet<StepId> {
        &self.definition.outputs_read
    }
}
