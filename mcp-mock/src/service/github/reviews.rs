//! Reviews of pull requests and the comments in them.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::super::ApiError;
use super::{Api, Branch, GitHub, IssuePath, Pull, Quota, Reaction, Repo, database_id, refusal};

/// A review of a pull request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Review {
    /// Database id.
    pub id: u64,
    /// Login of who gave it.
    pub author: String,
    /// What it says.
    pub state: ReviewState,
    /// The text; it may be empty.
    pub body: String,
    /// Head of the pull request that was looked at.
    pub commit_id: String,
    /// When it was given; a pending one was not.
    pub submitted_at: Option<String>,
    /// Comments on files.
    pub comments: Vec<ReviewComment>,
}

/// What a review says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReviewState {
    /// It may be merged.
    Approved,
    /// It may not be merged like this.
    ChangesRequested,
    /// Neither.
    Commented,
    /// Not given yet; only its author sees it.
    Pending,
}

impl ReviewState {
    /// The word of the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "APPROVED",
            Self::ChangesRequested => "CHANGES_REQUESTED",
            Self::Commented => "COMMENTED",
            Self::Pending => "PENDING",
        }
    }

    /// The state that an event of the API leads to.
    #[must_use]
    pub fn of_event(event: &str) -> Option<Self> {
        match event {
            "APPROVE" => Some(Self::Approved),
            "COMMENT" => Some(Self::Commented),
            "REQUEST_CHANGES" => Some(Self::ChangesRequested),
            _ => None,
        }
    }
}

/// A comment on a file of a pull request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReviewComment {
    /// Database id.
    pub id: u64,
    /// Login of who wrote it.
    pub author: String,
    /// The file.
    pub path: String,
    /// The line, or the place in the patch; a comment on the whole file has none.
    pub line: Option<u64>,
    /// The first line, when there are several.
    pub start_line: Option<u64>,
    /// The side of the change that the line is on.
    pub side: Option<Side>,
    /// The side of the change that the first line is on.
    pub start_side: Option<Side>,
    /// Id of the comment at the beginning of its thread, which that comment has not.
    pub in_reply_to: Option<u64>,
    /// The text.
    pub body: String,
    /// Reactions, oldest first.
    pub reactions: Vec<Reaction>,
    /// When it was written.
    pub created_at: String,
}

/// A side of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Side {
    /// What was there before.
    Left,
    /// What is there now.
    Right,
}

/// What a new review is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewReview {
    /// What it says; [`ReviewState::Pending`] gives it later.
    pub state: ReviewState,
    /// The text.
    pub body: String,
    /// Commit that was looked at; the head when not given.
    pub commit_id: Option<String>,
    /// Comments on files.
    pub comments: Vec<NewReviewComment>,
}

/// What a new comment on a file is to be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewReviewComment {
    /// The file, one that the pull request changes.
    pub path: String,
    /// The line, or the place in the patch.
    pub line: Option<u64>,
    /// The first line, when there are several.
    pub start_line: Option<u64>,
    /// The side of the change that the line is on.
    pub side: Option<Side>,
    /// The side of the change that the first line is on.
    pub start_side: Option<Side>,
    /// The text.
    pub body: String,
}

impl GitHub {
    /// Gives a review, or begins one that is given later.
    ///
    /// # Errors
    ///
    /// 404 without the repository or the pull request, 403 when archived, 422 when somebody approves
    /// their own pull request or requests changes of it, comments without a body, comments on a file that
    /// is not part of it, or begins a second review.
    pub fn create_review(
        &mut self,
        api: &mut Api<'_>,
        at: IssuePath<'_>,
        new: NewReview,
    ) -> Result<Review, ApiError> {
        self.spend(api, Quota::Content)?;
        let (author, mut pull) = self.reviewed(at)?;
        let repo = self.writable(at.repo)?;
        let issue = repo.issue(at.number).ok_or_else(refusal::not_found)?;
        check_state(new.state, &new.body, author == issue.author)?;
        if new.state == ReviewState::Pending && pull.pending(&author).is_some() {
            let message = "User can only have one pending review per pull request";
            return Err(unprocessable(message));
        }
        let now = api.clock.rfc3339();
        let mut comments = Vec::new();
        for comment in new.comments {
            comments.push(repo.review_comment(api, &pull, &author, comment)?);
        }
        let head = repo.branches.get(&pull.head).and_then(Branch::head).unwrap_or_default();
        let review = Review {
            id: database_id(api),
            state: new.state,
            body: new.body,
            commit_id: new.commit_id.unwrap_or_else(|| head.to_owned()),
            submitted_at: (new.state != ReviewState::Pending).then(|| now.clone()),
            comments,
            author,
        };
        pull.add(review.clone());
        repo.store(at.number, pull, now);
        Ok(review)
    }

