//! Pull requests, their files and reviews.

use serde_json::{Value, json};

use super::repo::api_url;
use super::{Rest, extended, node_id};
use mcp_mock::service::github::{Branch, FileChange, Issue, Repo, Review, ReviewComment, Side};

impl Rest<'_> {
    pub(in super::super) fn pull(self, repo: &Repo, issue: &Issue) -> Value {
        let Some(pull) = &issue.pull else { return Value::Null };
        let url = pull_url(repo, issue);
        let head = repo.branches.get(&pull.head).and_then(Branch::head).unwrap_or_default();
        extended(
            self.thread(repo, issue),
            json!({
                "url": url,
                "node_id": node_id("PR", issue.id),
                "diff_url": format!("{}.diff", issue.html_url),
                "patch_url": format!("{}.patch", issue.html_url),
                "issue_url": format!("{}/issues/{}", api_url(repo), issue.number),
                "merged_at": pull.merged_at,
                "merge_commit_sha": pull.merge_commit_sha,
                "requested_reviewers": self.accounts(&pull.requested_reviewers),
                "draft": pull.draft,
                "merged": pull.merged_at.is_some(),
                "merged_by": pull.merged_by.as_ref().map(|login| self.account(login)),
                "head": self.end(repo, &pull.head, head),
                "base": self.end(repo, &pull.base, &pull.base_sha),
            }),
        )
    }

    fn end(self, repo: &Repo, branch: &str, sha: &str) -> Value {
        json!({
            "label": format!("{}:{branch}", repo.owner),
            "ref": branch,
            "sha": sha,
            "user": self.account(&repo.owner),
            "repo": self.repo(repo),
        })
    }

    pub(in super::super) fn review(self, repo: &Repo, issue: &Issue, review: &Review) -> Value {
        json!({
            "id": review.id,
            "node_id": node_id("PRR", review.id),
            "user": self.account(&review.author),
            "body": review.body,
            "state": review.state.as_str(),
            "html_url": format!("{}#pullrequestreview-{}", issue.html_url, review.id),
            "pull_request_url": pull_url(repo, issue),
            "commit_id": review.commit_id,
            "submitted_at": review.submitted_at,
            "author_association": self.association(repo, &review.author),
        })
    }

    pub(in super::super) fn review_comment(
        self,
        repo: &Repo,
        issue: &Issue,
        review: &Review,
        comment: &ReviewComment,
    ) -> Value {
        let url = format!("{}/pulls/comments/{}", api_url(repo), comment.id);
        let html_url = format!("{}#discussion_r{}", issue.html_url, comment.id);
        let pull_url = pull_url(repo, issue);
        json!({
            "_links": {
                "self": { "href": url },
                "html": { "href": html_url },
                "pull_request": { "href": pull_url },
            },
            "url": url,
            "id": comment.id,
            "node_id": node_id("PRRC", comment.id),
            "pull_request_review_id": review.id,
            "diff_hunk": self.hunk(repo, issue, &comment.path),
            "path": comment.path,
            "position": comment.line,
            "original_position": comment.line,
            "line": comment.line,
            "start_line": comment.start_line,
            "side": comment.side.unwrap_or(Side::Right),
            "start_side": comment.start_side,
            "in_reply_to_id": comment.in_reply_to,
            "commit_id": review.commit_id,
            "original_commit_id": review.commit_id,
            "user": self.account(&comment.author),
            "body": comment.body,
            "created_at": comment.created_at,
            "updated_at": comment.created_at,
            "html_url": html_url,
            "pull_request_url": pull_url,
            "author_association": self.association(repo, &comment.author),
        })
    }

    /// The patch of the file that a comment is on; GitHub cuts it off at the line.
    fn hunk(self, repo: &Repo, issue: &Issue, path: &str) -> String {
        let files = self.github.pull_files(repo.path().issue(issue.number));
        let mut files = files.unwrap_or_default().into_iter();
        files.find(|file| file.path == path).map(|file| file.patch).unwrap_or_default()
    }
}

/// A file of a pull request or a commit, at the commit `sha`.
pub(in super::super) fn file(repo: &Repo, sha: &str, file: &FileChange) -> Value {
    let (page, path) = (&repo.html_url, &file.path);
    json!({
        "sha": file.sha,
        "filename": path,
        "status": file.status.as_str(),
        "additions": file.additions,
        "deletions": file.deletions,
        "changes": file.additions + file.deletions,
        "blob_url": format!("{page}/blob/{sha}/{path}"),
        "raw_url": format!("{page}/raw/{sha}/{path}"),
        "contents_url": format!("{}/contents/{path}?ref={sha}", api_url(repo)),
        "patch": file.patch,
    })
}

fn pull_url(repo: &Repo, issue: &Issue) -> String {
    format!("{}/pulls/{}", api_url(repo), issue.number)
}
