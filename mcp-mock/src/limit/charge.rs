//! What a call of a tool costs.
//!
//! Tools are weighed by their names, which mean the same in all dialects of a service. A call counts as the
//! requests that the vendor's API would get for it; where a server sends several to GitHub, Notion or
//! Salesforce, they count as one.

use super::Charge;
use super::rules::GitHubLimits;
use crate::dialect::Arguments;
use crate::service::ServiceName;
use crate::world::State;

const MINUTE: u32 = 60;
const HOUR: u32 = 60 * MINUTE;
const DAY: u32 = 24 * HOUR;

/// What a call takes out of the windows of its service: nothing where no limits are enforced.
pub(super) fn charges(
    state: &State,
    service: ServiceName,
    tool: &str,
    arguments: &Arguments,
) -> Vec<Charge> {
    let limits = &state.limits.rules;
    match service {
        ServiceName::GitHub => {
            limits.github.map_or_else(Vec::new, |limits| github(limits, tool, arguments))
        }
        ServiceName::Salesforce => {
            let of = |limit| Charge::new("salesforce", limit, DAY);
            limits.salesforce.map(|limits| of(limits.requests_per_day)).into_iter().collect()
        }
        // They count by themselves.
        ServiceName::Gmail | ServiceName::Notion | ServiceName::Slack => Vec::new(),
    }
}

/// Tools whose requests create something that others see.
pub(super) const CREATES: [&str; 16] = [
    "add_comment",
    "add_comment_to_pending_review",
    "add_issue_comment",
    "add_reply_to_pull_request_comment",
    "create_branch",
    "create_issue",
    "create_or_update_file",
    "create_pr",
    "create_pull_request",
    "create_pull_request_review",
    "create_release",
    "create_repository",
    "delete_file",
    "fork_repository",
    "pull_request_review_write",
    "push_files",
];

fn github(limits: GitHubLimits, tool: &str, arguments: &Arguments) -> Vec<Charge> {
    let (resource, amount, seconds) = match tool {
        "search_code" => ("code_search", limits.code_searches_per_minute, MINUTE),
        tool if tool.starts_with("search_") => ("search", limits.searches_per_minute, MINUTE),
        _ => ("core", limits.requests_per_hour, HOUR),
    };
    let primary = Charge {
        resource: Some(resource),
        ..Charge::new(format!("github {resource}"), amount, seconds)
    };
    let creates = CREATES.contains(&tool)
        || (tool == "issue_write" && arguments.optional_text("method") == Some("create"));
    let secondary = [
        Charge::new("github content a minute", limits.content_per_minute, MINUTE),
        Charge::new("github content an hour", limits.content_per_hour, HOUR),
    ];
    std::iter::once(primary).chain(secondary.into_iter().filter(|_| creates)).collect()
}
