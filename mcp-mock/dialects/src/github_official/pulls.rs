//! Tools that open, list and change pull requests.

use serde_json::json;

use super::super::github::{
    merge_message, merge_method, number, owned, page, pull_order, repo_path, state,
};
use super::super::{Answer, Arguments};
use super::failure::{Request, rest, told};
use super::{Outcome, created, minimal};
use mcp_mock::service::ApiError;
use mcp_mock::service::github::{
    GitHub, IssueChange, IssueFilter, IssueKind, IssueState, Merge, NewPull, PullChange,
};
use mcp_mock::world::Env;

pub(super) fn create_pull_request(
    github: &mut GitHub,
    env: &mut Env,
    arguments: &Arguments,
) -> Outcome {
    let path = repo_path(arguments);
    let new = NewPull {
        title: arguments.text("title").to_owned(),
        head: arguments.text("head").to_owned(),
        base: owned(arguments, "base"),
        body: owned(arguments, "body").filter(|body| !body.is_empty()),
        draft: arguments.boolean("draft").unwrap_or_default(),
    };
    let request = Request::of_repo("POST", arguments, "/pulls");
    let issue = github
        .create_pull(env, path, new)
        .map_err(rest("failed to create pull request", request))?;
    request_reviewers(github, env, arguments, issue.number)?;
    Ok(created(issue.id, &issue.html_url))
}

fn request_reviewers(
    github: &mut GitHub,
    env: &mut Env,
    arguments: &Arguments,
    number: u64,
) -> Result<(), ApiError> {
    let change = PullChange { reviewers: arguments.texts("reviewers"), ..PullChange::default() };
    if change.reviewers.is_empty() {
        return Ok(());
    }
    let place = format_args!("/pulls/{number}/requested_reviewers");
    let request = Request::of_repo("POST", arguments, place);
    let asked = github.update_pull(env, repo_path(arguments), number, change);
    asked.map_err(rest("failed to request reviewers", request)).map(drop)
}

pub(super) fn list_pull_requests(
    github: &mut GitHub,
    _: &mut Env,
    arguments: &Arguments,
) -> Outcome {
    let path = repo_path(arguments);
    let filter = IssueFilter {
        kind: IssueKind::Pull,
        state: state(arguments),
        head: owned(arguments, "head").filter(|head| !head.is_empty()),
        base: owned(arguments, "base").filter(|base| !base.is_empty()),
        order: pull_order(arguments)?,
        ..IssueFilter::default()
    };
    let request = Request::of_repo("GET", arguments, "/pulls?page=1&per_page=30");
    let listing = github
        .list_issues(path, &filter, page(arguments, "page", "perPage"))
        .map_err(rest("failed to list pull requests", request))?;
    let repo = github.get_repo(path)?;
    let pulls = listing.items.iter().map(|issue| minimal::listed_pull(repo, issue)).collect();
    Ok(Answer::Json(minimal::picked(pulls, arguments)))
}

/// Empty texts count as given here, unlike when an issue is changed.
pub(super) fn update_pull_request(
    github: &mut GitHub,
    env: &mut Env,
    arguments: &Arguments,
) -> Outcome {
    let names = ["title", "body", "state", "base", "maintainer_can_modify", "draft"];
    let has_reviewers = !arguments.texts("reviewers").is_empty();
    if !has_reviewers && !names.iter().any(|name| arguments.given(name).is_some()) {
        return Err(told("No update parameters provided."));
    }
    let (path, number) = (repo_path(arguments), number(arguments, "pullNumber"));
    let request = Request::of_repo("PATCH", arguments, format_args!("/pulls/{number}"));
    let refused = rest("failed to update pull request", request);
    github.get_pull(path, number).map_err(&refused)?;
    let change = PullChange {
        base: owned(arguments, "base"),
        draft: arguments.boolean("draft"),
        reviewers: Vec::new(),
    };
    github.update_pull(env, path, number, change).map_err(&refused)?;
    let change = IssueChange {
        title: owned(arguments, "title"),
        body: owned(arguments, "body"),
        state: match arguments.text("state") {
            "closed" => Some(IssueState::Closed),
            "open" => Some(IssueState::Open),
            _ => None,
        },
        ..IssueChange::default()
    };
    let issue = github.update_issue(env, path, number, change).map_err(&refused)?;
    request_reviewers(github, env, arguments, number)?;
    Ok(created(issue.id, &issue.html_url))
}

pub(super) fn merge_pull_request(
    github: &mut GitHub,
    env: &mut Env,
    arguments: &Arguments,
) -> Outcome {
    let (path, number) = (repo_path(arguments), number(arguments, "pullNumber"));
    let request = Request::of_repo("PUT", arguments, format_args!("/pulls/{number}/merge"));
    let refused = rest("failed to merge pull request", request);
    let issue = github.get_pull(path, number).map_err(&refused)?;
    let method = merge_method(arguments);
    let message = merge_message(method, issue, arguments);
    let merge = Merge { method, message, sha: None };
    let merged = github.merge_pull(env, path, number, merge).map_err(&refused)?;
    Ok(Answer::Json(json!({ "sha": merged.sha, "merged": true, "message": merged.message })))
}

/// GitHub accepts the request and carries it out later, which is all that the server says.
pub(super) fn update_pull_request_branch(
    github: &mut GitHub,
    env: &mut Env,
    arguments: &Arguments,
) -> Outcome {
    let number = number(arguments, "pullNumber");
    let expected = arguments.optional_text("expectedHeadSha").filter(|sha| !sha.is_empty());
    let request = Request::of_repo("PUT", arguments, format_args!("/pulls/{number}/update-branch"));
    github
        .update_pull_branch(env, repo_path(arguments), number, expected)
        .map_err(rest("failed to update pull request branch", request))?;
    Ok(Answer::Text("Pull request branch update is in progress".to_owned()))
}
