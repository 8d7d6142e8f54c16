//! The demo content and the tools of one service over it, for tests of tools.

use serde_json::Value;

use super::catalog;
use crate::dialect::{CatalogTool, Dialect};
use crate::service::ApiError;
use crate::world::{Seed, ServiceState, State};

pub(super) struct Demo {
    pub(super) state: State,
    dialect: Box<dyn Dialect>,
}

impl Demo {
    pub(super) fn new<S: ServiceState>(tools: Vec<impl Into<CatalogTool<S>>>) -> Self {
        let mut state = State::empty(1);
        state.apply_seed(Seed::demo()).unwrap();
        Self { state, dialect: catalog(tools) }
    }

    /// Calls a tool and holds arguments and answer against what it declares.
    #[track_caller]
    pub(super) fn call(&mut self, name: &str, arguments: Value) -> Result<Value, ApiError> {
        let listed = self.dialect.listed_name(name).unwrap().to_owned();
        let tool = self.dialect.tools().iter().find(|tool| tool.name == listed).unwrap().clone();
        assert_meets(tool.input_schema.get(), &arguments, name);
        let Value::Object(arguments) = arguments else { panic!("arguments are an object") };
        let result = self.dialect.call(&mut self.state, name, Some(arguments)).reply.unwrap();
        let Some(answer) = &result.structured_content else {
            return Err(refusal(result.content[0].as_text().unwrap()));
        };
        let answer = serde_json::from_str(answer.get()).unwrap();
        assert_meets(tool.output_schema.unwrap().get(), &answer, name);
        Ok(answer)
    }
}

/// The refusal that a result shows.
fn refusal(body: &str) -> ApiError {
    let mut body: Value = serde_json::from_str(body).unwrap();
    let mut member = |name: &str| body["error"][name].take();
    let status = member("status").as_u64().and_then(|status| status.try_into().ok()).unwrap();
    let mut string = |name: &str| member(name).as_str().unwrap().to_owned();
    let error = ApiError::new(status, string("code"), string("message"));
    match member("details") {
        Value::Null => error,
        details => error.with_details(details),
    }
}

#[track_caller]
fn assert_meets(schema: &str, value: &Value, tool: &str) {
    let violations = mcp_core::schema::violations(&serde_json::from_str(schema).unwrap(), value);
    assert!(violations.is_empty(), "`{tool}`: {value} does not fit: {violations:?}");
}
