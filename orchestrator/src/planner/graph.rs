//! Which step waits for which.
//!
//! A step waits for the steps of its own scope that it reads or `needs`. What the steps of a group read
//! of the steps around it, the group waits for.

use std::collections::BTreeSet;

use super::{DEPTH_MAX, STEPS_MAX};
use crate::workflow::definition::{Argument, Step, StepId, StepKind, Workflow};
use crate::workflow::dependency::dependencies;
use mcp_core::schema::nearest_name;

/// The steps of a workflow with their edges.
#[derive(Debug, Clone)]
pub(super) struct Graph {
    /// The steps of the workflow itself.
    pub(super) nodes: Vec<Node>,
    /// The steps that the outputs read.
    pub(super) outputs_read: BTreeSet<StepId>,
}

impl Graph {
    pub(super) fn build(workflow: &Workflow) -> Result<Self, PlanError> {
        let found = count(&workflow.steps, DEPTH_MAX)?;
        if found > STEPS_MAX {
            return Err(PlanError::TooManySteps { found, limit: STEPS_MAX });
        }
        check_known(&workflow.steps)?;
        let nodes = build_scope(&workflow.steps)?;
        let mut outputs_read = Reads::default();
        for (_, output) in &workflow.outputs {
            outputs_read.add_argument(output);
        }
        Ok(Self { nodes, outputs_read: outputs_read.steps })
    }
}

/// One step with its edges.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) step: Step,
    /// The steps of the same scope that must have ended before.
    pub(super) edges: BTreeSet<StepId>,
    /// The steps, of this scope or further out, that its own expressions read.
    pub(super) reads: BTreeSet<StepId>,
    /// The steps inside, when it is a group.
    pub(super) inner: Vec<Self>,
}

/// A workflow that cannot be planned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// Steps wait for each other.
    #[error("steps wait for each other: {}", list(.steps))]
    Cycle {
        /// The steps that can never start.
        steps: Vec<StepId>,
    },
    /// Two steps of one scope have the same name.
    #[error("step `{step}` is defined twice")]
    DuplicateStep {
        /// The name.
        step: StepId,
    },
    /// Groups in groups in groups.
    #[error("step `{step}` stands more than {limit} groups deep")]
    TooDeep {
        /// A step that is too deep.
        step: StepId,
        /// The cap.
        limit: usize,
    },
    /// More steps than a workflow may have.
    #[error("{found} steps, and a workflow has at most {limit}")]
    TooManySteps {
        /// How many there are.
        found: usize,
        /// The cap.
        limit: usize,
    },
    /// A step reads or needs one that does not exist.
    #[error("step `{step}` waits for `{wanted}`, which is no step{}", hint(.nearest.as_deref()))]
    UnknownStep {
        /// The step that waits.
        step: StepId,
        /// The name that is unknown.
        wanted: StepId,
        /// A name that may have been meant.
        nearest: Option<String>,
    },
    /// An expression reads `steps` without saying which.
    #[error("step `{step}` reads `steps` as a whole; name the step, as in `steps.issue.output`")]
    WholeSteps {
        /// The step that reads.
        step: StepId,
    },
}

/// What the steps of the workflow, and those inside them, wait for must stand somewhere around them.
fn check_known(steps: &[Step]) -> Result<(), PlanError> {
    let known: BTreeSet<&StepId> = steps.iter().map(|step| &step.id).collect();
    for step in steps {
        let unknown = dependencies(step).into_iter().find(|wanted| !known.contains(wanted.id));
        if let Some(wanted) = unknown.map(|mention| mention.id.clone()) {
            let names = known.iter().map(|id| id.as_str());
            let nearest = nearest_name(wanted.as_str(), names).map(str::to_owned);
            return Err(PlanError::UnknownStep { step: step.id.clone(), wanted, nearest });
        }
    }
    Ok(())
}

fn build_scope(steps: &[Step]) -> Result<Vec<Node>, PlanError> {
    let mut siblings = BTreeSet::new();
    for Step { id, .. } in steps {
        if !siblings.insert(id.clone()) {
            return Err(PlanError::DuplicateStep { step: id.clone() });
        }
    }
    let nodes = steps.iter().map(|step| build_node(step, &siblings));
    let nodes = nodes.collect::<Result<Vec<_>, _>>()?;
    check_order(&nodes)?;
    Ok(nodes)
}

fn build_node(step: &Step, siblings: &BTreeSet<StepId>) -> Result<Node, PlanError> {
    let reads = Reads::of_step(step);
    if reads.whole {
        return Err(PlanError::WholeSteps { step: step.id.clone() });
    }
    let inner = match &step.kind {
        StepKind::Group(group) => build_scope(&group.steps)?,
        StepKind::Call(_) | StepKind::Set(_) | StepKind::Wait(_) => Vec::new(),
    };
    let edges = dependencies(step).into_iter().map(|mention| mention.id.clone());
    let edges = edges.filter(|id| siblings.contains(id)).collect();
    Ok(Node { step: step.clone(), edges, reads: reads.steps, inner })
}

/// Takes away what can start, again and again; what is left waits for itself.
fn check_order(nodes: &[Node]) -> Result<(), PlanError> {
    let mut left: Vec<&Node> = nodes.iter().collect();
    let mut ended: BTreeSet<&StepId> = BTreeSet::new();
    loop {
        let before = left.len();
        left.retain(|node| {
            let starts = node.edges.iter().all(|edge| ended.contains(edge));
            if starts {
                ended.insert(&node.step.id);
            }
            !starts
        });
        if left.is_empty() {
            return Ok(());
        }
        if left.len() == before {
            return Err(PlanError::Cycle {
                steps: left.iter().map(|node| node.step.id.clone()).collect(),
            });
        }
    }
}

fn count(steps: &[Step], depth_left: usize) -> Result<usize, PlanError> {
    let mut found = steps.len();
    for step in steps {
        let StepKind::Group(group) = &step.kind else { continue };
        let Some(depth_left) = depth_left.checked_sub(1) else {
            return Err(PlanError::TooDeep { step: step.id.clone(), limit: DEPTH_MAX });
        };
        found = found.saturating_add(count(&group.steps, depth_left)?);
    }
    Ok(found)
}

/// The steps that expressions read.
#[derive(Debug, Default)]
struct Reads {
    steps: BTreeSet<StepId>,
    /// Whether `steps` is read without a name behind it.
    whole: bool,
}

impl Reads {
    /// What the expressions of a step read, those of the steps inside not included.
    fn of_step(step: &Step) -> Self {
        let mut reads = Self::default();
        if let Some(condition) = &step.condition {
            reads.add(condition.references());
        }
        match &step.kind {
            StepKind::Call(call) => reads.add_argument(&call.with),
            StepKind::Set(value) => reads.add_argument(value),
            StepKind::Group(group) => {
                if let Some(each) = &group.each {
                    reads.add(each.items.references());
                }
            }
            StepKind::Wait(_) => {}
        }
        step.fallback.iter().for_each(|call| reads.add_argument(&call.with));
        reads
    }

    fn add_argument(&mut self, argument: &Argument) {
        self.add(argument.references());
    }

    fn add(&mut self, references: Vec<String>) {
        for reference in references {
            let mut names = reference.split('.');
            if names.next() != Some("steps") {
                continue;
            }
            match names.next() {
                Some(id) => {
                    self.steps.insert(StepId::new(id));
                }
                None => self.whole = true,
            }
        }
    }
}

fn list(steps: &[StepId]) -> String {
    steps.iter().map(|step| format!("`{step}`")).collect::<Vec<_>>().join(", ")
}

fn hint(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!(" (did you mean `{name}`?)"))
}
