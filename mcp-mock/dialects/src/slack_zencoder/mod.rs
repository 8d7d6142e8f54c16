//! Slack as `@zencoderai/slack-mcp-server` 0.0.1 shows it.
//!
//! Built on the SDK's own checks: bad arguments and unknown tools are JSON-RPC errors. What Slack refuses
//! is a result all the same.

use mcp_core::jsonrpc::{RpcError, code};
use mcp_core::protocol::{CallToolResult, ProtocolVersion, Tool};
use serde_json::{Map, Value};

use super::slack::{compact_answer, refused, tools};
use super::{Answer, Facts, Operation, ServerBehavior, zod};
use mcp_mock::dialect::{Dialect, Provenance, Reply};
use mcp_mock::service::ApiError;
use mcp_mock::service::slack::Slack;

const FACTS: Facts = Facts {
    name: "zencoder-0.0.1",
    provenance: Provenance::Recorded {
        source: "@zencoderai/slack-mcp-server 0.0.1 (MIT)",
        date: "2026-11-22",
    },
    cases: &[1, 2, 4, 5, 7, 8],
    server: ("Slack MCP Server", "1.0.0"),
    revision: ProtocolVersion::V2025_06_18,
    capabilities: r#"{ "tools": { "listChanged": true } }"#,
    tools: include_str!("tools.json"),
};

const OPERATIONS: &[(&str, Operation<Slack>)] = &[
    ("slack_list_channels", tools::list_own_channels),
    ("slack_post_message", tools::post_message),
    ("slack_reply_to_thread", tools::reply_to_thread),
    ("slack_add_reaction", tools::add_reaction),
    ("slack_get_channel_history", tools::get_channel_history),
    ("slack_get_thread_replies", tools::get_thread_replies),
    ("slack_get_users", tools::get_users),
    ("slack_get_user_profile", tools::get_user_profile),
];

pub(crate) fn dialect() -> Box<dyn Dialect> {
    FACTS.dialect(Zencoder, OPERATIONS)
}

#[derive(Debug)]
struct Zencoder;

impl ServerBehavior for Zencoder {
    fn check(
        &self,
        tool: &str,
        schema: &Value,
        arguments: Option<Map<String, Value>>,
    ) -> Result<Map<String, Value>, Reply> {
        zod::parse(schema, arguments)
            .map_err(|issues| Err(invalid(&format!("Invalid arguments for tool {tool}: {issues}"))))
    }

    fn unknown_tool(&self, name: &str, _: &[Tool]) -> Reply {
        Err(invalid(&format!("Tool {name} not found")))
    }

    fn refuse(&self, _: &str, error: &ApiError) -> Reply {
        Ok(refused(error))
    }

    fn answer(&self, _: &str, answer: &Answer) -> CallToolResult {
        compact_answer(answer)
    }
}

/// An error of the server's SDK, which says its code once more in words.
fn invalid(words: &str) -> RpcError {
    RpcError::new(code::INVALID_PARAMS, format!("MCP error -32602: {words}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::probes::{Probe, assert_includes, shown};
    use crate::tests::seeded;
    use mcp_mock::world::State;

    /// A channel `C1` whose name may be `general`, at the time of the recorded posts.
    fn world(name: &str) -> State {
        seeded(&json!({
            "now": "2023-11-14T22:13:20.0001Z",
            "slack": { "channels": [{ "id": "C1", "name": name }] },
        }))
    }

    #[test]
    fn recorded_calls_are_answered_as_recorded() {
        let probes = Probe::all(include_str!("probes.json"));
        assert_eq!(probes.len(), 6);

        for probe in probes {
            let dialect = dialect();
            let answer = match probe.argument("channel_id").as_str() {
                Some("RATE") => {
                    let limit = ApiError::new(429, "ratelimited", "");
                    shown(&dialect.refuse(&probe.request.name, &limit))
                }
                // The recorded workspace took no names.
                Some("#general") => probe.replay(&*dialect, &mut world("other")),
                _ => probe.replay(&*dialect, &mut world("general")),
            };

            assert_includes(&answer, &probe.response);
        }
    }

    #[test]
    fn every_tool_has_a_title() {
        assert!(dialect().tools().iter().all(|tool| tool.title.is_some()));
    }

    #[test]
    fn types_are_looked_at_and_an_empty_text_reaches_slack() {
        let (dialect, mut state) = (dialect(), world("general"));
        let mut post = |text: Value| {
            let arguments = json!({ "channel_id": "C1", "text": text });
            let arguments = serde_json::from_value(arguments).unwrap();
            dialect.call(&mut state, "slack_post_message", arguments).reply
        };

        let refused = post(json!(7)).unwrap_err();
        let empty = post(json!("")).unwrap();

        assert_eq!(refused.code, -32602);
        assert!(refused.message.starts_with(
            "MCP error -32602: Invalid arguments for tool slack_post_message: [\n  {"
        ));
        assert!(refused.message.contains("Expected string, received number"));
        assert_eq!(
            shown(&Ok(empty))["result"]["content"][0]["text"],
            r#"{"error":"no_text","ok":false}"#
        );
    }
}
