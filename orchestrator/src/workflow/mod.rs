//! Workflows: the file, its definition, its expressions.
//!
//! [`Workflow::parse`] makes a [`Workflow`] of the text of a file, [`Workflow::builder`] of calls in code;
//! the same reader reads both. [`Workflow::check`] makes a plan of it. Nothing here knows servers or tools,
//! and nothing here runs.

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
