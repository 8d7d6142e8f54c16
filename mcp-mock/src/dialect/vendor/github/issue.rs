//! Issues, their labels and comments.

use serde_json::{Value, json};

use super::repo::api_url;
use super::{Rest, extended, node_id};
use crate::service::github::{Comment, Issue, Label, Repo};

impl Rest<'_> {
    /// An issue, or a pull request as issues show it.
    pub(in super::super) fn issue(self, repo: &Repo, issue: &Issue) -> Value {
        let api = api_url(repo);
        let url = format!("{api}/issues/{}", issue.number);
        let body = extended(
            self.thread(repo, issue),
            json!({
                "url": url,
                "repository_url": api,
                "labels_url": format!("{url}/labels{{/name}}"),
                "comments_url": format!("{url}/comments"),
                "events_url": format!("{url}/events"),
                "timeline_url": format!("{url}/timeline"),
                "node_id": node_id(if issue.pull.is_some() { "PR" } else { "I" }, issue.id),
                "comments": issue.comments.len(),
                "state_reason": issue.state_reason.map(|reason| reason.as_str()),
                "reactions": reactions(&url),
                "performed_via_github_app": null,
            }),
        );
        let Some(pull) = &issue.pull else { return body };
        extended(
            body,
            json!({
                "draft": pull.draft,
                "pull_request": {
                    "url": format!("{api}/pulls/{}", issue.number),
                    "html_url": issue.html_url,
                    "diff_url": format!("{}.diff", issue.html_url),
                    "patch_url": format!("{}.patch", issue.html_url),
                    "merged_at": pull.merged_at,
                },
            }),
        )
    }

    /// What issues and pull requests have in common.
    pub(super) fn thread(self, repo: &Repo, issue: &Issue) -> Value {
        json!({
            "html_url": issue.html_url,
            "id": issue.id,
            "number": issue.number,
            "title": issue.title,
            "user": self.account(&issue.author),
            "labels": issue.labels.iter().map(|label| self.label(repo, label)).collect::<Vec<_>>(),
            "state": issue.state.as_str(),
            "locked": false,
            "active_lock_reason": null,
            "assignee": issue.assignees.first().map(|login| self.account(login)),
            "assignees": self.accounts(&issue.assignees),
            "milestone": null,
            "created_at": issue.created_at,
            "updated_at": issue.updated_at,
            "closed_at": issue.closed_at,
            "author_association": self.association(repo, &issue.author),
            "body": issue.body,
        })
    }

    pub(in super::super) fn comment(self, repo: &Repo, issue: &Issue, comment: &Comment) -> Value {
        let api = api_url(repo);
        let url = format!("{api}/issues/comments/{}", comment.id);
        json!({
            "reactions": reactions(&url),
            "url": url,
            "html_url": comment.html_url,
            "issue_url": format!("{api}/issues/{}", issue.number),
            "id": comment.id,
            "node_id": node_id("IC", comment.id),
            "user": self.account(&comment.author),
            "created_at": comment.created_at,
            "updated_at": comment.created_at,
            "author_association": self.association(repo, &comment.author),
            "body": comment.body,
            "performed_via_github_app": null,
        })
    }

    pub(in super::super) fn label(self, repo: &Repo, label: &Label) -> Value {
        json!({
            "id": label.id,
            "node_id": node_id("LA", label.id),
            "url": format!("{}/labels/{}", api_url(repo), label.name.replace(' ', "%20")),
            "name": label.name,
            "color": label.color,
            "default": false,
            "description": null,
        })
    }

    /// What an account is to a repository.
    pub(in super::super) fn association(self, repo: &Repo, login: &str) -> &'static str {
        let is_login = |other: &String| other.eq_ignore_ascii_case(login);
        if is_login(&repo.owner) {
            "OWNER"
        } else if is_login(&self.github.viewer) || repo.collaborators.iter().any(is_login) {
            "COLLABORATOR"
        } else {
            "NONE"
        }
    }
}

/// Nobody reacts in this world.
fn reactions(url: &str) -> Value {
    json!({
        "url": format!("{url}/reactions"),
        "total_count": 0,
        "+1": 0,
        "-1": 0,
        "laugh": 0,
        "hooray": 0,
        "confused": 0,
        "heart": 0,
        "rocket": 0,
        "eyes": 0,
    })
}
