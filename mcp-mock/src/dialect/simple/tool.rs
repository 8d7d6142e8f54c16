//! One tool of the simple dialect: what it declares and what it does to the state of its service.

use serde_json::Value;

pub(crate) use crate::dialect::Effect;
use crate::dialect::{Arguments, CatalogTool, Operation};
use crate::service::ApiError;
use crate::world::Env;

/// What a tool does to a service of type `S`. Arguments were checked against the input schema.
pub(super) type Run<S> = fn(&mut S, &mut Env, &Arguments) -> Result<Value, ApiError>;

/// A tool of the dialect over a service of type `S`.
#[derive(Debug)]
pub(crate) struct Tool<S> {
    /// The name that `tools/list` shows.
    pub(crate) name: &'static str,
    /// Other names that resolve to this tool and are not listed.
    pub(crate) aliases: &'static [&'static str],
    /// One sentence for people and models.
    pub(crate) description: &'static str,
    /// What a call may do; the annotations follow from it.
    pub(crate) effect: Effect,
    /// JSON Schema of the arguments, an object.
    pub(crate) input: Value,
    /// JSON Schema of the structured content, an object.
    pub(crate) output: Value,
    /// The operation itself.
    pub(crate) run: Run<S>,
}

impl<S> From<Tool<S>> for CatalogTool<S> {
    fn from(tool: Tool<S>) -> Self {
        Self::new(tool.name, tool.description, Operation::Plain(tool.run))
            .also(tool.aliases)
            .input(&tool.input)
            .output(&tool.output)
            .effect(tool.effect)
    }
}
