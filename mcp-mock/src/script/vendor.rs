//! What each vendor says when it is not about the call itself.

use jiff::Timestamp;
use serde_json::json;

use crate::limit::Exceeded;
use crate::service::github::refusal as github;
use crate::service::gmail::refusal as gmail;
use crate::service::notion::refusal as notion;
use crate::service::slack::refusal as slack;
use crate::service::{ApiError, ServiceName};

/// The refusal of a call at `now` that would be allowed after `wait_seconds`. Details carry what the
/// vendor sends in headers.
pub(crate) fn too_many_calls(service: ServiceName, now: Timestamp, wait_seconds: u32) -> ApiError {
    match service {
        ServiceName::GitHub => github::secondary_limit(now, wait_seconds),
        ServiceName::Gmail => gmail::too_many_requests(now, wait_seconds),
        ServiceName::Notion => notion::rate_limited(wait_seconds),
        ServiceName::Salesforce => total_requests(),
        ServiceName::Slack => slack::rate_limited(wait_seconds),
    }
}

/// The refusal of Salesforce when the requests of the day are used up.
pub(crate) fn used_up(exceeded: &Exceeded) -> ApiError {
    let usage = format!("api-usage={}/{}", exceeded.used, exceeded.limit);
    total_requests().with_details(json!({ "Sforce-Limit-Info": usage }))
}

/// Salesforce counts by the day and does not say when to come again.
fn total_requests() -> ApiError {
    ApiError::new(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
}

/// The refusal of credentials that have expired.
pub(crate) fn expired(service: ServiceName) -> ApiError {
    let (code, message) = match service {
        ServiceName::GitHub => return github::bad_credentials(),
        ServiceName::Gmail => return gmail::invalid_credentials(),
        ServiceName::Notion => return notion::token_expired(),
        ServiceName::Salesforce => ("INVALID_SESSION_ID", "Session expired or invalid"),
        ServiceName::Slack => return slack::token_expired(),
    };
    ApiError::new(401, code, message)
}

/// The refusal of a token that may not do this.
pub(crate) fn missing_scope(service: ServiceName) -> ApiError {
    match service {
        ServiceName::GitHub => {
            github::forbidden("Resource not accessible by personal access token")
        }
        ServiceName::Gmail => gmail::insufficient_scope(),
        ServiceName::Notion => notion::missing_scope(),
        ServiceName::Salesforce => {
            let message = "insufficient access rights on object id";
            ApiError::new(403, "INSUFFICIENT_ACCESS_OR_READONLY", message)
        }
        ServiceName::Slack => slack::missing_scope(),
    }
}
