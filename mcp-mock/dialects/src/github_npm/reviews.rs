//! Tools of reviews.

use serde_json::Value;

use super::super::github::{Rest, number, owned, repo_path};
use super::super::{Answer, Arguments};
use super::{Outcome, shape};
use mcp_mock::service::github::{GitHub, NewReview, NewReviewComment, Review, ReviewState};
use mcp_mock::world::Env;

pub(super) fn create_pull_request_review(
    github: &mut GitHub,
    env: &mut Env,
    arguments: &Arguments,
) -> Outcome {
    let (path, number) = (repo_path(arguments), number(arguments, "pull_number"));
    let new = NewReview {
        state: ReviewState::of_event(arguments.text("event")).unwrap_or(ReviewState::Pending),
        body: arguments.text("body").to_owned(),
        commit_id: owned(arguments, "commit_id"),
        comments: comments(arguments),
    };
    let review = github.create_review(env, path, number, new)?;
    let (repo, issue) = (github.get_repo(path)?, github.get_pull(path, number)?);
    Ok(Answer::Json(shape::REVIEW.trim(Rest::new(github).review(repo, issue, &review))))
}

fn comments(arguments: &Arguments) -> Vec<NewReviewComment> {
    let text = |comment: &Value, name: &str| comment[name].as_str().unwrap_or_default().to_owned();
    let comment = |comment: &Value| NewReviewComment {
        path: text(comment, "path"),
        line: comment["line"].as_u64().or_else(|| comment["position"].as_u64()),
        body: text(comment, "body"),
        ..NewReviewComment::default()
    };
    let comments = arguments.value("comments").and_then(Value::as_array);
    comments.into_iter().flatten().map(comment).collect()
}

pub(super) fn get_pull_request_reviews(
    github: &mut GitHub,
    _: &mut Env,
    arguments: &Arguments,
) -> Outcome {
    let path = repo_path(arguments);
    let issue = github.get_pull(path, number(arguments, "pull_number"))?;
    let (rest, repo) = (Rest::new(github), github.get_repo(path)?);
    let reviews = visible(github, issue.pull.iter().flat_map(|pull| &pull.reviews));
    let reviews: Vec<Value> = reviews.map(|review| rest.review(repo, issue, review)).collect();
    Ok(Answer::Json(shape::REVIEW.trim(reviews.into())))
}

pub(super) fn get_pull_request_comments(
    github: &mut GitHub,
    _: &mut Env,
    arguments: &Arguments,
) -> Outcome {
    let path = repo_path(arguments);
    let issue = github.get_pull(path, number(arguments, "pull_number"))?;
    let (rest, repo) = (Rest::new(github), github.get_repo(path)?);
    let given = issue.pull.iter().flat_map(|pull| &pull.reviews);
    let given = given.filter(|review| review.state != ReviewState::Pending);
    let comments = given.flat_map(|review| review.comments.iter().map(move |it| (review, it)));
    let comments: Vec<Value> =
        comments.map(|comment| rest.review_comment(repo, issue, comment)).collect();
    Ok(Answer::Json(shape::REVIEW_COMMENT.trim(comments.into())))
}

/// A review that is not given yet is seen by its author only.
fn visible<'a>(
    github: &'a GitHub,
    reviews: impl Iterator<Item = &'a Review>,
) -> impl Iterator<Item = &'a Review> {
    reviews.filter(|review| review.state != ReviewState::Pending || review.author == github.viewer)
}
