//! Dialects: which tools a service shows and in which shape it answers.

pub(crate) mod schema;
pub(crate) mod simple;
pub(crate) mod tool;
#[cfg(feature = "dialects")]
pub(crate) mod vendor;
#[cfg(not(feature = "dialects"))]
#[path = "no_vendor.rs"]
mod vendor;

use std::fmt;

use mcp_core::jsonrpc::RpcError;
use mcp_core::protocol::{CallToolResult, ProtocolVersion, ServerInfo, Tool};
use mcp_core::schema::nearest_name;
use serde_json::{Map, Value};

use crate::service::{ApiError, ServiceName};
use crate::world::State;

/// A catalogue of tools over one service, and the shape of its answers.
pub(crate) trait Dialect: fmt::Debug + Send + Sync {
    /// The name, as people choose it.
    fn name(&self) -> &'static str;

    /// Whose catalogue it is, and how it is known.
    fn provenance(&self) -> Provenance;

    /// Who the server says it is.
    fn info(&self) -> ServerInfo;

    /// The revisions that the server speaks.
    fn versions(&self) -> Vec<ProtocolVersion> {
        ProtocolVersion::ALL.to_vec()
    }

    /// What `tools/list` shows.
    fn tools(&self) -> &[Tool];

    /// The listed name of a tool that may be called by another name.
    fn listed_name<'a>(&'a self, name: &'a str) -> Option<&'a str>;

    /// Whether a tool does something to the state; others are listed and fail when called.
    fn is_backed(&self, tool: &str) -> bool {
        self.listed_name(tool).is_some()
    }

    /// Calls a tool. Servers tell missing arguments from none.
    fn call(&self, state: &mut State, name: &str, arguments: Option<Map<String, Value>>) -> Called;

    /// What the server answers when the vendor's API refuses.
    fn refuse(&self, tool: &str, error: &ApiError) -> Reply;
}

/// What goes back for a call: servers differ in what they take for a JSON-RPC error.
pub(crate) type Reply = Result<CallToolResult, RpcError>;

/// What became of a call.
#[derive(Debug)]
pub(crate) struct Called {
    pub(crate) reply: Reply,
    /// Whether the call failed, which not every reply shows.
    pub(crate) has_failed: bool,
}

impl Called {
    pub(crate) fn failed(reply: Reply) -> Self {
        Self { reply, has_failed: true }
    }
}

/// How much the facts of a dialect are worth.
#[cfg_attr(
    not(feature = "dialects"),
    expect(dead_code, reason = "only vendors' dialects are recorded or documented")
)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Provenance {
    /// Written by this project.
    Own,
    /// Recorded from the running server.
    Recorded {
        /// The package, its version and licence.
        source: &'static str,
        /// When.
        date: &'static str,
    },
    /// Taken from the vendor's documents or source; the server was not run.
    Documented {
        /// What was read.
        source: &'static str,
        /// When.
        date: &'static str,
    },
}

impl fmt::Display for Provenance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Own => f.write_str("own"),
            Self::Recorded { source, date } => write!(f, "recorded from {source}, {date}"),
            Self::Documented { source, date } => write!(f, "documented by {source}, {date}"),
        }
    }
}

/// That a server has no such tool, with the nearest one that it has.
pub(crate) fn unknown_tool(name: &str, server: &str, tools: &[Tool]) -> String {
    let hint = match nearest_name(name, tools.iter().map(|tool| tool.name.as_str())) {
        Some(near) => format!(" (did you mean `{near}`?)"),
        None => String::new(),
    };
    format!("tool `{name}` is unknown on server `{server}`{hint}")
}

/// The dialects of a service, by name. The first is the one that it speaks unless told otherwise.
pub(crate) fn names(service: ServiceName) -> &'static [&'static str] {
    vendor::names(service)
}

/// The dialect of that name.
pub(crate) fn named(service: ServiceName, name: &str) -> Option<Box<dyn Dialect>> {
    match name {
        simple::NAME => Some(simple::of(service)),
        name => vendor::named(service, name),
    }
}

/// The cases of the tutorial, by number, in which the service takes part and the tools of the dialect can
/// play that part.
pub(crate) fn cases(service: ServiceName, name: &str) -> &'static [u8] {
    match name {
        simple::NAME => &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
        name => vendor::cases(service, name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dialect_plays_a_part_in_some_case() {
        for service in ServiceName::ALL {
            for name in names(service) {
                let cases = cases(service, name);

                assert!(!cases.is_empty() && cases.is_sorted(), "{service} {name}: {cases:?}");
                assert!(cases.iter().all(|case| (1..=10).contains(case)), "{service} {name}");
            }
        }
    }
}
