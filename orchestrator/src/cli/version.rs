//! `orchestrator version`.

use mcp_core::protocol::ProtocolVersion;
use serde_json::json;

use super::console::Console;
use super::error::CommandError;

const VERSION: &str = env!("CARGO_PKG_VERSION");

pub(super) fn version(console: &mut Console<'_>) -> Result<(), CommandError> {
    let revisions = ProtocolVersion::ALL.map(ProtocolVersion::as_str);
    if console.is_json {
        return console.document(&json!({
            "schema_version": 1,
            "version": VERSION,
            "protocol_versions": revisions,
        }));
    }
    let text = format!("orchestrator {VERSION}\nMCP revisions: {}", revisions.join(", "));
    console.print(&text);
    Ok(())
}
