//! What each vendor says when it is not about the call itself.

use jiff::Timestamp;

use crate::service::github::refusal as github;
use crate::service::gmail::refusal as gmail;
use crate::service::notion::refusal as notion;
use crate::service::salesforce::refusal as salesforce;
use crate::service::slack::refusal as slack;
use crate::service::{ApiError, ServiceName};

/// The refusal of a call at `now` that would be allowed after `wait_seconds`. Details carry what the
/// vendor sends in headers.
pub(crate) fn too_many_calls(service: ServiceName, now: Timestamp, wait_seconds: u32) -> ApiError {
    match service {
        ServiceName::GitHub => github::secondary_limit(now, wait_seconds),
        ServiceName::Gmail => gmail::too_many_requests(now, wait_seconds),
        ServiceName::Notion => notion::rate_limited(wait_seconds),
        ServiceName::Salesforce => salesforce::requests_used_up(None),
        ServiceName::Slack => slack::rate_limited(wait_seconds),
    }
}

/// The refusal of credentials that have expired.
pub(crate) fn expired(service: ServiceName) -> ApiError {
    match service {
        ServiceName::GitHub => github::bad_credentials(),
        ServiceName::Gmail => gmail::invalid_credentials(),
        ServiceName::Notion => notion::token_expired(),
        ServiceName::Salesforce => salesforce::invalid_session(),
        ServiceName::Slack => slack::token_expired(),
    }
}

/// The refusal of a token that may not do this.
pub(crate) fn missing_scope(service: ServiceName) -> ApiError {
    match service {
        ServiceName::GitHub => {
            github::forbidden("Resource not accessible by personal access token")
        }
        ServiceName::Gmail => gmail::insufficient_scope(),
        ServiceName::Notion => notion::missing_scope(),
        ServiceName::Salesforce => salesforce::insufficient_access(),
        ServiceName::Slack => slack::missing_scope(),
    }
}
