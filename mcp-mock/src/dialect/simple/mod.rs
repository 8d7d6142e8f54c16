//! The `simple` dialect: this project's own clean catalogue over the five services.
//!
//! One file a tool. Adding one is a new file and a line in the `tools` function of its service. Answers
//! are structured content with the same JSON as text; refusals are results marked as error, with a JSON
//! body `{"error":{"status","code","message"}}`.

#[cfg(test)]
mod demo;
pub(crate) mod github;
pub(crate) mod gmail;
pub(crate) mod notion;
pub(crate) mod salesforce;
pub(crate) mod slack;

use mcp_core::jsonrpc::{RpcError, code};
use mcp_core::protocol::{Annotations, CallToolResult, ServerInfo, Tool};
use mcp_core::schema;
use serde_json::value::to_raw_value;
use serde_json::{Map, Value};

use super::tool::{self, Arguments, Effect};
use super::{Called, Dialect, Provenance, Reply, unknown_tool};
use crate::service::{ApiError, ServiceName};
use crate::world::{Part, State};

/// The name of the dialect.
pub(crate) const NAME: &str = "simple";

/// The simple dialect of a service.
pub(crate) fn of(service: ServiceName) -> Box<dyn Dialect> {
    match service {
        ServiceName::GitHub => Box::new(Simple::new(service, github::tools())),
        ServiceName::Gmail => Box::new(Simple::new(service, gmail::tools())),
        ServiceName::Notion => Box::new(Simple::new(service, notion::tools())),
        ServiceName::Salesforce => Box::new(Simple::new(service, salesforce::tools())),
        ServiceName::Slack => Box::new(Simple::new(service, slack::tools())),
    }
}

/// The simple dialect over a service of type `S`.
#[derive(Debug)]
pub(crate) struct Simple<S> {
    service: ServiceName,
    tools: Vec<tool::Tool<S>>,
    listed: Vec<Tool>,
}

impl<S> Simple<S> {
    pub(crate) fn new(service: ServiceName, tools: Vec<tool::Tool<S>>) -> Self {
        let listed = tools.iter().map(listed).collect();
        Self { service, tools, listed }
    }

    fn find(&self, name: &str) -> Option<&tool::Tool<S>> {
        self.tools.iter().find(|tool| tool.name == name || tool.aliases.contains(&name))
    }
}

impl<S: Part + std::fmt::Debug> Dialect for Simple<S> {
    fn name(&self) -> &'static str {
        NAME
    }

    fn provenance(&self) -> Provenance {
        Provenance::Own
    }

    fn info(&self) -> ServerInfo {
        let name = format!("mock-{}", self.service);
        let instructions = format!(
            "A fake of {} for tests, in the dialect `simple`. Nothing leaves this process.",
            self.service
        );
        ServerInfo::new(name, env!("CARGO_PKG_VERSION")).with_instructions(instructions)
    }

    fn tools(&self) -> &[Tool] {
        &self.listed
    }

    fn listed_name<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        self.find(name).map(|tool| tool.name)
    }

    fn call(&self, state: &mut State, name: &str, arguments: Option<Map<String, Value>>) -> Called {
        match self.attempt(state, name, arguments) {
            Ok(answer) => Called { reply: Ok(structured(&answer)), has_failed: false },
            Err(reply) => Called::failed(reply),
        }
    }

    fn refuse(&self, _tool: &str, error: &ApiError) -> Reply {
        Ok(refused(error))
    }
}

impl<S: Part> Simple<S> {
    /// What the tool has to say, or what the server answers instead.
    fn attempt(
        &self,
        state: &mut State,
        name: &str,
        arguments: Option<Map<String, Value>>,
    ) -> Result<Value, Reply> {
        let tool = self.find(name).ok_or_else(|| Err(self.unknown(name)))?;
        let arguments = Value::Object(arguments.unwrap_or_default());
        let violations = schema::violations(&tool.input, &arguments);
        if !violations.is_empty() {
            return Err(Ok(refused(&invalid(&violations))));
        }
        let Value::Object(arguments) = arguments else { return Ok(Value::Null) };
        let arguments = Arguments::new(arguments);
        let refuse = |error| Ok(refused(&error));
        state.admit(S::SERVICE, tool.name, &arguments).map_err(refuse)?;
        let mut past = state.as_searched(S::SERVICE, tool.name);
        let (service, env) = S::of(past.as_mut().unwrap_or(state));
        (tool.run)(service, env, &arguments).map_err(refuse)
    }
}

impl<S> Simple<S> {
    fn unknown(&self, name: &str) -> RpcError {
        let message = unknown_tool(name, self.service.as_str(), &self.listed);
        RpcError::new(code::INVALID_PARAMS, message)
    }
}

/// The shape of a refusal: text alone. Structured content has to fit the schema of the tool's answers,
/// and some clients check that of a failure as well.
fn refused(error: &ApiError) -> CallToolResult {
    CallToolResult::text(error.to_json().to_string()).into_error()
}

fn structured(answer: &Value) -> CallToolResult {
    CallToolResult::structured(answer).expect("a JSON value always encodes")
}

fn invalid(violations: &[schema::Violation]) -> ApiError {
    let lines: Vec<String> = violations.iter().map(ToString::to_string).collect();
    ApiError::new(400, "invalid_arguments", format!("arguments do not fit: {}", lines.join("; ")))
}

fn listed<S>(tool: &tool::Tool<S>) -> Tool {
    let raw = |schema: &Value| to_raw_value(schema).expect("a JSON value always encodes");
    let mut listed = Tool::new(tool.name, raw(&tool.input));
    listed.description = Some(tool.description.to_owned());
    listed.output_schema = Some(raw(&tool.output));
    listed.annotations = Some(annotations(tool.effect));
    listed
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
