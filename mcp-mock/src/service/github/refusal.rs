//! Refusals in GitHub's words.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::ApiError;
use super::account_id;
use crate::limit::{Exceeded, end_of};

/// A missing repository, issue or file; also what a private one answers to strangers.
#[must_use]
pub fn not_found() -> ApiError {
    missing("Not Found")
}

/// A 404 that says more than `Not Found`.
pub(super) fn missing(message: impl Into<String>) -> ApiError {
    ApiError::new(404, "not_found", message)
}

/// The caller may not do this here.
pub(crate) fn forbidden(message: &str) -> ApiError {
    ApiError::new(403, "forbidden", message)
}

/// A merge that the pull request does not allow.
pub(super) fn not_mergeable(message: &str) -> ApiError {
    ApiError::new(405, "not_mergeable", message)
}

/// The caller's picture of the state is out of date.
pub(super) fn conflict(message: impl Into<String>) -> ApiError {
    ApiError::new(409, "conflict", message)
}

/// The feature is switched off.
pub(super) fn gone(message: &str) -> ApiError {
    ApiError::new(410, "gone", message)
}

/// A request that could be read and makes no sense; its own words stand in place of `Validation
/// Failed`.
pub(super) fn unprocessable(message: impl Into<String>) -> ApiError {
    ApiError::new(422, "unprocessable", message)
}

/// `Validation Failed` for a field, with one of GitHub's codes such as `missing_field` or
/// `invalid`.
pub(super) fn invalid(resource: &str, field: &str, code: &str) -> ApiError {
    validation(code, &json!({ "resource": resource, "field": field, "code": code }))
}

/// As [`invalid`] with the code `invalid`, and with the value that is refused.
pub(super) fn invalid_value(resource: &str, field: &str, value: &Value) -> ApiError {
    let error = json!({ "value": value, "resource": resource, "field": field, "code": "invalid" });
    validation("invalid", &error)
}

/// `Validation Failed` for a reason that has no code of its own, explained in a message.
pub(super) fn custom(resource: &str, message: &str) -> ApiError {
    validation("custom", &json!({ "resource": resource, "code": "custom", "message": message }))
}

/// `Validation Failed` for a field, explained in a message.
pub(super) fn explained(resource: &str, field: &str, message: &str) -> ApiError {
    let error =
        json!({ "resource": resource, "field": field, "code": "custom", "message": message });
    validation("custom", &error)
}

fn validation(code: &str, error: &Value) -> ApiError {
    ApiError::new(422, code, "Validation Failed").with_details(json!({ "errors": [error] }))
}

/// The primary limit of the user is used up. It comes as 403, which some servers take for a lack of
/// permission. Details carry what GitHub sends in headers.
pub(super) fn primary_limit(now: Timestamp, viewer: &str, exceeded: &Exceeded) -> ApiError {
    let Exceeded { resource, limit, used, wait_seconds } = exceeded;
    let message = format!("API rate limit exceeded for user ID {}.", account_id(viewer));
    let details = json!({
        "retry_after": wait_seconds,
        "x-ratelimit-limit": limit,
        "x-ratelimit-remaining": 0,
        "x-ratelimit-used": used,
        "x-ratelimit-reset": end_of(now, *wait_seconds).as_second(),
        "x-ratelimit-resource": resource,
    });
    ApiError::new(403, "rate_limited", message).with_details(details)
}

/// A secondary limit is reached. Details carry what GitHub sends in headers.
pub(crate) fn secondary_limit(now: Timestamp, wait_seconds: u32) -> ApiError {
    let message = "You have exceeded a secondary rate limit. Please wait a few minutes before \
                   you try again.";
    let end = end_of(now, wait_seconds).strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string();
    let details = json!({ "retry_after": wait_seconds, "reset_at": end });
    ApiError::new(429, "rate_limited", message).with_details(details)
}

/// The token has expired.
pub(crate) fn bad_credentials() -> ApiError {
    ApiError::new(401, "unauthorized", "Bad credentials")
}
