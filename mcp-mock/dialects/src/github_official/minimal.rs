//! The server's own small bodies: much is left out, empty members first of all.

use serde_json::{Map, Value, json};

use super::super::github::issue::reaction_counts;
use super::super::github::{Rest, avatar_url};
use mcp_mock::service::github::{
    Branch, Comment, Commit, FileChange, GitHub, HistoryEntry, Issue, Release, Repo, Review,
    account_id,
};

/// The server asks for no more pull requests that close an issue, and counts them all.
const CLOSING_SHOWN_MAX: usize = 5;

/// The body without the members that are empty and not among `kept`.
pub(super) fn lean(body: Value, kept: &[&str]) -> Value {
    let Value::Object(members) = body else { return body };
    let is_empty = |value: &Value| match value {
        Value::Array(items) => items.is_empty(),
        Value::Bool(value) => !value,
        Value::Null => true,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Object(_) => false,
    };
    let is_kept =
        |(name, value): &(String, Value)| kept.contains(&name.as_str()) || !is_empty(value);
    Value::Object(members.into_iter().filter(is_kept).collect())
}

/// The bodies with the members that the argument `fields` names, or all of them.
pub(super) fn picked(bodies: Vec<Value>, fields: Option<&[String]>) -> Value {
    let fields = fields.unwrap_or_default();
    let pick = |body: Value| match body {
        Value::Object(members) if !fields.is_empty() => {
            let is_wanted = |(name, _): &(String, Value)| fields.contains(name);
            Value::Object(members.into_iter().filter(is_wanted).collect::<Map<_, _>>())
        }
        body => body,
    };
    bodies.into_iter().map(pick).collect()
}

pub(super) fn user(login: &str) -> Value {
    json!({
        "login": login,
        "id": account_id(login),
        "profile_url": format!("https://github.com/{login}"),
        "avatar_url": avatar_url(login),
    })
}

fn labels(issue: &Issue) -> Vec<&str> {
    issue.labels.iter().map(|label| label.name.as_str()).collect()
}

/// An issue as the REST API knows it.
pub(super) fn issue(rest: Rest<'_>, repo: &Repo, issue: &Issue) -> Value {
    let github = rest.github();
    let sub_issues = github.sub_issues(repo.path().issue(issue.number)).unwrap_or_default();
    let closing: Vec<_> = repo.closing_pulls(issue.number).collect();
    let shown = closing.iter().take(CLOSING_SHOWN_MAX);
    let closing_shown: Vec<_> = shown.map(|pull| reference(repo, pull)).collect();
    let parent = github.parent(issue);
    let body = json!({
        "number": issue.number,
        "title": issue.title,
        "body": issue.body,
        "state": issue.state.as_str(),
        "state_reason": issue.state_reason.map(|reason| reason.as_str()),
        "draft": issue.pull.as_ref().is_some_and(|pull| pull.draft),
        "html_url": issue.html_url,
        "user": user(&issue.author),
        "author_association": rest.association(repo, &issue.author),
        "labels": labels(issue),
        "assignees": issue.assignees,
        "locked": issue.locked,
        "milestone": milestone(repo, issue),
        "issue_type": issue.issue_type,
        "field_values": field_values(issue),
        "comments": issue.comments.len(),
        "reactions": reaction_counts(&issue.reactions),
        "created_at": issue.created_at,
        "updated_at": issue.updated_at,
        "closed_at": issue.closed_at,
        "has_parent": parent.is_some(),
        "has_children": !sub_issues.is_empty(),
        "parent": parent.map(|(repo, issue)| reference(repo, issue)),
        "sub_issues_summary":
            (!sub_issues.is_empty()).then(|| rest.sub_issues_summary(repo, issue)),
        "closed_by_pull_requests": { "total_count": closing.len(), "references": closing_shown },
    });
    lean(body, &["title", "assignees", "has_parent", "has_children"])
}

