//! Tools that give reviews. They speak with the GraphQL API and answer with words.

use serde::Deserialize;

use super::super::github::{Number, OfPull};
use super::failure::{graphql_error, missing, server_error};
use super::non_empty;
use mcp_mock::dialect::{Answer, Call, Outcome, Refusal};
use mcp_mock::service::github::{GitHub, NewReview, NewReviewComment, Quota, ReviewState, Side};

#[derive(Deserialize)]
struct ReviewWrite {
    #[serde(flatten)]
    pull: OfPull,
    method: String,
    #[serde(default)]
    body: String,
    #[serde(default)]
    event: String,
    #[serde(rename = "commitID")]
    commit_id: Option<String>,
    #[serde(default, rename = "threadId")]
    thread_id: String,
}

pub(super) fn pull_request_review_write(mut call: Call<'_, GitHub>) -> Outcome {
    let write: ReviewWrite = call.read()?;
    let pull = &write.pull;
    let path = pull.path();
    let name = pull_name(call.service, pull);
    let words = match write.method.as_str() {
        "create" => {
            find_pull(&mut call, pull, "failed to get pull request")?;
            let is_pending = write.event.is_empty();
            let new = write.review(ReviewState::Pending);
            let begun = call.service.create_review(&mut call.api, path, new);
            begun.map_err(graphql_error("", &name))?;
            if is_pending {
                "pending pull request created"
            } else {
                "pull request review submitted successfully"
            }
        }
        "submit_pending" => {
            find_pending(&mut call, pull)?;
            let new = write.review(ReviewState::Commented);
            let submitted = call.service.submit_review(&mut call.api, path, new);
            submitted.map_err(graphql_error("failed to submit pull request review", &name))?;
            "pending pull request review successfully submitted"
        }
        "delete_pending" => {
            find_pending(&mut call, pull)?;
            let deleted = call.service.delete_review(&mut call.api, path);
            deleted.map_err(graphql_error("", &name))?;
            "pending pull request review successfully deleted"
        }
        "resolve_thread" | "unresolve_thread" if write.thread_id.is_empty() => {
            let words = "threadId is required for resolve_thread and unresolve_thread methods";
            return Err(server_error(words));
        }
        "resolve_thread" | "unresolve_thread" => {
            let message = "mcp-mock does not model whether a thread is resolved";
            return Err(Refusal::NotModelled(message.to_owned()));
        }
        other => return Err(server_error(format!("unknown method: {other}"))),
    };
    Ok(Answer::Text(words.to_owned()))
}

impl ReviewWrite {
    fn review(&self, usual: ReviewState) -> NewReview {
        NewReview {
            state: ReviewState::of_event(&self.event).unwrap_or(usual),
            body: self.body.clone(),
            commit_id: non_empty(self.commit_id.clone()),
            comments: Vec::new(),
        }
    }
}

#[derive(Deserialize)]
struct PendingComment {
    #[serde(flatten)]
    pull: OfPull,
    path: String,
    body: String,
    #[serde(rename = "subjectType")]
    subject_type: String,
    #[serde(default)]
    line: Number,
    #[serde(default, rename = "startLine")]
    start_line: Number,
    #[serde(default)]
    side: String,
    #[serde(default, rename = "startSide")]
    start_side: String,
}

/// A comment on a whole file has no line.
pub(super) fn add_comment_to_pending_review(mut call: Call<'_, GitHub>) -> Outcome {
    let PendingComment { pull, path, body, subject_type, line, start_line, side, start_side } =
        call.read()?;
    find_pending(&mut call, &pull)?;
    let is_on_lines = subject_type != "FILE";
    let line_of = |line: Number| Some(line.id()).filter(|line| is_on_lines && *line > 0);
    let side_of = |side: &str| match side {
        "LEFT" if is_on_lines => Some(Side::Left),
        "RIGHT" if is_on_lines => Some(Side::Right),
        _ => None,
    };
    let new = NewReviewComment {
        path,
        line: line_of(line),
        start_line: line_of(start_line),
        side: side_of(&side),
        start_side: side_of(&start_side),
        body,
    };
    let name = pull_name(call.service, &pull);
    let added = call.service.add_review_comment(&mut call.api, pull.path(), new);
    added.map_err(graphql_error("", &name))?;
    let words = "pull request review comment successfully added to pending review";
    Ok(Answer::Text(words.to_owned()))
}

fn find_pull(call: &mut Call<'_, GitHub>, pull: &OfPull, words: &str) -> Result<(), Refusal> {
    let found = call.service.get_pull(&mut call.api, pull.path());
    found.map(drop).map_err(graphql_error(words, &pull_name(call.service, pull)))
}

/// Asks who the viewer is, and then for the latest review of the viewer.
fn find_pending(call: &mut Call<'_, GitHub>, pull: &OfPull) -> Result<(), Refusal> {
    let github = &*call.service;
    let paid = github.spend(&mut call.api, Quota::Core);
    paid.map_err(graphql_error("failed to get current user", ""))?;
    find_pull(call, pull, "failed to get latest review for current user")?;
    let issue = call.service.pull_at(pull.path())?;
    let viewer = &call.service.viewer;
    let is_pending = issue.pull.as_ref().is_some_and(|pull| pull.pending(viewer).is_some());
    if is_pending { Ok(()) } else { Err(server_error("No pending review found for the viewer")) }
}

fn pull_name(github: &GitHub, pull: &OfPull) -> String {
    let wanted = format!("a PullRequest with the number of {}", pull.number.id());
    missing(github, &pull.at, &wanted)
}
