//! What the two recorded Slack servers share: each tool sends one request to Slack's API and hands its body
//! through as compact JSON, whether it says `ok` or not.
//!
//! They differ in how they check arguments and in which channels they list.

mod body;
#[cfg(test)]
mod tests;
pub(super) mod tools;

use mcp_core::protocol::CallToolResult;
use serde_json::{Value, json};

use super::{Answer, text};
use mcp_mock::service::ApiError;

/// A body of Slack's API as the text of a result.
pub(super) fn compact_answer(answer: &Answer) -> CallToolResult {
    match answer {
        Answer::Json(body) => compact(body),
        Answer::Blocks(blocks) => CallToolResult::blocks(blocks.clone()),
        Answer::Text(words) | Answer::Failures(words) => text(words.as_str()),
    }
}

/// A refusal as the result that it is to these servers: one like any other, with `ok` false.
pub(super) fn refused(error: &ApiError) -> CallToolResult {
    let code = match error.status {
        200 => error.code.as_str(),
        429 => "ratelimited",
        // Slack refuses with codes only, so a script that makes up a status gives the code as its words.
        _ => error.message.as_str(),
    };
    compact(&json!({ "ok": false, "error": code }))
}

/// JSON as `JSON.stringify(value)` writes it.
pub(super) fn compact(body: &Value) -> CallToolResult {
    text(body.to_string())
}
