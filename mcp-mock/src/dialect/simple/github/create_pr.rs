//! `create_pr`: opens a pull request.

use serde_json::Value;

use super::arguments::{owner, read_repo, read_text, repo};
use super::render;
use crate::dialect::Arguments;
use crate::dialect::schema::{boolean, object, optional, required, text};
use crate::dialect::simple::tool::{Effect, Tool};
use crate::service::ApiError;
use crate::service::github::{GitHub, NewPull};
use crate::world::Env;

pub(super) fn tool() -> Tool<GitHub> {
    Tool {
        name: "create_pr",
        aliases: &[],
        description: "Open a pull request from a branch that has commits of its own.",
        effect: Effect::Add,
        input: object([
            owner(),
            repo(),
            required("title", text("The headline.")),
            required("head", text("Branch with the changes.")),
            optional("base", text("Branch that they go into; the default branch if not given.")),
            optional(
                "body",
                text("The text, in Markdown; `fixes #1` closes issue 1 with the merge."),
            ),
            optional("draft", boolean("Whether it is not yet ready to be merged.")),
        ]),
        output: render::pull_schema(),
        run,
    }
}

fn run(github: &mut GitHub, env: &mut Env, arguments: &Arguments) -> Result<Value, ApiError> {
    let new = NewPull {
        title: arguments.text("title").to_owned(),
        head: arguments.text("head").to_owned(),
        base: read_text(arguments, "base"),
        body: read_text(arguments, "body"),
        draft: arguments.boolean("draft").unwrap_or_default(),
    };
    let pull = github.create_pull(env, read_repo(arguments), new)?;
    Ok(render::pull(&pull))
}
