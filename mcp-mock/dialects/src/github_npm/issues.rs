//! Tools of issues. Their answers are GitHub's bodies as they are.

use serde_json::Value;

use super::super::github::{
    Rest, given_texts, milestone, number, owned, page, read_time, repo_path, search_order, state,
};
use super::super::{Answer, Arguments};
use super::Outcome;
use mcp_mock::service::ApiError;
use mcp_mock::service::github::{
    GitHub, IssueChange, IssueDetails, IssueFilter, IssueOrder, IssueSort, IssueState, NewIssue,
};
use mcp_mock::world::Env;

pub(super) fn create_issue(github: &mut GitHub, env: &mut Env, arguments: &Arguments) -> Outcome {
    let path = repo_path(arguments);
    let new = NewIssue {
        title: arguments.text("title").to_owned(),
        body: owned(arguments, "body"),
        labels: arguments.texts("labels"),
        assignees: arguments.texts("assignees"),
        details: details(arguments),
    };
    let created = github.create_issue(env, path, new);
    let issue =
        created.map_err(|error| if error.status == 404 { no_repo(arguments) } else { error })?;
    Ok(Answer::Json(Rest::new(github).issue(github.get_repo(path)?, &issue)))
}

fn details(arguments: &Arguments) -> IssueDetails {
    IssueDetails { milestone: milestone(arguments), ..IssueDetails::default() }
}

fn no_repo(arguments: &Arguments) -> ApiError {
    let (owner, repo) = (arguments.text("owner"), arguments.text("repo"));
    let message = format!(
        "Repository '{owner}/{repo}' not found. Please verify:\n\
         1. The repository exists\n\
         2. You have correct access permissions\n\
         3. The owner and repository names are spelled correctly"
    );
    ApiError::new(404, "not_found", message)
}

pub(super) fn get_issue(github: &mut GitHub, _: &mut Env, arguments: &Arguments) -> Outcome {
    let path = repo_path(arguments);
    let issue = github.get_issue(path, number(arguments, "issue_number"))?;
    Ok(Answer::Json(Rest::new(github).issue(github.get_repo(path)?, issue)))
}

pub(super) fn list_issues(github: &mut GitHub, _: &mut Env, arguments: &Arguments) -> Outcome {
    let path = repo_path(arguments);
    let filter = IssueFilter {
        state: state(arguments),
        labels: labels(arguments),
        since: arguments.optional_text("since").and_then(read_time),
        order: order(arguments),
        ..IssueFilter::default()
    };
    let listing = github.list_issues(path, &filter, page(arguments, "page", "per_page"))?;
    let (rest, repo) = (Rest::new(github), github.get_repo(path)?);
    let issues: Vec<Value> = listing.items.iter().map(|issue| rest.issue(repo, issue)).collect();
    Ok(Answer::Json(issues.into()))
}

/// The server joins labels by commas, so that one with a comma in it becomes two.
fn labels(arguments: &Arguments) -> Vec<String> {
    let labels = arguments.texts("labels");
    labels.iter().flat_map(|label| label.split(',')).map(str::to_owned).collect()
}

fn order(arguments: &Arguments) -> IssueOrder {
    let by = match arguments.text("sort") {
        "comments" => IssueSort::Comments,
        "updated" => IssueSort::Updated,
        _ => IssueSort::Created,
    };
    IssueOrder { by, ascending: arguments.text("direction") == "asc" }
}

pub(super) fn update_issue(github: &mut GitHub, env: &mut Env, arguments: &Arguments) -> Outcome {
    let path = repo_path(arguments);
    let change = IssueChange {
        title: owned(arguments, "title"),
        body: owned(arguments, "body"),
        state: match arguments.text("state") {
            "closed" => Some(IssueState::Closed),
            "open" => Some(IssueState::Open),
            _ => None,
        },
        state_reason: None,
        labels: given_texts(arguments, "labels"),
        assignees: given_texts(arguments, "assignees"),
        details: details(arguments),
    };
    let issue = github.update_issue(env, path, number(arguments, "issue_number"), change)?;
    Ok(Answer::Json(Rest::new(github).issue(github.get_repo(path)?, &issue)))
}

pub(super) fn add_issue_comment(
    github: &mut GitHub,
    env: &mut Env,
    arguments: &Arguments,
) -> Outcome {
    let (path, number) = (repo_path(arguments), number(arguments, "issue_number"));
    let comment = github.add_comment(env, path, number, arguments.text("body"))?;
    let (repo, issue) = (github.get_repo(path)?, github.get_issue(path, number)?);
    Ok(Answer::Json(Rest::new(github).comment(repo, issue, &comment)))
}

pub(super) fn search_issues(github: &mut GitHub, _: &mut Env, arguments: &Arguments) -> Outcome {
    let (order, page) = (search_order(arguments), page(arguments, "page", "per_page"));
    let found = github.search_issues(arguments.text("q"), order, page)?;
    let body = Rest::new(github).found(found, |rest, (repo, issue)| rest.issue(repo, issue));
    Ok(Answer::Json(body))
}
