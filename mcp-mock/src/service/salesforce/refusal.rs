//! Refusals in the words of the Salesforce REST API.

use serde_json::json;

use crate::service::ApiError;

/// Characters of a value that a refusal repeats.
const SHOWN_CHARS_MAX: usize = 100;

/// A refusal that names fields.
pub(super) fn about_fields(code: &str, message: impl Into<String>, fields: &[&str]) -> ApiError {
    ApiError::new(400, code, message).with_details(json!({ "fields": fields }))
}

/// A refusal that names no field.
pub(super) fn bad_request(code: &str, message: impl Into<String>) -> ApiError {
    ApiError::new(400, code, message)
}

/// The requests of the day are used up: how many were made, and how many there are. The vendor does not say when
/// there are more.
pub(crate) fn requests_used_up(usage: Option<(u32, u32)>) -> ApiError {
    let error = ApiError::new(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.");
    match usage {
        Some((used, limit)) => {
            error.with_details(json!({ "Sforce-Limit-Info": format!("api-usage={used}/{limit}") }))
        }
        None => error,
    }
}

/// A login that has expired.
pub(crate) fn invalid_session() -> ApiError {
    ApiError::new(401, "INVALID_SESSION_ID", "Session expired or invalid")
}

/// A user who may not do this.
pub(crate) fn insufficient_access() -> ApiError {
    let message = "insufficient access rights on object id";
    ApiError::new(403, "INSUFFICIENT_ACCESS_OR_READONLY", message)
}

/// Something in the place of an id that is none.
pub(super) fn malformed_id(id: &str) -> ApiError {
    bad_request("MALFORMED_ID", format!("malformed id {}", truncated(id)))
}

/// An object or a record that was never there.
pub(super) fn not_found() -> ApiError {
    ApiError::new(404, "NOT_FOUND", "The requested resource does not exist")
}

/// A record in the recycle bin.
pub(super) fn deleted() -> ApiError {
    ApiError::new(404, "ENTITY_IS_DELETED", "entity is deleted")
}

/// The beginning of a value, for a message.
pub(super) fn truncated(value: &str) -> String {
    value.chars().take(SHOWN_CHARS_MAX).collect()
}
