//! Issues, and comments on issues and pull requests.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    InRepo, Paging, Thread, owner, page, page_schema, per_page, render_page, repo, state,
    state_filter, tool,
};
use crate::dialect::schema::{
    Field, boolean, choice, integer, list, nullable, object, optional, required, text,
};
use crate::dialect::{Answer, Call, CatalogTool, Effect, Outcome};
use crate::service::github::{
    Comment, GitHub, Issue, IssueChange, IssueFilter, IssueKind, IssueState, Label, NewIssue,
    StateReason,
};

pub(super) fn tools() -> Vec<CatalogTool<GitHub>> {
    let mut tools = writing();
    tools.extend(reading());
    tools
}

fn number() -> Field {
    required("number", integer("Number of the issue."))
}

fn writing() -> Vec<CatalogTool<GitHub>> {
    let reasons = ["completed", "not_planned", "duplicate"];
    vec![
        tool("add_comment", "Comment on an issue or a pull request.", add_comment)
            .input(&object([
                owner(),
                repo(),
                required("number", integer("Number of the issue or pull request.")),
                required("body", text("The text, in Markdown.")),
            ]))
            .output(&comment_schema())
            .effect(Effect::Add),
        tool(
            "close_issue",
            "Close an issue as completed. Closing it again changes nothing.",
            close_issue,
        )
        .input(&object([owner(), repo(), number()]))
        .output(&issue_schema())
        .effect(Effect::Set),
        tool(
            "create_issue",
            "Open an issue. Unknown labels are created, unknown assignees left out.",
            create_issue,
        )
        .input(&object([
            owner(),
            repo(),
            required("title", text("The headline.")),
            optional("body", text("The text, in Markdown.")),
            optional("labels", list(text("Name of a label."), "Labels to put on.")),
            optional("assignees", list(text("A login."), "Who to assign it to.")),
        ]))
        .output(&issue_schema())
        .effect(Effect::Add),
        tool(
            "update_issue",
            "Change an issue; what is not given stays. Lists replace the ones before.",
            update_issue,
        )
        .input(&object([
            owner(),
            repo(),
            number(),
            optional("title", text("The new headline.")),
            optional("body", text("The new text.")),
            optional("state", choice(&["open", "closed"], "Close it or open it again.")),
            optional("state_reason", choice(&reasons, "Why it is closed; completed if not given.")),
            optional("labels", list(text("Name of a label."), "All labels that it is to have.")),
            optional(
                "assignees",
                list(text("A login."), "All logins that it is to be assigned to."),
            ),
        ]))
        .output(&issue_schema())
        .effect(Effect::Replace),
    ]
}

fn reading() -> [CatalogTool<GitHub>; 2] {
    let mut with_comments = issue_schema();
    with_comments["properties"]["comments"] = list(comment_schema(), "Its comments, oldest first.");
    [
        tool(
            "get_issue",
            "Read an issue or a pull request by its number, with its comments.",
            get_issue,
        )
        .input(&object([owner(), repo(), number()]))
        .output(&with_comments)
        .effect(Effect::Read),
        tool("list_issues", "List the issues of a repository, newest first.", list_issues)
            .input(&object([
                owner(),
                repo(),
                state(),
                optional(
                    "labels",
                    list(text("Name of a label."), "Labels that an issue must have, all of them."),
                ),
                optional("assignee", text("Login that an issue must be assigned to.")),
                optional(
                    "include_prs",
                    boolean("Whether to list pull requests too; no if not given."),
                ),
                page(),
                per_page(),
            ]))
            .output(&page_schema("issues", issue_schema()))
            .effect(Effect::Read),
    ]
}

#[derive(Deserialize)]
struct NewComment {
    #[serde(flatten)]
    on: Thread,
    body: String,
}

fn add_comment(mut call: Call<'_, GitHub>) -> Outcome {
    let new: NewComment = call.read()?;
    let comment = call.service.add_comment(&mut call.api, new.on.path(), &new.body)?;
    Ok(Answer::Json(render_comment(&comment)))
}

fn close_issue(mut call: Call<'_, GitHub>) -> Outcome {
    let thread: Thread = call.read()?;
    let change = IssueChange { state: Some(IssueState::Closed), ..IssueChange::default() };
    change_issue(call, &thread, change)
}

fn change_issue(mut call: Call<'_, GitHub>, thread: &Thread, change: IssueChange) -> Outcome {
    let issue = call.service.update_issue(&mut call.api, thread.path(), change)?;
    Ok(Answer::Json(render_issue(&issue)))
}

