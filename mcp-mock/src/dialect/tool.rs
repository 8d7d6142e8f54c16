//! One tool of a catalogue: what it declares, and what a call does.

use mcp_core::protocol::{Annotations, Tool};
use serde_json::Value;
use serde_json::value::to_raw_value;

use super::call::Operation;
use super::schema::object;

/// A tool of a catalogue over a service of type `S`.
#[derive(Debug)]
pub struct CatalogTool<S> {
    /// What `tools/list` shows.
    pub(super) listed: Tool,
    /// Other names that resolve to this tool and are not listed.
    pub(super) aliases: &'static [&'static str],
    /// What a call does; `None` for a tool that is listed and not modelled.
    pub(super) operation: Option<Operation<S>>,
}

/// What a call may do to the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Adds something, again with every call.
    Add,
    /// Reads only.
    Read,
    /// Removes or overwrites; a second call changes nothing more.
    Replace,
    /// Changes something; a second call changes nothing more and nothing is lost.
    Set,
}

impl<S> CatalogTool<S> {
    /// A tool without arguments, which declares no output.
    pub fn new(name: &str, description: &str, operation: Operation<S>) -> Self {
        let mut listed = Tool::new(name, raw(&object([])));
        listed.description = Some(description.to_owned());
        Self { listed, aliases: &[], operation: Some(operation) }
    }

    /// A tool as a server was seen to list it; without an operation a call fails loudly.
    #[must_use]
    pub fn recorded(listed: Tool, operation: Option<Operation<S>>) -> Self {
        Self { listed, aliases: &[], operation }
    }

    /// Adds names that resolve to this tool and are not listed.
    #[must_use]
    pub fn also(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    /// Declares the JSON Schema of the arguments, an object.
    #[must_use]
    pub fn input(mut self, schema: &Value) -> Self {
        self.listed.input_schema = raw(schema);
        self
    }

    /// Declares the JSON Schema of the structured content, an object.
    #[must_use]
    pub fn output(mut self, schema: &Value) -> Self {
        self.listed.output_schema = Some(raw(schema));
        self
    }

    /// Declares what a call may do, in the hints of the specification. The fakes reach nothing beyond
    /// themselves.
    #[must_use]
    pub fn effect(mut self, effect: Effect) -> Self {
        let mut hints = Annotations::default();
        hints.read_only_hint = Some(effect == Effect::Read);
        hints.open_world_hint = Some(false);
        if effect != Effect::Read {
            hints.destructive_hint = Some(effect == Effect::Replace);
            hints.idempotent_hint = Some(matches!(effect, Effect::Replace | Effect::Set));
        }
        self.listed.annotations = Some(hints);
        self
    }
}

fn raw(schema: &Value) -> Box<serde_json::value::RawValue> {
    to_raw_value(schema).expect("a JSON value always encodes")
}