    /// Gives the review that the viewer has begun.
    ///
    /// # Errors
    ///
    /// As for [`create_review`](Self::create_review); 404 also when none was begun.
    pub fn submit_review(
        &mut self,
        api: &mut Api<'_>,
        at: IssuePath<'_>,
        new: NewReview,
    ) -> Result<Review, ApiError> {
        self.spend(api, Quota::Content)?;
        let (author, mut pull) = self.reviewed(at)?;
        let repo = self.writable(at.repo)?;
        let issue = repo.issue(at.number).ok_or_else(refusal::not_found)?;
        let mut review = pull.pending(&author).cloned().ok_or_else(refusal::not_found)?;
        let body = if new.body.is_empty() { review.body.clone() } else { new.body };
        check_state(new.state, &body, author == issue.author)?;
        let now = api.clock.rfc3339();
        review.state = new.state;
        review.body = body;
        review.submitted_at = Some(now.clone());
        pull.reviews.retain(|other| other.id != review.id);
        pull.add(review.clone());
        repo.store(at.number, pull, now);
        Ok(review)
    }

    /// Throws away the review that the viewer has begun.
    ///
    /// # Errors
    ///
    /// 404 without the repository or the pull request and when none was begun, 403 when archived.
    pub fn delete_review(&mut self, api: &mut Api<'_>, at: IssuePath<'_>) -> Result<(), ApiError> {
        self.spend(api, Quota::Core)?;
        let (author, mut pull) = self.reviewed(at)?;
        let id = pull.pending(&author).ok_or_else(refusal::not_found)?.id;
        pull.reviews.retain(|review| review.id != id);
        let repo = self.writable(at.repo)?;
        if let Some(issue) = repo.issue_mut(at.number) {
            issue.pull = Some(pull);
        }
        Ok(())
    }

    /// Adds a comment to the review that the viewer has begun.
    ///
    /// # Errors
    ///
    /// 404 without the repository or the pull request and when none was begun, 403 when archived, 422 for
    /// a file that is not part of it.
    pub fn add_review_comment(
        &mut self,
        api: &mut Api<'_>,
        at: IssuePath<'_>,
        new: NewReviewComment,
    ) -> Result<ReviewComment, ApiError> {
        self.spend(api, Quota::Content)?;
        let (author, mut pull) = self.reviewed(at)?;
        let repo = self.writable(at.repo)?;
        pull.pending(&author).ok_or_else(refusal::not_found)?;
        let comment = repo.review_comment(api, &pull, &author, new)?;
        let is_own = |review: &&mut Review| review.is_pending_of(&author);
        if let Some(review) = pull.reviews.iter_mut().find(is_own) {
            review.comments.push(comment.clone());
        }
        repo.store(at.number, pull, comment.created_at.clone());
        Ok(comment)
    }

