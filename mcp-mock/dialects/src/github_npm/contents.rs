//! Tools of files and commits.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::github::{InRepo, Paging, Rest, commit};
use super::shape;
use mcp_mock::dialect::{Answer, Call, Outcome};
use mcp_mock::service::ApiError;
use mcp_mock::service::github::{
    CodeHit, CommitFilter, Content, ContentEntry, GitHub, INLINE_MAX, NewContent, Push, Repo,
    not_found,
};

#[derive(Deserialize)]
struct Place {
    #[serde(flatten)]
    at: InRepo,
    path: String,
    #[serde(default)]
    branch: String,
}

/// The server decodes the text of a file and leaves `encoding` as it was.
pub(super) fn get_file_contents(mut call: Call<'_, GitHub>) -> Outcome {
    let Place { at, path, branch } = call.read()?;
    let branch = Some(branch.as_str()).filter(|branch| !branch.is_empty());
    let content = call.service.get_content(&mut call.api, at.path(), &path, branch)?;
    let repo = call.service.repo_at(at.path())?;
    let reference = branch.unwrap_or(&repo.default_branch);
    Ok(Answer::Json(match content {
        Content::Directory(entries) => {
            let entries = entries.iter().map(|entry| commit::content(repo, reference, entry));
            shape::DIRECTORY.trim(entries.collect())
        }
        Content::File { entry, text } => {
            let mut body = commit::content(repo, reference, &entry);
            let is_inline = entry.size <= INLINE_MAX;
            body["content"] = if is_inline { text } else { String::new() }.into();
            body["encoding"] = if is_inline { "base64" } else { "none" }.into();
            shape::FILE.trim(body)
        }
    }))
}

#[derive(Deserialize)]
struct NewFile {
    #[serde(flatten)]
    place: Place,
    content: String,
    message: String,
    #[serde(default)]
    sha: String,
}

/// Without a `sha` the server looks it up itself, so that it overwrites what it has never read.
pub(super) fn create_or_update_file(mut call: Call<'_, GitHub>) -> Outcome {
    let NewFile { place: Place { at, path, branch }, content, message, sha } = call.read()?;
    let (github, at) = (call.service, at.path());
    let sha = if sha.is_empty() {
        let found = github.get_content(&mut call.api, at, &path, Some(&branch));
        found.and_then(file).ok().map(|entry| entry.sha)
    } else {
        Some(sha)
    };
    let new = NewContent { path, text: content, message, branch: Some(branch), sha };
    let written = github.put_content(&mut call.api, at, new)?;
    let entry = file(github.content_at(at, &written.path, Some(&written.branch))?)?;
    let (commit, _) = github.commit_at(at, &written.commit_sha)?;
    let repo = github.repo_at(at)?;
    Ok(Answer::Json(shape::WRITTEN.trim(json!({
        "content": commit::content(repo, &written.branch, &entry),
        "commit": commit::git_commit(repo, &commit),
    }))))
}

fn file(content: Content) -> Result<ContentEntry, ApiError> {
    match content {
        Content::File { entry, .. } => Ok(entry),
        Content::Directory(_) => Err(not_found()),
    }
}

#[derive(Deserialize)]
struct NewPush {
    #[serde(flatten)]
    at: InRepo,
    branch: String,
    message: String,
    files: Vec<PushedFile>,
}

#[derive(Deserialize)]
struct PushedFile {
    path: String,
    content: String,
}

pub(super) fn push_files(mut call: Call<'_, GitHub>) -> Outcome {
    let NewPush { at, branch, message, files } = call.read()?;
    let (github, at) = (call.service, at.path());
    github.get_ref(&mut call.api, at, &format!("heads/{branch}"))?;
    let files: BTreeMap<_, _> =
        files.into_iter().map(|file| (file.path, Some(file.content))).collect();
    let push = Push { branch: &branch, message: &message, files };
    github.push_files(&mut call.api, at, push)?;
    let reference = Rest::new(github).reference(github.repo_at(at)?, &branch);
    Ok(Answer::Json(shape::REFERENCE.trim(reference)))
}

#[derive(Deserialize)]
struct History {
    #[serde(flatten)]
    at: InRepo,
    sha: Option<String>,
    #[serde(flatten)]
    paging: Paging,
}

pub(super) fn list_commits(mut call: Call<'_, GitHub>) -> Outcome {
    let History { at, sha, paging } = call.read()?;
    let filter = CommitFilter { from: sha, ..CommitFilter::default() };
    let page = call.service.list_commits(&mut call.api, at.path(), &filter, paging.number())?;
    let (rest, repo) = (Rest::new(call.service), call.service.repo_at(at.path())?);
    let commits: Vec<Value> = page.items.iter().map(|entry| rest.commit(repo, entry)).collect();
    Ok(Answer::Json(commits.into()))
}

#[derive(Deserialize)]
struct Search {
    q: String,
    #[serde(flatten)]
    paging: Paging,
}

pub(super) fn search_code(mut call: Call<'_, GitHub>) -> Outcome {
    let Search { q, paging } = call.read()?;
    let index = call.service.search_index(&call.api);
    let found = index.code(&mut call.api, &q, paging.number())?;
    Ok(Answer::Json(Rest::new(index.content()).found(found, |rest, hit| code_hit(rest, &hit))))
}

fn code_hit(rest: Rest<'_>, hit: &CodeHit) -> Value {
    let repo = hit.repository.split_once('/');
    let repo = repo.and_then(|(owner, name)| rest.github().repo(owner, name));
    let api = |repo: &Repo| format!("https://api.github.com/repos/{}", repo.full_name());
    json!({
        "name": hit.path.rsplit('/').next(),
        "path": hit.path,
        "sha": hit.sha,
        "url": repo.map(|repo| format!("{}/contents/{}", api(repo), hit.path)),
        "git_url": repo.map(|repo| format!("{}/git/blobs/{}", api(repo), hit.sha)),
        "html_url": hit.html_url,
        "repository": repo.map(|repo| rest.repo(repo)),
    })
}
