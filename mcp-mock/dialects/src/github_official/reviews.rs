//! Tools that give reviews. They speak with the GraphQL API and answer with words.

use super::super::github::{number, owned, repo_path};
use super::super::{Answer, Arguments};
use super::Outcome;
use super::failure::{graph, missing, told};
use mcp_mock::service::ApiError;
use mcp_mock::service::github::{GitHub, NewReview, NewReviewComment, ReviewState, Side};
use mcp_mock::world::Env;

pub(super) fn pull_request_review_write(
    github: &mut GitHub,
    env: &mut Env,
    arguments: &Arguments,
) -> Outcome {
    let (path, number) = (repo_path(arguments), number(arguments, "pullNumber"));
    let name = pull_name(github, arguments);
    let refused = graph("", &name);
    let words = match arguments.text("method") {
        "create" => {
            check_pull(github, arguments, "failed to get pull request")?;
            let is_pending = arguments.text("event").is_empty();
            let new = new_review(arguments, ReviewState::Pending);
            github.create_review(env, path, number, new).map_err(refused)?;
            if is_pending {
                "pending pull request created"
            } else {
                "pull request review submitted successfully"
            }
        }
        "submit_pending" => {
            check_pending(github, arguments)?;
            let new = new_review(arguments, ReviewState::Commented);
            let submitted = github.submit_review(env, path, number, new);
            submitted.map_err(graph("failed to submit pull request review", &name))?;
            "pending pull request review successfully submitted"
        }
        "delete_pending" => {
            check_pending(github, arguments)?;
            github.delete_review(path, number).map_err(refused)?;
            "pending pull request review successfully deleted"
        }
        "resolve_thread" | "unresolve_thread" if arguments.text("threadId").is_empty() => {
            return Err(told(
                "threadId is required for resolve_thread and unresolve_thread methods",
            ));
        }
        "resolve_thread" | "unresolve_thread" => {
            return Err(told("mcp-mock does not keep whether a thread is resolved"));
        }
        other => return Err(told(format!("unknown method: {other}"))),
    };
    Ok(Answer::Text(words.to_owned()))
}

fn new_review(arguments: &Arguments, usual: ReviewState) -> NewReview {
    NewReview {
        state: ReviewState::of_event(arguments.text("event")).unwrap_or(usual),
        body: arguments.text("body").to_owned(),
        commit_id: owned(arguments, "commitID").filter(|id| !id.is_empty()),
        comments: Vec::new(),
    }
}

/// A comment on a whole file has no line.
pub(super) fn add_comment_to_pending_review(
    github: &mut GitHub,
    env: &mut Env,
    arguments: &Arguments,
) -> Outcome {
    check_pending(github, arguments)?;
    let is_on_lines = arguments.text("subjectType") != "FILE";
    let line = |name: &str| Some(number(arguments, name)).filter(|line| is_on_lines && *line > 0);
    let side = |name: &str| match arguments.text(name) {
        "LEFT" if is_on_lines => Some(Side::Left),
        "RIGHT" if is_on_lines => Some(Side::Right),
        _ => None,
    };
    let new = NewReviewComment {
        path: arguments.text("path").to_owned(),
        line: line("line"),
        start_line: line("startLine"),
        side: side("side"),
        start_side: side("startSide"),
        body: arguments.text("body").to_owned(),
    };
    let name = pull_name(github, arguments);
    let number = number(arguments, "pullNumber");
    let added = github.add_review_comment(env, repo_path(arguments), number, new);
    added.map_err(graph("", &name))?;
    let words = "pull request review comment successfully added to pending review";
    Ok(Answer::Text(words.to_owned()))
}

fn check_pull(github: &GitHub, arguments: &Arguments, words: &str) -> Result<(), ApiError> {
    let found = github.get_pull(repo_path(arguments), number(arguments, "pullNumber"));
    found.map(drop).map_err(graph(words, &pull_name(github, arguments)))
}

fn check_pending(github: &GitHub, arguments: &Arguments) -> Result<(), ApiError> {
    check_pull(github, arguments, "failed to get latest review for current user")?;
    let issue = github.get_pull(repo_path(arguments), number(arguments, "pullNumber"))?;
    let is_pending = issue.pull.as_ref().is_some_and(|pull| pull.pending(&github.viewer).is_some());
    if is_pending { Ok(()) } else { Err(told("No pending review found for the viewer")) }
}

fn pull_name(github: &GitHub, arguments: &Arguments) -> String {
    let number = number(arguments, "pullNumber");
    missing(github, arguments, &format!("a PullRequest with the number of {number}"))
}
