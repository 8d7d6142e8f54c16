//! `list_repos`: repositories of an account.

use serde_json::Value;

use super::arguments::{page, per_page, read_page};
use super::render;
use crate::dialect::Arguments;
use crate::dialect::schema::{object, required, text};
use crate::dialect::simple::tool::{Effect, Tool};
use crate::service::ApiError;
use crate::service::github::GitHub;
use crate::world::Env;

pub(super) fn tool() -> Tool<GitHub> {
    Tool {
        name: "list_repos",
        aliases: &[],
        description: "List the repositories of a user or an organization, newest first.",
        effect: Effect::Read,
        input: object([
            required("owner", text("Account that owns the repositories.")),
            page(),
            per_page(),
        ]),
        output: render::page_schema("repos", render::repo_schema()),
        run,
    }
}

fn run(github: &mut GitHub, _: &mut Env, arguments: &Arguments) -> Result<Value, ApiError> {
    let listing = github.list_repos(arguments.text("owner"), read_page(arguments))?;
    Ok(render::page("repos", &listing, render::repo))
}
