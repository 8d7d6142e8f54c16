//! `get_file`: the text of a file, or what is in a folder.

use serde_json::{Value, json};

use super::arguments::{owner, read_repo, repo};
use crate::dialect::Arguments;
use crate::dialect::schema::{choice, integer, list, nullable, object, optional, required, text};
use crate::dialect::simple::tool::{Effect, Tool};
use crate::service::ApiError;
use crate::service::github::{Content, ContentEntry, GitHub};
use crate::world::Env;

const TYPES: [&str; 2] = ["file", "dir"];

pub(super) fn tool() -> Tool<GitHub> {
    let entry = object([
        required("type", choice(&TYPES, "File or folder.")),
        required("name", text("Last part of the path.")),
        required("path", text("The whole path.")),
    ]);
    Tool {
        name: "get_file",
        aliases: &[],
        description: "Read a file as text, or list a folder.",
        effect: Effect::Read,
        input: object([
            owner(),
            repo(),
            required("path", text("Path of the file or folder; empty for the root.")),
            optional("ref", text("Branch, tag or commit; the default branch if not given.")),
        ]),
        output: object([
            required("type", choice(&TYPES, "File or folder.")),
            required("path", text("The path that was read.")),
            required("sha", nullable(text("Id of the blob, wanted when the file is replaced."))),
            required("size", integer("Size in bytes.")),
            required("content", nullable(text("Text of the file."))),
            required("entries", list(entry, "What is in the folder.")),
            required("html_url", nullable(text("Page for people."))),
        ]),
        run,
    }
}

fn run(github: &mut GitHub, _: &mut Env, arguments: &Arguments) -> Result<Value, ApiError> {
    let path = arguments.text("path");
    let content = github.get_content(read_repo(arguments), path, arguments.optional_text("ref"))?;
    Ok(match content {
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
    })
}

fn render_entry(entry: &ContentEntry) -> Value {
    let [file, directory] = TYPES;
    let kind = if entry.is_directory { directory } else { file };
    json!({ "type": kind, "name": entry.name, "path": entry.path })
}
