//! Tools of repositories, branches, commits and accounts.

use serde_json::{Value, json};

use super::super::github::{Rest, owned, page, read_time, repo_path};
use super::super::{Answer, Arguments};
use super::failure::{Request, rest, told};
use super::{Outcome, created, minimal};
use mcp_mock::service::ApiError;
use mcp_mock::service::github::{
    Branch, CommitFilter, FileChange, GitHub, NewContent, NewRepo, RepoPath, account_id,
};
use mcp_mock::world::Env;

pub(super) fn get_me(github: &mut GitHub, _: &mut Env, _: &Arguments) -> Outcome {
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

/// Private unless told otherwise, and begun with a readme when asked to.
pub(super) fn create_repository(
    github: &mut GitHub,
    env: &mut Env,
    arguments: &Arguments,
) -> Outcome {
    let organization = owned(arguments, "organization").filter(|name| !name.is_empty());
    let place = organization
        .as_ref()
        .map_or_else(|| "user/repos".to_owned(), |org| format!("orgs/{org}/repos"));
    let owner = organization.unwrap_or_else(|| github.viewer.clone());
    let new = NewRepo {
        name: arguments.text("name").to_owned(),
        description: owned(arguments, "description").filter(|text| !text.is_empty()),
        private: arguments.boolean("private").unwrap_or(true),
        default_branch: None,
    };
    let repo = github
        .create_repo(env, &owner, new)
        .map_err(rest("failed to create repository", Request::new("POST", place)))?;
    if arguments.boolean("autoInit").unwrap_or_default() {
        let readme = NewContent {
            path: "README.md".to_owned(),
            text: format!("# {}", repo.name),
            message: "Initial commit".to_owned(),
            ..NewContent::default()
        };
        github.put_content(env, RepoPath::new(&repo.owner, &repo.name), readme)?;
    }
    Ok(created(repo.id, &repo.html_url))
}

/// GitHub accepts the request and carries it out later, which is all that the server says.
pub(super) fn fork_repository(
    github: &mut GitHub,
    env: &mut Env,
    arguments: &Arguments,
) -> Outcome {
    let organization = arguments.optional_text("organization").filter(|name| !name.is_empty());
    let request = Request::of_repo("POST", arguments, "/forks");
    github
        .fork(env, repo_path(arguments), organization)
        .map_err(rest("failed to fork repository", request))?;
    Ok(Answer::Text("Fork is in progress".to_owned()))
}

pub(super) fn create_branch(github: &mut GitHub, _: &mut Env, arguments: &Arguments) -> Outcome {
    let (path, branch) = (repo_path(arguments), arguments.text("branch"));
    let request = Request::of_repo("GET", arguments, "");
    let repo = github.get_repo(path).map_err(rest("failed to get repository", request))?;
    let from = owned(arguments, "from_branch").filter(|name| !name.is_empty());
    let from = from.unwrap_or_else(|| repo.default_branch.clone());
    let missing = if repo.branches.is_empty() {
        Some(ApiError::new(409, "conflict", "Git Repository is empty."))
    } else if repo.branches.contains_key(&from) {
        None
    } else {
        Some(ApiError::new(404, "not_found", "Not Found"))
    };
    if let Some(error) = missing {
        let place = format_args!("/git/ref/heads/{from}");
        let request = Request::of_repo("GET", arguments, place);
        return Err(rest("failed to get reference", request)(error));
    }
    let request = Request::of_repo("POST", arguments, "/git/refs");
    github
        .create_branch(path, branch, Some(&from))
        .map_err(rest("failed to create branch", request))?;
    Ok(Answer::Json(Rest::new(github).reference(github.get_repo(path)?, branch)))
}

pub(super) fn list_branches(github: &mut GitHub, _: &mut Env, arguments: &Arguments) -> Outcome {
    let request = Request::of_repo("GET", arguments, "/branches?page=1&per_page=30");
    let found = github.get_repo(repo_path(arguments));
    let repo = found.map_err(rest("failed to list branches", request))?;
    let branch = |(name, branch): (&String, &Branch)| json!({ "name": name, "sha": branch.head().unwrap_or_default(), "protected": false });
    let branches: Vec<Value> = repo.branches.iter().map(branch).collect();
    Ok(Answer::Json(page(arguments, "page", "perPage").cut(branches).items.into()))
}

pub(super) fn list_commits(github: &mut GitHub, _: &mut Env, arguments: &Arguments) -> Outcome {
    let time = |name: &str| match arguments.optional_text(name).filter(|text| !text.is_empty()) {
        Some(text) => {
            let words = || told(format!("invalid {name} timestamp: {text}"));
            read_time(text).map(Some).ok_or_else(words)
        }
        None => Ok(None),
    };
    let given = |name: &str| owned(arguments, name).filter(|text| !text.is_empty());
    let filter = CommitFilter {
        from: given("sha"),
        author: given("author"),
        path: given("path"),
        since: time("since")?,
        until: time("until")?,
    };
    let words = format!("failed to list commits: {}", arguments.text("sha"));
    let request = Request::of_repo("GET", arguments, "/commits?page=1&per_page=30");
    let listing = github
        .list_commits(repo_path(arguments), &filter, page(arguments, "page", "perPage"))
        .map_err(rest(&words, request))?;
    let repo = github.get_repo(repo_path(arguments))?;
    let commits = listing.items.iter().map(|entry| minimal::commit(repo, entry)).collect();
    Ok(Answer::Json(minimal::picked(commits, arguments)))
}

pub(super) fn get_commit(github: &mut GitHub, _: &mut Env, arguments: &Arguments) -> Outcome {
    let sha = arguments.text("sha");
    let request = Request::of_repo("GET", arguments, format_args!("/commits/{sha}"));
    let words = format!("failed to get commit: {sha}");
    let found = github.get_commit(repo_path(arguments), sha);
    let (entry, files) = found.map_err(rest(&words, request))?;
    let mut body = minimal::commit(github.get_repo(repo_path(arguments))?, &entry);
    let detail = arguments.text("detail");
    if detail != "none" {
        let sum = |count: fn(&FileChange) -> usize| files.iter().map(count).sum::<usize>();
        let (added, removed) = (sum(|file| file.additions), sum(|file| file.deletions));
        let stats = json!({ "additions": added, "deletions": removed, "total": added + removed });
        body["stats"] = minimal::lean(stats, &[]);
        let shown = page(arguments, "page", "perPage").cut(files.iter().collect()).items;
        body["files"] =
            shown.into_iter().map(|file| changed(file, detail == "full_patch")).collect();
    }
    Ok(Answer::Json(body))
}

fn changed(file: &FileChange, with_patch: bool) -> Value {
    let body = json!({
        "filename": file.path,
        "status": file.status.as_str(),
        "additions": file.additions,
        "deletions": file.deletions,
        "changes": file.additions + file.deletions,
        "patch": with_patch.then_some(&file.patch),
    });
    minimal::lean(body, &[])
}

/// Everybody is there directly; those outside are not in a team of the organization that owns the repository.
pub(super) fn list_repository_collaborators(
    github: &mut GitHub,
    _: &mut Env,
    arguments: &Arguments,
) -> Outcome {
    let request = Request::of_repo("GET", arguments, "/collaborators?page=1&per_page=30");
    let found = github.get_repo(repo_path(arguments));
    let repo = found.map_err(rest("failed to list collaborators", request))?;
    let body =
        |login: &String| json!({ "login": login, "id": account_id(login), "role_name": "write" });
    let organization = github.organization(&repo.owner);
    let is_inside = |login: &&String| organization.is_some_and(|all| all.has_member(login));
    let is_wanted =
        |login: &&String| arguments.text("affiliation") != "outside" || !is_inside(login);
    let all: Vec<Value> = repo.collaborators.iter().filter(is_wanted).map(body).collect();
    let listing = page(arguments, "page", "perPage").cut(all);
    Ok(Answer::Json(json!({
        "items": listing.items,
        "nextPage": listing.next_page.unwrap_or_default(),
        "prevPage": 0,
        "firstPage": 0,
        "lastPage": 0,
    })))
}
