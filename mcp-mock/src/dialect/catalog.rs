//! A catalogue of tools over one service.

use mcp_core::jsonrpc::{RpcError, code};
use mcp_core::protocol::{ProtocolVersion, ServerInfo, Tool};
use serde_json::{Map, Value, json};

use super::call::{Call, Operation};
use super::tool::CatalogTool;
use super::{Answer, Called, Dialect, Provenance, Refusal, Reply, ServerBehavior};
use crate::service::{ApiError, ServiceName};
use crate::world::{ServiceState, State};

/// What is known of a server besides its tools.
#[derive(Debug, Clone)]
pub struct ServerFacts {
    /// The name of the dialect, such as `npm-2025.4.8`.
    pub name: &'static str,
    /// Where the facts come from.
    pub provenance: Provenance,
    /// The tutorial's cases whose part the tools can play.
    pub cases: &'static [u8],
    /// Name, version and capabilities that the server gives itself; often not those of its package.
    pub info: ServerInfo,
    /// The revisions that the server speaks.
    pub versions: Vec<ProtocolVersion>,
}

/// The dialect of a server with the behaviour `B` over a service of type `S`.
#[derive(Debug)]
pub struct Catalog<S, B> {
    facts: ServerFacts,
    behavior: B,
    /// As `tools/list` shows them; entries are in the same order.
    listed: Vec<Tool>,
    entries: Vec<Entry<S>>,
}

#[derive(Debug)]
struct Entry<S> {
    name: String,
    aliases: &'static [&'static str],
    schema: Value,
    operation: Option<Operation<S>>,
}

impl<S: ServiceState, B: ServerBehavior> Catalog<S, B> {
    /// A catalogue of these tools, listed in their order.
    #[must_use]
    pub fn new(facts: ServerFacts, behavior: B, tools: Vec<CatalogTool<S>>) -> Self {
        let (listed, entries) = tools.into_iter().map(Entry::split).unzip();
        Self { facts, behavior, listed, entries }
    }

    fn find(&self, name: &str) -> Option<&Entry<S>> {
        self.entries.iter().find(|entry| entry.name == name || entry.aliases.contains(&name))
    }

    /// Finds the tool, checks the arguments, runs the operation. An error is what the server answers instead.
    fn attempt(
        &self,
        state: &mut State,
        name: &str,
        arguments: Option<Map<String, Value>>,
    ) -> Result<Answer, Reply> {
        if arguments.is_none()
            && let Some(reply) = self.behavior.without_arguments()
        {
            return Err(reply);
        }
        let unknown = || self.behavior.unknown_tool(name, &self.listed);
        let entry = self.find(name).ok_or_else(unknown)?;
        let arguments = self.behavior.check(&entry.name, &entry.schema, arguments)?;
        let Some(operation) = entry.operation else {
            let message = format!(
                "mcp-mock lists `{name}` in dialect `{}` and cannot carry it out; `mcp-mock list` shows \
                 what it can, and a rule can answer in its place",
                self.facts.name
            );
            return Err(Err(not_modelled(&message)));
        };
        let (service, api) = S::open(state);
        let answered = operation(Call { service, api, arguments });
        answered.map_err(|refusal| self.refusal(&entry.name, &refusal))
    }

    fn refusal(&self, tool: &str, refusal: &Refusal) -> Reply {
        match refusal {
            Refusal::Api(error) => self.behavior.refuse(tool, error),
            Refusal::Server(words) => self.behavior.refuse_in_words(tool, words),
            Refusal::Uncaught(words) => Err(self.behavior.uncaught(words)),
            Refusal::NotModelled(message) => Err(not_modelled(message)),
        }
    }
}

impl<S: ServiceState, B: ServerBehavior> Dialect for Catalog<S, B> {
    fn service(&self) -> ServiceName {
        S::SERVICE
    }

    fn name(&self) -> &'static str {
        self.facts.name
    }

    fn provenance(&self) -> Provenance {
        self.facts.provenance
    }

    fn cases(&self) -> &'static [u8] {
        self.facts.cases
    }

    fn info(&self) -> ServerInfo {
        self.facts.info.clone()
    }

    fn versions(&self) -> Vec<ProtocolVersion> {
        self.facts.versions.clone()
    }

    fn tools(&self) -> &[Tool] {
        &self.listed
    }

    fn listed_name<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        self.find(name).map(|entry| entry.name.as_str())
    }

    fn is_backed(&self, tool: &str) -> bool {
        self.find(tool).is_some_and(|entry| entry.operation.is_some())
    }

    fn call(&self, state: &mut State, name: &str, arguments: Option<Map<String, Value>>) -> Called {
        match self.attempt(state, name, arguments) {
            Ok(answer) => {
                let reply = Ok(self.behavior.answer(name, &answer));
                Called { reply, has_failed: matches!(answer, Answer::Failures(_)) }
            }
            Err(reply) => Called::failed(reply),
        }
    }

    fn refuse(&self, tool: &str, error: &ApiError) -> Reply {
        self.behavior.refuse(tool, error)
    }
}

impl<S> Entry<S> {
    fn split(tool: CatalogTool<S>) -> (Tool, Self) {
        let CatalogTool { listed, aliases, operation } = tool;
        let schema = serde_json::from_str(listed.input_schema.get()).unwrap_or_default();
        let entry = Self { name: listed.name.clone(), aliases, schema, operation };
        (listed, entry)
    }
}

fn not_modelled(message: &str) -> RpcError {
    RpcError::new(code::INTERNAL_ERROR, message).with_data(json!({ "mock": "not backed" }))
}
