//! Recorded calls, replayed against a dialect.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use mcp_mock::dialect::{Dialect, Reply};
use mcp_mock::world::State;

/// A recorded call: what was asked of the real server, and what it answered.
#[derive(Debug, Deserialize)]
pub(crate) struct Probe {
    pub(crate) request: Request,
    /// The `result` or the `error` of the answer.
    pub(crate) response: Value,
}

/// The parameters of a recorded call.
#[derive(Debug, Deserialize)]
pub(crate) struct Request {
    pub(crate) name: String,
    pub(crate) arguments: Option<Map<String, Value>>,
}

impl Probe {
    /// The probes of a file.
    pub(crate) fn all(file: &str) -> Vec<Self> {
        serde_json::from_str(file).unwrap()
    }

    /// What a dialect answers to the same request, in the shape of the recorded answer.
    pub(crate) fn replay(&self, dialect: &dyn Dialect, state: &mut State) -> Value {
        shown(&dialect.call(state, &self.request.name, self.request.arguments.clone()).reply)
    }

    /// An argument of the request, or null.
    pub(crate) fn argument(&self, name: &str) -> &Value {
        let arguments = self.request.arguments.as_ref();
        arguments.and_then(|arguments| arguments.get(name)).unwrap_or(&Value::Null)
    }
}

/// An answer as a client sees it.
pub(crate) fn shown(reply: &Reply) -> Value {
    match reply {
        Ok(result) => json!({ "result": result }),
        Err(error) => json!({ "error": error }),
    }
}

/// Asserts that `answer` has all that is recorded. JSON inside a text block may have members beyond
/// those of the recording, whose upstream answered with few.
#[track_caller]
pub(crate) fn assert_includes(answer: &Value, recorded: &Value) {
    assert!(includes(&parsed(answer), &parsed(recorded)), "{answer:#}\nlacks of\n{recorded:#}");
}

fn includes(value: &Value, part: &Value) -> bool {
    match (value, part) {
        (Value::Object(value), Value::Object(part)) => part
            .iter()
            .all(|(name, part)| value.get(name).is_some_and(|value| includes(value, part))),
        (Value::Array(value), Value::Array(part)) => {
            value.len() == part.len()
                && value.iter().zip(part).all(|(value, part)| includes(value, part))
        }
        _ => value == part,
    }
}

/// The answer with every text block of JSON read.
fn parsed(answer: &Value) -> Value {
    let mut answer = answer.clone();
    let blocks = answer.pointer_mut("/result/content").and_then(Value::as_array_mut);
    for block in blocks.into_iter().flatten() {
        let read = block["text"].as_str().and_then(|text| serde_json::from_str(text).ok());
        if let Some(json) = read {
            block["text"] = json;
        }
    }
    answer
}
