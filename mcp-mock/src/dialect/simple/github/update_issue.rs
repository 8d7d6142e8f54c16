//! `update_issue`: changes what is given about an issue.

use serde_json::Value;

use super::arguments::{owner, read_number, read_repo, read_text, read_texts, repo};
use super::render;
use crate::dialect::Arguments;
use crate::dialect::schema::{choice, integer, list, object, optional, required, text};
use crate::dialect::simple::tool::{Effect, Tool};
use crate::service::ApiError;
use crate::service::github::{GitHub, IssueChange, IssueState, StateReason};
use crate::world::Env;

pub(super) fn tool() -> Tool<GitHub> {
    let reasons = ["completed", "not_planned", "duplicate"];
    Tool {
        name: "update_issue",
        aliases: &[],
        description: "Change an issue; what is not given stays. Lists replace the ones before.",
        effect: Effect::Replace,
        input: object([
            owner(),
            repo(),
            required("number", integer("Number of the issue.")),
            optional("title", text("The new headline.")),
            optional("body", text("The new text.")),
            optional("state", choice(&["open", "closed"], "Close it or open it again.")),
            optional("state_reason", choice(&reasons, "Why it is closed; completed if not given.")),
            optional("labels", list(text("Name of a label."), "All labels that it is to have.")),
            optional(
                "assignees",
                list(text("A login."), "All logins that it is to be assigned to."),
            ),
        ]),
        output: render::issue_schema(),
        run,
    }
}

fn run(github: &mut GitHub, env: &mut Env, arguments: &Arguments) -> Result<Value, ApiError> {
    let change = IssueChange {
        title: read_text(arguments, "title"),
        body: read_text(arguments, "body"),
        state: arguments.optional_text("state").map(|state| match state {
            "closed" => IssueState::Closed,
            _ => IssueState::Open,
        }),
        state_reason: arguments.optional_text("state_reason").map(|reason| match reason {
            "duplicate" => StateReason::Duplicate,
            "not_planned" => StateReason::NotPlanned,
            _ => StateReason::Completed,
        }),
        labels: read_texts(arguments, "labels"),
        assignees: read_texts(arguments, "assignees"),
        ..IssueChange::default()
    };
    let (repo, number) = (read_repo(arguments), read_number(arguments));
    let issue = github.update_issue(env, repo, number, change)?;
    Ok(render::issue(&issue))
}
