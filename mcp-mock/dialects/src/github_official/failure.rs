//! How the server words a failure: what it was at, and what GitHub said.

use mcp_core::jsonrpc::RpcError;
use serde_json::Value;

use super::super::{Arguments, text};
use mcp_mock::dialect::Reply;
use mcp_mock::service::ApiError;
use mcp_mock::service::github::{GitHub, RepoPath};

/// Marks a refusal whose message is the server's own.
const TOLD: &str = "told";
/// Marks a failure that the server does not catch: it becomes an error of JSON-RPC, which the library of
/// the server gives the code 0.
const THROWN: &str = "thrown";

pub(super) fn shown(tool: &str, error: &ApiError) -> Reply {
    match error.code.as_str() {
        TOLD => Ok(text(&error.message).into_error()),
        THROWN => Err(RpcError::new(0, &error.message)),
        // A refusal that a test has scripted: nobody knows what the server was at.
        _ => Ok(text(rest_words(&format!("failed to call {tool}"), "", error)).into_error()),
    }
}

/// The server's own words.
pub(super) fn told(words: impl Into<String>) -> ApiError {
    ApiError::new(400, TOLD, words)
}

/// What the REST API refused, while the server was at what `words` say.
pub(super) fn rest(words: &str, request: Request) -> impl Fn(ApiError) -> ApiError {
    move |error| {
        if error.code == TOLD {
            return error;
        }
        ApiError::new(error.status, TOLD, rest_words(words, &format!("{}: ", request.0), &error))
    }
}

/// As [`rest`], in a tool that does not catch it.
pub(super) fn thrown(words: &str, request: Request) -> impl Fn(ApiError) -> ApiError {
    move |error| {
        let words = format!("{words}: {}: {} {} []", request.0, error.status, error.message);
        ApiError::new(error.status, THROWN, words)
    }
}

/// What the GraphQL API refused. It says what it could not find, by `name`.
pub(super) fn graph(words: &str, name: &str) -> impl Fn(ApiError) -> ApiError {
    move |error| {
        let said = if error.status == 404 {
            format!("Could not resolve to {name}.")
        } else {
            first_detail(&error).unwrap_or(&error.message).to_owned()
        };
        let prefix = if words.is_empty() { String::new() } else { format!("{words}: ") };
        told(format!("{prefix}{said}"))
    }
}

/// How the GraphQL API calls the repository of a call.
pub(super) fn repo_name(arguments: &Arguments) -> String {
    let (owner, repo) = (arguments.text("owner"), arguments.text("repo"));
    format!("a Repository with the name '{owner}/{repo}'")
}

/// What the GraphQL API cannot find: the repository, or else what was looked for in it.
pub(super) fn missing(github: &GitHub, arguments: &Arguments, wanted: &str) -> String {
    match github.get_repo(RepoPath::new(arguments.text("owner"), arguments.text("repo"))) {
        Ok(_) => wanted.to_owned(),
        Err(_) => repo_name(arguments),
    }
}

/// A request of the REST API, as it stands in words.
pub(super) struct Request(String);

impl Request {
    pub(super) fn new(method: &str, path: impl std::fmt::Display) -> Self {
        Self(format!("{method} https://api.github.com/{path}"))
    }

    /// Of a repository; `rest` begins with a slash or is empty.
    pub(super) fn of_repo(
        method: &str,
        arguments: &Arguments,
        rest: impl std::fmt::Display,
    ) -> Self {
        let (owner, repo) = (arguments.text("owner"), arguments.text("repo"));
        Self::new(method, format_args!("repos/{owner}/{repo}{rest}"))
    }
}

fn rest_words(words: &str, request: &str, error: &ApiError) -> String {
    let message = &error.message;
    let is_limit = message.contains("rate limit") && matches!(error.status, 403 | 429);
    if is_limit || error.status == 429 {
        let which = if message.contains("API rate limit exceeded") { "API" } else { "secondary" };
        let wait = error.details.as_ref().and_then(|details| details.get("retry_after"));
        let wait = match wait.and_then(Value::as_u64) {
            Some(seconds) => format!("Retry after {}.", go_duration(seconds)),
            None => "Wait before retrying.".to_owned(),
        };
        return format!("{words}: GitHub {which} rate limit exceeded. {wait}");
    }
    if error.status != 422 {
        return format!("{words}: {request}{} {message} []", error.status);
    }
    let errors = error.details.as_ref().and_then(|details| details.get("errors"));
    let details = errors.and_then(Value::as_array).into_iter().flatten().map(detail);
    let lines: Vec<String> = std::iter::once(one_line(message)).chain(details).collect();
    format!("{words}: {}", lines.join("\n"))
}

/// `Resource.field (code): message`, as far as there is any of it.
fn detail(error: &Value) -> String {
    let part = |name: &str| one_line(error[name].as_str().unwrap_or_default());
    let (code, message) = (part("code"), error.as_str().map_or_else(|| part("message"), one_line));
    let place = format!("{}.{}", part("resource"), part("field"));
    let place = match (place.trim_matches('.'), code.as_str()) {
        ("", code) => code.to_owned(),
        (place, "") => place.to_owned(),
        (place, code) => format!("{place} ({code})"),
    };
    match (place.as_str(), message.as_str()) {
        ("", message) => message.to_owned(),
        (place, "") => place.to_owned(),
        (place, message) => format!("{place}: {message}"),
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn first_detail(error: &ApiError) -> Option<&str> {
    let first = error.details.as_ref()?.get("errors")?.get(0)?;
    first.as_str().or_else(|| first.get("message").and_then(Value::as_str))
}

/// How Go writes a length of time: `45s`, `1m0s`, `1h0m0s`.
fn go_duration(seconds: u64) -> String {
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes) {
        (0, 0) => format!("{rest}s"),
        (0, minutes) => format!("{minutes}m{rest}s"),
        (hours, minutes) => format!("{hours}h{minutes}m{rest}s"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn words(error: ApiError) -> String {
        let request = Request::new("POST", "repos/o/r/issues");
        rest("failed to create issue", request)(error).message
    }

    #[test]
    fn not_found_names_the_request() {
        assert_eq!(
            words(ApiError::new(404, "not_found", "Not Found")),
            "failed to create issue: POST https://api.github.com/repos/o/r/issues: 404 Not Found []"
        );
    }

    #[test]
    fn validation_is_a_line_a_detail() {
        let errors = json!({ "errors": [
            { "resource": "Issue", "field": "title", "code": "missing_field" },
            { "resource": "PullRequest", "code": "custom", "message": "No commits between\nmain and x" },
            "Can not approve your own pull request",
        ]});
        let error = ApiError::new(422, "custom", "Validation Failed").with_details(errors);

        assert_eq!(
            words(error),
            "failed to create issue: Validation Failed\nIssue.title (missing_field)\n\
             PullRequest (custom): No commits between main and x\nCan not approve your own pull request"
        );
    }

    #[test]
    fn limits_say_how_long_to_wait() {
        let limit = |message, seconds| {
            let error = ApiError::new(403, "forbidden", message);
            words(error.with_details(json!({ "retry_after": seconds })))
        };

        assert_eq!(
            limit("API rate limit exceeded for user ID 1.", 250),
            "failed to create issue: GitHub API rate limit exceeded. Retry after 4m10s."
        );
        assert_eq!(
            limit("You have exceeded a secondary rate limit.", 60),
            "failed to create issue: GitHub secondary rate limit exceeded. Retry after 1m0s."
        );
    }
}
