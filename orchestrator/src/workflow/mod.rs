//! Workflows: the file, its definition, its expressions.
//!
//! A text becomes a [`Workflow`] by [`Workflow::parse`], code becomes one by [`Workflow::builder`]; both
//! are read by the same reader. [`Workflow::check`] says what does not belong together. Nothing here
//! knows servers or tools, and nothing here runs.

mod argument;
pub mod builder;
mod check;
pub mod definition;
pub(crate) mod dependency;
mod error;
pub mod expression;
mod inputs;
mod name;
mod read;
mod walk;

pub use argument::RenderError;
pub use check::{DEPTH_MAX, STEPS_MAX};
pub use definition::Workflow;
pub use error::WorkflowError;
pub use inputs::{InputProblem, Inputs, InputsError, coerce_input};
pub use walk::{CallSite, StepSite};
