//! `get_repo`: one repository.

use serde_json::Value;

use super::arguments::{owner, read_repo, repo};
use super::render;
use crate::dialect::Arguments;
use crate::dialect::schema::object;
use crate::dialect::simple::tool::{Effect, Tool};
use crate::service::ApiError;
use crate::service::github::GitHub;
use crate::world::Env;

pub(super) fn tool() -> Tool<GitHub> {
    Tool {
        name: "get_repo",
        aliases: &[],
        description: "Read what a repository is.",
        effect: Effect::Read,
        input: object([owner(), repo()]),
        output: render::repo_schema(),
        run,
    }
}

fn run(github: &mut GitHub, _: &mut Env, arguments: &Arguments) -> Result<Value, ApiError> {
    github.get_repo(read_repo(arguments)).map(render::repo)
}