#[derive(Deserialize)]
struct CreateIssue {
    #[serde(flatten)]
    at: InRepo,
    title: String,
    body: Option<String>,
    #[serde(default)]
    labels: Vec<String>,
    #[serde(default)]
    assignees: Vec<String>,
}

fn create_issue(mut call: Call<'_, GitHub>) -> Outcome {
    let CreateIssue { at, title, body, labels, assignees } = call.read()?;
    let new = NewIssue { title, body, labels, assignees, ..NewIssue::default() };
    let issue = call.service.create_issue(&mut call.api, at.path(), new)?;
    Ok(Answer::Json(render_issue(&issue)))
}

fn get_issue(mut call: Call<'_, GitHub>) -> Outcome {
    let thread: Thread = call.read()?;
    let issue = call.service.get_issue(&mut call.api, thread.path())?;
    let mut answer = render_issue(issue);
    answer["comments"] = issue.comments.iter().map(render_comment).collect();
    Ok(Answer::Json(answer))
}

#[derive(Deserialize)]
struct ListIssues {
    #[serde(flatten)]
    at: InRepo,
    #[serde(default)]
    state: String,
    #[serde(default)]
    labels: Vec<String>,
    assignee: Option<String>,
    #[serde(default)]
    include_prs: bool,
    #[serde(flatten)]
    paging: Paging,
}

/// GitHub's REST API lists pull requests among the issues; this tool does so only when asked to,
/// and marks each of them with `pull_request`.
fn list_issues(mut call: Call<'_, GitHub>) -> Outcome {
    let wanted: ListIssues = call.read()?;
    let filter = IssueFilter {
        kind: if wanted.include_prs { IssueKind::Any } else { IssueKind::Issue },
        state: state_filter(&wanted.state),
        labels: wanted.labels,
        assignee: wanted.assignee,
        ..IssueFilter::default()
    };
    let (path, page) = (wanted.at.path(), wanted.paging.number());
    let issues = call.service.list_issues(&mut call.api, path, &filter, page)?;
    Ok(Answer::Json(render_page("issues", &issues, render_issue)))
}

#[derive(Deserialize)]
struct Update {
    #[serde(flatten)]
    thread: Thread,
    title: Option<String>,
    body: Option<String>,
    state: Option<String>,
    state_reason: Option<String>,
    labels: Option<Vec<String>>,
    assignees: Option<Vec<String>>,
}

fn update_issue(mut call: Call<'_, GitHub>) -> Outcome {
    let Update { thread, title, body, state, state_reason, labels, assignees } = call.read()?;
    let change = IssueChange {
        title,
        body,
        state: state.map(|state| match state.as_str() {
            "closed" => IssueState::Closed,
            _ => IssueState::Open,
        }),
        state_reason: state_reason.map(|reason| match reason.as_str() {
            "duplicate" => StateReason::Duplicate,
            "not_planned" => StateReason::NotPlanned,
            _ => StateReason::Completed,
        }),
        labels,
        assignees,
        ..IssueChange::default()
    };
    change_issue(call, &thread, change)
}

fn issue_schema() -> Value {
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

fn render_issue(issue: &Issue) -> Value {
    json!({
        "number": issue.number,
        "title": issue.title,
        "body": issue.body,
        "state": issue.state.as_str(),
        "state_reason": issue.state_reason.map(|reason| reason.as_str()),
        "author": issue.author,
        "labels": render_labels(issue),
        "assignees": issue.assignees,
        "comment_count": issue.comments.len(),
        "pull_request": issue.pull.is_some(),
        "html_url": issue.html_url,
        "created_at": issue.created_at,
        "updated_at": issue.updated_at,
        "closed_at": issue.closed_at,
    })
}

fn comment_schema() -> Value {
    object([
        required("id", integer("Id of the comment.")),
        required("author", text("Login of who wrote it.")),
        required("body", text("The text.")),
        required("html_url", text("Its place on the page of the issue.")),
        required("created_at", text("When it was written.")),
    ])
}

fn render_comment(comment: &Comment) -> Value {
    json!({
        "id": comment.id,
        "author": comment.author,
        "body": comment.body,
        "html_url": comment.html_url,
        "created_at": comment.created_at,
    })
}

pub(super) fn label_schema() -> Value {
    object([
        required("name", text("Name of the label.")),
        required("color", text("Six hexadecimal digits.")),
    ])
}

pub(super) fn render_labels(issue: &Issue) -> Vec<Value> {
    let label = |label: &Label| json!({ "name": label.name, "color": label.color });
    issue.labels.iter().map(label).collect()
}
