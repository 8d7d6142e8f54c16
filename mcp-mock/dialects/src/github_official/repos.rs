//! Tools of repositories, branches, commits and accounts.

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::github::{InRepo, Paging, Rest, read_time};
use super::failure::{Request, rest_error, server_error};
use super::{created, minimal, non_empty};
use mcp_mock::dialect::{Answer, Call, Outcome, Refusal};
use mcp_mock::service::github::{
    Branch, CommitFilter, FileChange, GitHub, NewRepo, Quota, account_id,
};

pub(super) fn get_me(mut call: Call<'_, GitHub>) -> Outcome {
    let github = call.service;
    let paid = github.spend(&mut call.api, Quota::Core);
    paid.map_err(rest_error("failed to get user", Request::new("GET", "user")))?;
    let viewer = github.viewer.as_str();
    let own = github.repos.iter().filter(|repo| repo.owner.eq_ignore_ascii_case(viewer));
    let (private, public): (Vec<_>, Vec<_>) = own.partition(|repo| repo.private);
    let details = json!({
        "name": viewer,
        "public_repos": public.len(),
        "public_gists": 0,
        "followers": 0,
        "following": 0,
        "created_at": "2011-01-25T18:44:36Z",
        "updated_at": "2011-01-25T18:44:36Z",
        "total_private_repos": private.len(),
        "owned_private_repos": private.len(),
    });
    let counted = ["public_repos", "public_gists", "followers", "following"];
    let mut me = minimal::user(viewer);
    me["details"] = minimal::lean(details, &counted);
    Ok(Answer::Json(me))
}

#[derive(Deserialize)]
struct Draft {
    name: String,
    description: Option<String>,
    organization: Option<String>,
    private: Option<bool>,
    #[serde(default, rename = "autoInit")]
    auto_init: bool,
}

/// Private by default; with `autoInit` it begins with a readme.
pub(super) fn create_repository(mut call: Call<'_, GitHub>) -> Outcome {
    let Draft { name, description, organization, private, auto_init } = call.read()?;
    let organization = non_empty(organization);
    let place = match &organization {
        Some(organization) => format!("orgs/{organization}/repos"),
        None => "user/repos".to_owned(),
    };
    let owner = organization.unwrap_or_else(|| call.service.viewer.clone());
    let new = NewRepo {
        name,
        description: non_empty(description),
        private: private.unwrap_or(true),
        default_branch: None,
        auto_init,
    };
    let repo = call
        .service
        .create_repo(&mut call.api, &owner, new)
        .map_err(rest_error("failed to create repository", Request::new("POST", place)))?;
    Ok(created(repo.id, &repo.html_url))
}

#[derive(Deserialize)]
struct Fork {
    #[serde(flatten)]
    at: InRepo,
    organization: Option<String>,
}

/// GitHub accepts the request and carries it out later, which is all that the server says.
pub(super) fn fork_repository(mut call: Call<'_, GitHub>) -> Outcome {
    let Fork { at, organization } = call.read()?;
    let organization = non_empty(organization);
    let request = Request::of_repo("POST", &at, "/forks");
    call.service
        .fork(&mut call.api, at.path(), organization.as_deref())
        .map_err(rest_error("failed to fork repository", request))?;
    Ok(Answer::Text("Fork is in progress".to_owned()))
}

#[derive(Deserialize)]
struct NewBranch {
    #[serde(flatten)]
    at: InRepo,
    branch: String,
    from_branch: Option<String>,
}

/// Without `from_branch` the server asks for the default branch.
pub(super) fn create_branch(mut call: Call<'_, GitHub>) -> Outcome {
    let NewBranch { at, branch, from_branch } = call.read()?;
    let (github, path) = (call.service, at.path());
    let from = match non_empty(from_branch) {
        Some(from) => from,
        None => {
            let request = Request::of_repo("GET", &at, "");
            let found = github.get_repo(&mut call.api, path);
            let repo = found.map_err(rest_error("failed to get repository", request))?;
            repo.default_branch.clone()
        }
    };
    let request = Request::of_repo("GET", &at, format_args!("/git/ref/heads/{from}"));
    github
        .get_ref(&mut call.api, path, &format!("heads/{from}"))
        .map_err(rest_error("failed to get reference", request))?;
    let request = Request::of_repo("POST", &at, "/git/refs");
    github
        .create_branch(&mut call.api, path, &branch, Some(&from))
        .map_err(rest_error("failed to create branch", request))?;
    Ok(Answer::Json(Rest::new(github).reference(github.repo_at(path)?, &branch)))
}

/// A list of what is in a repository.
#[derive(Deserialize)]
pub(super) struct List {
    #[serde(flatten)]
    pub(super) at: InRepo,
    #[serde(flatten)]
    pub(super) paging: Paging,
}

