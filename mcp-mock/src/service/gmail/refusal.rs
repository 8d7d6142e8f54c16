//! Refusals in the words of the Gmail API.

use jiff::Timestamp;
use serde_json::json;

use crate::limit::end_of;
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

/// More requests than the vendor allows at `now`, of which there may be more after the wait.
pub(crate) fn too_many_requests(now: Timestamp, wait_seconds: u32) -> ApiError {
    let end = end_of(now, wait_seconds).strftime("%Y-%m-%dT%H:%M:%S.000Z");
    let message = format!("User-rate limit exceeded.  Retry after {end}");
    let reason = "rateLimitExceeded";
    let errors = json!([{ "domain": "usageLimits", "reason": reason, "message": message }]);
    let details =
        json!({ "errors": errors, "status": "RESOURCE_EXHAUSTED", "retry_after": wait_seconds });
    ApiError::new(429, reason, message).with_details(details)
}

/// A login that has expired.
pub(crate) fn invalid_credentials() -> ApiError {
    let message = "Request had invalid authentication credentials. Expected OAuth 2 access token, login \
                   cookie or other valid authentication credential.";
    ApiError::new(401, "authError", message)
}

/// A login without the scope that the operation needs.
pub(crate) fn insufficient_scope() -> ApiError {
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
