//! Refusals in the words of the Gmail API.

use serde_json::json;

use crate::service::ApiError;

/// A request that makes no sense.
pub(super) fn invalid(message: impl Into<String>) -> ApiError {
    refusal(400, "invalidArgument", message.into())
}

/// An id that is not there.
pub(super) fn not_found() -> ApiError {
    refusal(404, "notFound", "Requested entity was not found.".to_owned())
}

/// A name that is taken.
pub(super) fn conflict(message: &str) -> ApiError {
    refusal(409, "aborted", message.to_owned())
}

/// A login without the scope that the operation needs.
pub(super) fn insufficient_scope() -> ApiError {
    let message = "Request had insufficient authentication scopes.";
    refusal(403, "insufficientPermissions", message.to_owned())
}

fn refusal(status: u16, reason: &str, message: String) -> ApiError {
    let name = match status {
        403 => "PERMISSION_DENIED",
        404 => "NOT_FOUND",
        409 => "ABORTED",
        _ => "INVALID_ARGUMENT",
    };
    let errors = json!([{ "domain": "global", "reason": reason, "message": message }]);
    ApiError::new(status, reason, message).with_details(json!({ "errors": errors, "status": name }))
}
