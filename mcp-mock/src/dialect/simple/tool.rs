//! One tool of the simple dialect: what it declares and what it does to the state of its service.

use mcp_core::protocol::{Annotations, Tool as Listed};
use serde_json::Value;
use serde_json::value::to_raw_value;

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

/// What a call may do to the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Adds something, again with every call.
    Add,
    /// Reads only.
    Read,
    /// Removes or overwrites; a second call changes nothing more.
    Replace,
    /// Changes something; a second call changes nothing more and nothing is lost.
    Set,
}

impl<S> From<Tool<S>> for CatalogTool<S> {
    fn from(tool: Tool<S>) -> Self {
        let raw = |schema: &Value| to_raw_value(schema).expect("a JSON value always encodes");
        let mut listed = Listed::new(tool.name, raw(&tool.input));
        listed.description = Some(tool.description.to_owned());
        listed.output_schema = Some(raw(&tool.output));
        listed.annotations = Some(annotations(tool.effect));
        Self { listed, aliases: tool.aliases, operation: Some(Operation::Plain(tool.run)) }
    }
}

/// What the hints of the specification say of each effect. The fakes reach nothing beyond themselves.
fn annotations(effect: Effect) -> Annotations {
    let mut hints = Annotations::default();
    hints.read_only_hint = Some(effect == Effect::Read);
    hints.open_world_hint = Some(false);
    if effect != Effect::Read {
        hints.destructive_hint = Some(effect == Effect::Replace);
        hints.idempotent_hint = Some(matches!(effect, Effect::Replace | Effect::Set));
    }
    hints
}