/// An issue as the GraphQL API knows it: the state is in capitals, and there is no page.
pub(super) fn listed_issue(issue: &Issue) -> Value {
    let body = json!({
        "number": issue.number,
        "title": issue.title,
        "body": issue.body,
        "state": issue.state.as_str().to_uppercase(),
        "user": { "login": issue.author },
        "labels": labels(issue),
        "assignees": issue.assignees,
        "comments": issue.comments.len(),
        "field_values": field_values(issue),
        "created_at": issue.created_at,
        "updated_at": issue.updated_at,
    });
    lean(body, &["title", "assignees"])
}

/// Values of fields, each a string.
pub(super) fn field_values(issue: &Issue) -> Value {
    issue.fields.iter().map(|(field, value)| json!({ "field": field, "value": value })).collect()
}

/// An issue or pull request as others refer to it; the state is in capitals.
pub(super) fn reference(repo: &Repo, issue: &Issue) -> Value {
    let is_merged = issue.pull.as_ref().is_some_and(|pull| pull.merged_at.is_some());
    let state = if is_merged { "merged" } else { issue.state.as_str() };
    json!({
        "number": issue.number,
        "title": issue.title,
        "state": state.to_uppercase(),
        "url": issue.html_url,
        "repository": repo.full_name(),
    })
}

fn milestone<'a>(repo: &'a Repo, issue: &Issue) -> Option<&'a str> {
    let milestone = issue.milestone.and_then(|number| repo.milestone(number));
    milestone.map(|milestone| milestone.title.as_str())
}

pub(super) fn comment(rest: Rest<'_>, repo: &Repo, comment: &Comment) -> Value {
    json!({
        "id": comment.id,
        "body": comment.body,
        "html_url": comment.html_url,
        "user": user(&comment.author),
        "author_association": rest.association(repo, &comment.author),
        "reactions": reaction_counts(&comment.reactions),
        "created_at": comment.created_at,
        "updated_at": comment.created_at,
    })
}

/// A pull request as a list has it: GitHub's lists do not say whether one was merged, which reads as no.
pub(super) fn listed_pull(repo: &Repo, issue: &Issue) -> Value {
    let Some(pull) = &issue.pull else { return Value::Null };
    let head = repo.branches.get(&pull.head).and_then(Branch::head).unwrap_or_default();
    let origin = lean(
        json!({ "full_name": repo.full_name(), "description": repo.description }),
        &["full_name"],
    );
    let body = json!({
        "number": issue.number,
        "title": issue.title,
        "body": issue.body,
        "state": issue.state.as_str(),
        "draft": pull.draft,
        "merged": false,
        "html_url": issue.html_url,
        "user": user(&issue.author),
        "labels": labels(issue),
        "assignees": issue.assignees,
        "milestone": milestone(repo, issue),
        "requested_reviewers": pull.requested_reviewers,
        "head": { "ref": pull.head, "sha": head, "repo": origin },
        "base": { "ref": pull.base, "sha": pull.base_sha, "repo": origin },
        "created_at": issue.created_at,
        "updated_at": issue.updated_at,
        "closed_at": issue.closed_at,
        "merged_at": pull.merged_at,
    });
    lean(body, &["title", "draft", "merged"])
}

/// A pull request on its own.
pub(super) fn pull(github: &GitHub, repo: &Repo, issue: &Issue) -> Value {
    let path = repo.path().issue(issue.number);
    let files = github.pull_files(path).unwrap_or_default();
    let merged_by = issue.pull.as_ref().and_then(|pull| pull.merged_by.as_deref());
    let mut body = listed_pull(repo, issue);
    body["merged"] = merged_by.is_some().into();
    body["mergeable_state"] = match github.is_mergeable(path) {
        Ok(Some(true)) if issue.pull.as_ref().is_some_and(|pull| pull.draft) => "draft".into(),
        Ok(Some(true)) => "clean".into(),
        Ok(Some(false)) => "dirty".into(),
        _ => "unknown".into(),
    };
    body["merged_by"] = merged_by.into();
    body["additions"] = files.iter().map(|file| file.additions).sum::<usize>().into();
    body["deletions"] = files.iter().map(|file| file.deletions).sum::<usize>().into();
    body["changed_files"] = files.len().into();
    body["commits"] = github.pull_commits(path).unwrap_or_default().len().into();
    body["comments"] = issue.comments.len().into();
    lean(body, &["title", "draft", "merged"])
}

