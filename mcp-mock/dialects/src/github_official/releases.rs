//! Tools of releases and tags, which can only be read.

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::github::{InRepo, Paging};
use super::failure::{Request, rest_error, uncaught};
use super::minimal;
use super::repos::List;
use mcp_mock::dialect::{Answer, Call, Outcome};
use mcp_mock::service::github::{GitHub, Release, not_found};

#[derive(Deserialize)]
struct ReleaseList {
    #[serde(flatten)]
    at: InRepo,
    #[serde(flatten)]
    paging: Paging,
    fields: Option<Vec<String>>,
}

pub(super) fn list_releases(mut call: Call<'_, GitHub>) -> Outcome {
    let ReleaseList { at, paging, fields } = call.read()?;
    let request = Request::of_repo("GET", &at, "/releases?page=1&per_page=30");
    let found = call.service.get_repo(&mut call.api, at.path());
    let repo = found.map_err(uncaught("failed to list releases", request))?;
    let newest_first: Vec<&Release> = repo.releases.iter().rev().collect();
    let page = paging.number().cut(newest_first);
    let releases = page.items.into_iter().map(minimal::release).collect();
    Ok(Answer::Json(minimal::picked(releases, fields.as_deref())))
}

pub(super) fn get_latest_release(mut call: Call<'_, GitHub>) -> Outcome {
    let at: InRepo = call.read()?;
    let request = Request::of_repo("GET", &at, "/releases/latest");
    let found = call.service.get_repo(&mut call.api, at.path());
    let latest = found.and_then(|repo| repo.latest_release().ok_or_else(not_found));
    let release = latest.map_err(uncaught("failed to get latest release", request))?;
    Ok(Answer::Json(minimal::release(release)))
}

#[derive(Deserialize)]
struct OfTag {
    #[serde(flatten)]
    at: InRepo,
    tag: String,
}

pub(super) fn get_release_by_tag(mut call: Call<'_, GitHub>) -> Outcome {
    let OfTag { at, tag } = call.read()?;
    let request = Request::of_repo("GET", &at, format_args!("/releases/tags/{tag}"));
    let is_tagged = |release: &&Release| release.tag == tag && !release.draft;
    let found = call.service.get_repo(&mut call.api, at.path());
    let found = found.and_then(|repo| repo.releases.iter().find(is_tagged).ok_or_else(not_found));
    let words = format!("failed to get release by tag: {tag}");
    let release = found.map_err(rest_error(&words, request))?;
    Ok(Answer::Json(minimal::release(release)))
}

pub(super) fn list_tags(mut call: Call<'_, GitHub>) -> Outcome {
    let List { at, paging } = call.read()?;
    let request = Request::of_repo("GET", &at, "/tags?page=1&per_page=30");
    let found = call.service.get_repo(&mut call.api, at.path());
    let repo = found.map_err(rest_error("failed to list tags", request))?;
    let tags: Vec<Value> =
        repo.tags.iter().rev().map(|(name, sha)| json!({ "name": name, "sha": sha })).collect();
    Ok(Answer::Json(paging.number().cut(tags).items.into()))
}

/// All tags of this world point to commits, and are shown as references.
pub(super) fn get_tag(mut call: Call<'_, GitHub>) -> Outcome {
    let OfTag { at, tag } = call.read()?;
    let request = Request::of_repo("GET", &at, format_args!("/git/ref/tags/{tag}"));
    let found = call.service.get_ref(&mut call.api, at.path(), &format!("tags/{tag}"));
    let sha = found.map_err(rest_error("failed to get tag reference", request))?;
    let full_name = call.service.repo_at(at.path())?.full_name();
    let api = format!("https://api.github.com/repos/{full_name}/git");
    Ok(Answer::Json(json!({
        "ref": format!("refs/tags/{tag}"),
        "url": format!("{api}/refs/tags/{tag}"),
        "object": { "type": "commit", "sha": sha, "url": format!("{api}/commits/{sha}") },
    })))
}
