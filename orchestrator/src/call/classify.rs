//! What the answer of a server means when it is no result.
//!
//! [`classify`] is a pure function from the answer and the rules of that server to a failure. Servers
//! have no common way to say that they are busy, so the rules are data of the server.

use std::ops::RangeInclusive;
use std::time::Duration;

use mcp_client::{RpcFailure, ToolError};
use mcp_core::Delivery;
use mcp_core::jsonrpc::code;
use serde_json::Value;

use super::failure::{CallFailure, FailureKind};

/// An answer that came and is no result.
#[derive(Debug, Clone, Copy)]
pub enum FailedAnswer<'a> {
    /// A JSON-RPC error.
    Rpc(&'a RpcFailure),
    /// The result of a tool with `isError`.
    Tool(&'a ToolError),
}

/// How the failures of one server are read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FailureRules {
    /// What the `status` in the JSON of a tool's error means; the first rule that fits counts.
    pub statuses: Vec<StatusRule>,
}

impl Default for FailureRules {
    /// Status codes as HTTP services use them.
    fn default() -> Self {
        let too_many_requests = StatusRule {
            statuses: 429..=429,
            kind: FailureKind::RateLimited,
            transient: true,
            delivery: Delivery::Refused,
        };
        let server_errors = StatusRule {
            statuses: 500..=u64::MAX,
            kind: FailureKind::ToolError,
            transient: true,
            delivery: Delivery::Executed,
        };
        Self { statuses: vec![too_many_requests, server_errors] }
    }
}

/// What certain status codes mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusRule {
    /// The status codes that it is for.
    pub statuses: RangeInclusive<u64>,
    /// The kind of failure.
    pub kind: FailureKind,
    /// Whether the same call may succeed later.
    pub transient: bool,
    /// Whether the call may have happened.
    pub delivery: Delivery,
}

/// The failure that an answer of a server means, by the rules of that server.
#[must_use]
pub fn classify(answer: FailedAnswer<'_>, rules: &FailureRules) -> CallFailure {
    match answer {
        FailedAnswer::Rpc(failure) => rpc_failure(failure),
        FailedAnswer::Tool(error) => tool_failure(error, rules),
    }
}

fn rpc_failure(failure: &RpcFailure) -> CallFailure {
    let kind = match failure.error.code {
        code::INVALID_PARAMS => FailureKind::InvalidArguments,
        _ => FailureKind::RpcError,
    };
    let transient = failure.is_transient();
    CallFailure { transient, ..CallFailure::new(kind, failure.delivery, failure.to_string()) }
}

fn tool_failure(error: &ToolError, rules: &FailureRules) -> CallFailure {
    let answer = error.result.to_value();
    let status = member(&answer, "status").and_then(Value::as_u64);
    let rule = status.and_then(|it| rules.statuses.iter().find(|rule| rule.statuses.contains(&it)));
    let (kind, transient, delivery) = match rule {
        Some(rule) => (rule.kind, rule.transient, rule.delivery),
        None => (FailureKind::ToolError, false, Delivery::Executed),
    };
    CallFailure {
        transient,
        retry_after: member(&answer, "retry_after").and_then(seconds),
        details: Some(answer),
        ..CallFailure::new(kind, delivery, error.message())
    }
}

/// A member of the usual error bodies: at the top, or inside `error`.
fn member<'a>(answer: &'a Value, name: &str) -> Option<&'a Value> {
    answer.get("error").and_then(|error| error.get(name)).or_else(|| answer.get(name))
}

fn seconds(value: &Value) -> Option<Duration> {
    value.as_f64().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
}

#[cfg(test)]
mod tests {
    use mcp_core::jsonrpc::RpcError;
    use serde_json::json;

    use super::*;

    fn tool_error(body: &Value) -> ToolError {
        let content = [json!({ "type": "text", "text": body.to_string() })];
        let result = json!({ "content": content, "isError": true });
        ToolError::new("work", serde_json::from_value(result).unwrap())
    }

    #[test]
    fn status_in_the_answer_of_a_tool_decides() {
        let cases = [
            (json!({ "status": 429 }), FailureKind::RateLimited, true, Delivery::Refused),
            (
                json!({ "error": { "status": 429 } }),
                FailureKind::RateLimited,
                true,
                Delivery::Refused,
            ),
            (json!({ "status": 503 }), FailureKind::ToolError, true, Delivery::Executed),
            (json!({ "status": 404 }), FailureKind::ToolError, false, Delivery::Executed),
            (json!({ "status": "429" }), FailureKind::ToolError, false, Delivery::Executed),
            (json!("try again later"), FailureKind::ToolError, false, Delivery::Executed),
        ];

        for (body, kind, transient, delivery) in cases {
            let error = tool_error(&body);

            let failure = classify(FailedAnswer::Tool(&error), &FailureRules::default());

            let found = (failure.kind, failure.transient, failure.delivery);
            assert_eq!(found, (kind, transient, delivery), "{body}");
        }
    }

    #[test]
    fn server_without_rules_is_taken_at_its_word_alone() {
        let error =
            tool_error(&json!({ "message": "slow down", "status": 429, "retry_after": 1.5 }));

        let failure = classify(FailedAnswer::Tool(&error), &FailureRules { statuses: Vec::new() });

        assert_eq!((failure.kind, failure.transient), (FailureKind::ToolError, false));
        assert_eq!(failure.message, "slow down");
        assert_eq!(failure.retry_after, Some(Duration::from_millis(1500)));
    }

    #[test]
    fn code_of_a_json_rpc_error_decides() {
        let cases = [
            (code::INVALID_PARAMS, FailureKind::InvalidArguments, false),
            (code::METHOD_NOT_FOUND, FailureKind::RpcError, false),
            (code::INTERNAL_ERROR, FailureKind::RpcError, true),
        ];

        for (code, kind, transient) in cases {
            let error = RpcFailure::new("tools/call", RpcError::new(code, "no"));

            let failure = classify(FailedAnswer::Rpc(&error), &FailureRules::default());

            assert_eq!((failure.kind, failure.transient), (kind, transient), "{code}");
            assert_eq!(failure.delivery, error.delivery);
        }
    }
}
