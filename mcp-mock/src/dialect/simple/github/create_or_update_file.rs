//! `create_or_update_file`: writes one file in a commit of its own.

use serde_json::{Value, json};

use super::arguments::{owner, read_repo, read_text, repo};
use crate::dialect::Arguments;
use crate::dialect::schema::{boolean, object, optional, required, text};
use crate::dialect::simple::tool::{Effect, Tool};
use crate::service::ApiError;
use crate::service::github::{GitHub, NewContent};
use crate::world::Env;

pub(super) fn tool() -> Tool<GitHub> {
    Tool {
        name: "create_or_update_file",
        aliases: &[],
        description: "Write a file in one commit; replacing one needs its `sha` from get_file.",
        effect: Effect::Replace,
        input: object([
            owner(),
            repo(),
            required("path", text("Path of the file.")),
            required("content", text("Its text.")),
            required("message", text("Message of the commit.")),
            optional("branch", text("Branch to write to; the default branch if not given.")),
            optional("sha", text("Id of the blob that is replaced.")),
        ]),
        output: object([
            required("path", text("Path of the file.")),
            required("sha", text("Id of the new blob.")),
            required("commit_sha", text("Id of the commit.")),
            required("branch", text("Branch that was written to.")),
            required("created", boolean("Whether the file is new.")),
            required("html_url", text("Page for people.")),
        ]),
        run,
    }
}

fn run(github: &mut GitHub, env: &mut Env, arguments: &Arguments) -> Result<Value, ApiError> {
    let new = NewContent {
        path: arguments.text("path").to_owned(),
        text: arguments.text("content").to_owned(),
        message: arguments.text("message").to_owned(),
        branch: read_text(arguments, "branch"),
        sha: read_text(arguments, "sha"),
    };
    let written = github.put_content(env, read_repo(arguments), new)?;
    Ok(json!({
        "path": written.path,
        "sha": written.sha,
        "commit_sha": written.commit_sha,
        "branch": written.branch,
        "created": written.created,
        "html_url": written.html_url,
    }))
}
