//! `close_issue`: closes an issue; a closed one stays as it is.

use serde_json::Value;

use super::arguments::{owner, read_number, read_repo, repo};
use super::render;
use crate::dialect::Arguments;
use crate::dialect::schema::{integer, object, required};
use crate::dialect::simple::tool::{Effect, Tool};
use crate::service::ApiError;
use crate::service::github::{GitHub, IssueChange, IssueState};
use crate::world::Env;

pub(super) fn tool() -> Tool<GitHub> {
    Tool {
        name: "close_issue",
        aliases: &[],
        description: "Close an issue as completed. Closing it again changes nothing.",
        effect: Effect::Set,
        input: object([owner(), repo(), required("number", integer("Number of the issue."))]),
        output: render::issue_schema(),
        run,
    }
}

fn run(github: &mut GitHub, env: &mut Env, arguments: &Arguments) -> Result<Value, ApiError> {
    let change = IssueChange { state: Some(IssueState::Closed), ..IssueChange::default() };
    let (repo, number) = (read_repo(arguments), read_number(arguments));
    let issue = github.update_issue(env, repo, number, change)?;
    Ok(render::issue(&issue))
}
