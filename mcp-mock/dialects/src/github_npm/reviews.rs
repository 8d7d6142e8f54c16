//! Tools of reviews.

use serde::Deserialize;
use serde_json::Value;

use super::super::github::{OfPull, Rest};
use super::shape;
use mcp_mock::dialect::{Answer, Call, Outcome};
use mcp_mock::service::github::{GitHub, NewReview, NewReviewComment, Review, ReviewState};

#[derive(Deserialize)]
struct Draft {
    #[serde(flatten)]
    pull: OfPull,
    #[serde(default)]
    commit_id: Option<String>,
    #[serde(default)]
    body: String,
    #[serde(default)]
    event: String,
    #[serde(default)]
    comments: Vec<Value>,
}

pub(super) fn create_pull_request_review(mut call: Call<'_, GitHub>) -> Outcome {
    let Draft { pull, commit_id, body, event, comments } = call.read()?;
    let new = NewReview {
        state: ReviewState::of_event(&event).unwrap_or(ReviewState::Pending),
        body,
        commit_id,
        comments: comments.iter().map(comment).collect(),
    };
    let (github, path) = (call.service, pull.path());
    let review = github.create_review(&mut call.api, path, new)?;
    let (repo, issue) = (github.repo_at(path.repo)?, github.pull_at(path)?);
    Ok(Answer::Json(shape::REVIEW.trim(Rest::new(github).review(repo, issue, &review))))
}

/// A comment has a `line` or a `position`, and the server checks neither.
fn comment(comment: &Value) -> NewReviewComment {
    let string = |name: &str| comment[name].as_str().unwrap_or_default().to_owned();
    NewReviewComment {
        path: string("path"),
        line: comment["line"].as_u64().or_else(|| comment["position"].as_u64()),
        body: string("body"),
        ..NewReviewComment::default()
    }
}

pub(super) fn get_pull_request_reviews(mut call: Call<'_, GitHub>) -> Outcome {
    let pull: OfPull = call.read()?;
    let (github, path) = (call.service, pull.path());
    let issue = github.get_pull(&mut call.api, path)?;
    let (rest, repo) = (Rest::new(github), github.repo_at(path.repo)?);
    // A review that is not given yet is seen by its author only.
    let is_seen =
        |review: &&Review| review.state != ReviewState::Pending || review.author == github.viewer;
    let reviews = issue.pull.iter().flat_map(|pull| &pull.reviews).filter(is_seen);
    let reviews: Vec<Value> = reviews.map(|review| rest.review(repo, issue, review)).collect();
    Ok(Answer::Json(shape::REVIEW.trim(reviews.into())))
}

pub(super) fn get_pull_request_comments(mut call: Call<'_, GitHub>) -> Outcome {
    let pull: OfPull = call.read()?;
    let (github, path) = (call.service, pull.path());
    let issue = github.get_pull(&mut call.api, path)?;
    let (rest, repo) = (Rest::new(github), github.repo_at(path.repo)?);
    let given = issue.pull.iter().flat_map(|pull| &pull.reviews);
    let given = given.filter(|review| review.state != ReviewState::Pending);
    let comments = given.flat_map(|review| {
        let comments = review.comments.iter();
        comments.map(move |comment| rest.review_comment(repo, issue, review, comment))
    });
    let comments: Vec<Value> = comments.collect();
    Ok(Answer::Json(shape::REVIEW_COMMENT.trim(comments.into())))
}
