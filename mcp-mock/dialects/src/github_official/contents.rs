//! Tools that read and write files.

use std::collections::BTreeMap;

use mcp_core::protocol::Content;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::github::{InRepo, commit};
use super::failure::{Request, rest_error, server_error, uncaught};
use super::{minimal, non_empty};
use mcp_mock::dialect::{Answer, Call, Outcome, Refusal};
use mcp_mock::service::ApiError;
use mcp_mock::service::github::{
    Api, Branch, Content as Found, ContentEntry, GitHub, INLINE_MAX, NewContent, Push, Quota, Repo,
    RepoPath,
};

#[derive(Deserialize)]
struct Place {
    #[serde(flatten)]
    at: InRepo,
    path: String,
    #[serde(default)]
    r#ref: String,
    sha: Option<String>,
    fields: Option<Vec<String>>,
}

/// A file comes as words and a resource, or a link to one when it is large; a folder as GitHub lists it.
pub(super) fn get_file_contents(mut call: Call<'_, GitHub>) -> Outcome {
    let place: Place = call.read()?;
    let path = place.at.path();
    let reference = place.resolve(&mut call)?;
    let found = call.service.get_content(&mut call.api, path, &place.path, Some(&reference));
    let repo = call.service.repo_at(path)?;
    match found {
        Ok(Found::Directory(entries)) => {
            let entry = |entry| minimal::lean(commit::content(repo, &reference, entry), &["size"]);
            let entries = entries.iter().map(entry).collect();
            Ok(Answer::Json(minimal::picked(entries, place.fields.as_deref())))
        }
        Ok(Found::File { entry, text }) => Ok(file_answer(repo, &reference, &entry, &text)),
        Err(_) => Err(server_error(
            "Failed to get file contents. The path does not point to a file or directory, or the file does \
             not exist in the repository.",
        )),
    }
}

impl Place {
    /// The commit that the call asks for; the server reads everything by commit, and asks for the one that a
    /// name stands for: the default branch, or else a branch or a tag.
    fn resolve(&self, call: &mut Call<'_, GitHub>) -> Result<String, Refusal> {
        if let Some(sha) = non_empty(self.sha.clone()) {
            return Ok(sha);
        }
        let (github, api, path) = (&*call.service, &mut call.api, self.at.path());
        let unresolved = |error: ApiError| {
            let reference = &self.r#ref;
            let words = match error.status {
                404 | 409 => {
                    format!("could not resolve ref \"{reference}\" as a branch or a tag")
                }
                _ => format!("failed to get reference for branch '{reference}': {error}"),
            };
            server_error(format!("failed to resolve git reference: {words}"))
        };
        let name = if self.r#ref.is_empty() {
            &github.get_repo(api, path).map_err(unresolved)?.default_branch
        } else {
            self.r#ref.strip_prefix("refs/").unwrap_or(&self.r#ref)
        };
        let found = if name.starts_with("heads/") || name.starts_with("tags/") {
            github.get_ref(api, path, name)
        } else {
            let branch = github.get_ref(api, path, &format!("heads/{name}"));
            branch.or_else(|error| match error.status {
                404 => github.get_ref(api, path, &format!("tags/{name}")),
                _ => Err(error),
            })
        };
        found.map(str::to_owned).map_err(unresolved)
    }
}

/// A file comes as a block of words and a block with its text or a link to it.
fn file_answer(repo: &Repo, sha: &str, entry: &ContentEntry, text: &str) -> Answer {
    let uri = format!("repo://{}/sha/{sha}/contents/{}", repo.full_name(), entry.path);
    if entry.size >= INLINE_MAX {
        let shown = commit::content(repo, sha, entry);
        let place = shown["download_url"].as_str().unwrap_or_default();
        let words = format!(
            "File {} is too large to display ({} bytes). Use the download URL to fetch the content: \
             {place} (SHA: {})",
            entry.path, entry.size, entry.sha
        );
        let link = json!({
            "type": "resource_link", "uri": uri, "name": entry.name,
            "title": format!("File: {}", entry.path), "size": entry.size,
        });
        return Answer::Blocks(vec![Content::text(words), block(link)]);
    }
    let (what, kind) = match text {
        "" => ("empty", "text/plain"),
        _ => ("text", "text/plain; charset=utf-8"),
    };
    let words = format!("successfully downloaded {what} file (SHA: {})", entry.sha);
    let resource = json!({ "uri": uri, "mimeType": kind, "text": text });
    let resource = block(json!({ "type": "resource", "resource": resource }));
    Answer::Blocks(vec![Content::text(words), resource])
}

