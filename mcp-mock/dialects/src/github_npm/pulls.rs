//! Tools of pull requests.

use serde_json::{Value, json};

use super::super::github::{
    Rest, head_sha, merge_message, merge_method, number, owned, page, pull, pull_order, repo_path,
    state,
};
use super::super::{Answer, Arguments};
use super::{Outcome, shape};
use mcp_mock::service::github::{GitHub, Issue, IssueFilter, IssueKind, Merge, NewPull, Page};
use mcp_mock::world::Env;

pub(super) fn create_pull_request(
    github: &mut GitHub,
    env: &mut Env,
    arguments: &Arguments,
) -> Outcome {
    let new = NewPull {
        title: arguments.text("title").to_owned(),
        head: arguments.text("head").to_owned(),
        base: owned(arguments, "base"),
        body: owned(arguments, "body"),
        draft: arguments.boolean("draft").unwrap_or_default(),
    };
    let issue = github.create_pull(env, repo_path(arguments), new)?;
    shown(github, arguments, &issue)
}

pub(super) fn get_pull_request(github: &mut GitHub, _: &mut Env, arguments: &Arguments) -> Outcome {
    let issue = github.get_pull(repo_path(arguments), number(arguments, "pull_number"))?;
    shown(github, arguments, issue)
}

fn shown(github: &GitHub, arguments: &Arguments, issue: &Issue) -> Outcome {
    let body = Rest::new(github).pull(github.get_repo(repo_path(arguments))?, issue);
    Ok(Answer::Json(shape::PULL.trim(body)))
}

pub(super) fn list_pull_requests(
    github: &mut GitHub,
    _: &mut Env,
    arguments: &Arguments,
) -> Outcome {
    let path = repo_path(arguments);
    let filter = IssueFilter {
        kind: IssueKind::Pull,
        state: state(arguments),
        head: owned(arguments, "head"),
        base: owned(arguments, "base"),
        order: pull_order(arguments)?,
        ..IssueFilter::default()
    };
    let listing = github.list_issues(path, &filter, page(arguments, "page", "per_page"))?;
    let (rest, repo) = (Rest::new(github), github.get_repo(path)?);
    let pulls: Vec<Value> = listing.items.iter().map(|issue| rest.pull(repo, issue)).collect();
    Ok(Answer::Json(shape::PULL.trim(pulls.into())))
}

pub(super) fn merge_pull_request(
    github: &mut GitHub,
    env: &mut Env,
    arguments: &Arguments,
) -> Outcome {
    let (path, number) = (repo_path(arguments), number(arguments, "pull_number"));
    let method = merge_method(arguments);
    let issue = github.get_pull(path, number)?;
    let message = merge_message(method, issue, arguments);
    let merge = Merge { method, message, sha: None };
    let merged = github.merge_pull(env, path, number, merge)?;
    Ok(Answer::Json(json!({ "sha": merged.sha, "merged": true, "message": merged.message })))
}

pub(super) fn get_pull_request_files(
    github: &mut GitHub,
    _: &mut Env,
    arguments: &Arguments,
) -> Outcome {
    let (path, number) = (repo_path(arguments), number(arguments, "pull_number"));
    let files = github.pull_files(path, number)?;
    let repo = github.get_repo(path)?;
    let sha = head_sha(repo, github.get_pull(path, number)?);
    // The server asks for no page, and GitHub sends the first.
    let first = files.iter().take(usize::try_from(Page::default().per_page).unwrap_or_default());
    let files: Vec<Value> = first.map(|file| pull::file(repo, &sha, file)).collect();
    Ok(Answer::Json(files.into()))
}

/// Nothing checks commits in this world, which GitHub calls pending.
pub(super) fn get_pull_request_status(
    github: &mut GitHub,
    _: &mut Env,
    arguments: &Arguments,
) -> Outcome {
    let path = repo_path(arguments);
    let issue = github.get_pull(path, number(arguments, "pull_number"))?;
    let sha = head_sha(github.get_repo(path)?, issue);
    Ok(Answer::Json(json!({ "state": "pending", "statuses": [], "sha": sha, "total_count": 0 })))
}

pub(super) fn update_pull_request_branch(
    github: &mut GitHub,
    env: &mut Env,
    arguments: &Arguments,
) -> Outcome {
    let expected = arguments.optional_text("expected_head_sha").filter(|sha| !sha.is_empty());
    let number = number(arguments, "pull_number");
    github.update_pull_branch(env, repo_path(arguments), number, expected)?;
    Ok(Answer::Json(json!({ "success": true })))
}
