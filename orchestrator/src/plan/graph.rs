//! Which step waits for which, and what each reads.
//!
//! A step waits for the steps of its own scope that it reads or `needs`. What the steps of a group read
//! of the steps around it, the group waits for.

use std::collections::BTreeSet;

use crate::workflow::Workflow;
use crate::workflow::definition::{Step, StepId};
use crate::workflow::dependency::{dependencies, fallback_code, mentions, own_code};

/// A step with its edges.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) step: Step,
    /// The steps of the same scope that must have ended before.
    pub(crate) edges: BTreeSet<StepId>,
    /// The steps, of this scope or further out, that its own expressions read.
    pub(crate) reads: BTreeSet<StepId>,
    /// The steps inside, when it is a group.
    pub(crate) inner: Vec<Self>,
}

/// The nodes of a scope.
pub(super) fn nodes(steps: &[Step]) -> Vec<Node> {
    let siblings: BTreeSet<&StepId> = steps.iter().map(|step| &step.id).collect();
    let node = |step: &Step| {
        let edges = dependencies(step).into_iter().map(|mention| mention.id);
        let code = own_code(step).into_iter().chain(fallback_code(step));
        Node {
            step: step.clone(),
            edges: edges.filter(|id| siblings.contains(id)).cloned().collect(),
            reads: code.flat_map(mentions).map(|mention| mention.id.clone()).collect(),
            inner: nodes(step.inner()),
        }
    };
    steps.iter().map(node).collect()
}

/// The steps that the outputs of a workflow read.
pub(super) fn outputs_read(workflow: &Workflow) -> BTreeSet<StepId> {
    let code = workflow.outputs.iter().flat_map(|(_, output)| output.code());
    code.flat_map(mentions).map(|mention| mention.id.clone()).collect()
}
