//! Pull requests.

use serde::Deserialize;
use serde_json::{Value, json};

use super::issues::{label_schema, render_labels};
use super::{
    InRepo, Paging, Thread, owner, page, page_schema, per_page, render_page, repo, state,
    state_filter, tool,
};
use crate::dialect::schema::{
    boolean, choice, integer, list, nullable, object, optional, required, text,
};
use crate::dialect::{Answer, Call, CatalogTool, Effect, Outcome};
use crate::service::github::{GitHub, Issue, Merge, MergeMethod, NewPull};

pub(super) fn tools() -> Vec<CatalogTool<GitHub>> {
    let methods = ["merge", "squash", "rebase"];
    vec![
        tool(
            "create_pr",
            "Open a pull request from a branch that has commits of its own.",
            create_pr,
        )
        .input(&object([
            owner(),
            repo(),
            required("title", text("The headline.")),
            required("head", text("Branch with the changes.")),
            optional("base", text("Branch that they go into; the default branch if not given.")),
            optional(
                "body",
                text("The text, in Markdown; `fixes #1` closes issue 1 with the merge."),
            ),
            optional("draft", boolean("Whether it is not yet ready to be merged.")),
        ]))
        .output(&pull_schema())
        .effect(Effect::Add),
        tool("list_prs", "List the pull requests of a repository, newest first.", list_prs)
            .input(&object([owner(), repo(), state(), page(), per_page()]))
            .output(&page_schema("prs", pull_schema()))
            .effect(Effect::Read),
        tool("merge_pr", "Merge a pull request and close the issues that it fixes.", merge_pr)
            .input(&object([
                owner(),
                repo(),
                required("number", integer("Number of the pull request.")),
                optional(
                    "method",
                    choice(&methods, "What is left on the base branch; merge if not given."),
                ),
                optional("message", text("Message of the commit.")),
                optional("sha", text("Commit that the head must be at.")),
            ]))
            .output(&object([
                required("merged", boolean("Always true; what cannot be merged is an error.")),
                required("sha", text("The commit at the head of the base branch.")),
                required("message", text("What happened, in words.")),
            ]))
            .effect(Effect::Set),
    ]
}

#[derive(Deserialize)]
struct Draft {
    #[serde(flatten)]
    at: InRepo,
    title: String,
    head: String,
    base: Option<String>,
    body: Option<String>,
    #[serde(default)]
    draft: bool,
}

fn create_pr(mut call: Call<'_, GitHub>) -> Outcome {
    let Draft { at, title, head, base, body, draft } = call.read()?;
    let new = NewPull { title, head, base, body, draft };
    let pull = call.service.create_pull(&mut call.api, at.path(), new)?;
    Ok(Answer::Json(render_pull(&pull)))
}

#[derive(Deserialize)]
struct ListPulls {
    #[serde(flatten)]
    at: InRepo,
    #[serde(default)]
    state: String,
    #[serde(flatten)]
    paging: Paging,
}

fn list_prs(mut call: Call<'_, GitHub>) -> Outcome {
    let wanted: ListPulls = call.read()?;
    let (state, page) = (state_filter(&wanted.state), wanted.paging.number());
    let pulls = call.service.list_pulls(&mut call.api, wanted.at.path(), state, page)?;
    Ok(Answer::Json(render_page("prs", &pulls, render_pull)))
}

#[derive(Deserialize)]
struct MergeOf {
    #[serde(flatten)]
    pull: Thread,
    #[serde(default)]
    method: String,
    message: Option<String>,
    sha: Option<String>,
}

fn merge_pr(mut call: Call<'_, GitHub>) -> Outcome {
    let MergeOf { pull, method, message, sha } = call.read()?;
    let method = match method.as_str() {
        "rebase" => MergeMethod::Rebase,
        "squash" => MergeMethod::Squash,
        _ => MergeMethod::Merge,
    };
    let merge = Merge { method, message, sha };
    let merged = call.service.merge_pull(&mut call.api, pull.path(), merge)?;
    Ok(Answer::Json(json!({ "merged": true, "sha": merged.sha, "message": merged.message })))
}

fn pull_schema() -> Value {
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

fn render_pull(issue: &Issue) -> Value {
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
        "labels": render_labels(issue),
        "html_url": issue.html_url,
        "created_at": issue.created_at,
        "updated_at": issue.updated_at,
    })
}
