//! How the server words a failure: what it was doing, and what GitHub said.

use serde_json::Value;

use super::super::github::InRepo;
use mcp_mock::dialect::Refusal;
use mcp_mock::service::ApiError;
use mcp_mock::service::github::GitHub;

/// A refusal that a test has scripted: what the server was doing is not known.
pub(super) fn scripted(tool: &str, error: &ApiError) -> String {
    rest_words(&format!("failed to call {tool}"), "", error)
}

/// The server's own words.
pub(super) fn server_error(words: impl Into<String>) -> Refusal {
    Refusal::Server(words.into())
}

/// What the REST API refused, while the server was doing what `words` say.
pub(super) fn rest_error(words: &str, request: Request) -> impl Fn(ApiError) -> Refusal {
    move |error| server_error(rest_words(words, &format!("{}: ", request.0), &error))
}

/// As [`rest_error`], in a tool that does not catch it.
pub(super) fn uncaught(words: &str, request: Request) -> impl Fn(ApiError) -> Refusal {
    move |error| {
        let ApiError { status, message, .. } = &error;
        Refusal::Uncaught(format!("{words}: {}: {status} {message} []", request.0))
    }
}

/// What the GraphQL API refused. It says what it could not find, by `name`.
pub(super) fn graphql_error(words: &str, name: &str) -> impl Fn(ApiError) -> Refusal {
    move |error| {
        let said = if error.status == 404 {
            format!("Could not resolve to {name}.")
        } else {
            first_detail(&error).unwrap_or(&error.message).to_owned()
        };
        let prefix = if words.is_empty() { String::new() } else { format!("{words}: ") };
        server_error(format!("{prefix}{said}"))
    }
}

/// How the GraphQL API calls the repository of a call.
pub(super) fn repo_name(at: &InRepo) -> String {
    format!("a Repository with the name '{}/{}'", at.owner, at.repo)
}

/// What the GraphQL API cannot find: the repository, or else what was looked for in it.
pub(super) fn missing(github: &GitHub, at: &InRepo, wanted: &str) -> String {
    if github.repo_at(at.path()).is_ok() { wanted.to_owned() } else { repo_name(at) }
}

/// A request of the REST API, as it stands in words.
pub(super) struct Request(String);

impl Request {
    pub(super) fn new(method: &str, path: impl std::fmt::Display) -> Self {
        Self(format!("{method} https://api.github.com/{path}"))
    }

    /// Of a repository; `rest` begins with a slash or is empty.
    pub(super) fn of_repo(method: &str, at: &InRepo, rest: impl std::fmt::Display) -> Self {
        Self::new(method, format_args!("repos/{}/{}{rest}", at.owner, at.repo))
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

    #[track_caller]
    fn words(error: ApiError) -> String {
        let request = Request::new("POST", "repos/o/r/issues");
        match rest_error("failed to create issue", request)(error) {
            Refusal::Server(words) => words,
            other => panic!("{other:?}"),
        }
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
