//! Fake servers over HTTP: on real sockets, spoken to byte by byte.

#[cfg(unix)]
mod binary;
#[cfg(unix)]
mod control;
mod faults;
mod limits;
mod raw;
mod servers;
#[cfg(feature = "tls")]
mod tls;

use serde_json::{Value, json};

/// A modern call of a tool: the headers that repeat parts of it, and the body.
fn call(tool: &str, arguments: &Value) -> (Vec<(&'static str, String)>, String) {
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let params = json!({ "name": tool, "arguments": arguments, "_meta": meta });
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params });
    let headers = vec![
        ("mcp-protocol-version", "2026-07-28".to_owned()),
        ("mcp-method", "tools/call".to_owned()),
        ("mcp-name", tool.to_owned()),
    ];
    (headers, body.to_string())
}

/// The beginning of a legacy session.
fn initialize() -> String {
    let params = json!({
        "protocolVersion": "2025-11-25", "capabilities": {},
        "clientInfo": { "name": "test", "version": "1" },
    });
    json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params }).to_string()
}