pub(super) fn list_branches(mut call: Call<'_, GitHub>) -> Outcome {
    let List { at, paging } = call.read()?;
    let request = Request::of_repo("GET", &at, "/branches?page=1&per_page=30");
    let found = call.service.get_repo(&mut call.api, at.path());
    let repo = found.map_err(rest_error("failed to list branches", request))?;
    let branch = |(name, branch): (&String, &Branch)| json!({ "name": name, "sha": branch.head().unwrap_or_default(), "protected": false });
    let branches: Vec<Value> = repo.branches.iter().map(branch).collect();
    Ok(Answer::Json(paging.number().cut(branches).items.into()))
}

#[derive(Deserialize)]
struct History {
    #[serde(flatten)]
    at: InRepo,
    #[serde(default)]
    sha: String,
    author: Option<String>,
    path: Option<String>,
    since: Option<String>,
    until: Option<String>,
    #[serde(flatten)]
    paging: Paging,
    fields: Option<Vec<String>>,
}

pub(super) fn list_commits(mut call: Call<'_, GitHub>) -> Outcome {
    let History { at, sha, author, path, since, until, paging, fields } = call.read()?;
    let time = |name: &str, given: Option<String>| match non_empty(given) {
        Some(text) => {
            let words = || server_error(format!("invalid {name} timestamp: {text}"));
            read_time(&text).map(Some).ok_or_else(words)
        }
        None => Ok::<_, Refusal>(None),
    };
    let words = format!("failed to list commits: {sha}");
    let filter = CommitFilter {
        from: non_empty(Some(sha)),
        author: non_empty(author),
        path: non_empty(path),
        since: time("since", since)?,
        until: time("until", until)?,
    };
    let request = Request::of_repo("GET", &at, "/commits?page=1&per_page=30");
    let page = call
        .service
        .list_commits(&mut call.api, at.path(), &filter, paging.number())
        .map_err(rest_error(&words, request))?;
    let repo = call.service.repo_at(at.path())?;
    let commits = page.items.iter().map(|entry| minimal::commit(repo, entry)).collect();
    Ok(Answer::Json(minimal::picked(commits, fields.as_deref())))
}

#[derive(Deserialize)]
struct OfCommit {
    #[serde(flatten)]
    at: InRepo,
    sha: String,
    #[serde(default)]
    detail: String,
    #[serde(flatten)]
    paging: Paging,
}

pub(super) fn get_commit(mut call: Call<'_, GitHub>) -> Outcome {
    let OfCommit { at, sha, detail, paging } = call.read()?;
    let request = Request::of_repo("GET", &at, format_args!("/commits/{sha}"));
    let words = format!("failed to get commit: {sha}");
    let found = call.service.get_commit(&mut call.api, at.path(), &sha);
    let (entry, files) = found.map_err(rest_error(&words, request))?;
    let mut body = minimal::commit(call.service.repo_at(at.path())?, &entry);
    if detail != "none" {
        let sum = |count: fn(&FileChange) -> usize| files.iter().map(count).sum::<usize>();
        let (added, removed) = (sum(|file| file.additions), sum(|file| file.deletions));
        let stats = json!({ "additions": added, "deletions": removed, "total": added + removed });
        body["stats"] = minimal::lean(stats, &[]);
        let files = paging.number().cut(files).items;
        let file = |file: &FileChange| minimal::file(file, detail == "full_patch");
        body["files"] = files.iter().map(file).collect();
    }
    Ok(Answer::Json(body))
}

#[derive(Deserialize)]
struct Collaborators {
    #[serde(flatten)]
    at: InRepo,
    #[serde(default)]
    affiliation: String,
    #[serde(flatten)]
    paging: Paging,
}

/// Everybody is there directly; those outside are not in a team of the organization that owns the repository.
pub(super) fn list_repository_collaborators(mut call: Call<'_, GitHub>) -> Outcome {
    let Collaborators { at, affiliation, paging } = call.read()?;
    let request = Request::of_repo("GET", &at, "/collaborators?page=1&per_page=30");
    let found = call.service.get_repo(&mut call.api, at.path());
    let repo = found.map_err(rest_error("failed to list collaborators", request))?;
    let body =
        |login: &String| json!({ "login": login, "id": account_id(login), "role_name": "write" });
    let organization = call.service.organization(&repo.owner);
    let is_inside = |login: &&String| organization.is_some_and(|all| all.has_member(login));
    let is_wanted = |login: &&String| affiliation != "outside" || !is_inside(login);
    let all: Vec<Value> = repo.collaborators.iter().filter(is_wanted).map(body).collect();
    let page = paging.number().cut(all);
    Ok(Answer::Json(json!({
        "items": page.items,
        "nextPage": page.next.unwrap_or_default(),
        "prevPage": 0,
        "firstPage": 0,
        "lastPage": 0,
    })))
}
