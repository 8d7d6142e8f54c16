//! `list_prs`: pull requests of a repository.

use serde_json::Value;

use super::arguments::{owner, page, per_page, read_page, read_repo, read_state, repo, state};
use super::render;
use crate::dialect::Arguments;
use crate::dialect::schema::object;
use crate::dialect::simple::tool::{Effect, Tool};
use crate::service::ApiError;
use crate::service::github::GitHub;
use crate::world::Env;

pub(super) fn tool() -> Tool<GitHub> {
    Tool {
        name: "list_prs",
        aliases: &[],
        description: "List the pull requests of a repository, newest first.",
        effect: Effect::Read,
        input: object([owner(), repo(), state(), page(), per_page()]),
        output: render::page_schema("prs", render::pull_schema()),
        run,
    }
}

fn run(github: &mut GitHub, _: &mut Env, arguments: &Arguments) -> Result<Value, ApiError> {
    let (repo, state) = (read_repo(arguments), read_state(arguments));
    let listing = github.list_pulls(repo, state, read_page(arguments))?;
    Ok(render::page("prs", &listing, render::pull))
}
