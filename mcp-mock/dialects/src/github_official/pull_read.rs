//! `pull_request_read`: all that can be read of one pull request.

use serde_json::{Value, json};

use super::super::github::{Rest, head_sha, number, page, repo_path};
use super::super::{Answer, Arguments};
use super::cursor::CursorPage;
use super::failure::{Request, graph, missing, rest, thrown, told};
use super::issues::comments;
use super::{Outcome, minimal};
use mcp_mock::service::ApiError;
use mcp_mock::service::github::{
    FileChange, FileStatus, GitHub, Issue, Repo, Review, ReviewComment, ReviewState,
};
use mcp_mock::world::Env;

pub(super) fn pull_request_read(
    github: &mut GitHub,
    _: &mut Env,
    arguments: &Arguments,
) -> Outcome {
    let view = View::new(github, arguments, found(github, arguments)?)?;
    Ok(Answer::Json(match arguments.text("method") {
        "get" => view.whole(),
        "get_diff" => return Ok(Answer::Text(view.diff())),
        "get_status" => view.status(),
        "get_check_runs" => json!({ "total_count": 0, "check_runs": [] }),
        "get_files" => view.files(),
        "get_commits" => view.commits(),
        "get_reviews" => view.reviews(),
        "get_review_comments" => view.threads()?,
        "get_comments" => comments(github, arguments, view.issue)?,
        other => return Err(told(format!("unknown method: {other}"))),
    }))
}

/// The pull request, or why it cannot be read: each method says so for itself.
fn found<'a>(github: &'a GitHub, arguments: &Arguments) -> Result<&'a Issue, ApiError> {
    let number = number(arguments, "pullNumber");
    let found = github.get_pull(repo_path(arguments), number);
    let (part, place) = match arguments.text("method") {
        "get_diff" => (" diff", ""),
        "get_files" => (" files", "/files?page=1&per_page=30"),
        "get_commits" => (" commits", "/commits?page=1&per_page=30"),
        "get_reviews" => (" reviews", "/reviews?page=1&per_page=30"),
        "get_review_comments" => {
            let name =
                missing(github, arguments, &format!("a PullRequest with the number of {number}"));
            return found.map_err(graph("failed to get pull request review threads", &name));
        }
        "get_comments" => {
            let place = format_args!("/issues/{number}/comments?page=1&per_page=30");
            let request = Request::of_repo("GET", arguments, place);
            return found.map_err(thrown("failed to get issue comments", request));
        }
        _ => ("", ""),
    };
    let request = Request::of_repo("GET", arguments, format_args!("/pulls/{number}{place}"));
    found.map_err(rest(&format!("failed to get pull request{part}"), request))
}

/// A pull request that is there, as the server shows parts of it.
struct View<'a> {
    github: &'a GitHub,
    arguments: &'a Arguments,
    repo: &'a Repo,
    issue: &'a Issue,
}

impl<'a> View<'a> {
    fn new(
        github: &'a GitHub,
        arguments: &'a Arguments,
        issue: &'a Issue,
    ) -> Result<Self, ApiError> {
        Ok(Self { github, arguments, repo: github.get_repo(repo_path(arguments))?, issue })
    }

    fn whole(&self) -> Value {
        minimal::pull(self.github, self.repo, self.issue)
    }

    fn changes(&self) -> Vec<FileChange> {
        let path = repo_path(self.arguments);
        self.github.pull_files(path, self.issue.number).unwrap_or_default()
    }

    fn paged(&self, all: Vec<Value>) -> Value {
        page(self.arguments, "page", "perPage").cut(all).items.into()
    }

    fn diff(&self) -> String {
        let file = |file: &FileChange| {
            let path = &file.path;
            let (old, new) = (format!("a/{path}"), format!("b/{path}"));
            let none = "/dev/null".to_owned();
            let (mode, from, to) = match file.status {
                FileStatus::Added => ("new file mode 100644\n", none, new.clone()),
                FileStatus::Modified => ("", old.clone(), new.clone()),
                FileStatus::Removed => ("deleted file mode 100644\n", old.clone(), none),
            };
            format!("diff --git {old} {new}\n{mode}--- {from}\n+++ {to}\n{}\n", file.patch)
        };
        self.changes().iter().map(file).collect()
    }

    /// Nothing checks commits in this world, which GitHub calls pending.
    fn status(&self) -> Value {
        let sha = head_sha(self.repo, self.issue);
        json!({ "state": "pending", "sha": sha, "total_count": 0, "statuses": [] })
    }

    fn files(&self) -> Value {
        let file = |file: &FileChange| {
            let body = json!({
                "filename": file.path,
                "status": file.status.as_str(),
                "additions": file.additions,
                "deletions": file.deletions,
                "changes": file.additions + file.deletions,
                "patch": file.patch,
            });
            minimal::lean(body, &[])
        };
        self.paged(self.changes().iter().map(file).collect())
    }

    fn commits(&self) -> Value {
        let path = repo_path(self.arguments);
        let commits = self.github.pull_commits(path, self.issue.number).unwrap_or_default();
        let commits = commits.into_iter().map(|commit| minimal::pull_commit(self.repo, commit));
        self.paged(commits.collect())
    }

    fn reviews(&self) -> Value {
        let rest = Rest::new(self.github);
        let is_seen = |review: &&Review| {
            review.state != ReviewState::Pending || review.author == self.github.viewer
        };
        let reviews = self.issue.pull.iter().flat_map(|pull| &pull.reviews).filter(is_seen);
        let body = |review| minimal::review(rest, self.repo, (self.issue, review));
        self.paged(reviews.map(body).collect())
    }

    /// Comments on files by thread, a page of them by cursor.
    fn threads(&self) -> Result<Value, ApiError> {
        let given = self.issue.pull.iter().flat_map(|pull| &pull.reviews);
        let given = given.filter(|review| review.state != ReviewState::Pending);
        let comments: Vec<&ReviewComment> = given.flat_map(|review| &review.comments).collect();
        let first = comments.iter().filter(|comment| comment.in_reply_to.is_none());
        let threads: Vec<Value> = first.map(|first| self.thread(first, &comments)).collect();
        let total = threads.len();
        let words = "failed to get pull request review threads";
        let (threads, info) = CursorPage::of(self.arguments, words)?.cut(threads);
        Ok(json!({ "totalCount": total, "pageInfo": info, "review_threads": threads }))
    }

    fn thread(&self, first: &ReviewComment, all: &[&ReviewComment]) -> Value {
        let replies = all.iter().filter(|comment| comment.in_reply_to == Some(first.id));
        let comments = std::iter::once(&first).chain(replies).map(|comment| self.comment(comment));
        let comments: Vec<Value> = comments.collect();
        json!({
            "id": format!("PRRT_kwDO{:x}", first.id),
            "is_resolved": false,
            "is_outdated": false,
            "is_collapsed": false,
            "total_count": comments.len(),
            "comments": comments,
        })
    }

    fn comment(&self, comment: &ReviewComment) -> Value {
        let body = json!({
            "body": comment.body,
            "path": comment.path,
            "line": comment.line,
            "author": comment.author,
            "created_at": comment.created_at,
            "updated_at": comment.created_at,
            "html_url": format!("{}#discussion_r{}", self.issue.html_url, comment.id),
        });
        minimal::lean(body, &["path"])
    }
}
