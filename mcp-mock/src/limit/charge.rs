//! What a call of a tool costs.
//!
//! Tools are weighed by their names, which mean the same in all dialects of a service. A call counts as the
//! requests that the vendor's API would get for it; where a server sends several to GitHub, Notion or
//! Salesforce, they count as one.

use super::Charge;
use super::rules::{GitHubLimits, GmailLimits};
use crate::dialect::Arguments;
use crate::service::ServiceName;
use crate::service::gmail::Gmail;
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
        ServiceName::Gmail => {
            let of = |GmailLimits { units_per_minute }| Charge {
                cost: gmail(&state.gmail, tool, arguments),
                ..Charge::new("gmail", units_per_minute, MINUTE)
            };
            limits.gmail.map(of).into_iter().collect()
        }
        ServiceName::Notion => {
            let of = |limit| Charge::new("notion", limit, MINUTE);
            limits.notion.map(|limits| of(limits.requests_per_minute)).into_iter().collect()
        }
        ServiceName::Salesforce => {
            let of = |limit| Charge::new("salesforce", limit, DAY);
            limits.salesforce.map(|limits| of(limits.requests_per_day)).into_iter().collect()
        }
        // It counts by itself.
        ServiceName::Slack => Vec::new(),
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

/// Quota units of a request to Gmail, from the table of its usage limits. That of `messages.get` is the one
/// since May 2026; it was 5.
mod units {
    pub(super) const ATTACHMENTS_GET: u32 = 5;
    pub(super) const DRAFTS_CREATE: u32 = 10;
    pub(super) const FILTERS_GET: u32 = 1;
    pub(super) const FILTERS_LIST: u32 = 1;
    pub(super) const FILTERS_WRITE: u32 = 5;
    pub(super) const LABELS_GET: u32 = 1;
    pub(super) const LABELS_LIST: u32 = 1;
    pub(super) const LABELS_WRITE: u32 = 5;
    pub(super) const MESSAGES_DELETE: u32 = 10;
    pub(super) const MESSAGES_GET: u32 = 20;
    pub(super) const MESSAGES_LIST: u32 = 5;
    pub(super) const MESSAGES_MODIFY: u32 = 5;
    pub(super) const MESSAGES_SEND: u32 = 100;
    pub(super) const MESSAGES_TRASH: u32 = 5;
}

/// The quota units of a call. A list has ids only, so showing messages costs a request for each: as many as
/// the call asks for, and not more than there are.
fn gmail(gmail: &Gmail, tool: &str, arguments: &Arguments) -> u32 {
    let shown = |argument: &str, default: u32| {
        let asked = arguments.integer(argument).and_then(|limit| u32::try_from(limit).ok());
        let there = u32::try_from(gmail.messages.len()).unwrap_or(u32::MAX);
        let gets = asked.filter(|limit| *limit > 0).unwrap_or(default).min(there);
        units::MESSAGES_LIST.saturating_add(gets.saturating_mul(units::MESSAGES_GET))
    };
    let each = |cost: u32| {
        let messages = u32::try_from(arguments.texts("messageIds").len()).unwrap_or(u32::MAX);
        messages.saturating_mul(cost)
    };
    match tool {
        "batch_delete_emails" => each(units::MESSAGES_DELETE),
        "batch_modify_emails" => each(units::MESSAGES_MODIFY),
        "create_draft" | "draft_email" => units::DRAFTS_CREATE,
        "create_filter" | "create_filter_from_template" | "delete_filter" => units::FILTERS_WRITE,
        "create_label" => units::LABELS_WRITE,
        "delete_email" => units::MESSAGES_DELETE,
        "delete_label" | "update_label" => units::LABELS_GET + units::LABELS_WRITE,
        "download_attachment" => units::ATTACHMENTS_GET,
        "get_filter" => units::FILTERS_GET,
        "get_latest" => units::MESSAGES_LIST + units::MESSAGES_GET,
        "get_message" | "read_email" => units::MESSAGES_GET,
        "get_or_create_label" => units::LABELS_LIST + units::LABELS_WRITE,
        "list_email_labels" | "list_labels" => units::LABELS_LIST,
        "list_filters" => units::FILTERS_LIST,
        "list_messages" | "search" => shown("limit", 100),
        "modify_email" | "modify_labels" => units::MESSAGES_MODIFY,
        "search_emails" => shown("maxResults", 10),
        "send_email" | "send_message" => units::MESSAGES_SEND,
        "trash_message" => units::MESSAGES_TRASH,
        // A test sees to it that every tool is named.
        _ => 0,
    }
}
