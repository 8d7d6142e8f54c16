//! How a server is doing.

use std::time::Duration;

use mcp_core::protocol::ProtocolVersion;

use crate::call::FailureKind;

/// How a server is doing.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ServerStatus {
    /// The name in the configuration.
    pub name: String,
    /// The address of a server behind a URL, without its query.
    pub address: Option<String>,
    /// Whether it is connected.
    pub state: ServerState,
    /// How long the last start took, handshake and list of tools included.
    pub took: Option<Duration>,
}

/// Whether a server is connected.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ServerState {
    /// There is a connection, and a list of tools.
    Connected {
        /// The revision of the protocol that it speaks.
        version: ProtocolVersion,
        /// The name and version that it gives itself; for display only.
        title: String,
        /// How many tools it lists.
        tools: usize,
        /// The tools that were left out of its list, with the reasons.
        rejected: Vec<String>,
    },
    /// The last start failed, or the connection ended.
    Failed {
        /// What went wrong, with the last lines that it wrote to stderr.
        reason: String,
        /// The kind of failure.
        kind: FailureKind,
    },
    /// It was not used yet.
    Idle,
}
