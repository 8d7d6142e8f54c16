//! Dialects: which tools a service shows and in which shape it answers.

pub(crate) mod schema;
pub(crate) mod simple;
pub(crate) mod tool;

use std::fmt;

use mcp_core::jsonrpc::RpcError;
use mcp_core::protocol::{CallToolResult, ServerInfo, Tool};
use mcp_core::schema::nearest_name;
use serde_json::{Map, Value};

use crate::service::ServiceName;
use crate::world::State;

/// A catalogue of tools over one service, and the shape of its answers.
pub(crate) trait Dialect: fmt::Debug + Send + Sync {
    /// The name, as people choose it.
    fn name(&self) -> &'static str;

    /// Whose catalogue it is: `own` of this project, or taken from a vendor's.
    fn provenance(&self) -> &'static str;

    /// Who the server says it is.
    fn info(&self) -> ServerInfo;

    /// What `tools/list` shows.
    fn tools(&self) -> &[Tool];

    /// The listed name of a tool that may be called by another name.
    fn listed_name<'a>(&'a self, name: &'a str) -> Option<&'a str>;

    /// Calls a tool.
    fn call(
        &self,
        state: &mut State,
        name: &str,
        arguments: Map<String, Value>,
    ) -> Result<CallToolResult, RpcError>;
}

/// That a server has no such tool, with the nearest one that it has.
pub(crate) fn unknown_tool(name: &str, server: &str, tools: &[Tool]) -> String {
    let hint = match nearest_name(name, tools.iter().map(|tool| tool.name.as_str())) {
        Some(near) => format!(" (did you mean `{near}`?)"),
        None => String::new(),
    };
    format!("tool `{name}` is unknown on server `{server}`{hint}")
}

/// The dialect that a service speaks unless told otherwise.
pub(crate) fn default_of(service: ServiceName) -> Box<dyn Dialect> {
    use simple::{Simple, github, gmail, notion, salesforce, slack};
    match service {
        ServiceName::GitHub => Box::new(Simple::new(service, github::tools())),
        ServiceName::Gmail => Box::new(Simple::new(service, gmail::tools())),
        ServiceName::Notion => Box::new(Simple::new(service, notion::tools())),
        ServiceName::Salesforce => Box::new(Simple::new(service, salesforce::tools())),
        ServiceName::Slack => Box::new(Simple::new(service, slack::tools())),
    }
}
