//! GitHub as `@modelcontextprotocol/server-github` 2025.4.8 shows it.
//!
//! Every failure is a JSON-RPC error of the same code; its words tell the classes apart. Answers are
//! GitHub's own bodies for issues and searches, and bodies cut to what the server knows for all else.

mod contents;
mod issues;
mod pulls;
mod repos;
mod reviews;
mod shape;
#[cfg(test)]
mod tests;

use mcp_core::jsonrpc::{RpcError, code};
use mcp_core::protocol::{CallToolResult, ProtocolVersion, Tool};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{Answer, Facts, Operation, ServerBehavior, indented, text, zod};
use mcp_mock::dialect::{Dialect, Provenance, Reply};
use mcp_mock::service::ApiError;
use mcp_mock::service::github::GitHub;

const FACTS: Facts = Facts {
    name: "npm-2025.4.8",
    provenance: Provenance::Recorded {
        source: "@modelcontextprotocol/server-github 2025.4.8 (MIT)",
        date: "2026-11-22",
    },
    cases: &[1, 2, 5, 6, 7],
    server: ("github-mcp-server", "0.6.2"),
    revision: ProtocolVersion::V2024_11_05,
    capabilities: r#"{ "tools": {} }"#,
    tools: include_str!("tools.json"),
};

const OPERATIONS: &[(&str, Operation<GitHub>)] = &[
    ("add_issue_comment", issues::add_issue_comment),
    ("create_branch", repos::create_branch),
    ("create_issue", issues::create_issue),
    ("create_or_update_file", contents::create_or_update_file),
    ("create_pull_request", pulls::create_pull_request),
    ("create_pull_request_review", reviews::create_pull_request_review),
    ("create_repository", repos::create_repository),
    ("fork_repository", repos::fork_repository),
    ("get_file_contents", contents::get_file_contents),
    ("get_issue", issues::get_issue),
    ("get_pull_request", pulls::get_pull_request),
    ("get_pull_request_comments", reviews::get_pull_request_comments),
    ("get_pull_request_files", pulls::get_pull_request_files),
    ("get_pull_request_reviews", reviews::get_pull_request_reviews),
    ("get_pull_request_status", pulls::get_pull_request_status),
    ("list_commits", contents::list_commits),
    ("list_issues", issues::list_issues),
    ("list_pull_requests", pulls::list_pull_requests),
    ("merge_pull_request", pulls::merge_pull_request),
    ("push_files", contents::push_files),
    ("search_code", contents::search_code),
    ("search_issues", issues::search_issues),
    ("search_repositories", repos::search_repositories),
    ("search_users", repos::search_users),
    ("update_issue", issues::update_issue),
    ("update_pull_request_branch", pulls::update_pull_request_branch),
];

pub(crate) fn dialect() -> Box<dyn Dialect> {
    FACTS.dialect(Npm, OPERATIONS)
}

#[derive(Debug)]
struct Npm;

impl ServerBehavior for Npm {
    fn without_arguments(&self) -> Option<Reply> {
        Some(Err(failed("Arguments are required")))
    }

    fn check(
        &self,
        _: &str,
        schema: &Value,
        arguments: Option<Map<String, Value>>,
    ) -> Result<Map<String, Value>, Reply> {
        let arguments = arguments.unwrap_or_default();
        let issues = zod::issues(schema, &arguments);
        if issues.is_empty() {
            return Ok(zod::stripped(schema, arguments));
        }
        let issues = serde_json::to_string(&issues).unwrap_or_default();
        Err(Err(failed(format!("Invalid input: {issues}"))))
    }

    fn unknown_tool(&self, name: &str, _: &[Tool]) -> Reply {
        Err(failed(format!("Unknown tool: {name}")))
    }

    fn refuse(&self, tool: &str, error: &ApiError) -> Reply {
        let words = if tool == "create_issue" { of_create_issue(error) } else { of_class(error) };
        Err(failed(words))
    }

    fn answer(&self, _: &str, answer: &Answer) -> CallToolResult {
        match answer {
            Answer::Json(body) => text(indented(body)),
            Answer::Blocks(blocks) => CallToolResult::blocks(blocks.clone()),
            Answer::Text(words) | Answer::Failures(words) => text(words),
        }
    }
}

fn failed(words: impl Into<String>) -> RpcError {
    RpcError::new(code::INTERNAL_ERROR, words)
}

/// The words for a refusal of GitHub, by its status. A rate limit that comes as 403 reads as a lack of
/// permission.
fn of_class(error: &ApiError) -> String {
    let message = &error.message;
    match error.status {
        401 => format!("Authentication Failed: {message}"),
        403 => format!("Permission Denied: {message}"),
        404 => format!("Not Found: Resource not found: {message}"),
        409 => format!("Conflict: {message}"),
        422 => format!("Validation Error: {message}\nDetails: {}", Body::of(error)),
        429 => format!("Rate Limit Exceeded: {message}\nResets at: {}", resets_at(error)),
        _ => format!("GitHub API Error: {message}"),
    }
}

/// The words of `create_issue`, which shows its stack; the first line of the stack is enough here. Its
/// operation has put the names into the words for a repository that is not there.
fn of_create_issue(error: &ApiError) -> String {
    let class = match error.status {
        401 => "GitHubAuthenticationError",
        403 => "GitHubPermissionError",
        404 => return error.message.clone(),
        409 => "GitHubConflictError",
        422 => "GitHubValidationError",
        429 => "GitHubRateLimitError",
        _ => "GitHubError",
    };
    let message = &error.message;
    format!("Failed to create issue: {message}\nStack: {class}: {message}")
}

/// The server reads the time from a member that GitHub does not send, and makes up one otherwise.
/// Refusals do not know the time of the world, so that what is made up is a minute after its beginning.
fn resets_at(error: &ApiError) -> &str {
    let sent = error.details.as_ref().and_then(|details| details.get("reset_at"));
    sent.and_then(Value::as_str).unwrap_or("2026-01-05T09:01:00.000Z")
}

/// The body of a refusal, in GitHub's order: it is shown as text.
#[derive(Serialize)]
struct Body<'a> {
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    errors: Option<&'a Value>,
    documentation_url: &'a str,
    status: String,
}

impl Body<'_> {
    fn of(error: &ApiError) -> String {
        let detail = |name: &str| error.details.as_ref().and_then(|details| details.get(name));
        let url = detail("documentation_url").and_then(Value::as_str);
        let body = Body {
            message: &error.message,
            errors: detail("errors"),
            documentation_url: url.unwrap_or("https://docs.github.com/rest"),
            status: error.status.to_string(),
        };
        serde_json::to_string(&body).unwrap_or_default()
    }
}
