//! `create_issue`: opens an issue.

use serde_json::Value;

use super::arguments::{owner, read_repo, read_text, repo};
use super::render;
use crate::dialect::Arguments;
use crate::dialect::schema::{list, object, optional, required, text};
use crate::dialect::simple::tool::{Effect, Tool};
use crate::service::ApiError;
use crate::service::github::{GitHub, NewIssue};
use crate::world::Env;

pub(super) fn tool() -> Tool<GitHub> {
    Tool {
        name: "create_issue",
        aliases: &[],
        description: "Open an issue. Unknown labels are created, unknown assignees left out.",
        effect: Effect::Add,
        input: object([
            owner(),
            repo(),
            required("title", text("The headline.")),
            optional("body", text("The text, in Markdown.")),
            optional("labels", list(text("Name of a label."), "Labels to put on.")),
            optional("assignees", list(text("A login."), "Who to assign it to.")),
        ]),
        output: render::issue_schema(),
        run,
    }
}

fn run(github: &mut GitHub, env: &mut Env, arguments: &Arguments) -> Result<Value, ApiError> {
    let new = NewIssue {
        title: arguments.text("title").to_owned(),
        body: read_text(arguments, "body"),
        labels: arguments.texts("labels"),
        assignees: arguments.texts("assignees"),
        ..NewIssue::default()
    };
    let issue = github.create_issue(env, read_repo(arguments), new)?;
    Ok(render::issue(&issue))
}
