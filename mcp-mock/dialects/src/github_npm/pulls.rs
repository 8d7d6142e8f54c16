//! Tools of pull requests.

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::github::{InRepo, MergeRequest, OfPull, PullList, Rest, head_sha, pull};
use super::shape;
use mcp_mock::dialect::{Answer, Call, Outcome};
use mcp_mock::service::github::{GitHub, Issue, NewPull, PageNumber, Quota, RepoPath};

#[derive(Deserialize)]
struct Draft {
    #[serde(flatten)]
    at: InRepo,
    title: String,
    head: String,
    base: Option<String>,
    body: Option<String>,
    #[serde(default)]
    draft: bool,
}

pub(super) fn create_pull_request(mut call: Call<'_, GitHub>) -> Outcome {
    let Draft { at, title, head, base, body, draft } = call.read()?;
    let new = NewPull { title, head, base, body, draft };
    let issue = call.service.create_pull(&mut call.api, at.path(), new)?;
    render(call.service, at.path(), &issue)
}

pub(super) fn get_pull_request(mut call: Call<'_, GitHub>) -> Outcome {
    let pull: OfPull = call.read()?;
    let issue = call.service.get_pull(&mut call.api, pull.path())?;
    render(call.service, pull.at.path(), issue)
}

fn render(github: &GitHub, path: RepoPath<'_>, issue: &Issue) -> Outcome {
    let body = Rest::new(github).pull(github.repo_at(path)?, issue);
    Ok(Answer::Json(shape::PULL.trim(body)))
}

pub(super) fn list_pull_requests(mut call: Call<'_, GitHub>) -> Outcome {
    let list: PullList = call.read()?;
    let (path, filter) = (list.at.path(), list.filter()?);
    let page = call.service.list_issues(&mut call.api, path, &filter, list.paging.number())?;
    let (rest, repo) = (Rest::new(call.service), call.service.repo_at(path)?);
    let pulls: Vec<Value> = page.items.iter().map(|issue| rest.pull(repo, issue)).collect();
    Ok(Answer::Json(shape::PULL.trim(pulls.into())))
}

pub(super) fn merge_pull_request(mut call: Call<'_, GitHub>) -> Outcome {
    let wanted: MergeRequest = call.read()?;
    let path = wanted.pull.path();
    let merge = wanted.merge(call.service.pull_at(path)?);
    let merged = call.service.merge_pull(&mut call.api, path, merge)?;
    Ok(Answer::Json(json!({ "sha": merged.sha, "merged": true, "message": merged.message })))
}

pub(super) fn get_pull_request_files(mut call: Call<'_, GitHub>) -> Outcome {
    let pull: OfPull = call.read()?;
    let (github, path) = (call.service, pull.path());
    let issue = github.get_pull(&mut call.api, path)?;
    let (repo, files) = (github.repo_at(path.repo)?, github.pull_files(path)?);
    let sha = head_sha(repo, issue);
    // The server asks for no page, and GitHub sends the first.
    let files = PageNumber::default().cut(files).items;
    let files: Vec<Value> = files.iter().map(|file| pull::file(repo, &sha, file)).collect();
    Ok(Answer::Json(files.into()))
}

/// Asks for the pull request and then for the status of its head. Nothing checks commits in this world, which
/// GitHub calls pending.
pub(super) fn get_pull_request_status(mut call: Call<'_, GitHub>) -> Outcome {
    let pull: OfPull = call.read()?;
    let issue = call.service.get_pull(&mut call.api, pull.path())?;
    call.service.spend(&mut call.api, Quota::Core)?;
    let sha = head_sha(call.service.repo_at(pull.at.path())?, issue);
    Ok(Answer::Json(json!({ "state": "pending", "statuses": [], "sha": sha, "total_count": 0 })))
}

#[derive(Deserialize)]
struct Update {
    #[serde(flatten)]
    pull: OfPull,
    #[serde(default)]
    expected_head_sha: String,
}

pub(super) fn update_pull_request_branch(mut call: Call<'_, GitHub>) -> Outcome {
    let Update { pull, expected_head_sha } = call.read()?;
    let expected = Some(expected_head_sha.as_str()).filter(|sha| !sha.is_empty());
    call.service.update_pull_branch(&mut call.api, pull.path(), expected)?;
    Ok(Answer::Json(json!({ "success": true })))
}