/// A file that a commit or a pull request changes.
pub(super) fn file(file: &FileChange, with_patch: bool) -> Value {
    let body = json!({
        "filename": file.path,
        "status": file.status.as_str(),
        "additions": file.additions,
        "deletions": file.deletions,
        "changes": file.additions + file.deletions,
        "patch": with_patch.then_some(&file.patch),
    });
    lean(body, &[])
}

pub(super) fn review(rest: Rest<'_>, repo: &Repo, issue: &Issue, review: &Review) -> Value {
    let body = json!({
        "id": review.id,
        "state": review.state.as_str(),
        "body": review.body,
        "html_url": format!("{}#pullrequestreview-{}", issue.html_url, review.id),
        "user": user(&review.author),
        "commit_id": review.commit_id,
        "submitted_at": review.submitted_at,
        "author_association": rest.association(repo, &review.author),
    });
    lean(body, &[])
}

fn author(commit: &Commit) -> Value {
    json!({
        "name": commit.author,
        "email": format!("{}@users.noreply.github.com", commit.author),
        "date": commit.date,
    })
}

/// A commit as pull requests list it.
pub(super) fn pull_commit(repo: &Repo, commit: &Commit) -> Value {
    json!({
        "sha": commit.sha,
        "html_url": commit_page(repo, commit),
        "message": commit.message,
        "author": author(commit),
    })
}

fn commit_page(repo: &Repo, commit: &Commit) -> String {
    format!("{}/commit/{}", repo.html_url, commit.sha)
}

pub(super) fn commit(repo: &Repo, entry: &HistoryEntry) -> Value {
    let commit = &entry.commit;
    json!({
        "sha": commit.sha,
        "html_url": commit_page(repo, commit),
        "commit": { "message": commit.message, "author": author(&entry.commit), "committer": author(&entry.commit) },
        "author": user(&commit.author),
        "committer": user(&commit.author),
    })
}

/// A commit as the answer to a written file has it.
pub(super) fn file_commit(repo: &Repo, entry: &HistoryEntry) -> Value {
    json!({
        "sha": entry.commit.sha,
        "message": entry.commit.message,
        "html_url": commit_page(repo, &entry.commit),
        "author": author(&entry.commit),
    })
}

pub(super) fn repo(rest: Rest<'_>, repo: &Repo) -> Value {
    let open = repo.issues.iter().filter(|issue| issue.closed_at.is_none()).count();
    let body = json!({
        "id": repo.id,
        "name": repo.name,
        "full_name": repo.full_name(),
        "description": repo.description,
        "html_url": repo.html_url,
        "stargazers_count": 0,
        "forks_count": rest.forks(repo),
        "open_issues_count": open,
        "updated_at": repo.pushed_at,
        "created_at": repo.created_at,
        "private": repo.private,
        "fork": repo.parent.is_some(),
        "archived": repo.archived,
        "default_branch": repo.default_branch,
    });
    let counted = ["stargazers_count", "forks_count", "open_issues_count"];
    lean(body, &[&counted[..], &["private", "fork", "archived"]].concat())
}

pub(super) fn release(release: &Release) -> Value {
    let body = json!({
        "id": release.id,
        "tag_name": release.tag,
        "name": release.name,
        "body": release.body,
        "html_url": release.html_url,
        "published_at": release.published_at,
        "prerelease": release.prerelease,
        "draft": release.draft,
        "author": user(&release.author),
    });
    lean(body, &["prerelease", "draft"])
}
