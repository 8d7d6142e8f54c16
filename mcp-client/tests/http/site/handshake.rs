//! How the servers of both eras begin.

use serde_json::{Value, json};

use super::{Reply, Seen};

pub(crate) fn modern_handshake(seen: &Seen) -> Option<Reply> {
    let result = json!({
        "resultType": "complete", "supportedVersions": ["2026-07-28"], "capabilities": { "tools": {} },
        "ttlMs": 0, "cacheScope": "private",
    });
    match seen.what() {
        "server/discover" => Some(Reply::json(200, &seen.result(result))),
        // Asked for once, before the first call: a tool may want arguments repeated in headers.
        "tools/list" => Some(Reply::json(200, &seen.result(tool_list()))),
        _ => None,
    }
}

fn tool_list() -> Value {
    let schema = json!({ "type": "object", "properties": {
        "region": { "type": "string", "x-mcp-header": "Region" },
    }});
    json!({
        "resultType": "complete", "tools": [{ "name": "t", "inputSchema": schema }],
        "ttlMs": 600_000, "cacheScope": "private",
    })
}

pub(crate) fn legacy_handshake(seen: &Seen) -> Option<Reply> {
    Some(match seen.what() {
        "server/discover" => Reply::status(400),
        "initialize" => initialized(seen, "s-1"),
        "notifications/initialized" | "notifications/cancelled" => Reply::status(202),
        "DELETE" => Reply::status(200),
        _ => return None,
    })
}

pub(crate) fn initialized(seen: &Seen, session: &str) -> Reply {
    let result = json!({
        "protocolVersion": "2025-11-25", "capabilities": { "tools": {} },
        "serverInfo": { "name": "old", "version": "1" },
    });
    Reply::json(200, &seen.result(result)).header("Mcp-Session-Id", session)
}
