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
    /// The least severe log message that the client of a modern request wants.
    pub const LOG_LEVEL: &str = "io.modelcontextprotocol/logLevel";
    /// The `subscriptions/listen` request that a modern notification belongs to.
    pub const SUBSCRIPTION_ID: &str = "io.modelcontextprotocol/subscriptionId";
    /// The tasks extension, among the extensions of either side's capabilities.
    pub const TASKS_EXTENSION: &str = "io.modelcontextprotocol/tasks";
    /// Which trace a request belongs to (W3C Trace Context); without a prefix by exception.
    pub const TRACEPARENT: &str = "traceparent";
    /// What vendors add to the trace (W3C Trace Context).
    pub const TRACESTATE: &str = "tracestate";
    /// What travels with the trace (W3C Baggage).
    pub const BAGGAGE: &str = "baggage";
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
    /// The least severe log message that the client wants; none at all when it does not say.
    #[serde(rename = "io.modelcontextprotocol/logLevel")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_level: Option<String>,
    /// What progress notifications for this request carry: a string or a number.
    #[serde(rename = "progressToken", default, skip_serializing_if = "Option::is_none")]
    pub progress_token: Option<Value>,
}
