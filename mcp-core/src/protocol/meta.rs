//! The `_meta` of requests.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Reserved keys of `_meta` (specification 2026-07-28, "_meta").
pub mod key {
    /// The revision that a modern request is written in.
    pub const PROTOCOL_VERSION: &str = "io.modelcontextprotocol/protocolVersion";
    /// What the client of a modern request can do.
    pub const CLIENT_CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";
    /// Who the client of a modern request is; for display only.
    pub const CLIENT_INFO: &str = "io.modelcontextprotocol/clientInfo";
    /// Who the server of a modern result is; for display only.
    pub const SERVER_INFO: &str = "io.modelcontextprotocol/serverInfo";
}

/// The members of a request's `_meta` that this crate reads.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RequestMeta {
    /// The revision; present in every modern request.
    #[serde(rename = "io.modelcontextprotocol/protocolVersion")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol_version: Option<String>,
    /// The capabilities; present in every modern request.
    #[serde(rename = "io.modelcontextprotocol/clientCapabilities")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_capabilities: Option<Value>,
    /// Name and version of the client.
    #[serde(rename = "io.modelcontextprotocol/clientInfo")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_info: Option<Value>,
    /// What progress notifications for this request carry: a text or a number.
    #[serde(rename = "progressToken", default, skip_serializing_if = "Option::is_none")]
    pub progress_token: Option<Value>,
}
