//! Files and folders, and the search over code.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{InRepo, Paging, next_page_schema, owner, page, per_page, repo, tool};
use crate::dialect::schema::{
    boolean, choice, integer, list, nullable, object, optional, required, text,
};
use crate::dialect::{Answer, Call, CatalogTool, Effect, Outcome};
use crate::service::github::{CodeHit, Content, ContentEntry, GitHub, NewContent};

const TYPES: [&str; 2] = ["file", "dir"];

pub(super) fn tools() -> Vec<CatalogTool<GitHub>> {
    let entry = object([
        required("type", choice(&TYPES, "File or folder.")),
        required("name", text("Last part of the path.")),
        required("path", text("The whole path.")),
    ]);
    let hit = object([
        required("repository", text("Owner and name of the repository.")),
        required("path", text("Path of the file.")),
        required("sha", text("Id of its blob.")),
        required("html_url", text("Page for people.")),
    ]);
    vec![
        tool("create_or_update_file", "Write a file in one commit; replacing one needs its `sha` from get_file.", create_or_update_file)
        .input(&object([
            owner(),
            repo(),
            required("path", text("Path of the file.")),
            required("content", text("Its text.")),
            required("message", text("Message of the commit.")),
            optional("branch", text("Branch to write to; the default branch if not given.")),
            optional("sha", text("Id of the blob that is replaced.")),
        ]))
        .output(&object([
            required("path", text("Path of the file.")),
            required("sha", text("Id of the new blob.")),
            required("commit_sha", text("Id of the commit.")),
            required("branch", text("Branch that was written to.")),
            required("created", boolean("Whether the file is new.")),
            required("html_url", text("Page for people.")),
        ]))
        .effect(Effect::Replace),
        tool("get_file", "Read a file as text, or list a folder.", get_file)
        .input(&object([
            owner(),
            repo(),
            required("path", text("Path of the file or folder; empty for the root.")),
            optional("ref", text("Branch, tag or commit; the default branch if not given.")),
        ]))
        .output(&object([
            required("type", choice(&TYPES, "File or folder.")),
            required("path", text("The path that was read.")),
            required("sha", nullable(text("Id of the blob, wanted when the file is replaced."))),
            required("size", integer("Size in bytes.")),
            required("content", nullable(text("Text of the file."))),
            required("entries", list(entry, "What is in the folder.")),
            required("html_url", nullable(text("Page for people."))),
        ]))
        .effect(Effect::Read),
        tool("search_code", "Find files on default branches by the words in them.", search_code)
        .input(&object([
            required(
                "query",
                text(
                    "Words, quoted phrases, and repo:, user:, org:, path:, filename:, extension:.",
                ),
            ),
            page(),
            per_page(),
        ]))
        .output(&object([
            required("total_count", integer("How many files match, on all pages.")),
            required("items", list(hit, "This page, by repository and path.")),
            required("next_page", next_page_schema()),
        ]))
        .effect(Effect::Read),
    ]
}

#[derive(Deserialize)]
struct NewFile {
    #[serde(flatten)]
    at: InRepo,
    path: String,
    content: String,
    message: String,
    branch: Option<String>,
    sha: Option<String>,
}

fn create_or_update_file(mut call: Call<'_, GitHub>) -> Outcome {
    let NewFile { at, path, content: text, message, branch, sha } = call.read()?;
    let new = NewContent { path, text, message, branch, sha };
    let written = call.service.put_content(&mut call.api, at.path(), new)?;
    Ok(Answer::Json(json!({
        "path": written.path,
        "sha": written.sha,
        "commit_sha": written.commit_sha,
        "branch": written.branch,
        "created": written.created,
        "html_url": written.html_url,
    })))
}

#[derive(Deserialize)]
struct Wanted {
    #[serde(flatten)]
    at: InRepo,
    path: String,
    r#ref: Option<String>,
}

fn get_file(mut call: Call<'_, GitHub>) -> Outcome {
    let Wanted { at, path, r#ref } = call.read()?;
    let found = call.service.get_content(&mut call.api, at.path(), &path, r#ref.as_deref())?;
    Ok(Answer::Json(match found {
        Content::Directory(entries) => json!({
            "type": "dir",
            "path": path.trim_matches('/'),
            "sha": null,
            "size": 0,
            "content": null,
            "entries": entries.iter().map(render_entry).collect::<Vec<_>>(),
            "html_url": null,
        }),
        Content::File { entry, text } => json!({
            "type": "file",
            "path": entry.path,
            "sha": entry.sha,
            "size": entry.size,
            "content": text,
            "entries": [],
            "html_url": entry.html_url,
        }),
    }))
}

fn render_entry(entry: &ContentEntry) -> Value {
    let [file, directory] = TYPES;
    let kind = if entry.is_directory { directory } else { file };
    json!({ "type": kind, "name": entry.name, "path": entry.path })
}

#[derive(Deserialize)]
struct Search {
    query: String,
    #[serde(flatten)]
    paging: Paging,
}

fn search_code(mut call: Call<'_, GitHub>) -> Outcome {
    let Search { query, paging } = call.read()?;
    let index = call.service.search_index(&call.api);
    let found = index.code(&mut call.api, &query, paging.number())?;
    let hit = |hit: &CodeHit| {
        json!({
            "repository": hit.repository,
            "path": hit.path,
            "sha": hit.sha,
            "html_url": hit.html_url,
        })
    };
    Ok(Answer::Json(json!({
        "total_count": found.total_count,
        "items": found.items.iter().map(hit).collect::<Vec<_>>(),
        "next_page": found.next_page,
    })))
}
