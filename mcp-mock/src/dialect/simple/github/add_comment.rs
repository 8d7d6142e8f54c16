//! `add_comment`: comments on an issue or a pull request.

use serde_json::Value;

use super::arguments::{owner, read_number, read_repo, repo};
use super::render;
use crate::dialect::Arguments;
use crate::dialect::schema::{integer, object, required, text};
use crate::dialect::simple::tool::{Effect, Tool};
use crate::service::ApiError;
use crate::service::github::GitHub;
use crate::world::Env;

pub(super) fn tool() -> Tool<GitHub> {
    Tool {
        name: "add_comment",
        aliases: &[],
        description: "Comment on an issue or a pull request.",
        effect: Effect::Add,
        input: object([
            owner(),
            repo(),
            required("number", integer("Number of the issue or pull request.")),
            required("body", text("The text, in Markdown.")),
        ]),
        output: render::comment_schema(),
        run,
    }
}

fn run(github: &mut GitHub, env: &mut Env, arguments: &Arguments) -> Result<Value, ApiError> {
    let (repo, number) = (read_repo(arguments), read_number(arguments));
    let comment = github.add_comment(env, repo, number, arguments.text("body"))?;
    Ok(render::comment(&comment))
}
