//! Vendor dialects: the catalogues of other people's servers over the same state.
//!
//! Such a dialect is data and renderers. Names, arguments, types and required lists are the vendor's, in a
//! `tools.json`; descriptions are in our own words. How a server checks arguments, refuses and answers
//! are its [`Manners`], as they were recorded. A tool whose operation this world does not have is listed
//! all the same, and fails loudly when it is called.

mod github;
pub(crate) mod github_npm;
pub(crate) mod github_official;
pub(crate) mod gmail_npm;
pub(crate) mod notion_npm;
#[cfg(test)]
mod probes;
pub(crate) mod salesforce_tsmztech;
mod slack;
pub(crate) mod slack_npm;
pub(crate) mod slack_zencoder;
pub(crate) mod zod;

use std::fmt;

use mcp_core::jsonrpc::{RpcError, code};
use mcp_core::protocol::{CallToolResult, ProtocolVersion, ServerInfo, Tool};
use serde_json::{Map, Value, json};

use super::tool::Arguments;
use super::{Called, Dialect, Provenance, Reply, simple};
use crate::service::{ApiError, ServiceName};
use crate::world::{Env, Part, State};

/// All dialects of a service, by name, with the one that is no vendor's in front.
pub(super) fn names(service: ServiceName) -> &'static [&'static str] {
    match service {
        ServiceName::GitHub => &[simple::NAME, "npm-2025.4.8", "official"],
        ServiceName::Gmail => &[simple::NAME, "npm-1.1.11"],
        ServiceName::Notion => &[simple::NAME, "npm-2.5.2"],
        ServiceName::Salesforce => &[simple::NAME, "tsmztech-0.0.6"],
        ServiceName::Slack => &[simple::NAME, "npm-2025.4.25", "zencoder-0.0.1"],
    }
}

/// The vendor's dialect of that name.
pub(super) fn named(service: ServiceName, name: &str) -> Option<Box<dyn Dialect>> {
    match (service, name) {
        (ServiceName::GitHub, "npm-2025.4.8") => Some(github_npm::dialect()),
        (ServiceName::GitHub, "official") => Some(github_official::dialect()),
        (ServiceName::Gmail, "npm-1.1.11") => Some(gmail_npm::dialect()),
        (ServiceName::Notion, "npm-2.5.2") => Some(notion_npm::dialect()),
        (ServiceName::Salesforce, "tsmztech-0.0.6") => Some(salesforce_tsmztech::dialect()),
        (ServiceName::Slack, "npm-2025.4.25") => Some(slack_npm::dialect()),
        (ServiceName::Slack, "zencoder-0.0.1") => Some(slack_zencoder::dialect()),
        _ => None,
    }
}

/// The cases of the tutorial that a vendor's tools can play a part in. No server of GitHub publishes releases,
/// so none of them has case 8.
pub(super) fn cases(service: ServiceName, name: &str) -> &'static [u8] {
    match (service, name) {
        (ServiceName::GitHub, "npm-2025.4.8" | "official") => &[1, 2, 5, 6, 7],
        (ServiceName::Gmail, "npm-1.1.11") => &[1, 4, 5, 8, 10],
        (ServiceName::Notion, "npm-2.5.2") => &[1, 3, 4, 5, 8],
        (ServiceName::Salesforce, "tsmztech-0.0.6") => &[3, 5, 10],
        (ServiceName::Slack, "npm-2025.4.25" | "zencoder-0.0.1") => &[1, 2, 4, 5, 7, 8],
        _ => &[],
    }
}

/// What is known of a vendor's server.
#[derive(Debug)]
pub(crate) struct Facts {
    /// The name of the dialect, such as `npm-2025.4.8`.
    pub(crate) name: &'static str,
    /// Where the facts come from.
    pub(crate) provenance: Provenance,
    /// Name and version that the server gives itself; often not those of its package.
    pub(crate) server: (&'static str, &'static str),
    /// The newest revision that it speaks.
    pub(crate) revision: ProtocolVersion,
    /// Its capabilities.
    pub(crate) capabilities: &'static str,
    /// The `tools` of its `tools/list`, as a JSON list.
    pub(crate) tools: &'static str,
}

/// What a tool does to a service of type `S`.
pub(crate) type Operation<S> = fn(&mut S, &mut Env, &Arguments) -> Result<Answer, ApiError>;

/// What a tool has to say, before it takes the shape of its server's answers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Answer {
    /// The body of the vendor's API, or what the server makes of it.
    Json(Value),
    /// Words.
    Text(String),
    /// Words that tell of failures, from a server that takes them for an answer like any other.
    Failures(String),
}

/// How a server checks, answers and refuses.
pub(crate) trait Manners: fmt::Debug + Send + Sync {
    /// The answer to a call without arguments, from a server that looks at them before it looks the tool up.
    fn without_arguments(&self) -> Option<Reply> {
        None
    }

    /// The arguments that a tool gets, or what the server answers to bad ones.
    fn check(
        &self,
        tool: &Tool,
        arguments: Option<Map<String, Value>>,
    ) -> Result<Map<String, Value>, Reply>;

    /// The answer to a call of a tool that does not exist.
    fn unknown_tool(&self, name: &str) -> Reply;

    /// The answer when the vendor's API refused.
    fn refuse(&self, tool: &str, error: &ApiError) -> Reply;

    /// The answer when all went well.
    fn answer(&self, tool: &str, answer: &Answer) -> CallToolResult;
}

