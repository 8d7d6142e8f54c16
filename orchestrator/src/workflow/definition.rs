//! A workflow as data: what a file, or the builder, says after it was read.
//!
//! Nothing here is checked against tools and nothing is evaluated. Every part that a message may have
//! to point at carries a [`Span`] into the source.

use std::num::NonZeroUsize;
use std::time::Duration;

use serde_json::Value;

use super::expression::{Expression, Template};
use crate::call::{Effect, RetryPolicy, ToolRef};
use crate::source::{Source, Span};

pub use super::name::{NameError, StepId};

/// A whole workflow.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Workflow {
    /// The name, from the key `workflow`.
    pub name: String,
    /// What it is for, in a sentence.
    pub description: Option<String>,
    /// What a run takes, in the order of the file.
    pub inputs: Vec<Input>,
    /// The steps, in the order of the file; the order carries no meaning.
    pub steps: Vec<Step>,
    /// What a run gives, in the order of the file.
    pub outputs: Vec<(String, Argument)>,
    /// What a failed step means for the others.
    pub on_error: OnRunError,
    /// How long a run may take in all.
    pub deadline: Option<Duration>,
    /// The text that every [`Span`] points into.
    pub source: Source,
}

/// One value that a run takes.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Input {
    /// The name under `inputs`.
    pub name: String,
    /// The JSON Schema that the value must meet, without `default`.
    pub schema: Value,
    /// The value when none is given; without it the input is required.
    pub default: Option<Value>,
    /// Where it is written.
    pub span: Span,
}

/// One node of a workflow.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Step {
    /// The name, unique among the steps of its group.
    pub id: StepId,
    /// What the step does.
    pub kind: StepKind,
    /// Steps that must have ended before, besides those that the step reads.
    pub needs: Vec<(StepId, Span)>,
    /// The step is skipped when this is false.
    pub condition: Option<Expression>,
    /// What a failure of this step means for the run.
    pub on_error: OnStepError,
    /// When and how often to try again; the default of the workflow is already merged in.
    pub retry: RetryPolicy,
    /// How long one attempt may take.
    pub timeout: Option<Duration>,
    /// How long all attempts and waits together may take.
    pub deadline: Option<Duration>,
    /// Calls to try in order after a definite failure.
    pub fallback: Vec<Call>,
    /// The call that takes the effect back.
    pub undo: Option<Call>,
    /// What the author says of the effect; it overrides what the tool says of itself.
    pub effect: Option<Effect>,
    /// Where its name is written.
    pub span: Span,
}

/// What a step does.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum StepKind {
    /// Calls a tool.
    Call(Call),
    /// Runs steps of its own, once or for each item of a list.
    Group(Group),
    /// Computes a value and calls nothing.
    Set(Argument),
    /// Waits.
    Wait(Duration),
}

/// A tool and its arguments.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Call {
    /// Which tool on which server.
    pub tool: ToolRef,
    /// The arguments: a map, or nothing.
    pub with: Argument,
    /// Where the tool is named.
    pub span: Span,
}

/// Steps inside a step.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Group {
    /// Runs the steps once per item when given.
    pub each: Option<Each>,
    /// The steps; they see each other and the steps around them as `steps.<id>`.
    pub steps: Vec<Step>,
}

/// How a group goes through a list.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Each {
    /// Gives the list.
    pub items: Expression,
    /// The name under which the steps see the item.
    pub name: String,
    /// How many items run at the same time.
    pub concurrency: NonZeroUsize,
    /// How long to wait between the end of one item and the start of the next.
    pub pause: Duration,
}

/// A value with expressions in it, to be rendered once.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Argument {
    /// The value.
    pub kind: ArgumentKind,
    /// Where it is written.
    pub span: Span,
}

/// The forms of an [`Argument`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ArgumentKind {
    /// A scalar that is exactly one `${{ … }}`; it keeps its JSON type.
    Expression(Expression),
    /// A list.
    List(Vec<Argument>),
    /// A map, in the order of the file.
    Map(Vec<(String, Argument)>),
    /// A plain scalar. `text` has the characters of the file, for tools that want a string (`1.10`,
    /// `no`, `012`).
    Scalar {
        /// The value by YAML's rules.
        value: Value,
        /// The value as it is written, for plain (unquoted) scalars that are not strings by themselves.
        text: Option<String>,
    },
    /// A string with expressions or blocks inside.
    Template(Template),
}

/// What a failed step means for the other steps of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnRunError {
    /// Independent branches end and every error is reported.
    Finish,
    /// Nothing new starts; what is safe to cancel is cancelled.
    #[default]
    Stop,
}

/// What the failure of a step means for the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnStepError {
    /// The step is tolerated: the run goes on and ends `partial`.
    Continue,
    /// The run fails.
    #[default]
    Fail,
}

impl Workflow {
    /// The same workflow without places, with the members of arguments in the order of their names.
    ///
    /// Two workflows that say the same, one in a file and one in code, are equal in this form.
    #[must_use]
    pub fn without_spans(mut self) -> Self {
        self.source = Source::default();
        for input in &mut self.inputs {
            input.span = Span::default();
        }
        self.steps.iter_mut().for_each(Step::clear_spans);
        self.outputs.iter_mut().for_each(|(_, output)| output.clear_spans());
        self
    }
}

impl Step {
    fn clear_spans(&mut self) {
        self.span = Span::default();
        for (_, span) in &mut self.needs {
            *span = Span::default();
        }
        match &mut self.kind {
            StepKind::Call(call) => call.clear_spans(),
            StepKind::Group(group) => group.steps.iter_mut().for_each(Self::clear_spans),
            StepKind::Set(value) => value.clear_spans(),
            StepKind::Wait(_) => {}
        }
        self.fallback.iter_mut().chain(&mut self.undo).for_each(Call::clear_spans);
    }
}

impl Call {
    fn clear_spans(&mut self) {
        self.span = Span::default();
        self.with.clear_spans();
    }
}

impl Argument {
    fn clear_spans(&mut self) {
        self.span = Span::default();
        match &mut self.kind {
            ArgumentKind::List(items) => items.iter_mut().for_each(Self::clear_spans),
            ArgumentKind::Map(members) => {
                members.sort_by(|(left, _), (right, _)| left.cmp(right));
                members.iter_mut().for_each(|(_, member)| member.clear_spans());
            }
            ArgumentKind::Expression(_)
            | ArgumentKind::Scalar { .. }
            | ArgumentKind::Template(_) => {}
        }
    }
}
