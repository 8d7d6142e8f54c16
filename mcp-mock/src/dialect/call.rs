//! A call of a tool, as the operation behind it sees it.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{Answer, Refusal};
use crate::service::Api;

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

/// What a tool does: it reads the arguments and calls operations of the service, which pay for themselves.
pub type Operation<S> = fn(Call<'_, S>) -> Outcome;
