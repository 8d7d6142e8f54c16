//! Tools that read and write files.

use std::collections::BTreeMap;

use mcp_core::protocol::Content;
use serde_json::{Value, json};

use super::super::github::{commit, owned, repo_path};
use super::super::{Answer, Arguments};
use super::failure::{Request, rest, thrown, told};
use super::{Outcome, minimal};
use mcp_mock::service::ApiError;
use mcp_mock::service::github::{
    Branch, Content as Found, ContentEntry, GitHub, INLINE_MAX, NewContent, Push, Repo,
};
use mcp_mock::world::Env;

/// A file comes as words and a resource, or a link to one when it is large; a folder as GitHub lists it.
pub(super) fn get_file_contents(
    github: &mut GitHub,
    _: &mut Env,
    arguments: &Arguments,
) -> Outcome {
    let path = repo_path(arguments);
    let found = github.get_repo(path).map_err(|_| unresolved(arguments));
    let repo = found?;
    let reference = reference(repo, arguments).ok_or_else(|| unresolved(arguments))?;
    let file = arguments.text("path");
    match github.get_content(path, file, Some(&reference)) {
        Ok(Found::Directory(entries)) => {
            let entries = entries.iter().map(|entry| listed(repo, &reference, entry));
            Ok(Answer::Json(minimal::picked(entries.collect(), arguments)))
        }
        Ok(Found::File { entry, text }) => Ok(file_answer(repo, &reference, (&entry, &text))),
        Err(_) => Err(told(
            "Failed to get file contents. The path does not point to a file or directory, or the file does \
             not exist in the repository.",
        )),
    }
}

/// The commit that the call asks for; the server reads everything by commit.
fn reference(repo: &Repo, arguments: &Arguments) -> Option<String> {
    let given = |name: &str| arguments.optional_text(name).filter(|text| !text.is_empty());
    if let Some(sha) = given("sha") {
        return Some(sha.to_owned());
    }
    let name = given("ref").unwrap_or(&repo.default_branch);
    let branch = name.strip_prefix("refs/heads/").unwrap_or(name);
    if let Some(branch) = repo.branches.get(branch) {
        return branch.head().map(str::to_owned);
    }
    let tag = name.strip_prefix("refs/tags/").unwrap_or(name);
    repo.tags.get(tag).cloned()
}

fn unresolved(arguments: &Arguments) -> ApiError {
    let reference = arguments.text("ref");
    let words = format!("could not resolve ref \"{reference}\" as a branch or a tag");
    told(format!("failed to resolve git reference: {words}"))
}

fn listed(repo: &Repo, sha: &str, entry: &ContentEntry) -> Value {
    minimal::lean(commit::content(repo, sha, entry), &["size"])
}

