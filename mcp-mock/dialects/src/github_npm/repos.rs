//! Tools of repositories, branches and accounts.

use serde_json::json;

use super::super::github::{Rest, owned, page, refuse_unmodelled, repo_path};
use super::super::{Answer, Arguments};
use super::{Outcome, shape};
use mcp_mock::service::ApiError;
use mcp_mock::service::github::{GitHub, NewRepo};
use mcp_mock::world::Env;

/// `autoInit` does nothing: the server sends it under this name, and GitHub knows it by another.
pub(super) fn create_repository(
    github: &mut GitHub,
    env: &mut Env,
    arguments: &Arguments,
) -> Outcome {
    let new = NewRepo {
        name: arguments.text("name").to_owned(),
        description: owned(arguments, "description"),
        private: arguments.boolean("private").unwrap_or_default(),
        default_branch: None,
    };
    let viewer = github.viewer.clone();
    let repo = github.create_repo(env, &viewer, new)?;
    Ok(Answer::Json(shape::REPO.trim(Rest::new(github).repo(&repo))))
}

pub(super) fn fork_repository(
    github: &mut GitHub,
    env: &mut Env,
    arguments: &Arguments,
) -> Outcome {
    let organization = arguments.optional_text("organization").filter(|name| !name.is_empty());
    let fork = github.fork(env, repo_path(arguments), organization)?;
    let rest = Rest::new(github);
    let mut body = rest.repo(&fork);
    body["parent"] = rest.parent(&fork);
    body["source"] = rest.parent(&fork);
    Ok(Answer::Json(shape::FORK.trim(body)))
}

/// Without `from_branch` the server tries `main` and `master`, whatever the default branch is.
pub(super) fn create_branch(github: &mut GitHub, _: &mut Env, arguments: &Arguments) -> Outcome {
    let (path, branch) = (repo_path(arguments), arguments.text("branch"));
    let repo = github.get_repo(path)?;
    if repo.branches.is_empty() {
        return Err(ApiError::new(409, "conflict", "Git Repository is empty."));
    }
    let usual = if repo.branches.contains_key("main") { "main" } else { "master" };
    let from = arguments.optional_text("from_branch").filter(|name| !name.is_empty());
    let from = from.unwrap_or(usual);
    if !repo.branches.contains_key(from) {
        return Err(ApiError::new(404, "not_found", "Not Found"));
    }
    github.create_branch(path, branch, Some(from))?;
    let reference = Rest::new(github).reference(github.get_repo(path)?, branch);
    Ok(Answer::Json(shape::REFERENCE.trim(reference)))
}

pub(super) fn search_repositories(
    github: &mut GitHub,
    _: &mut Env,
    arguments: &Arguments,
) -> Outcome {
    let found = github.search_repos(arguments.text("query"), page(arguments, "page", "perPage"))?;
    let body = Rest::new(github).found(found, Rest::repo);
    Ok(Answer::Json(shape::REPO_SEARCH.trim(body)))
}

/// Followers and the day of joining are the same for all, so that sorting by them leaves the order; GitHub looks
/// at `order` only together with `sort`.
pub(super) fn search_users(github: &mut GitHub, _: &mut Env, arguments: &Arguments) -> Outcome {
    let page = page(arguments, "page", "per_page");
    refuse_unmodelled(arguments, "sort", &["repositories"])?;
    let found = github.search_accounts(arguments.text("q"), page)?;
    let found = Rest::new(github).found(found, Rest::account);
    Ok(Answer::Json(json!(found)))
}
