//! Slack as `@modelcontextprotocol/server-slack` 2025.4.25 shows it.
//!
//! It never flags a failure: a refusal of Slack, a missing argument and an unknown tool are all results
//! with JSON that says so. Of arguments it looks only at whether the required ones are there; an empty
//! string counts as missing, types are not checked.

use mcp_core::protocol::{CallToolResult, ProtocolVersion, Tool};
use serde_json::{Map, Value, json};

use super::slack::{compact, compact_answer, refused, tools};
use super::{Answer, Facts, Operation, ServerBehavior};
use mcp_mock::dialect::{Dialect, Provenance, Reply};
use mcp_mock::service::ApiError;
use mcp_mock::service::slack::Slack;

const FACTS: Facts = Facts {
    name: "npm-2025.4.25",
    provenance: Provenance::Recorded {
        source: "@modelcontextprotocol/server-slack 2025.4.25 (MIT)",
        date: "2026-11-22",
    },
    cases: &[1, 2, 4, 5, 7, 8],
    server: ("Slack MCP Server", "1.0.0"),
    revision: ProtocolVersion::V2024_11_05,
    capabilities: r#"{ "tools": {} }"#,
    tools: include_str!("tools.json"),
};

const OPERATIONS: &[(&str, Operation<Slack>)] = &[
    ("slack_list_channels", tools::list_public_channels),
    ("slack_post_message", tools::post_message),
    ("slack_reply_to_thread", tools::reply_to_thread),
    ("slack_add_reaction", tools::add_reaction),
    ("slack_get_channel_history", tools::get_channel_history),
    ("slack_get_thread_replies", tools::get_thread_replies),
    ("slack_get_users", tools::get_users),
    ("slack_get_user_profile", tools::get_user_profile),
];

pub(crate) fn dialect() -> Box<dyn Dialect> {
    FACTS.dialect(Npm, OPERATIONS)
}

#[derive(Debug)]
struct Npm;

impl ServerBehavior for Npm {
    fn without_arguments(&self) -> Option<Reply> {
        Some(Ok(failed("No arguments provided")))
    }

    fn check(
        &self,
        _: &str,
        schema: &Value,
        arguments: Option<Map<String, Value>>,
    ) -> Result<Map<String, Value>, Reply> {
        let mut arguments = arguments.unwrap_or_default();
        let required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        if required.iter().any(|name| !arguments.get(*name).is_some_and(is_truthy)) {
            return Err(Ok(failed(&missing(&required))));
        }
        for (name, value) in &mut arguments {
            coerce(value, &schema["properties"][name]["type"]);
            // All that is required is a string; an array or object in its place names nothing.
            if required.contains(&name.as_str()) && !value.is_string() {
                *value = Value::from("");
            }
        }
        Ok(arguments)
    }

    fn unknown_tool(&self, name: &str, _: &[Tool]) -> Reply {
        Ok(failed(&format!("Unknown tool: {name}")))
    }

    fn refuse(&self, _: &str, error: &ApiError) -> Reply {
        Ok(refused(error))
    }

    fn answer(&self, _: &str, answer: &Answer) -> CallToolResult {
        compact_answer(answer)
    }
}

/// What the server itself complains of has no `ok`.
fn failed(words: &str) -> CallToolResult {
    compact(&json!({ "error": words }))
}

/// All required arguments are named, whichever is missing.
fn missing(required: &[&str]) -> String {
    match required {
        [one] => format!("Missing required argument: {one}"),
        [one, other] => format!("Missing required arguments: {one} and {other}"),
        [all @ .., last] => {
            format!("Missing required arguments: {}, and {last}", all.join(", "))
        }
        [] => String::new(),
    }
}

/// Whether JavaScript takes the value for true.
fn is_truthy(value: &Value) -> bool {
    match value {
        Value::Array(_) | Value::Object(_) => true,
        Value::Bool(value) => *value,
        Value::Null => false,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
    }
}

/// Makes of a value what arrives at Slack when it has another type than the tool declares: numbers are
/// written out, and a limit is read from a string.
fn coerce(value: &mut Value, declared: &Value) {
    let coerced = match (declared.as_str(), &*value) {
        (Some("number"), Value::String(text)) => text.trim().parse::<i64>().ok().map(Value::from),
        (Some("string"), Value::Bool(value)) => Some(value.to_string().into()),
        // Rust writes a fraction as JavaScript does, without zeroes at its end.
        (Some("string"), Value::Number(number)) => number.as_f64().map(|it| it.to_string().into()),
        _ => None,
    };
    if let Some(coerced) = coerced {
        *value = coerced;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probes::{Probe, assert_includes, shown};
    use crate::tests::seeded;
    use mcp_mock::world::State;

    /// A channel `C1`, at the time of the recorded posts.
    fn world() -> State {
        seeded(&json!({
            "now": "2023-11-14T22:13:20.0001Z",
            "slack": { "channels": [{ "id": "C1", "name": "general" }] },
        }))
    }

    fn words(reply: &Reply) -> Value {
        let result = shown(reply);
        serde_json::from_str(result["result"]["content"][0]["text"].as_str().unwrap()).unwrap()
    }

    #[test]
    fn recorded_calls_are_answered_as_recorded() {
        let probes = Probe::all(include_str!("probes.json"));
        assert_eq!(probes.len(), 6);

        for probe in probes {
            let (dialect, mut state) = (dialect(), world());
            let answer = if probe.argument("channel_id") == "RATE" {
                let limit = ApiError::new(429, "ratelimited", "");
                shown(&dialect.refuse(&probe.request.name, &limit))
            } else {
                probe.replay(&*dialect, &mut state)
            };

            assert_includes(&answer, &probe.response);
        }
    }

    #[test]
    fn one_revision_is_spoken_and_lists_of_tools_do_not_change() {
        let dialect = dialect();

        assert_eq!(dialect.versions(), [ProtocolVersion::V2024_11_05]);
        assert_eq!(dialect.info().capabilities, *json!({ "tools": {} }).as_object().unwrap());
    }

    #[test]
    fn missing_arguments_are_named_together() {
        let (dialect, mut state) = (dialect(), world());
        let mut complaint = |tool: &str, arguments: Option<Value>| {
            let arguments = arguments.map(|given| serde_json::from_value(given).unwrap());
            words(&dialect.call(&mut state, tool, arguments).reply)["error"].clone()
        };

        let reply = json!({ "channel_id": "C1", "thread_ts": 0, "text": "x" });
        let cases = [
            ("slack_get_users", None, "No arguments provided"),
            ("slack_get_channel_history", Some(json!({})), "Missing required argument: channel_id"),
            (
                "slack_reply_to_thread",
                Some(reply),
                "Missing required arguments: channel_id, thread_ts, and text",
            ),
            ("slack_search", Some(json!({})), "Unknown tool: slack_search"),
        ];
        for (tool, arguments, expected) in cases {
            assert_eq!(complaint(tool, arguments), expected);
        }
    }

    #[test]
    fn types_are_not_looked_at() {
        let (dialect, mut state) = (dialect(), world());
        let mut call = |tool: &str, arguments: Value| {
            words(&dialect.call(&mut state, tool, serde_json::from_value(arguments).unwrap()).reply)
        };

        let posted = call("slack_post_message", json!({ "channel_id": "C1", "text": 7 }));
        let users = call("slack_get_users", json!({ "limit": "1", "zzz": true }));

        assert_eq!(posted["message"]["text"], "7");
        assert_eq!(users["members"].as_array().unwrap().len(), 1);
    }
}
