//! Vendor dialects: the catalogues of other people's servers over the same state.
//!
//! Such a dialect is data and renderers. Names, arguments, types and required lists are the vendor's, in a
//! `tools.json`; descriptions are in our own words. How a server checks arguments, refuses and answers
//! are its [`ServerBehavior`], as they were recorded. A tool whose operation this world does not have is listed
//! all the same, and fails loudly when it is called.

mod github;
mod github_npm;
mod github_official;
mod gmail_npm;
mod notion_npm;
mod salesforce_tsmztech;
mod slack;
mod slack_npm;
mod slack_zencoder;
#[cfg(test)]
mod tests;
mod zod;

use mcp_core::protocol::{CallToolResult, ProtocolVersion, ServerInfo, Tool};
use mcp_mock::dialect::{
    Answer, Catalog, CatalogTool, Dialect, Operation, Provenance, ServerBehavior, ServerFacts,
    simple,
};
use mcp_mock::service::ServiceName;
use mcp_mock::world::ServiceState;
use serde_json::Value;

#[cfg(test)]
use self::tests::probes;

/// The dialects of a service, by name. The first is `simple`, which is no published server's.
#[must_use]
pub fn names(service: ServiceName) -> Vec<&'static str> {
    all(service).iter().map(|dialect| dialect.name()).collect()
}

/// The dialect of that name; [`names`] says which there are.
#[must_use]
pub fn named(service: ServiceName, name: &str) -> Option<Box<dyn Dialect>> {
    all(service).into_iter().find(|dialect| dialect.name() == name)
}

/// All dialects of a service, `simple` first.
#[must_use]
pub fn all(service: ServiceName) -> Vec<Box<dyn Dialect>> {
    let recorded: &[fn() -> Box<dyn Dialect>] = match service {
        ServiceName::GitHub => &[github_npm::dialect, github_official::dialect],
        ServiceName::Gmail => &[gmail_npm::dialect],
        ServiceName::Notion => &[notion_npm::dialect],
        ServiceName::Salesforce => &[salesforce_tsmztech::dialect],
        ServiceName::Slack => &[slack_npm::dialect, slack_zencoder::dialect],
        _ => &[],
    };
    std::iter::once(simple(service)).chain(recorded.iter().map(|dialect| dialect())).collect()
}

/// What is known of a published server.
#[derive(Debug)]
pub(crate) struct Facts {
    /// The name of the dialect, such as `npm-2025.4.8`.
    pub(crate) name: &'static str,
    /// Where the facts come from.
    pub(crate) provenance: Provenance,
    /// The tutorial's cases whose part the tools can play. No server of GitHub publishes releases, so none
    /// of them has case 8.
    pub(crate) cases: &'static [u8],
    /// Name and version that the server gives itself; often not those of its package.
    pub(crate) server: (&'static str, &'static str),
    /// The newest revision that it speaks.
    pub(crate) revision: ProtocolVersion,
    /// Its capabilities.
    pub(crate) capabilities: &'static str,
    /// The `tools` of its `tools/list`, as a JSON array.
    pub(crate) tools: &'static str,
}

impl Facts {
    /// The dialect of these facts. `operations` holds the tools that this world can carry out.
    pub(crate) fn dialect<S: ServiceState>(
        &self,
        behavior: impl ServerBehavior + 'static,
        operations: &[(&'static str, Operation<S>)],
    ) -> Box<dyn Dialect> {
        let listed: Vec<Tool> =
            serde_json::from_str(self.tools).expect("a test reads every catalogue");
        let tool = |listed: Tool| {
            let found = operations.iter().find(|(name, _)| *name == listed.name);
            let operation = found.map(|(_, run)| *run);
            CatalogTool::recorded(listed, operation)
        };
        let tools = listed.into_iter().map(tool).collect();
        Box::new(Catalog::new(self.server_facts(), behavior, tools))
    }

    fn server_facts(&self) -> ServerFacts {
        let (name, version) = self.server;
        let mut info = ServerInfo::new(name, version);
        info.capabilities =
            serde_json::from_str(self.capabilities).expect("a test reads every catalogue");
        let is_spoken = |version: &ProtocolVersion| *version <= self.revision;
        ServerFacts {
            name: self.name,
            provenance: self.provenance,
            cases: self.cases,
            info,
            versions: ProtocolVersion::ALL.into_iter().filter(is_spoken).collect(),
        }
    }
}

/// One text block.
pub(crate) fn text(text: impl Into<String>) -> CallToolResult {
    CallToolResult::text(text)
}

/// JSON indented by two spaces, as `JSON.stringify(value, null, 2)` writes it.
pub(crate) fn indented(value: &Value) -> String {
    serde_json::to_string_pretty(value).expect("a JSON value always encodes")
}