    /// Answers a comment on a file, in a review of its own. The answer to an answer joins the same thread.
    ///
    /// # Errors
    ///
    /// 404 without the repository, the pull request or the comment, 403 when archived, 422 for a blank
    /// body.
    pub fn reply_to_review_comment(
        &mut self,
        api: &mut Api<'_>,
        at: IssuePath<'_>,
        comment: u64,
        body: &str,
    ) -> Result<ReviewComment, ApiError> {
        self.spend(api, Quota::Content)?;
        let (author, mut pull) = self.reviewed(at)?;
        let repo = self.writable(at.repo)?;
        let mut given = pull.reviews.iter().filter(|review| review.state != ReviewState::Pending);
        let answered = given.find_map(|review| {
            let comment = review.comments.iter().find(|other| other.id == comment)?;
            Some((review.commit_id.clone(), comment.clone()))
        });
        let (commit_id, answered) = answered.ok_or_else(refusal::not_found)?;
        if body.trim().is_empty() {
            let message = "Body cannot be blank";
            return Err(refusal::explained("PullRequestReviewComment", "body", message));
        }
        let now = api.clock.rfc3339();
        let reply = ReviewComment {
            id: database_id(api),
            author: author.clone(),
            in_reply_to: Some(answered.in_reply_to.unwrap_or(answered.id)),
            body: body.to_owned(),
            reactions: Vec::new(),
            created_at: now.clone(),
            ..answered
        };
        pull.add(Review {
            id: database_id(api),
            author,
            state: ReviewState::Commented,
            body: String::new(),
            commit_id,
            submitted_at: Some(now.clone()),
            comments: vec![reply.clone()],
        });
        repo.store(at.number, pull, now);
        Ok(reply)
    }

    fn reviewed(&self, at: IssuePath<'_>) -> Result<(String, Pull), ApiError> {
        let pull = self.pull_at(at)?.pull.clone().ok_or_else(refusal::not_found)?;
        Ok((self.viewer.clone(), pull))
    }
}

impl Pull {
    /// The review that this account has begun.
    #[must_use]
    pub fn pending(&self, login: &str) -> Option<&Review> {
        self.reviews.iter().find(|review| review.is_pending_of(login))
    }

    fn add(&mut self, review: Review) {
        if review.state != ReviewState::Pending {
            self.requested_reviewers.retain(|login| !login.eq_ignore_ascii_case(&review.author));
        }
        self.reviews.push(review);
    }
}

impl Review {
    fn is_pending_of(&self, login: &str) -> bool {
        self.state == ReviewState::Pending && self.author == login
    }
}

impl Repo {
    fn review_comment(
        &self,
        api: &mut Api<'_>,
        pull: &Pull,
        author: &str,
        new: NewReviewComment,
    ) -> Result<ReviewComment, ApiError> {
        if !self.pull_files(pull).iter().any(|file| file.path == new.path) {
            return Err(unprocessable("Path could not be resolved"));
        }
        Ok(ReviewComment {
            id: database_id(api),
            author: author.to_owned(),
            path: new.path,
            line: new.line,
            start_line: new.start_line,
            side: new.side,
            start_side: new.start_side,
            in_reply_to: None,
            body: new.body,
            reactions: Vec::new(),
            created_at: api.clock.rfc3339(),
        })
    }
}

fn check_state(state: ReviewState, body: &str, is_own: bool) -> Result<(), ApiError> {
    match state {
        ReviewState::Approved if is_own => {
            Err(unprocessable("Can not approve your own pull request"))
        }
        ReviewState::ChangesRequested if is_own => {
            Err(unprocessable("Can not request changes on your own pull request"))
        }
        ReviewState::ChangesRequested | ReviewState::Commented if body.is_empty() => {
            Err(unprocessable("Could not add a review without a body"))
        }
        _ => Ok(()),
    }
}

