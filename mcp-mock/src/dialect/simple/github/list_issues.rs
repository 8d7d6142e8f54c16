//! `list_issues`: issues of a repository.
//!
//! GitHub's REST API lists pull requests among the issues; this tool does so only when asked to,
//! and marks each of them with `pull_request`.

use serde_json::Value;

use super::arguments::{
    owner, page, per_page, read_page, read_repo, read_state, read_text, repo, state,
};
use super::render;
use crate::dialect::Arguments;
use crate::dialect::schema::{boolean, list, object, optional, text};
use crate::dialect::simple::tool::{Effect, Tool};
use crate::service::ApiError;
use crate::service::github::{GitHub, IssueFilter, IssueKind};
use crate::world::Env;

pub(super) fn tool() -> Tool<GitHub> {
    Tool {
        name: "list_issues",
        aliases: &[],
        description: "List the issues of a repository, newest first.",
        effect: Effect::Read,
        input: object([
            owner(),
            repo(),
            state(),
            optional(
                "labels",
                list(text("Name of a label."), "Labels that an issue must have, all of them."),
            ),
            optional("assignee", text("Login that an issue must be assigned to.")),
            optional("include_prs", boolean("Whether to list pull requests too; no if not given.")),
            page(),
            per_page(),
        ]),
        output: render::page_schema("issues", render::issue_schema()),
        run,
    }
}

fn run(github: &mut GitHub, _: &mut Env, arguments: &Arguments) -> Result<Value, ApiError> {
    let with_pulls = arguments.boolean("include_prs").unwrap_or_default();
    let filter = IssueFilter {
        kind: if with_pulls { IssueKind::Any } else { IssueKind::Issue },
        state: read_state(arguments),
        labels: arguments.texts("labels"),
        assignee: read_text(arguments, "assignee"),
        ..IssueFilter::default()
    };
    let listing = github.list_issues(read_repo(arguments), &filter, read_page(arguments))?;
    Ok(render::page("issues", &listing, render::issue))
}
