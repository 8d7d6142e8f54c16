//! A tool, and what is known of it before it is called.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The name of the built-in server; configured servers cannot have it.
pub const LOCAL_SERVER: &str = "local";

/// `server/tool`, as workflow files write it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ToolRef {
    /// The name of the server in the configuration.
    pub server: String,
    /// The name of the tool on that server.
    pub tool: String,
}

impl ToolRef {
    /// Reads `server/tool`; a tool may have further slashes in its name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (server, tool) = text.split_once('/')?;
        let is_name = |part: &str| !part.is_empty() && !part.contains(char::is_whitespace);
        (is_name(server) && is_name(tool))
            .then(|| Self { server: server.to_owned(), tool: tool.to_owned() })
    }
}

/// What a call may do to the world, for the question whether it may be sent twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// A second call changes nothing more.
    Idempotent,
    /// Nothing changes.
    Read,
    /// Every call counts.
    Unsafe,
}

/// What is known of a tool before it is called.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolFacts {
    /// The JSON Schema of its arguments.
    pub input_schema: Option<Value>,
    /// What a call may do to the world.
    pub effect: Effect,
}

impl fmt::Display for ToolRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.server, self.tool)
    }
}