/// Refusals of reviews carry strings where others carry objects.
fn unprocessable(message: &str) -> ApiError {
    refusal::unprocessable("Unprocessable Entity").with_details(json!({ "errors": [message] }))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{APP, seeded};
    use super::*;
    use crate::world::Env;

    fn app(author: &str) -> (GitHub, Env) {
        seeded(json!({ "repos": [{
            "owner": "acme", "name": "app", "collaborators": ["ada"],
            "pulls": [{ "title": "Mend", "head": "fix", "author": author }],
        }]}))
    }

    fn new(state: ReviewState) -> NewReview {
        NewReview { state, body: "Seen".to_owned(), commit_id: None, comments: Vec::new() }
    }

    fn comment(path: &str) -> NewReviewComment {
        NewReviewComment {
            path: path.to_owned(),
            line: Some(1),
            body: "Here".to_owned(),
            ..NewReviewComment::default()
        }
    }

    #[test]
    fn nobody_approves_their_own_pull_request() {
        let (mut github, mut env) = app("octocat");

        let error = github
            .create_review(&mut env.api(), APP.issue(1), new(ReviewState::Approved))
            .unwrap_err();

        assert_eq!((error.status, error.message.as_str()), (422, "Unprocessable Entity"));
        let expected = json!({ "errors": ["Can not approve your own pull request"] });
        assert_eq!(error.details, Some(expected));
    }

    #[test]
    fn review_is_of_the_head_and_ends_the_request_for_it() {
        let (mut github, mut env) = app("ada");
        let head = github.repos[0].branches["fix"].head().unwrap().to_owned();
        let asked = vec!["octocat".to_owned()];
        github.repos[0].issues[0].pull.as_mut().unwrap().requested_reviewers = asked;

        let review =
            github.create_review(&mut env.api(), APP.issue(1), new(ReviewState::Approved)).unwrap();

        assert_eq!((review.commit_id, review.submitted_at.is_some()), (head, true));
        let pull = github.get_pull(&mut env.api(), APP.issue(1)).unwrap().pull.as_ref().unwrap();
        assert!(pull.requested_reviewers.is_empty());
    }

    #[test]
    fn comments_belong_to_files_of_the_pull_request() {
        let (mut github, mut env) = app("ada");
        let with =
            |path| NewReview { comments: vec![comment(path)], ..new(ReviewState::Commented) };

        let review =
            github.create_review(&mut env.api(), APP.issue(1), with("changes/fix.md")).unwrap();
        let error =
            github.create_review(&mut env.api(), APP.issue(1), with("README.md")).unwrap_err();

        assert_eq!(review.comments.len(), 1);
        assert_eq!(error.details, Some(json!({ "errors": ["Path could not be resolved"] })));
    }

    #[test]
    fn replies_join_the_thread_of_the_first_comment() {
        let (mut github, mut env) = app("ada");
        let with =
            NewReview { comments: vec![comment("changes/fix.md")], ..new(ReviewState::Commented) };
        let first =
            github.create_review(&mut env.api(), APP.issue(1), with).unwrap().comments[0].id;

        let reply =
            github.reply_to_review_comment(&mut env.api(), APP.issue(1), first, "Why?").unwrap();
        let more =
            github.reply_to_review_comment(&mut env.api(), APP.issue(1), reply.id, "So.").unwrap();
        let missing =
            github.reply_to_review_comment(&mut env.api(), APP.issue(1), 7, "No").unwrap_err();
        let blank =
            github.reply_to_review_comment(&mut env.api(), APP.issue(1), first, " ").unwrap_err();

        assert_eq!((reply.in_reply_to, more.in_reply_to), (Some(first), Some(first)));
        assert_eq!((reply.path.as_str(), reply.line), ("changes/fix.md", Some(1)));
        assert_eq!((missing.status, blank.status), (404, 422));
    }

    #[test]
    fn pending_review_collects_comments_until_it_is_given() {
        let (mut github, mut env) = app("ada");
        github.create_review(&mut env.api(), APP.issue(1), new(ReviewState::Pending)).unwrap();
        let second = github
            .create_review(&mut env.api(), APP.issue(1), new(ReviewState::Pending))
            .unwrap_err();
        github.add_review_comment(&mut env.api(), APP.issue(1), comment("changes/fix.md")).unwrap();

        let review =
            github.submit_review(&mut env.api(), APP.issue(1), new(ReviewState::Approved)).unwrap();

        assert_eq!(second.status, 422);
        assert_eq!((review.state, review.comments.len()), (ReviewState::Approved, 1));
        assert_eq!(github.delete_review(&mut env.api(), APP.issue(1)).unwrap_err().status, 404);
    }
}
