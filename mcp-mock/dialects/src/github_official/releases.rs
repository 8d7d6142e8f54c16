//! Tools of releases and tags, which can only be read.

use serde_json::{Value, json};

use super::super::github::{page, repo_path};
use super::super::{Answer, Arguments};
use super::failure::{Request, rest, thrown};
use super::{Outcome, minimal};
use mcp_mock::service::ApiError;
use mcp_mock::service::github::{GitHub, Release};
use mcp_mock::world::Env;

pub(super) fn list_releases(github: &mut GitHub, _: &mut Env, arguments: &Arguments) -> Outcome {
    let request = Request::of_repo("GET", arguments, "/releases?page=1&per_page=30");
    let found = github.get_repo(repo_path(arguments));
    let repo = found.map_err(thrown("failed to list releases", request))?;
    let newest_first: Vec<&Release> = repo.releases.iter().rev().collect();
    let listing = page(arguments, "page", "perPage").cut(newest_first);
    let releases = listing.items.into_iter().map(minimal::release).collect();
    Ok(Answer::Json(minimal::picked(releases, arguments)))
}

pub(super) fn get_latest_release(
    github: &mut GitHub,
    _: &mut Env,
    arguments: &Arguments,
) -> Outcome {
    let request = Request::of_repo("GET", arguments, "/releases/latest");
    let found = github.get_repo(repo_path(arguments));
    let latest = found.and_then(|repo| repo.latest_release().ok_or_else(not_found));
    let release = latest.map_err(thrown("failed to get latest release", request))?;
    Ok(Answer::Json(minimal::release(release)))
}

pub(super) fn get_release_by_tag(
    github: &mut GitHub,
    _: &mut Env,
    arguments: &Arguments,
) -> Outcome {
    let tag = arguments.text("tag");
    let request = Request::of_repo("GET", arguments, format_args!("/releases/tags/{tag}"));
    let is_tagged = |release: &&Release| release.tag == tag && !release.draft;
    let found = github.get_repo(repo_path(arguments));
    let found = found.and_then(|repo| repo.releases.iter().find(is_tagged).ok_or_else(not_found));
    let words = format!("failed to get release by tag: {tag}");
    let release = found.map_err(rest(&words, request))?;
    Ok(Answer::Json(minimal::release(release)))
}

pub(super) fn list_tags(github: &mut GitHub, _: &mut Env, arguments: &Arguments) -> Outcome {
    let request = Request::of_repo("GET", arguments, "/tags?page=1&per_page=30");
    let found = github.get_repo(repo_path(arguments));
    let repo = found.map_err(rest("failed to list tags", request))?;
    let tags: Vec<Value> =
        repo.tags.iter().rev().map(|(name, sha)| json!({ "name": name, "sha": sha })).collect();
    Ok(Answer::Json(page(arguments, "page", "perPage").cut(tags).items.into()))
}

/// All tags of this world point to commits, and are shown as references.
pub(super) fn get_tag(github: &mut GitHub, _: &mut Env, arguments: &Arguments) -> Outcome {
    let tag = arguments.text("tag");
    let request = Request::of_repo("GET", arguments, format_args!("/git/ref/tags/{tag}"));
    let found = github.get_repo(repo_path(arguments));
    let found = found.and_then(|repo| Ok((repo, repo.tags.get(tag).ok_or_else(not_found)?)));
    let (repo, sha) = found.map_err(rest("failed to get tag reference", request))?;
    let api = format!("https://api.github.com/repos/{}/git", repo.full_name());
    Ok(Answer::Json(json!({
        "ref": format!("refs/tags/{tag}"),
        "url": format!("{api}/refs/tags/{tag}"),
        "object": { "type": "commit", "sha": sha, "url": format!("{api}/commits/{sha}") },
    })))
}

fn not_found() -> ApiError {
    ApiError::new(404, "not_found", "Not Found")
}
