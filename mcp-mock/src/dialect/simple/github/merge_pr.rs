//! `merge_pr`: merges a pull request.

use serde_json::{Value, json};

use super::arguments::{owner, read_number, read_repo, read_text, repo};
use crate::dialect::Arguments;
use crate::dialect::schema::{boolean, choice, integer, object, optional, required, text};
use crate::dialect::simple::tool::{Effect, Tool};
use crate::service::ApiError;
use crate::service::github::{GitHub, Merge, MergeMethod};
use crate::world::Env;

pub(super) fn tool() -> Tool<GitHub> {
    let methods = ["merge", "squash", "rebase"];
    Tool {
        name: "merge_pr",
        aliases: &[],
        description: "Merge a pull request and close the issues that it fixes.",
        effect: Effect::Set,
        input: object([
            owner(),
            repo(),
            required("number", integer("Number of the pull request.")),
            optional(
                "method",
                choice(&methods, "What is left on the base branch; merge if not given."),
            ),
            optional("message", text("Message of the commit.")),
            optional("sha", text("Commit that the head must be at.")),
        ]),
        output: object([
            required("merged", boolean("Always true; what cannot be merged is an error.")),
            required("sha", text("The commit at the head of the base branch.")),
            required("message", text("What happened, in words.")),
        ]),
        run,
    }
}

fn run(github: &mut GitHub, env: &mut Env, arguments: &Arguments) -> Result<Value, ApiError> {
    let merge = Merge {
        method: match arguments.text("method") {
            "rebase" => MergeMethod::Rebase,
            "squash" => MergeMethod::Squash,
            _ => MergeMethod::Merge,
        },
        message: read_text(arguments, "message"),
        sha: read_text(arguments, "sha"),
    };
    let (repo, number) = (read_repo(arguments), read_number(arguments));
    let merged = github.merge_pull(env, repo, number, merge)?;
    Ok(json!({ "merged": true, "sha": merged.sha, "message": merged.message }))
}
