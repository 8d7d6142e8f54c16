//! A call of a tool, as the operation behind it sees it.

use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{Answer, Refusal};
use crate::service::{Api, ApiError};
use crate::world::Env;

/// A call of a tool over a service of type `S`. The arguments were checked as the server checks them.
#[derive(Debug)]
pub struct Call<'w, S> {
    /// The service.
    pub service: &'w mut S,
    /// What its operations take from the world.
    pub api: Api<'w, S>,
    /// The arguments.
    pub arguments: Map<String, Value>,
}

impl<S> Call<'_, S> {
    /// Takes the arguments as a struct, whose fields are optional where the server does not insist. `7.0`
    /// is an integer, as JSON Schema has it.
    ///
    /// # Errors
    ///
    /// When the struct does not fit what the server lets through: a mistake of the dialect, which fails the
    /// call by name.
    pub fn read<A: DeserializeOwned>(&mut self) -> Result<A, Refusal> {
        let mut arguments = std::mem::take(&mut self.arguments);
        arguments.values_mut().for_each(write_as_integer);
        serde_json::from_value(Value::Object(arguments)).map_err(|error| {
            Refusal::NotModelled(format!("these arguments are not modelled: {error}"))
        })
    }
}

/// Writes `7.0` as `7`, which a field for an integer takes, and one that is too large as the largest.
fn write_as_integer(value: &mut Value) {
    if !value.is_i64()
        && let Some(number) = value.as_f64().filter(|number| number.fract() == 0.0)
    {
        #[expect(clippy::cast_possible_truncation, reason = "it is whole, and the cast saturates")]
        let integer = number as i64;
        *value = Value::from(integer);
    }
}

/// The answer of a tool, or why there is none.
pub type Outcome = Result<Answer, Refusal>;

/// What a tool does.
pub enum Operation<S> {
    /// One whose service counts what it costs.
    Metered(fn(Call<'_, S>) -> Outcome),
    /// One that is weighed by its name.
    Weighed(WeighedOperation<S>),
    /// The same, whose answer is JSON.
    Plain(fn(&mut S, &mut Env, &Arguments) -> Result<Value, ApiError>),
}

/// An operation that is weighed by its name.
pub type WeighedOperation<S> = fn(&mut S, &mut Env, &Arguments) -> Result<Answer, ApiError>;

impl<S> Clone for Operation<S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for Operation<S> {}

impl<S> fmt::Debug for Operation<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Operation")
    }
}

/// The arguments of one call, known to fit the input schema.
#[derive(Debug, Clone, Default)]
pub struct Arguments(Map<String, Value>);

impl Arguments {
    /// Takes arguments that were checked against the schema of the tool.
    pub fn new(values: Map<String, Value>) -> Self {
        Self(values)
    }

    /// The value itself, when given; null counts, for arguments that empty something.
    pub fn given(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// The value itself, when given and not null.
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.given(name).filter(|value| !value.is_null())
    }

    /// A required text; empty when the schema does not require it and it is missing.
    pub fn text(&self, name: &str) -> &str {
        self.optional_text(name).unwrap_or_default()
    }

    /// A text that may be missing.
    pub fn optional_text(&self, name: &str) -> Option<&str> {
        self.value(name).and_then(Value::as_str)
    }

    /// A whole number that may be missing. `7.0` counts as whole, as JSON Schema has it.
    pub fn integer(&self, name: &str) -> Option<i64> {
        let value = self.value(name)?;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the schema made sure that it is whole"
        )]
        value.as_i64().or_else(|| value.as_f64().map(|number| number as i64))
    }

    /// True or false, when given.
    pub fn boolean(&self, name: &str) -> Option<bool> {
        self.value(name).and_then(Value::as_bool)
    }

    /// A list of texts; a missing one is empty.
    pub fn texts(&self, name: &str) -> Vec<String> {
        let items =
            self.value(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        items.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    }

    /// An object; a missing one is empty.
    pub fn object(&self, name: &str) -> Map<String, Value> {
        self.value(name).and_then(Value::as_object).cloned().unwrap_or_default()
    }
}
