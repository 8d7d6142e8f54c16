//! What each vendor says when it is not about the call itself.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::limit::Exceeded;
use crate::service::gmail::refusal as gmail;
use crate::service::notion::refusal as notion;
use crate::service::slack::refusal as slack;
use crate::service::{ApiError, ServiceName};

/// The refusal of a call at `now` that would be allowed after so many seconds. Details carry what the
/// vendor sends in headers.
pub(crate) fn too_many_calls(service: ServiceName, now: Timestamp, wait_seconds: u32) -> ApiError {
    let end = end_of(now, wait_seconds).strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string();
    match service {
        ServiceName::GitHub => {
            let message = "You have exceeded a secondary rate limit. Please wait a few minutes before \
                           you try again.";
            let details = json!({ "retry_after": wait_seconds, "reset_at": end });
            ApiError::new(429, "rate_limited", message).with_details(details)
        }
        ServiceName::Gmail => gmail::too_many_requests(now, wait_seconds),
        ServiceName::Notion => notion::rate_limited(wait_seconds),
        ServiceName::Salesforce => total_requests(),
        ServiceName::Slack => slack::rate_limited(wait_seconds),
    }
}

/// The refusal of GitHub when a primary limit of the user of this id is used up. It comes as 403, which some
/// servers take for a lack of permission.
pub(crate) fn over_primary_limit(now: Timestamp, user_id: u64, exceeded: &Exceeded) -> ApiError {
    let Exceeded { resource, limit, used, wait_seconds } = exceeded;
    let message = format!("API rate limit exceeded for user ID {user_id}.");
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

/// The refusal of Salesforce when the requests of the day are used up.
pub(crate) fn used_up(exceeded: &Exceeded) -> ApiError {
    let usage = format!("api-usage={}/{}", exceeded.used, exceeded.limit);
    total_requests().with_details(json!({ "Sforce-Limit-Info": usage }))
}

/// Salesforce counts by the day and does not say when to come again.
fn total_requests() -> ApiError {
    ApiError::new(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
}

fn end_of(now: Timestamp, wait_seconds: u32) -> Timestamp {
    let wait = SignedDuration::from_secs(wait_seconds.into());
    now.saturating_add(wait).unwrap_or(Timestamp::MAX)
}

/// The refusal of credentials that have expired.
pub(crate) fn expired(service: ServiceName) -> ApiError {
    let (code, message) = match service {
        ServiceName::GitHub => ("unauthorized", "Bad credentials"),
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
            ApiError::new(403, "forbidden", "Resource not accessible by personal access token")
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