/// A vendor's dialect over a service of type `S`.
#[derive(Debug)]
pub(crate) struct Vendor<S: 'static, M> {
    facts: &'static Facts,
    manners: M,
    operations: &'static [(&'static str, Operation<S>)],
    listed: Vec<Tool>,
}

impl<S, M> Vendor<S, M> {
    /// The dialect of `facts`. `operations` holds the tools that this world can carry out.
    pub(crate) fn new(
        facts: &'static Facts,
        manners: M,
        operations: &'static [(&'static str, Operation<S>)],
    ) -> Self {
        let listed = serde_json::from_str(facts.tools).expect("a test reads every catalogue");
        Self { facts, manners, operations, listed }
    }

    fn operation(&self, name: &str) -> Option<Operation<S>> {
        let found = self.operations.iter().find(|(known, _)| *known == name);
        found.map(|(_, operation)| *operation)
    }
}

impl<S: Part, M: Manners> Vendor<S, M> {
    /// What the tool has to say, or what the server answers instead.
    fn attempt(
        &self,
        state: &mut State,
        name: &str,
        arguments: Option<Map<String, Value>>,
    ) -> Result<Answer, Reply> {
        if arguments.is_none()
            && let Some(reply) = self.manners.without_arguments()
        {
            return Err(reply);
        }
        let tool = self.listed.iter().find(|tool| tool.name == name);
        let tool = tool.ok_or_else(|| self.manners.unknown_tool(name))?;
        let arguments = Arguments::new(self.manners.check(tool, arguments)?);
        let operation = self.operation(name).ok_or_else(|| Err(not_backed(name, self.facts)))?;
        let refused = |error| self.manners.refuse(name, &error);
        state.admit(S::SERVICE, name, &arguments).map_err(refused)?;
        let mut past = state.as_searched(S::SERVICE, name);
        let (service, env) = S::of(past.as_mut().unwrap_or(state));
        operation(service, env, &arguments).map_err(refused)
    }
}

impl<S: Part + fmt::Debug, M: Manners> Dialect for Vendor<S, M> {
    fn name(&self) -> &'static str {
        self.facts.name
    }

    fn provenance(&self) -> Provenance {
        self.facts.provenance
    }

    fn info(&self) -> ServerInfo {
        let (name, version) = self.facts.server;
        let mut info = ServerInfo::new(name, version);
        info.capabilities =
            serde_json::from_str(self.facts.capabilities).expect("a test reads every catalogue");
        info
    }

    fn versions(&self) -> Vec<ProtocolVersion> {
        let newest = self.facts.revision;
        ProtocolVersion::ALL.into_iter().filter(|version| *version <= newest).collect()
    }

    fn tools(&self) -> &[Tool] {
        &self.listed
    }

    fn is_backed(&self, tool: &str) -> bool {
        self.operation(tool).is_some()
    }

    fn listed_name<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        self.listed.iter().map(|tool| tool.name.as_str()).find(|listed| *listed == name)
    }

    fn call(&self, state: &mut State, name: &str, arguments: Option<Map<String, Value>>) -> Called {
        match self.attempt(state, name, arguments) {
            Ok(answer) => {
                let reply = Ok(self.manners.answer(name, &answer));
                Called { reply, has_failed: matches!(answer, Answer::Failures(_)) }
            }
            Err(reply) => Called::failed(reply),
        }
    }

    fn refuse(&self, tool: &str, error: &ApiError) -> Reply {
        self.manners.refuse(tool, error)
    }
}

/// No vendor answers like this, so that a test which needs the tool does not pass by accident.
fn not_backed(tool: &str, facts: &Facts) -> RpcError {
    let message = format!(
        "mcp-mock lists `{tool}` in dialect `{}` and cannot carry it out; \
         `mcp-mock list` shows what it can, and a rule can answer in its place",
        facts.name
    );
    RpcError::new(code::INTERNAL_ERROR, message).with_data(json!({ "mock": "not backed" }))
}

/// One text block.
pub(crate) fn text(text: impl Into<String>) -> CallToolResult {
    CallToolResult::text(text)
}

/// JSON indented by two spaces, as `JSON.stringify(value, null, 2)` writes it.
pub(crate) fn indented(value: &Value) -> String {
    serde_json::to_string_pretty(value).expect("a JSON value always encodes")
}

#[cfg(test)]
mod tests {
    use super::probes::shown;
    use super::*;

    #[track_caller]
    fn check(dialect: &dyn Dialect, expected: &str) {
        let reply = dialect.call(&mut State::empty(1), "nope", None).reply;

        let answer = shown(&reply).to_string();
        assert!(answer.contains(expected), "`{}` answered {answer}", dialect.name());
    }

    #[test]
    fn missing_arguments_come_before_an_unknown_tool_where_the_server_looks_at_them_first() {
        check(&*github_npm::dialect(), "Arguments are required");
        check(&*salesforce_tsmztech::dialect(), "Error: Arguments are required");
        check(&*slack_npm::dialect(), "No arguments provided");
    }

    #[test]
    fn unknown_tool_comes_before_missing_arguments_everywhere_else() {
        check(&*github_official::dialect(), "unknown tool");
        check(&*gmail_npm::dialect(), "Unknown tool: nope");
        check(&*notion_npm::dialect(), "Method nope not found");
        check(&*slack_zencoder::dialect(), "Tool nope not found");
    }
}