fn block(content: Value) -> Content {
    serde_json::from_value(content).expect("a block that the protocol knows")
}

#[derive(Deserialize)]
struct NewFile {
    #[serde(flatten)]
    at: InRepo,
    path: String,
    content: String,
    message: String,
    branch: String,
    sha: Option<String>,
}

/// Looks before it writes: an existing file takes its id, so that no file is overwritten unread.
pub(super) fn create_or_update_file(mut call: Call<'_, GitHub>) -> Outcome {
    let NewFile { at, path, content, message, branch, sha } = call.read()?;
    let (github, repo) = (call.service, at.path());
    let (file, sha) = (path.trim_start_matches('/').to_owned(), non_empty(sha));
    let request = |method| Request::of_repo(method, &at, format_args!("/contents/{file}"));
    match github.get_content(&mut call.api, repo, &file, Some(&branch)) {
        Ok(Found::Directory(_)) => {
            return Err(server_error(format!(
                "Path {file} is a directory, not a file. This tool only works with files."
            )));
        }
        Ok(Found::File { entry, .. }) => check_sha(&branch, &entry, sha.as_deref())?,
        Err(error) if error.status == 404 => {}
        Err(error) => {
            let words = if sha.is_some() {
                "failed to verify file SHA"
            } else {
                "failed to check if file exists"
            };
            return Err(rest_error(words, request("GET"))(error));
        }
    }
    let size = content.len();
    let new = NewContent { path: file.clone(), text: content, message, branch: Some(branch), sha };
    let written = github.put_content(&mut call.api, repo, new);
    let written = written.map_err(rest_error("failed to create/update file", request("PUT")))?;
    let (entry, _) = github.commit_at(repo, &written.commit_sha)?;
    let content = json!({
        "name": file.rsplit('/').next(),
        "path": file,
        "sha": written.sha,
        "size": size,
        "html_url": written.html_url,
    });
    Ok(Answer::Json(json!({
        "content": minimal::lean(content, &[]),
        "commit": minimal::file_commit(github.repo_at(repo)?, &entry),
    })))
}

fn check_sha(branch: &str, entry: &ContentEntry, given: Option<&str>) -> Result<(), Refusal> {
    let (path, current) = (&entry.path, &entry.sha);
    match given {
        None => Err(server_error(format!(
            "File already exists at {path}. You must provide the current file's SHA when updating. \
             Use git rev-parse {branch}:{path} to get the blob SHA, then retry with the sha parameter."
        ))),
        Some(sha) if sha != current => Err(server_error(format!(
            "SHA mismatch: provided SHA {sha} is stale. Current file SHA is {current}. \
             Pull the latest changes and use git rev-parse {branch}:{path} to get the current SHA."
        ))),
        Some(_) => Ok(()),
    }
}

#[derive(Deserialize)]
struct NewPush {
    #[serde(flatten)]
    at: InRepo,
    branch: String,
    message: String,
    files: Value,
}

/// A branch that does not exist begins at the default branch; an empty repository gets a readme first.
pub(super) fn push_files(mut call: Call<'_, GitHub>) -> Outcome {
    let NewPush { at, branch, message, files } = call.read()?;
    let files = read_files(&files)?;
    begin_branch(&mut call, &at, &branch)?;
    ask_for_head(&mut call, &at, "failed to get base commit")?;
    let (github, path) = (call.service, at.path());
    let push = Push { branch: &branch, message: &message, files };
    let request = Request::of_repo("POST", &at, "/git/trees");
    let pushed = github.push_files(&mut call.api, path, push);
    pushed.map_err(rest_error("failed to create tree", request))?;
    let repo = github.repo_at(path)?;
    let sha = repo.branches.get(&branch).and_then(Branch::head).unwrap_or_default();
    let api = format!("https://api.github.com/repos/{}/git", repo.full_name());
    Ok(Answer::Json(json!({
        "ref": format!("refs/heads/{branch}"),
        "url": format!("{api}/refs/heads/{branch}"),
        "object": { "type": "commit", "sha": sha, "url": format!("{api}/commits/{sha}") },
    })))
}

