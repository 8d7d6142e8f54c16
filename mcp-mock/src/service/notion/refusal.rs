//! Refusals in the words of the Notion API.

use serde_json::{Value, json};

use crate::service::ApiError;

/// Characters of a value that a refusal repeats.
const SHOWN_CHARS_MAX: usize = 100;

/// One request too many.
pub(crate) fn rate_limited(wait_seconds: u32) -> ApiError {
    let message = "You have been rate limited. Please try again in a few minutes.";
    let details =
        json!({ "rate_limit_reason": "integration_rate_limit", "retry_after": wait_seconds });
    ApiError::new(429, "rate_limited", message).with_details(details)
}

pub(crate) fn token_expired() -> ApiError {
    ApiError::new(401, "unauthorized", "API token is invalid.")
}

pub(crate) fn missing_scope() -> ApiError {
    ApiError::new(403, "restricted_resource", "Insufficient permissions for this endpoint.")
}

/// A request that breaks a rule.
pub(super) fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new(400, "validation_error", message)
}

/// A part of the request body that is not what it should be.
pub(super) fn should_be(path: &str, expected: &str, value: &Value) -> ApiError {
    let shown: String = value.to_string().chars().take(SHOWN_CHARS_MAX).collect();
    invalid(format!("body failed validation: {path} should be {expected}, instead was `{shown}`."))
}

/// A length that is over its limit.
pub(super) fn too_long(path: &str, limit: usize, length: usize) -> ApiError {
    let place = format!("{path}.length");
    should_be(&place, &format!("≤ `{limit}`"), &Value::from(length))
}

/// A value whose type is not that of its property.
pub(super) fn wrong_type(property: &str, kind: &str) -> ApiError {
    invalid(format!("{property} is expected to be {kind}."))
}

/// A property that is not in the schema.
pub(super) fn no_property(name: &str, known: &[&str]) -> ApiError {
    invalid(format!("{name} is not a property that exists."))
        .with_details(json!({ "known": known }))
}

/// Something that does not exist or is not shared; the API does not say which.
pub(super) fn not_found(what: &str, id: &str) -> ApiError {
    let hint = "Make sure the relevant pages and databases are shared with your integration.";
    ApiError::new(404, "object_not_found", format!("Could not find {what} with ID: {id}. {hint}"))
}

/// An edit of something archived.
pub(super) fn archived() -> ApiError {
    invalid("Can't edit block that is archived. You must unarchive the block before editing.")
}
