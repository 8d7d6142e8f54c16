//! `sub_issue_write`: sub-issues are added, removed and moved.

use super::super::github::{Rest, number, repo_path};
use super::super::{Answer, Arguments};
use super::Outcome;
use super::failure::{Request, rest, told};
use mcp_mock::service::github::{GitHub, SubIssuePlace};
use mcp_mock::world::Env;

/// Sub-issues go by their ids, unlike the issue that they belong to. GitHub answers with that issue.
pub(super) fn sub_issue_write(github: &mut GitHub, _: &mut Env, arguments: &Arguments) -> Outcome {
    let (path, parent) = (repo_path(arguments), number(arguments, "issue_number"));
    let child = number(arguments, "sub_issue_id");
    let at = |method: &str, rest: &str| {
        Request::of_repo(method, arguments, format_args!("/issues/{parent}/{rest}"))
    };
    let method = arguments.text("method");
    let issue = match method.to_lowercase().as_str() {
        "add" => {
            let replace = arguments.boolean("replace_parent").unwrap_or_default();
            let added = github.add_sub_issue(path, parent, (child, replace));
            added.map_err(rest("failed to add sub-issue", at("POST", "sub_issues")))?
        }
        "remove" => {
            let removed = github.remove_sub_issue(path, parent, child);
            removed.map_err(rest("failed to remove sub-issue", at("DELETE", "sub_issue")))?
        }
        "reprioritize" => {
            let place = match (number(arguments, "after_id"), number(arguments, "before_id")) {
                (0, 0) => return Err(told("either after_id or before_id must be specified")),
                (after, 0) => SubIssuePlace::After(after),
                (0, before) => SubIssuePlace::Before(before),
                _ => {
                    return Err(told(
                        "only one of after_id or before_id should be specified, not both",
                    ));
                }
            };
            let moved = github.move_sub_issue(path, parent, (child, place));
            let request = at("PATCH", "sub_issues/priority");
            moved.map_err(rest("failed to reprioritize sub-issue", request))?
        }
        _ => return Err(told(format!("unknown method: {method}"))),
    };
    Ok(Answer::Json(Rest::new(github).issue(github.get_repo(path)?, &issue)))
}
