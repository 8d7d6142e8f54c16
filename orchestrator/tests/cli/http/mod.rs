//! Servers behind URLs, over real HTTP on ports of this machine.

mod calls;
mod fake;
mod login;
mod servers;

use serde_json::{Value, json};

use crate::harness::Folder;

/// A folder whose `.mcp.json` has these servers.
fn configured(servers: &Value) -> Folder {
    Folder::new().with(".mcp.json", &json!({ "mcpServers": servers }).to_string())
}
