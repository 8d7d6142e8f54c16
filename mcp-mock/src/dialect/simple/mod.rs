//! The `simple` dialect: this project's own clean catalogue over the five services.
//!
//! Answers are structured content with the same JSON as text; refusals are results marked as error, with a
//! JSON body `{"error":{"status","code","message"}}`.

mod github;
mod gmail;
mod notion;
mod salesforce;
mod slack;
#[cfg(test)]
mod tests;

use mcp_core::jsonrpc::{RpcError, code};
use mcp_core::protocol::{CallToolResult, ProtocolVersion, ServerInfo, Tool as Listed};
use mcp_core::schema;
use serde_json::{Map, Value};

use super::{
    Answer, Catalog, CatalogTool, Dialect, Provenance, Reply, ServerBehavior, ServerFacts,
    unknown_tool,
};
use crate::service::{ApiError, ServiceName};
use crate::world::ServiceState;

/// The name of the dialect.
pub const SIMPLE: &str = "simple";

/// The simple dialect of a service.
#[must_use]
pub fn simple(service: ServiceName) -> Box<dyn Dialect> {
    match service {
        ServiceName::GitHub => catalog(github::tools()),
        ServiceName::Gmail => catalog(gmail::tools()),
        ServiceName::Notion => catalog(notion::tools()),
        ServiceName::Salesforce => catalog(salesforce::tools()),
        ServiceName::Slack => catalog(slack::tools()),
    }
}

fn catalog<S: ServiceState>(tools: Vec<impl Into<CatalogTool<S>>>) -> Box<dyn Dialect> {
    let service = S::SERVICE;
    let name = format!("mock-{service}");
    let instructions = format!(
        "A fake of {service} for tests, in the dialect `simple`. Nothing leaves this process."
    );
    let info = ServerInfo::new(name, env!("CARGO_PKG_VERSION")).with_instructions(instructions);
    let facts = ServerFacts {
        name: SIMPLE,
        provenance: Provenance::Own,
        cases: &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
        info,
        versions: ProtocolVersion::ALL.to_vec(),
    };
    let tools = tools.into_iter().map(Into::into).collect();
    Box::new(Catalog::new(facts, Simple(service), tools))
}

/// How the dialect checks, refuses and answers.
#[derive(Debug)]
struct Simple(ServiceName);

impl ServerBehavior for Simple {
    fn unknown_tool(&self, name: &str, tools: &[Listed]) -> Reply {
        let message = unknown_tool(name, self.0.as_str(), tools);
        Err(RpcError::new(code::INVALID_PARAMS, message))
    }

    fn check(
        &self,
        _: &str,
        schema: &Value,
        arguments: Option<Map<String, Value>>,
    ) -> Result<Map<String, Value>, Reply> {
        let arguments = Value::Object(arguments.unwrap_or_default());
        let violations = schema::violations(schema, &arguments);
        match arguments {
            Value::Object(arguments) if violations.is_empty() => Ok(arguments),
            _ => Err(Ok(refused(&invalid(&violations)))),
        }
    }

    fn refuse(&self, _: &str, error: &ApiError) -> Reply {
        Ok(refused(error))
    }

    fn answer(&self, _: &str, answer: &Answer) -> CallToolResult {
        match answer {
            Answer::Json(answer) => {
                CallToolResult::structured(answer).expect("a JSON value always encodes")
            }
            Answer::Blocks(blocks) => CallToolResult::blocks(blocks.clone()),
            Answer::Text(words) | Answer::Failures(words) => CallToolResult::text(words),
        }
    }
}

/// The shape of a refusal: text alone. Structured content has to fit the schema of the tool's answers,
/// and some clients check that of a failure as well.
fn refused(error: &ApiError) -> CallToolResult {
    CallToolResult::text(error.to_json().to_string()).into_error()
}

fn invalid(violations: &[schema::Violation]) -> ApiError {
    let lines: Vec<String> = violations.iter().map(ToString::to_string).collect();
    ApiError::new(400, "invalid_arguments", format!("arguments do not fit: {}", lines.join("; ")))
}
