//! `pull_request_read`: all that can be read of one pull request.

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::github::{OfPull, Paging, Rest, head_sha};
use super::cursor::CursorPaging;
use super::failure::{Request, graphql_error, missing, rest_error, server_error, uncaught};
use super::issues::comments;
use super::minimal;
use mcp_mock::dialect::{Answer, Call, Outcome, Refusal};
use mcp_mock::service::github::{
    FileChange, FileStatus, GitHub, Issue, Quota, Repo, Review, ReviewComment, ReviewState,
};

#[derive(Deserialize)]
struct Wanted {
    #[serde(flatten)]
    pull: OfPull,
    method: String,
    #[serde(flatten)]
    paging: Paging,
    #[serde(flatten)]
    cursor: CursorPaging,
}

pub(super) fn pull_request_read(mut call: Call<'_, GitHub>) -> Outcome {
    let wanted: Wanted = call.read()?;
    let method = wanted.method.as_str();
    wanted.find(&mut call)?;
    if matches!(method, "get_status" | "get_check_runs") {
        wanted.ask_for_checks(&mut call)?;
    }
    let (github, at) = (&*call.service, &wanted.pull.at);
    let repo = github.repo_at(at.path())?;
    let issue = github.pull_at(wanted.pull.path())?;
    let view = View { github, wanted: &wanted, repo, issue };
    Ok(Answer::Json(match method {
        "get" => minimal::pull(github, repo, issue),
        "get_diff" => return Ok(Answer::Text(view.diff())),
        "get_status" => view.status(),
        "get_check_runs" => json!({ "total_count": 0, "check_runs": [] }),
        "get_files" => view.files(),
        "get_commits" => view.commits(),
        "get_reviews" => view.reviews(),
        "get_review_comments" => view.threads()?,
        _ => comments(Rest::new(github), repo, issue, &wanted.paging),
    }))
}

impl Wanted {
    /// Asks for the part of the pull request; each method says for itself why it cannot be read.
    fn find(&self, call: &mut Call<'_, GitHub>) -> Result<(), Refusal> {
        let (at, number) = (&self.pull.at, self.pull.number.id());
        let wanted = format!("a PullRequest with the number of {number}");
        let name = missing(call.service, at, &wanted);
        let mut found = || call.service.get_pull(&mut call.api, self.pull.path()).map(drop);
        let (part, place) = match self.method.as_str() {
            "get" | "get_check_runs" | "get_status" => ("", ""),
            "get_diff" => (" diff", ""),
            "get_files" => (" files", "/files?page=1&per_page=30"),
            "get_commits" => (" commits", "/commits?page=1&per_page=30"),
            "get_reviews" => (" reviews", "/reviews?page=1&per_page=30"),
            "get_review_comments" => {
                let words = "failed to get pull request review threads";
                return found().map_err(graphql_error(words, &name));
            }
            "get_comments" => {
                let place = format_args!("/issues/{number}/comments?page=1&per_page=30");
                let request = Request::of_repo("GET", at, place);
                return found().map_err(uncaught("failed to get issue comments", request));
            }
            other => return Err(server_error(format!("unknown method: {other}"))),
        };
        let request = Request::of_repo("GET", at, format_args!("/pulls/{number}{place}"));
        found().map_err(rest_error(&format!("failed to get pull request{part}"), request))
    }

    /// The second request of the methods that read what has checked the head.
    fn ask_for_checks(&self, call: &mut Call<'_, GitHub>) -> Result<(), Refusal> {
        let at = &self.pull.at;
        let sha =
            head_sha(call.service.repo_at(at.path())?, call.service.pull_at(self.pull.path())?);
        let (words, place) = match self.method.as_str() {
            "get_status" => ("failed to get combined status", "status"),
            _ => ("failed to get check runs", "check-runs?page=1&per_page=30"),
        };
        let request = Request::of_repo("GET", at, format_args!("/commits/{sha}/{place}"));
        call.service.spend(&mut call.api, Quota::Core).map_err(rest_error(words, request))
    }
}

/// A pull request that is there, as the server shows parts of it.
struct View<'a> {
    github: &'a GitHub,
    wanted: &'a Wanted,
    repo: &'a Repo,
    issue: &'a Issue,
}

impl View<'_> {
    fn changes(&self) -> Vec<FileChange> {
        let path = self.wanted.pull.path();
        self.github.pull_files(path).unwrap_or_default()
    }

    fn paged(&self, all: Vec<Value>) -> Value {
        self.wanted.paging.number().cut(all).items.into()
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
        let file = |file: &FileChange| minimal::file(file, true);
        self.paged(self.changes().iter().map(file).collect())
    }

    fn commits(&self) -> Value {
        let path = self.wanted.pull.path();
        let commits = self.github.pull_commits(path).unwrap_or_default();
        let commits = commits.into_iter().map(|commit| minimal::pull_commit(self.repo, commit));
        self.paged(commits.collect())
    }

    fn reviews(&self) -> Value {
        let rest = Rest::new(self.github);
        let is_seen = |review: &&Review| {
            review.state != ReviewState::Pending || review.author == self.github.viewer
        };
        let reviews = self.issue.pull.iter().flat_map(|pull| &pull.reviews).filter(is_seen);
        let body = |review| minimal::review(rest, self.repo, self.issue, review);
        self.paged(reviews.map(body).collect())
    }

    /// Comments on files by thread, a page of them by cursor.
    fn threads(&self) -> Result<Value, Refusal> {
        let given = self.issue.pull.iter().flat_map(|pull| &pull.reviews);
        let given = given.filter(|review| review.state != ReviewState::Pending);
        let comments: Vec<&ReviewComment> = given.flat_map(|review| &review.comments).collect();
        let first = comments.iter().filter(|comment| comment.in_reply_to.is_none());
        let threads: Vec<Value> = first.map(|first| self.thread(first, &comments)).collect();
        let total = threads.len();
        let words = "failed to get pull request review threads";
        let (threads, info) = self.wanted.cursor.cut(threads, words)?;
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