/// A file comes as a block of words and a block with its text or a link to it.
fn file_answer(repo: &Repo, sha: &str, (entry, text): (&ContentEntry, &str)) -> Answer {
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

/// Looks before it writes: an existing file takes its id, so that nobody overwrites what they have not read.
pub(super) fn create_or_update_file(
    github: &mut GitHub,
    env: &mut Env,
    arguments: &Arguments,
) -> Outcome {
    let (path, branch) = (repo_path(arguments), arguments.text("branch"));
    let file = arguments.text("path").trim_start_matches('/').to_owned();
    let given = owned(arguments, "sha").filter(|sha| !sha.is_empty());
    match github.get_content(path, &file, Some(branch)) {
        Ok(Found::Directory(_)) => {
            return Err(told(format!(
                "Path {file} is a directory, not a file. This tool only works with files."
            )));
        }
        Ok(Found::File { entry, .. }) => check_sha(branch, &entry, given.as_deref())?,
        Err(_) => {}
    }
    let new = NewContent {
        path: file.clone(),
        text: arguments.text("content").to_owned(),
        message: arguments.text("message").to_owned(),
        branch: Some(branch.to_owned()),
        sha: given,
    };
    let request = Request::of_repo("PUT", arguments, format_args!("/contents/{file}"));
    let refused = rest("failed to create/update file", request);
    let written = github.put_content(env, path, new).map_err(refused)?;
    let (entry, _) = github.get_commit(path, &written.commit_sha)?;
    let content = json!({
        "name": file.rsplit('/').next(),
        "path": file,
        "sha": written.sha,
        "size": arguments.text("content").len(),
        "html_url": written.html_url,
    });
    Ok(Answer::Json(json!({
        "content": minimal::lean(content, &[]),
        "commit": minimal::file_commit(github.get_repo(path)?, &entry),
    })))
}

fn check_sha(branch: &str, entry: &ContentEntry, given: Option<&str>) -> Result<(), ApiError> {
    let (path, current) = (&entry.path, &entry.sha);
    match given {
        None => Err(told(format!(
            "File already exists at {path}. You must provide the current file's SHA when updating. \
             Use git rev-parse {branch}:{path} to get the blob SHA, then retry with the sha parameter."
        ))),
        Some(sha) if sha != current => Err(told(format!(
            "SHA mismatch: provided SHA {sha} is stale. Current file SHA is {current}. \
             Pull the latest changes and use git rev-parse {branch}:{path} to get the current SHA."
        ))),
        Some(_) => Ok(()),
    }
}

/// A branch that does not exist begins at the default branch; an empty repository gets a readme first.
pub(super) fn push_files(github: &mut GitHub, env: &mut Env, arguments: &Arguments) -> Outcome {
    let (path, branch) = (repo_path(arguments), arguments.text("branch"));
    let files = files(arguments)?;
    let place = format_args!("/git/ref/heads/{branch}");
    let request = Request::of_repo("GET", arguments, place);
    let found = github.get_repo(path);
    let repo = found.map_err(rest("failed to get branch reference", request))?;
    if repo.branches.is_empty() {
        let readme = NewContent {
            path: "README.md".to_owned(),
            message: "Initial commit".to_owned(),
            ..NewContent::default()
        };
        let words = |error: ApiError| told(format!("failed to initialize repository: {error}"));
        github.put_content(env, path, readme).map_err(words)?;
    }
    if !github.get_repo(path)?.branches.contains_key(branch) {
        let words =
            |error: ApiError| told(format!("failed to create branch from default: {error}"));
        github.create_branch(path, branch, None).map_err(words)?;
    }
    let push = Push { branch, message: arguments.text("message"), files };
    let request = Request::of_repo("POST", arguments, "/git/trees");
    github.push_files(env, path, push).map_err(rest("failed to create tree", request))?;
    let repo = github.get_repo(path)?;
    let sha = repo.branches.get(branch).and_then(Branch::head).unwrap_or_default();
    let api = format!("https://api.github.com/repos/{}/git", repo.full_name());
    Ok(Answer::Json(json!({
        "ref": format!("refs/heads/{branch}"),
        "url": format!("{api}/refs/heads/{branch}"),
        "object": { "type": "commit", "sha": sha, "url": format!("{api}/commits/{sha}") },
    })))
}

/// Goes by trees and commits, so that it needs no id of the file. A branch that is not there is a failure that
/// the server does not catch.
pub(super) fn delete_file(github: &mut GitHub, env: &mut Env, arguments: &Arguments) -> Outcome {
    let (path, branch) = (repo_path(arguments), arguments.text("branch"));
    let request = Request::of_repo("GET", arguments, format_args!("/git/ref/heads/{branch}"));
    let found = github.get_repo(path).and_then(|repo| match repo.branches.get(branch) {
        None => Err(ApiError::new(404, "not_found", "Not Found")),
        Some(_) => Ok(()),
    });
    found.map_err(thrown("failed to get branch reference", request))?;
    let files = BTreeMap::from([(arguments.text("path").to_owned(), None)]);
    let push = Push { branch, message: arguments.text("message"), files };
    let request = Request::of_repo("POST", arguments, "/git/trees");
    let pushed = github.push_files(env, path, push);
    let sha = pushed.map_err(rest("failed to create tree", request))?;
    let (entry, _) = github.get_commit(path, &sha)?;
    let commit = commit::git_commit(github.get_repo(path)?, &entry);
    Ok(Answer::Json(json!({ "commit": commit, "content": null })))
}

fn files(arguments: &Arguments) -> Result<BTreeMap<String, Option<String>>, ApiError> {
    let Some(files) = arguments.value("files").and_then(Value::as_array) else {
        return Err(told("files parameter must be an array of objects with path and content"));
    };
    let read = |file: &Value| {
        let file = file.as_object();
        let file = file.ok_or_else(|| told("each file must be an object with path and content"))?;
        let text = |name: &str| file.get(name).and_then(Value::as_str).map(str::to_owned);
        let path = text("path").filter(|path| !path.is_empty());
        let path = path.ok_or_else(|| told("each file must have a path"))?;
        let content = text("content").ok_or_else(|| told("each file must have content"))?;
        Ok((path, Some(content)))
    };
    files.iter().map(read).collect()
}
