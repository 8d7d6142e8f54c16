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

/// Something in the place of an id that is none.
pub(super) fn malformed_id(id: &str) -> ApiError {
    bad_request("MALFORMED_ID", format!("malformed id {}", shown(id)))
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
pub(super) fn shown(value: &str) -> String {
    value.chars().take(SHOWN_CHARS_MAX).collect()
}
