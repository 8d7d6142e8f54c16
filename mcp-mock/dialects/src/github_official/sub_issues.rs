//! `sub_issue_write`: sub-issues are added, removed and moved.

use serde::Deserialize;

use super::super::github::{Number, OfIssue, Rest};
use super::failure::{Request, rest_error, server_error};
use mcp_mock::dialect::{Answer, Call, Outcome};
use mcp_mock::service::github::{GitHub, SubIssuePlace};

#[derive(Deserialize)]
struct Change {
    #[serde(flatten)]
    parent: OfIssue,
    method: String,
    sub_issue_id: Number,
    #[serde(default)]
    replace_parent: bool,
    #[serde(default)]
    after_id: Number,
    #[serde(default)]
    before_id: Number,
}

/// Sub-issues go by their ids, unlike the issue that they belong to. GitHub answers with that issue.
pub(super) fn sub_issue_write(mut call: Call<'_, GitHub>) -> Outcome {
    let change: Change = call.read()?;
    let (github, api) = (call.service, &mut call.api);
    let (parent, child) = (change.parent.path(), change.sub_issue_id.id());
    let request = |method: &str, rest: &str| {
        let place = format_args!("/issues/{}/{rest}", parent.number);
        Request::of_repo(method, &change.parent.at, place)
    };
    let issue = match change.method.to_lowercase().as_str() {
        "add" => {
            let added = github.add_sub_issue(api, parent, child, change.replace_parent);
            let request = request("POST", "sub_issues");
            added.map_err(rest_error("failed to add sub-issue", request))?
        }
        "remove" => {
            let removed = github.remove_sub_issue(api, parent, child);
            let request = request("DELETE", "sub_issue");
            removed.map_err(rest_error("failed to remove sub-issue", request))?
        }
        "reprioritize" => {
            let place = match (change.after_id.id(), change.before_id.id()) {
                (0, 0) => {
                    return Err(server_error("either after_id or before_id must be specified"));
                }
                (after, 0) => SubIssuePlace::After(after),
                (0, before) => SubIssuePlace::Before(before),
                _ => {
                    return Err(server_error(
                        "only one of after_id or before_id should be specified, not both",
                    ));
                }
            };
            let moved = github.move_sub_issue(api, parent, child, place);
            let request = request("PATCH", "sub_issues/priority");
            moved.map_err(rest_error("failed to reprioritize sub-issue", request))?
        }
        _ => return Err(server_error(format!("unknown method: {}", change.method))),
    };
    Ok(Answer::Json(Rest::new(github).issue(github.repo_at(parent.repo)?, &issue)))
}
