//! `create_release`: publishes a release and creates its tag when it is missing.

use serde_json::Value;

use super::arguments::{owner, read_repo, read_text, repo};
use super::render;
use crate::dialect::Arguments;
use crate::dialect::schema::{boolean, object, optional, required, text};
use crate::dialect::simple::tool::{Effect, Tool};
use crate::service::ApiError;
use crate::service::github::{GitHub, NewRelease};
use crate::world::Env;

pub(super) fn tool() -> Tool<GitHub> {
    Tool {
        name: "create_release",
        aliases: &[],
        description: "Create a release, one for each tag. A missing tag is created.",
        effect: Effect::Add,
        input: object([
            owner(),
            repo(),
            required("tag", text("The tag of the release.")),
            optional(
                "target",
                text("Branch or commit for a missing tag; the default branch if not given."),
            ),
            optional("name", text("Title of the release.")),
            optional("body", text("Its notes, in Markdown.")),
            optional("draft", boolean("Whether only collaborators are to see it.")),
            optional("prerelease", boolean("Whether it is not ready for everyone.")),
        ]),
        output: render::release_schema(),
        run,
    }
}

fn run(github: &mut GitHub, env: &mut Env, arguments: &Arguments) -> Result<Value, ApiError> {
    let new = NewRelease {
        tag: arguments.text("tag").to_owned(),
        target: read_text(arguments, "target"),
        name: read_text(arguments, "name"),
        body: read_text(arguments, "body"),
        draft: arguments.boolean("draft").unwrap_or_default(),
        prerelease: arguments.boolean("prerelease").unwrap_or_default(),
    };
    let release = github.create_release(env, read_repo(arguments), new)?;
    Ok(render::release(&release))
}
