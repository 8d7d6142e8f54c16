//! Tools that open, list and change pull requests.

use serde::Deserialize;
use serde_json::json;

use super::super::github::{InRepo, MergeRequest, OfPull, PullList};
use super::failure::{Request, graphql_error, missing, rest_error, server_error};
use super::{created, minimal, non_empty};
use mcp_mock::dialect::{Answer, Call, Outcome, Refusal};
use mcp_mock::service::github::{GitHub, IssueChange, IssueState, NewPull, PullChange};

#[derive(Deserialize)]
struct Draft {
    #[serde(flatten)]
    at: InRepo,
    title: String,
    head: String,
    base: String,
    body: Option<String>,
    #[serde(default)]
    draft: bool,
    reviewers: Option<Vec<String>>,
}

pub(super) fn create_pull_request(mut call: Call<'_, GitHub>) -> Outcome {
    let Draft { at, title, head, base, body, draft, reviewers } = call.read()?;
    let new = NewPull { title, head, base: Some(base), body: non_empty(body), draft };
    let request = Request::of_repo("POST", &at, "/pulls");
    let opened = call.service.create_pull(&mut call.api, at.path(), new);
    let issue = opened.map_err(rest_error("failed to create pull request", request))?;
    request_reviewers(&mut call, &at, issue.number, reviewers)?;
    Ok(created(issue.id, &issue.html_url))
}

fn request_reviewers(
    call: &mut Call<'_, GitHub>,
    at: &InRepo,
    number: u64,
    reviewers: Option<Vec<String>>,
) -> Result<(), Refusal> {
    let Some(logins) = reviewers.filter(|logins| !logins.is_empty()) else { return Ok(()) };
    let place = format_args!("/pulls/{number}/requested_reviewers");
    let request = Request::of_repo("POST", at, place);
    let asked = call.service.request_reviewers(&mut call.api, at.path().issue(number), logins);
    asked.map_err(rest_error("failed to request reviewers", request))
}

#[derive(Deserialize)]
struct Wanted {
    #[serde(flatten)]
    list: PullList,
    fields: Option<Vec<String>>,
}

pub(super) fn list_pull_requests(mut call: Call<'_, GitHub>) -> Outcome {
    let Wanted { list, fields } = call.read()?;
    let (path, filter) = (list.at.path(), list.filter()?);
    let request = Request::of_repo("GET", &list.at, "/pulls?page=1&per_page=30");
    let page = call
        .service
        .list_issues(&mut call.api, path, &filter, list.paging.number())
        .map_err(rest_error("failed to list pull requests", request))?;
    let repo = call.service.repo_at(path)?;
    let pulls = page.items.iter().map(|issue| minimal::listed_pull(repo, issue)).collect();
    Ok(Answer::Json(minimal::picked(pulls, fields.as_deref())))
}

#[derive(Deserialize)]
struct Update {
    #[serde(flatten)]
    pull: OfPull,
    title: Option<String>,
    body: Option<String>,
    state: Option<String>,
    base: Option<String>,
    maintainer_can_modify: Option<bool>,
    draft: Option<bool>,
    reviewers: Option<Vec<String>>,
}

/// Sends a request for each kind of change, and one for what has become of the pull request. Empty strings count
/// as given here, unlike when an issue is changed.
pub(super) fn update_pull_request(mut call: Call<'_, GitHub>) -> Outcome {
    let Update { pull, title, body, state, base, maintainer_can_modify, draft, reviewers } =
        call.read()?;
    let has_change = title.is_some()
        || body.is_some()
        || state.is_some()
        || base.is_some()
        || maintainer_can_modify.is_some();
    let has_reviewers = reviewers.as_ref().is_some_and(|logins| !logins.is_empty());
    if !has_change && !has_reviewers && draft.is_none() {
        return Err(server_error("No update parameters provided."));
    }
    let (at, number) = (&pull.at, pull.number.id());
    if has_change {
        let state = match state.as_deref() {
            Some("closed") => Some(IssueState::Closed),
            Some("open") => Some(IssueState::Open),
            _ => None,
        };
        let issue = IssueChange { title, body, state, ..IssueChange::default() };
        let change = PullChange { base, issue };
        let request = Request::of_repo("PATCH", at, format_args!("/pulls/{number}"));
        let changed = call.service.update_pull(&mut call.api, pull.path(), change);
        changed.map_err(rest_error("failed to update pull request", request))?;
    }
    if let Some(draft) = draft {
        set_draft(&mut call, &pull, draft)?;
    }
    request_reviewers(&mut call, at, number, reviewers)?;
    let request = Request::of_repo("GET", at, format_args!("/pulls/{number}"));
    let found = call.service.get_pull(&mut call.api, pull.path());
    let issue = found.map_err(rest_error("Failed to get pull request", request))?;
    Ok(created(issue.id, &issue.html_url))
}

fn set_draft(call: &mut Call<'_, GitHub>, pull: &OfPull, draft: bool) -> Result<(), Refusal> {
    let path = pull.path();
    let wanted = format!("a PullRequest with the number of {}", path.number);
    let name = missing(call.service, &pull.at, &wanted);
    let found = call.service.get_pull(&mut call.api, path);
    let issue = found.map_err(graphql_error("Failed to find pull request", &name))?;
    if issue.pull.as_ref().is_some_and(|pull| pull.draft == draft) {
        return Ok(());
    }
    let words = if draft {
        "Failed to convert pull request to draft"
    } else {
        "Failed to mark pull request ready for review"
    };
    let set = call.service.set_draft(&mut call.api, path, draft);
    set.map_err(graphql_error(words, &name))
}

pub(super) fn merge_pull_request(mut call: Call<'_, GitHub>) -> Outcome {
    let wanted: MergeRequest = call.read()?;
    let path = wanted.pull.path();
    let place = format_args!("/pulls/{}/merge", path.number);
    let request = Request::of_repo("PUT", &wanted.pull.at, place);
    let refused = rest_error("failed to merge pull request", request);
    let issue = call.service.pull_at(path).map_err(&refused)?;
    let merge = wanted.merge(issue);
    let merged = call.service.merge_pull(&mut call.api, path, merge);
    let merged = merged.map_err(&refused)?;
    Ok(Answer::Json(json!({ "sha": merged.sha, "merged": true, "message": merged.message })))
}

#[derive(Deserialize)]
struct BranchUpdate {
    #[serde(flatten)]
    pull: OfPull,
    #[serde(rename = "expectedHeadSha")]
    expected_head_sha: Option<String>,
}

/// GitHub accepts the request and carries it out later, which is all that the server says.
pub(super) fn update_pull_request_branch(mut call: Call<'_, GitHub>) -> Outcome {
    let BranchUpdate { pull, expected_head_sha } = call.read()?;
    let expected = non_empty(expected_head_sha);
    let place = format_args!("/pulls/{}/update-branch", pull.number.id());
    let request = Request::of_repo("PUT", &pull.at, place);
    call.service
        .update_pull_branch(&mut call.api, pull.path(), expected.as_deref())
        .map_err(rest_error("failed to update pull request branch", request))?;
    Ok(Answer::Text("Pull request branch update is in progress".to_owned()))
}
