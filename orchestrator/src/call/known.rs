//! What is known of servers and their tools before anything is called.

use super::failure::FailureKind;
use super::tool::{ToolFacts, ToolRef};

/// What is known of servers and their tools before anything is called.
///
/// Whatever calls tools says it of its servers, and a workflow is checked against it. Without an answer
/// of its own, an implementation knows nothing of servers, and of tools only their facts.
pub trait KnownTools {
    /// The names of all servers; `None` when any name may be one.
    fn servers(&self) -> Option<Vec<String>> {
        None
    }

    /// Which tools a server has.
    fn tools_of(&self, _server: &str) -> ServerTools {
        ServerTools::Unknown
    }

    /// What is known of a tool; `None` when its server does not list it.
    fn facts(&self, tool: &ToolRef) -> Option<ToolFacts>;
}

const _: Option<&dyn KnownTools> = None;

/// Which tools a server has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServerTools {
    /// These, and no others.
    All(Vec<String>),
    /// These are listed; others may exist.
    Listed(Vec<String>),
    /// The server is unreachable.
    Unavailable {
        /// The reason, as a fragment.
        reason: String,
        /// The kind of failure.
        kind: FailureKind,
    },
    /// The server was not asked.
    Unknown,
}

/// Nothing is known: every server and every tool may exist.
#[derive(Debug, Clone, Copy, Default)]
pub struct NothingKnown;

impl KnownTools for NothingKnown {
    fn facts(&self, _tool: &ToolRef) -> Option<ToolFacts> {
        None
    }
}
