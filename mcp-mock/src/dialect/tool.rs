//! One tool of a dialect: what it declares and what it does to the state of its service.

use serde_json::{Map, Value};

use crate::service::ApiError;
use crate::world::Env;

/// What a tool does to a service of type `S`. Arguments were checked against the input schema.
pub(crate) type Operation<S> = fn(&mut S, &mut Env, &Arguments) -> Result<Value, ApiError>;

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
    pub(crate) run: Operation<S>,
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

/// The arguments of one call, known to fit the input schema.
#[derive(Debug, Clone, Default)]
pub(crate) struct Arguments(Map<String, Value>);

impl Arguments {
    /// Takes arguments that were checked against the schema of the tool.
    pub(crate) fn new(values: Map<String, Value>) -> Self {
        Self(values)
    }

    /// The value itself, when given; null counts, for arguments that empty something.
    pub(crate) fn given(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// The value itself, when given and not null.
    pub(crate) fn value(&self, name: &str) -> Option<&Value> {
        self.given(name).filter(|value| !value.is_null())
    }

    /// A required text; empty when the schema does not require it and it is missing.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.optional_text(name).unwrap_or_default()
    }

    /// A text that may be missing.
    pub(crate) fn optional_text(&self, name: &str) -> Option<&str> {
        self.value(name).and_then(Value::as_str)
    }

    /// A whole number that may be missing. `7.0` counts as whole, as JSON Schema has it.
    pub(crate) fn integer(&self, name: &str) -> Option<i64> {
        let value = self.value(name)?;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the schema made sure that it is whole"
        )]
        value.as_i64().or_else(|| value.as_f64().map(|number| number as i64))
    }

    /// True or false, when given.
    pub(crate) fn boolean(&self, name: &str) -> Option<bool> {
        self.value(name).and_then(Value::as_bool)
    }

    /// A list of texts; a missing one is empty.
    pub(crate) fn texts(&self, name: &str) -> Vec<String> {
        let items =
            self.value(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        items.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    }

    /// An object; a missing one is empty.
    pub(crate) fn object(&self, name: &str) -> Map<String, Value> {
        self.value(name).and_then(Value::as_object).cloned().unwrap_or_default()
    }
}
