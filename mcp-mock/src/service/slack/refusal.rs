//! Refusals: Slack's code, and words that say what was wrong.

use serde_json::json;

use super::super::ApiError;

/// Slack answers a refusal with HTTP 200 and `{"ok":false,"error":<code>}`.
pub(super) fn refused(code: &str, message: impl Into<String>) -> ApiError {
    ApiError::new(200, code, message)
}

/// Slack says with a status of its own and in a header when to come again.
pub(crate) fn rate_limited(wait_seconds: u32) -> ApiError {
    ApiError::new(429, "ratelimited", "too many requests")
        .with_details(json!({ "retry_after": wait_seconds }))
}

pub(crate) fn token_expired() -> ApiError {
    refused("token_expired", "the token has expired")
}

pub(crate) fn missing_scope() -> ApiError {
    refused("missing_scope", "the token lacks a scope")
        .with_details(json!({ "needed": "chat:write", "provided": "channels:read" }))
}

pub(super) fn channel_not_found(channel: &str) -> ApiError {
    let hint =
        if channel.starts_with('#') { "; names work only when posting, use the id" } else { "" };
    refused("channel_not_found", format!("channel `{channel}` was not found{hint}"))
}

pub(super) fn not_in_channel(name: &str) -> ApiError {
    refused("not_in_channel", format!("the caller is not a member of `#{name}`"))
}

pub(super) fn is_archived(name: &str) -> ApiError {
    refused("is_archived", format!("channel `#{name}` is archived"))
}

pub(super) fn message_not_found(ts: &str) -> ApiError {
    refused("message_not_found", format!("there is no message with `ts` {ts} in the channel"))
}

pub(super) fn thread_not_found(ts: &str) -> ApiError {
    refused("thread_not_found", format!("there is no message with `ts` {ts} in the channel"))
}

pub(super) fn user_not_found(user: &str) -> ApiError {
    refused("user_not_found", format!("user `{user}` was not found"))
}

pub(super) fn invalid_cursor(cursor: &str) -> ApiError {
    refused("invalid_cursor", format!("cursor `{cursor}` was not given out by this list"))
}

pub(super) fn unknown_destination(named: &str) -> ApiError {
    refused("channel_not_found", format!("channel `{named}` was not found"))
}
