//! What is known of a server's tools before one is called.

use mcp_core::protocol::Tool;

use crate::call::{Effect, ToolFacts};

/// The facts of a tool. Hints of a server are taken only if it is trusted: they could be wrong, and a
/// call that was sent twice cannot be taken back.
pub(super) fn facts(tool: &Tool, trust_hints: bool) -> ToolFacts {
    ToolFacts {
        input_schema: serde_json::from_str(tool.input_schema.get()).ok(),
        effect: effect(tool, trust_hints),
    }
}

fn effect(tool: &Tool, trust_hints: bool) -> Effect {
    match &tool.annotations {
        Some(hints) if trust_hints && hints.is_read_only() => Effect::Read,
        Some(hints) if trust_hints && hints.is_idempotent() => Effect::Idempotent,
        _ => Effect::Unsafe,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn tool(annotations: &serde_json::Value) -> Tool {
        let tool = json!({ "name": "t", "inputSchema": {}, "annotations": annotations });
        serde_json::from_str(&tool.to_string()).unwrap()
    }

    #[test]
    fn hints_count_only_when_the_server_is_trusted() {
        let cases = [
            (json!({ "readOnlyHint": true }), true, Effect::Read),
            (json!({ "readOnlyHint": true }), false, Effect::Unsafe),
            (json!({ "idempotentHint": true }), true, Effect::Idempotent),
            (json!({ "readOnlyHint": false }), true, Effect::Unsafe),
            (json!(null), true, Effect::Unsafe),
        ];

        for (annotations, trusted, expected) in cases {
            assert_eq!(effect(&tool(&annotations), trusted), expected, "{annotations}");
        }
    }
}
