//! GitHub's official server, `github/github-mcp-server`, with its default toolsets: context, issues,
//! pull requests, repositories, users.
//!
//! Schemas are those of its repository; answers follow its source and were not recorded. Failures are
//! results marked as errors. What is created or changed is answered with an id and a page only: the number
//! of a new issue is nowhere but in its page.

mod check;
mod contents;
mod cursor;
mod failure;
mod fields;
mod issues;
mod minimal;
mod organizations;
mod pull_read;
mod pulls;
mod reactions;
mod releases;
mod repos;
mod reviews;
mod search;
mod sub_issues;
#[cfg(test)]
mod tests;

use mcp_core::jsonrpc::{RpcError, code};
use mcp_core::protocol::{CallToolResult, ProtocolVersion, Tool};
use serde_json::{Map, Value, json};

use super::{Answer, Facts, Operation, ServerBehavior, text};
use mcp_mock::dialect::{Dialect, Provenance, Reply};
use mcp_mock::service::ApiError;
use mcp_mock::service::github::GitHub;

const FACTS: Facts = Facts {
    name: "official",
    provenance: Provenance::Documented {
        source: "the schemas and the source of github/github-mcp-server 64a49f3 (MIT)",
        date: "2026-08-20",
    },
    cases: &[1, 2, 5, 6, 7],
    server: ("github-mcp-server", "64a49f3"),
    revision: ProtocolVersion::V2026_07_28,
    capabilities: r#"{ "tools": {} }"#,
    tools: include_str!("tools.json"),
};

/// Left out: `delete_repository`. The server asks the user first and refuses clients that cannot ask; a
/// dialect knows nothing of the client.
const OPERATIONS: &[(&str, Operation<GitHub>)] = &[
    ("add_comment_to_pending_review", reviews::add_comment_to_pending_review),
    ("add_issue_comment", reactions::add_issue_comment),
    ("add_reply_to_pull_request_comment", reactions::add_reply_to_pull_request_comment),
    ("create_branch", repos::create_branch),
    ("create_or_update_file", contents::create_or_update_file),
    ("create_pull_request", pulls::create_pull_request),
    ("create_repository", repos::create_repository),
    ("delete_file", contents::delete_file),
    ("fork_repository", repos::fork_repository),
    ("get_commit", repos::get_commit),
    ("get_file_contents", contents::get_file_contents),
    ("get_label", issues::get_label),
    ("get_latest_release", releases::get_latest_release),
    ("get_me", repos::get_me),
    ("get_release_by_tag", releases::get_release_by_tag),
    ("get_tag", releases::get_tag),
    ("get_team_members", organizations::get_team_members),
    ("get_teams", organizations::get_teams),
    ("issue_read", issues::issue_read),
    ("issue_write", issues::issue_write),
    ("list_branches", repos::list_branches),
    ("list_commits", repos::list_commits),
    ("list_issue_fields", organizations::list_issue_fields),
    ("list_issue_types", organizations::list_issue_types),
    ("list_issues", issues::list_issues),
    ("list_pull_requests", pulls::list_pull_requests),
    ("list_releases", releases::list_releases),
    ("list_repository_collaborators", repos::list_repository_collaborators),
    ("list_tags", releases::list_tags),
    ("merge_pull_request", pulls::merge_pull_request),
    ("pull_request_read", pull_read::pull_request_read),
    ("pull_request_review_write", reviews::pull_request_review_write),
    ("push_files", contents::push_files),
    ("search_code", search::search_code),
    ("search_commits", search::search_commits),
    ("search_issues", search::search_issues),
    ("search_pull_requests", search::search_pull_requests),
    ("search_repositories", search::search_repositories),
    ("search_users", search::search_users),
    ("sub_issue_write", sub_issues::sub_issue_write),
    ("update_pull_request", pulls::update_pull_request),
    ("update_pull_request_branch", pulls::update_pull_request_branch),
];

pub(crate) fn dialect() -> Box<dyn Dialect> {
    FACTS.dialect(Official, OPERATIONS)
}

#[derive(Debug)]
struct Official;

impl ServerBehavior for Official {
    fn check(
        &self,
        _: &str,
        schema: &Value,
        arguments: Option<Map<String, Value>>,
    ) -> Result<Map<String, Value>, Reply> {
        let checked = check::checked(schema, arguments.unwrap_or_default());
        checked.map_err(|words| Ok(text(words).into_error()))
    }

    fn unknown_tool(&self, name: &str, _: &[Tool]) -> Reply {
        Err(RpcError::new(code::INVALID_PARAMS, format!("unknown tool \"{name}\"")))
    }

    fn refuse(&self, tool: &str, error: &ApiError) -> Reply {
        Ok(text(failure::scripted(tool, error)).into_error())
    }

    /// The library of the server gives the code 0.
    fn uncaught(&self, words: &str) -> RpcError {
        RpcError::new(0, words)
    }

    fn answer(&self, _: &str, answer: &Answer) -> CallToolResult {
        match answer {
            Answer::Json(body) => text(body.to_string()),
            Answer::Blocks(blocks) => CallToolResult::blocks(blocks.clone()),
            Answer::Text(words) | Answer::Failures(words) => text(words),
        }
    }
}

/// All that is said of a record that was created or changed.
fn created(id: u64, url: &str) -> Answer {
    Answer::Json(json!({ "id": id.to_string(), "url": url }))
}

/// A string that counts: an empty one is not given, for this server.
fn non_empty(given: Option<String>) -> Option<String> {
    given.filter(|string| !string.is_empty())
}
