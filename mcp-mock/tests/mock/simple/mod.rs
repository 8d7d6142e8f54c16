//! The tools of the `simple` dialect over the demo content.

mod gmail;
mod salesforce;

use mcp_core::schema::violations;
use mcp_mock::ServiceName;
use mcp_mock::dialect::{Dialect, simple};
use mcp_mock::world::{Seed, State};
use serde_json::Value;
use serde_json::value::RawValue;

/// The demo content, and the tools of one service over it.
struct Demo {
    state: State,
    dialect: Box<dyn Dialect>,
}

impl Demo {
    fn new(service: ServiceName) -> Self {
        let mut state = State::empty(1);
        state.plant(Seed::demo()).unwrap();
        Self { state, dialect: simple(service) }
    }

    /// Calls a tool, holds arguments and answer against what it declares, and gives the answer, or the `error`
    /// of the refusal.
    #[track_caller]
    fn call(&mut self, name: &str, arguments: Value) -> Result<Value, Value> {
        let listed = self.dialect.listed_name(name).unwrap();
        let tool = self.dialect.tools().iter().find(|tool| tool.name == listed).unwrap().clone();
        assert_meets(&tool.input_schema, &arguments, name);
        let Value::Object(arguments) = arguments else { panic!("arguments are an object") };
        let reply = self.dialect.call(&mut self.state, name, Some(arguments)).reply.unwrap();
        if reply.is_error() {
            let refusal: Value = serde_json::from_str(reply.content[0].as_text().unwrap()).unwrap();
            return Err(refusal["error"].clone());
        }
        let answer = serde_json::from_str(reply.structured_content.unwrap().get()).unwrap();
        assert_meets(&tool.output_schema.unwrap(), &answer, name);
        Ok(answer)
    }
}

#[track_caller]
fn assert_meets(schema: &RawValue, value: &Value, tool: &str) {
    let found = violations(&serde_json::from_str(schema.get()).unwrap(), value);
    assert!(found.is_empty(), "`{tool}`: {value} does not fit: {found:?}");
}
