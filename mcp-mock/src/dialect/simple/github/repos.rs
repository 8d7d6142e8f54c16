//! Repositories and their releases.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{InRepo, Paging, owner, page, page_schema, per_page, render_page, repo, tool};
use crate::dialect::schema::{boolean, integer, nullable, object, optional, required, text};
use crate::dialect::{Answer, Call, CatalogTool, Effect, Outcome};
use crate::service::github::{GitHub, NewRelease, Release, Repo};

pub(super) fn tools() -> Vec<CatalogTool<GitHub>> {
    vec![
        tool(
            "create_release",
            "Create a release, one for each tag. A missing tag is created.",
            create_release,
        )
        .input(&object([
            owner(),
            repo(),
            required("tag", text("The tag of the release.")),
            optional(
                "target",
                text("Branch or commit for a missing tag; the default branch if not given."),
            ),
            optional("name", text("Title of the release.")),
            optional("body", text("Its notes, in Markdown.")),
            optional("draft", boolean("Whether only collaborators are to see it.")),
            optional("prerelease", boolean("Whether it is not ready for everyone.")),
        ]))
        .output(&release_schema())
        .effect(Effect::Add),
        tool("get_repo", "Read what a repository is.", get_repo)
            .input(&object([owner(), repo()]))
            .output(&repo_schema())
            .effect(Effect::Read),
        tool(
            "list_repos",
            "List the repositories of a user or an organization, newest first.",
            list_repos,
        )
        .input(&object([
            required("owner", text("Account that owns the repositories.")),
            page(),
            per_page(),
        ]))
        .output(&page_schema("repos", repo_schema()))
        .effect(Effect::Read),
    ]
}

#[derive(Deserialize)]
struct Draft {
    #[serde(flatten)]
    at: InRepo,
    tag: String,
    target: Option<String>,
    name: Option<String>,
    body: Option<String>,
    #[serde(default)]
    draft: bool,
    #[serde(default)]
    prerelease: bool,
}

fn create_release(mut call: Call<'_, GitHub>) -> Outcome {
    let Draft { at, tag, target, name, body, draft, prerelease } = call.read()?;
    let new = NewRelease { tag, target, name, body, draft, prerelease };
    let release = call.service.create_release(&mut call.api, at.path(), new)?;
    Ok(Answer::Json(render_release(&release)))
}

fn get_repo(mut call: Call<'_, GitHub>) -> Outcome {
    let at: InRepo = call.read()?;
    let repo = call.service.get_repo(&mut call.api, at.path())?;
    Ok(Answer::Json(render_repo(repo)))
}

#[derive(Deserialize)]
struct Wanted {
    owner: String,
    #[serde(flatten)]
    paging: Paging,
}

fn list_repos(mut call: Call<'_, GitHub>) -> Outcome {
    let Wanted { owner, paging } = call.read()?;
    let repos = call.service.list_repos(&mut call.api, &owner, paging.number())?;
    Ok(Answer::Json(render_page("repos", &repos, render_repo)))
}

fn repo_schema() -> Value {
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

fn render_repo(repo: &Repo) -> Value {
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

fn release_schema() -> Value {
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

fn render_release(release: &Release) -> Value {
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
