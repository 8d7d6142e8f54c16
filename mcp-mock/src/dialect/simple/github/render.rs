//! How records look in answers, each beside its schema.

use serde_json::{Value, json};

use crate::dialect::schema::{boolean, integer, list, nullable, object, required, text};
use crate::service::github::{Comment, Issue, Label, Listing, Release, Repo};

pub(super) fn issue_schema() -> Value {
    object([
        required("number", integer("Number within the repository.")),
        required("title", text("The headline.")),
        required("body", nullable(text("The text."))),
        required("state", text("`open` or `closed`.")),
        required("state_reason", nullable(text("Why it is in this state."))),
        required("author", text("Login of who opened it.")),
        required("labels", list(label_schema(), "Its labels.")),
        required("assignees", list(text("A login."), "Who it is assigned to.")),
        required("comment_count", integer("How many comments it has.")),
        required("pull_request", boolean("Whether it is a pull request.")),
        required("html_url", text("Page for people.")),
        required("created_at", text("When it was opened.")),
        required("updated_at", text("When it changed last.")),
        required("closed_at", nullable(text("When it was closed."))),
    ])
}

pub(super) fn issue(issue: &Issue) -> Value {
    json!({
        "number": issue.number,
        "title": issue.title,
        "body": issue.body,
        "state": issue.state.as_str(),
        "state_reason": issue.state_reason.map(|reason| reason.as_str()),
        "author": issue.author,
        "labels": issue.labels.iter().map(label).collect::<Vec<_>>(),
        "assignees": issue.assignees,
        "comment_count": issue.comments.len(),
        "pull_request": issue.pull.is_some(),
        "html_url": issue.html_url,
        "created_at": issue.created_at,
        "updated_at": issue.updated_at,
        "closed_at": issue.closed_at,
    })
}

pub(super) fn pull_schema() -> Value {
    object([
        required("number", integer("Number within the repository, shared with issues.")),
        required("title", text("The headline.")),
        required("body", nullable(text("The text."))),
        required("state", text("`open` or `closed`.")),
        required("draft", boolean("Whether it is not yet ready to be merged.")),
        required("merged", boolean("Whether it was merged.")),
        required("author", text("Login of who opened it.")),
        required("head", text("Branch with the changes.")),
        required("base", text("Branch that they go into.")),
        required("labels", list(label_schema(), "Its labels.")),
        required("html_url", text("Page for people.")),
        required("created_at", text("When it was opened.")),
        required("updated_at", text("When it changed last.")),
    ])
}

pub(super) fn pull(issue: &Issue) -> Value {
    let pull = issue.pull.as_ref();
    json!({
        "number": issue.number,
        "title": issue.title,
        "body": issue.body,
        "state": issue.state.as_str(),
        "draft": pull.is_some_and(|pull| pull.draft),
        "merged": pull.is_some_and(|pull| pull.merged_at.is_some()),
        "author": issue.author,
        "head": pull.map(|pull| pull.head.as_str()).unwrap_or_default(),
        "base": pull.map(|pull| pull.base.as_str()).unwrap_or_default(),
        "labels": issue.labels.iter().map(label).collect::<Vec<_>>(),
        "html_url": issue.html_url,
        "created_at": issue.created_at,
        "updated_at": issue.updated_at,
    })
}

pub(super) fn comment_schema() -> Value {
    object([
        required("id", integer("Id of the comment.")),
        required("author", text("Login of who wrote it.")),
        required("body", text("The text.")),
        required("html_url", text("Its place on the page of the issue.")),
        required("created_at", text("When it was written.")),
    ])
}

pub(super) fn comment(comment: &Comment) -> Value {
    json!({
        "id": comment.id,
        "author": comment.author,
        "body": comment.body,
        "html_url": comment.html_url,
        "created_at": comment.created_at,
    })
}

pub(super) fn repo_schema() -> Value {
    object([
        required("name", text("Name of the repository.")),
        required("full_name", text("Owner and name.")),
        required("owner", text("Account that owns it.")),
        required("description", nullable(text("One line about it."))),
        required("private", boolean("Whether only collaborators see it.")),
        required("archived", boolean("Whether it is read-only.")),
        required("default_branch", text("Branch that pull requests go into.")),
        required("open_issues_count", integer("Open issues and pull requests together.")),
        required("html_url", text("Page for people.")),
        required("created_at", text("When it was created.")),
        required("pushed_at", text("When a commit arrived last.")),
    ])
}

pub(super) fn repo(repo: &Repo) -> Value {
    let open = repo.issues.iter().filter(|issue| issue.closed_at.is_none()).count();
    json!({
        "name": repo.name,
        "full_name": repo.full_name(),
        "owner": repo.owner,
        "description": repo.description,
        "private": repo.private,
        "archived": repo.archived,
        "default_branch": repo.default_branch,
        "open_issues_count": open,
        "html_url": repo.html_url,
        "created_at": repo.created_at,
        "pushed_at": repo.pushed_at,
    })
}

pub(super) fn release_schema() -> Value {
    object([
        required("id", integer("Id of the release.")),
        required("tag", text("Its tag.")),
        required("name", nullable(text("Its title."))),
        required("body", nullable(text("Its notes."))),
        required("draft", boolean("Whether only collaborators see it.")),
        required("prerelease", boolean("Whether it is not ready for everyone.")),
        required("author", text("Login of who created it.")),
        required("html_url", text("Page for people.")),
        required("created_at", text("When it was created.")),
        required("published_at", nullable(text("When it was published."))),
    ])
}

pub(super) fn release(release: &Release) -> Value {
    json!({
        "id": release.id,
        "tag": release.tag,
        "name": release.name,
        "body": release.body,
        "draft": release.draft,
        "prerelease": release.prerelease,
        "author": release.author,
        "html_url": release.html_url,
        "created_at": release.created_at,
        "published_at": release.published_at,
    })
}

/// One page of a list under the name `key`.
pub(super) fn page_schema(key: &'static str, items: Value) -> Value {
    object([
        required(key, list(items, "This page, newest first.")),
        required("next_page", next_page_schema()),
    ])
}

pub(super) fn page<T>(key: &str, listing: &Listing<&T>, entry: fn(&T) -> Value) -> Value {
    let items: Vec<Value> = listing.items.iter().map(|item| entry(item)).collect();
    json!({ key: items, "next_page": listing.next_page })
}

pub(super) fn next_page_schema() -> Value {
    nullable(integer("Number of the next page, null on the last one."))
}

fn label_schema() -> Value {
    object([
        required("name", text("Name of the label.")),
        required("color", text("Six hexadecimal digits.")),
    ])
}

fn label(label: &Label) -> Value {
    json!({ "name": label.name, "color": label.color })
}
