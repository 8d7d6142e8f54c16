//! `get_issue`: one issue with its comments.

use serde_json::Value;

use super::arguments::{owner, read_number, read_repo, repo};
use super::render;
use crate::dialect::Arguments;
use crate::dialect::schema::{integer, list, object, required};
use crate::dialect::simple::tool::{Effect, Tool};
use crate::service::ApiError;
use crate::service::github::GitHub;
use crate::world::Env;

pub(super) fn tool() -> Tool<GitHub> {
    let comments = list(render::comment_schema(), "Its comments, oldest first.");
    let mut output = render::issue_schema();
    output["properties"]["comments"] = comments;
    Tool {
        name: "get_issue",
        aliases: &[],
        description: "Read an issue or a pull request by its number, with its comments.",
        effect: Effect::Read,
        input: object([owner(), repo(), required("number", integer("Number of the issue."))]),
        output,
        run,
    }
}

fn run(github: &mut GitHub, _: &mut Env, arguments: &Arguments) -> Result<Value, ApiError> {
    let issue = github.get_issue(read_repo(arguments), read_number(arguments))?;
    let mut answer = render::issue(issue);
    answer["comments"] = issue.comments.iter().map(render::comment).collect();
    Ok(answer)
}
