//! Issues, their labels and comments.

use serde_json::{Value, json};

use super::repo::api_url;
use super::{Rest, extended, node_id};
use mcp_mock::service::github::{
    Comment, Issue, IssueState, IssueType, Label, Reaction, ReactionContent, Repo, account_id,
};

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
                "reactions": reactions(&url, &issue.reactions),
                "type": self.issue_type(repo, issue),
                "sub_issues_summary": self.sub_issues_summary(repo, issue),
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
            "locked": issue.locked,
            "active_lock_reason": null,
            "assignee": issue.assignees.first().map(|login| self.account(login)),
            "assignees": self.accounts(&issue.assignees),
            "milestone": self.milestone(repo, issue),
            "created_at": issue.created_at,
            "updated_at": issue.updated_at,
            "closed_at": issue.closed_at,
            "author_association": self.association(repo, &issue.author),
            "body": issue.body,
        })
    }

    fn milestone(self, repo: &Repo, issue: &Issue) -> Value {
        let milestone = issue.milestone.and_then(|number| repo.milestone(number));
        let Some(milestone) = milestone else { return Value::Null };
        let url = format!("{}/milestones/{}", api_url(repo), milestone.number);
        let count = |state| {
            let on_it = repo.issues.iter().filter(|other| other.milestone == issue.milestone);
            on_it.filter(|other| other.state == state).count()
        };
        json!({
            "url": url,
            "html_url": format!("{}/milestone/{}", repo.html_url, milestone.number),
            "labels_url": format!("{url}/labels"),
            "id": milestone.id,
            "node_id": node_id("MI", milestone.id),
            "number": milestone.number,
            "title": milestone.title,
            "description": milestone.description,
            "creator": self.account(&milestone.creator),
            "open_issues": count(IssueState::Open),
            "closed_issues": count(IssueState::Closed),
            "state": milestone.state.as_str(),
            "created_at": milestone.created_at,
            "updated_at": milestone.created_at,
            "due_on": milestone.due_on,
            "closed_at": null,
        })
    }

    fn issue_type(self, repo: &Repo, issue: &Issue) -> Value {
        let organization = self.github.organization(&repo.owner);
        let name = issue.issue_type.as_deref();
        let kind = organization.zip(name).and_then(|(all, name)| all.issue_type(name));
        kind.map_or(Value::Null, |kind| issue_type(&repo.owner, kind))
    }

    /// How many sub-issues there are and how many of them are closed.
    pub(in super::super) fn sub_issues_summary(self, repo: &Repo, issue: &Issue) -> Value {
        let all = self.github.sub_issues(repo.path().issue(issue.number)).unwrap_or_default();
        let closed = all.iter().filter(|(_, issue)| issue.state == IssueState::Closed).count();
        let percent = (closed * 100).checked_div(all.len()).unwrap_or_default();
        json!({ "total": all.len(), "completed": closed, "percent_completed": percent })
    }

    pub(in super::super) fn comment(self, repo: &Repo, issue: &Issue, comment: &Comment) -> Value {
        let api = api_url(repo);
        let url = format!("{api}/issues/comments/{}", comment.id);
        json!({
            "reactions": reactions(&url, &comment.reactions),
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

/// A type of the organization `owner`.
pub(in super::super) fn issue_type(owner: &str, kind: &IssueType) -> Value {
    let id = account_id(&format!("{owner}/types/{}", kind.name));
    json!({
        "id": id,
        "node_id": node_id("IT", id),
        "name": kind.name,
        "description": kind.description,
        "color": "gray",
        "is_enabled": true,
    })
}

fn reactions(url: &str, given: &[Reaction]) -> Value {
    let mut body = reaction_counts(given);
    body["url"] = format!("{url}/reactions").into();
    body
}

/// How often each of the eight was given.
pub(in super::super) fn reaction_counts(given: &[Reaction]) -> Value {
    let mut body = json!({ "total_count": given.len() });
    for content in ReactionContent::ALL {
        let count = given.iter().filter(|reaction| reaction.content == content).count();
        body[content.as_str()] = count.into();
    }
    body
}
