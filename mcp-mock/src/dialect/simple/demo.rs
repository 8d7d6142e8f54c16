//! The demo content and the tools of one service over it, for tests of tools.

use serde_json::Value;

use crate::dialect::Arguments;
use crate::dialect::simple::tool::Tool;
use crate::service::ApiError;
use crate::world::{Part, Seed, State};

pub(super) struct Demo<S> {
    pub(super) state: State,
    tools: Vec<Tool<S>>,
}

impl<S: Part> Demo<S> {
    pub(super) fn new(tools: Vec<Tool<S>>) -> Self {
        let mut state = State::empty(1);
        state.plant(Seed::demo()).unwrap();
        Self { state, tools }
    }

    /// Calls a tool and holds arguments and answer against what it declares.
    #[track_caller]
    pub(super) fn call(&mut self, name: &str, arguments: Value) -> Result<Value, ApiError> {
        let mut tools = self.tools.iter();
        let tool = tools.find(|tool| tool.name == name || tool.aliases.contains(&name)).unwrap();
        assert_meets(&tool.input, &arguments, name);
        let Value::Object(arguments) = arguments else { panic!("arguments are an object") };
        let (service, env) = S::of(&mut self.state);
        let answer = (tool.run)(service, env, &Arguments::new(arguments))?;
        assert_meets(&tool.output, &answer, name);
        Ok(answer)
    }
}

#[track_caller]
fn assert_meets(schema: &Value, value: &Value, tool: &str) {
    let violations = mcp_core::schema::violations(schema, value);
    assert!(violations.is_empty(), "`{tool}`: {value} does not fit: {violations:?}");
}