/// Asks for the branch, and creates what is missing for it.
fn begin_branch(call: &mut Call<'_, GitHub>, at: &InRepo, branch: &str) -> Result<(), Refusal> {
    let (github, api, path) = (&mut *call.service, &mut call.api, at.path());
    let found = github.get_ref(api, path, &format!("heads/{branch}")).map(drop);
    let Err(error) = found else { return Ok(()) };
    let is_there = github.repo_at(path).is_ok();
    if !is_there || !matches!(error.status, 404 | 409) {
        let request = Request::of_repo("GET", at, format_args!("/git/ref/heads/{branch}"));
        return Err(rest_error("failed to get branch reference", request)(error));
    }
    if error.status == 409 {
        let words =
            |error: ApiError| server_error(format!("failed to initialize repository: {error}"));
        github.get_repo(api, path).map_err(words)?;
        let readme = NewContent {
            path: "README.md".to_owned(),
            message: "Initial commit".to_owned(),
            ..NewContent::default()
        };
        github.put_content(api, path, readme).map_err(words)?;
    }
    if github.repo_at(path)?.branches.contains_key(branch) {
        return Ok(());
    }
    let begun = begin_at_default(github, api, path, branch);
    begun.map_err(|error| server_error(format!("failed to create branch from default: {error}")))
}

fn begin_at_default(
    github: &mut GitHub,
    api: &mut Api<'_>,
    path: RepoPath<'_>,
    branch: &str,
) -> Result<(), ApiError> {
    let default = github.get_repo(api, path)?.default_branch.clone();
    github.get_ref(api, path, &format!("heads/{default}"))?;
    github.create_branch(api, path, branch, None)
}

/// Asks for the commit at the head, whose tree the new one is built upon.
fn ask_for_head(call: &mut Call<'_, GitHub>, at: &InRepo, words: &str) -> Result<(), Refusal> {
    let request = Request::of_repo("GET", at, "/git/commits");
    call.service.spend(&mut call.api, Quota::Core).map_err(rest_error(words, request))
}

#[derive(Deserialize)]
struct Deletion {
    #[serde(flatten)]
    at: InRepo,
    path: String,
    message: String,
    branch: String,
}

/// Goes by trees and commits, so that it needs no id of the file. A branch that is not there is a failure that
/// the server does not catch.
pub(super) fn delete_file(mut call: Call<'_, GitHub>) -> Outcome {
    let Deletion { at, path: file, message, branch } = call.read()?;
    let path = at.path();
    let request = Request::of_repo("GET", &at, format_args!("/git/ref/heads/{branch}"));
    let found = call.service.get_ref(&mut call.api, path, &format!("heads/{branch}"));
    found.map_err(uncaught("failed to get branch reference", request))?;
    ask_for_head(&mut call, &at, "failed to get base commit")?;
    let push = Push { branch: &branch, message: &message, files: BTreeMap::from([(file, None)]) };
    let request = Request::of_repo("POST", &at, "/git/trees");
    let pushed = call.service.push_files(&mut call.api, path, push);
    let sha = pushed.map_err(rest_error("failed to create tree", request))?;
    let (entry, _) = call.service.commit_at(path, &sha)?;
    let commit = commit::git_commit(call.service.repo_at(path)?, &entry);
    Ok(Answer::Json(json!({ "commit": commit, "content": null })))
}

fn read_files(files: &Value) -> Result<BTreeMap<String, Option<String>>, Refusal> {
    let Some(files) = files.as_array() else {
        return Err(server_error(
            "files parameter must be an array of objects with path and content",
        ));
    };
    let read = |file: &Value| {
        let object = || server_error("each file must be an object with path and content");
        let file = file.as_object().ok_or_else(object)?;
        let string = |name: &str| file.get(name).and_then(Value::as_str).map(str::to_owned);
        let path = non_empty(string("path"));
        let path = path.ok_or_else(|| server_error("each file must have a path"))?;
        let content = string("content");
        let content = content.ok_or_else(|| server_error("each file must have content"))?;
        Ok((path, Some(content)))
    };
    files.iter().map(read).collect()
}
