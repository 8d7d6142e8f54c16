//! Workflows: the file, its definition, its expressions.
//!
//! A text becomes a [`Workflow`] by [`Workflow::parse`], code becomes one by [`Workflow::builder`]; both
//! are read by the same reader. [`Workflow::check`] says what does not belong together. Nothing here
//! knows servers or tools, and nothing here runs.

mod argument;
pub mod builder;
mod check;
pub mod definition;
mod dependency;
pub mod diagnostic;
pub mod expression;
mod inputs;
pub(crate) mod node;
mod read;
pub(crate) mod suggest;

pub use argument::RenderError;
pub use definition::Workflow;
pub use dependency::dependencies;
pub use diagnostic::{Diagnostic, Severity, Source, WorkflowError};
pub use inputs::{InputProblem, InputsError, coerce_input};
