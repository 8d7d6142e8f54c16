//! Tools of repositories, branches and accounts.

use serde::Deserialize;
use serde_json::json;

use super::super::github::{InRepo, Paging, Rest, refuse_unmodelled};
use super::shape;
use mcp_mock::dialect::{Answer, Call, Outcome};
use mcp_mock::service::github::{GitHub, NewRepo};

#[derive(Deserialize)]
struct Draft {
    name: String,
    description: Option<String>,
    #[serde(default)]
    private: bool,
}

/// `autoInit` does nothing: the server sends it under this name, and GitHub knows it by another.
pub(super) fn create_repository(mut call: Call<'_, GitHub>) -> Outcome {
    let Draft { name, description, private } = call.read()?;
    let new = NewRepo { name, description, private, ..NewRepo::default() };
    let viewer = call.service.viewer.clone();
    let repo = call.service.create_repo(&mut call.api, &viewer, new)?;
    Ok(Answer::Json(shape::REPO.trim(Rest::new(call.service).repo(&repo))))
}

#[derive(Deserialize)]
struct Fork {
    #[serde(flatten)]
    at: InRepo,
    #[serde(default)]
    organization: String,
}

pub(super) fn fork_repository(mut call: Call<'_, GitHub>) -> Outcome {
    let Fork { at, organization } = call.read()?;
    let organization = Some(organization.as_str()).filter(|name| !name.is_empty());
    let fork = call.service.fork(&mut call.api, at.path(), organization)?;
    let rest = Rest::new(call.service);
    let mut body = rest.repo(&fork);
    body["parent"] = rest.parent(&fork);
    body["source"] = rest.parent(&fork);
    Ok(Answer::Json(shape::FORK.trim(body)))
}

#[derive(Deserialize)]
struct NewBranch {
    #[serde(flatten)]
    at: InRepo,
    branch: String,
    #[serde(default)]
    from_branch: String,
}

/// Without `from_branch` the server tries `main` and `master`, whatever the default branch is.
pub(super) fn create_branch(mut call: Call<'_, GitHub>) -> Outcome {
    let NewBranch { at, branch, from_branch } = call.read()?;
    let (github, path) = (call.service, at.path());
    let mut from = from_branch.as_str();
    if from.is_empty() {
        let main = github.get_ref(&mut call.api, path, "heads/main");
        from = if main.is_ok() { "main" } else { "master" };
    }
    if from != "main" || !from_branch.is_empty() {
        github.get_ref(&mut call.api, path, &format!("heads/{from}"))?;
    }
    github.create_branch(&mut call.api, path, &branch, Some(from))?;
    let reference = Rest::new(github).reference(github.repo_at(path)?, &branch);
    Ok(Answer::Json(shape::REFERENCE.trim(reference)))
}

#[derive(Deserialize)]
struct RepoSearch {
    query: String,
    #[serde(flatten)]
    paging: Paging,
}

pub(super) fn search_repositories(mut call: Call<'_, GitHub>) -> Outcome {
    let RepoSearch { query, paging } = call.read()?;
    let index = call.service.search_index(&call.api);
    let found = index.repos(&mut call.api, &query, paging.number())?;
    let body = Rest::new(index.content()).found(found, Rest::repo);
    Ok(Answer::Json(shape::REPO_SEARCH.trim(body)))
}

#[derive(Deserialize)]
struct UserSearch {
    q: String,
    #[serde(default)]
    sort: String,
    #[serde(flatten)]
    paging: Paging,
}

/// Followers and the day of joining are the same for all, so that sorting by them leaves the order; GitHub looks
/// at `order` only together with `sort`.
pub(super) fn search_users(mut call: Call<'_, GitHub>) -> Outcome {
    let UserSearch { q, sort, paging } = call.read()?;
    refuse_unmodelled("sort", &sort, &["repositories"])?;
    let index = call.service.search_index(&call.api);
    let found = index.accounts(&mut call.api, &q, paging.number())?;
    let found = Rest::new(index.content()).found(found, Rest::account);
    Ok(Answer::Json(json!(found)))
}
