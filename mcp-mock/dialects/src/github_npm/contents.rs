//! Tools of files and commits.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::github::{Rest, commit, owned, page, repo_path};
use super::super::{Answer, Arguments};
use super::{Outcome, shape};
use mcp_mock::service::ApiError;
use mcp_mock::service::github::{
    CodeHit, CommitFilter, Content, ContentEntry, GitHub, INLINE_MAX, NewContent, Push, Repo,
    RepoPath,
};
use mcp_mock::world::Env;

/// The server decodes the text of a file and leaves `encoding` as it was.
pub(super) fn get_file_contents(
    github: &mut GitHub,
    _: &mut Env,
    arguments: &Arguments,
) -> Outcome {
    let path = repo_path(arguments);
    let branch = arguments.optional_text("branch").filter(|branch| !branch.is_empty());
    let content = github.get_content(path, arguments.text("path"), branch)?;
    let repo = github.get_repo(path)?;
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

/// Without a `sha` the server looks it up itself, so that it overwrites what it has never read.
pub(super) fn create_or_update_file(
    github: &mut GitHub,
    env: &mut Env,
    arguments: &Arguments,
) -> Outcome {
    let (path, branch) = (repo_path(arguments), arguments.text("branch"));
    let given = owned(arguments, "sha").filter(|sha| !sha.is_empty());
    let new = NewContent {
        path: arguments.text("path").to_owned(),
        text: arguments.text("content").to_owned(),
        message: arguments.text("message").to_owned(),
        branch: Some(branch.to_owned()),
        sha: given.or_else(|| current_sha(github, path, arguments)),
    };
    let written = github.put_content(env, path, new)?;
    let entry = entry_at(github, path, (&written.path, branch))?;
    let (commit, _) = github.get_commit(path, &written.commit_sha)?;
    let repo = github.get_repo(path)?;
    Ok(Answer::Json(shape::WRITTEN.trim(json!({
        "content": commit::content(repo, branch, &entry),
        "commit": commit::git_commit(repo, &commit),
    }))))
}

fn current_sha(github: &GitHub, path: RepoPath<'_>, arguments: &Arguments) -> Option<String> {
    let place = (arguments.text("path"), arguments.text("branch"));
    entry_at(github, path, place).ok().filter(|entry| !entry.is_directory).map(|entry| entry.sha)
}

fn entry_at(
    github: &GitHub,
    path: RepoPath<'_>,
    (file, branch): (&str, &str),
) -> Result<ContentEntry, ApiError> {
    match github.get_content(path, file, Some(branch))? {
        Content::File { entry, .. } => Ok(entry),
        Content::Directory(_) => Err(ApiError::new(404, "not_found", "Not Found")),
    }
}

pub(super) fn push_files(github: &mut GitHub, env: &mut Env, arguments: &Arguments) -> Outcome {
    let (path, branch) = (repo_path(arguments), arguments.text("branch"));
    let push = Push { branch, message: arguments.text("message"), files: files(arguments) };
    github.push_files(env, path, push)?;
    let reference = Rest::new(github).reference(github.get_repo(path)?, branch);
    Ok(Answer::Json(shape::REFERENCE.trim(reference)))
}

fn files(arguments: &Arguments) -> BTreeMap<String, Option<String>> {
    let files = arguments.value("files").and_then(Value::as_array).into_iter().flatten();
    let text = |file: &Value, name: &str| file[name].as_str().unwrap_or_default().to_owned();
    files.map(|file| (text(file, "path"), Some(text(file, "content")))).collect()
}

pub(super) fn list_commits(github: &mut GitHub, _: &mut Env, arguments: &Arguments) -> Outcome {
    let path = repo_path(arguments);
    let filter = CommitFilter { from: owned(arguments, "sha"), ..CommitFilter::default() };
    let listing = github.list_commits(path, &filter, page(arguments, "page", "perPage"))?;
    let (rest, repo) = (Rest::new(github), github.get_repo(path)?);
    let commits: Vec<Value> = listing.items.iter().map(|entry| rest.commit(repo, entry)).collect();
    Ok(Answer::Json(commits.into()))
}

pub(super) fn search_code(github: &mut GitHub, _: &mut Env, arguments: &Arguments) -> Outcome {
    let found = github.search_code(arguments.text("q"), page(arguments, "page", "per_page"))?;
    Ok(Answer::Json(Rest::new(github).found(found, |rest, hit| code_hit(rest, github, &hit))))
}

fn code_hit(rest: Rest<'_>, github: &GitHub, hit: &CodeHit) -> Value {
    let repo = hit.repository.split_once('/').and_then(|(owner, name)| github.repo(owner, name));
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
