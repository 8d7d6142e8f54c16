//! Tools of issues. Their answers are GitHub's bodies as they are.

use serde::Deserialize;
use serde_json::Value;

use super::super::github::{InRepo, Number, OfIssue, Paging, Rest, read_time, search_order, state};
use mcp_mock::dialect::{Answer, Call, Outcome};
use mcp_mock::service::ApiError;
use mcp_mock::service::github::{
    GitHub, IssueChange, IssueDetails, IssueFilter, IssueOrder, IssueSort, IssueState, NewIssue,
};

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
    milestone: Option<Number>,
}

pub(super) fn create_issue(mut call: Call<'_, GitHub>) -> Outcome {
    let CreateIssue { at, title, body, labels, assignees, milestone } = call.read()?;
    let new = NewIssue { title, body, labels, assignees, details: details(milestone) };
    let created = call.service.create_issue(&mut call.api, at.path(), new);
    let issue = created.map_err(|error| if error.status == 404 { no_repo(&at) } else { error })?;
    let repo = call.service.repo_at(at.path())?;
    Ok(Answer::Json(Rest::new(call.service).issue(repo, &issue)))
}

/// The number of a milestone; one that no milestone can have is 0.
fn details(milestone: Option<Number>) -> IssueDetails {
    IssueDetails { milestone: milestone.map(Number::id), ..IssueDetails::default() }
}

fn no_repo(at: &InRepo) -> ApiError {
    let InRepo { owner, repo } = at;
    let message = format!(
        "Repository '{owner}/{repo}' not found. Please verify:\n\
         1. The repository exists\n\
         2. You have correct access permissions\n\
         3. The owner and repository names are spelled correctly"
    );
    ApiError::new(404, "not_found", message)
}

pub(super) fn get_issue(mut call: Call<'_, GitHub>) -> Outcome {
    let of: OfIssue = call.read()?;
    let issue = call.service.get_issue(&mut call.api, of.path())?;
    let repo = call.service.repo_at(of.at.path())?;
    Ok(Answer::Json(Rest::new(call.service).issue(repo, issue)))
}

#[derive(Deserialize)]
struct Wanted {
    #[serde(flatten)]
    at: InRepo,
    #[serde(default)]
    state: String,
    #[serde(default)]
    labels: Vec<String>,
    since: Option<String>,
    #[serde(default)]
    sort: String,
    #[serde(default)]
    direction: String,
    #[serde(flatten)]
    paging: Paging,
}

/// The server joins labels by commas, so that one with a comma in it becomes two.
pub(super) fn list_issues(mut call: Call<'_, GitHub>) -> Outcome {
    let wanted: Wanted = call.read()?;
    let labels = wanted.labels.iter().flat_map(|label| label.split(',')).map(str::to_owned);
    let by = match wanted.sort.as_str() {
        "comments" => IssueSort::Comments,
        "updated" => IssueSort::Updated,
        _ => IssueSort::Created,
    };
    let filter = IssueFilter {
        state: state(&wanted.state),
        labels: labels.collect(),
        since: wanted.since.as_deref().and_then(read_time),
        order: IssueOrder { by, ascending: wanted.direction == "asc" },
        ..IssueFilter::default()
    };
    let (path, page) = (wanted.at.path(), wanted.paging.number());
    let page = call.service.list_issues(&mut call.api, path, &filter, page)?;
    let (rest, repo) = (Rest::new(call.service), call.service.repo_at(path)?);
    let issues: Vec<Value> = page.items.iter().map(|issue| rest.issue(repo, issue)).collect();
    Ok(Answer::Json(issues.into()))
}

#[derive(Deserialize)]
struct Update {
    #[serde(flatten)]
    of: OfIssue,
    title: Option<String>,
    body: Option<String>,
    #[serde(default)]
    state: String,
    labels: Option<Vec<String>>,
    assignees: Option<Vec<String>>,
    milestone: Option<Number>,
}

pub(super) fn update_issue(mut call: Call<'_, GitHub>) -> Outcome {
    let Update { of, title, body, state, labels, assignees, milestone } = call.read()?;
    let change = IssueChange {
        title,
        body,
        state: match state.as_str() {
            "closed" => Some(IssueState::Closed),
            "open" => Some(IssueState::Open),
            _ => None,
        },
        state_reason: None,
        labels,
        assignees,
        details: details(milestone),
    };
    let issue = call.service.update_issue(&mut call.api, of.path(), change)?;
    let repo = call.service.repo_at(of.at.path())?;
    Ok(Answer::Json(Rest::new(call.service).issue(repo, &issue)))
}

#[derive(Deserialize)]
struct NewComment {
    #[serde(flatten)]
    of: OfIssue,
    body: String,
}

pub(super) fn add_issue_comment(mut call: Call<'_, GitHub>) -> Outcome {
    let NewComment { of, body } = call.read()?;
    let path = of.path();
    let comment = call.service.add_comment(&mut call.api, path, &body)?;
    let (repo, issue) = (call.service.repo_at(path.repo)?, call.service.issue_at(path)?);
    Ok(Answer::Json(Rest::new(call.service).comment(repo, issue, &comment)))
}

#[derive(Deserialize)]
struct Search {
    q: String,
    #[serde(default)]
    sort: String,
    #[serde(default)]
    order: String,
    #[serde(flatten)]
    paging: Paging,
}

pub(super) fn search_issues(mut call: Call<'_, GitHub>) -> Outcome {
    let Search { q, sort, order, paging } = call.read()?;
    let index = call.service.search_index(&call.api);
    let order = search_order(&sort, &order);
    let found = index.issues(&mut call.api, &q, order, paging.number())?;
    let rest = Rest::new(index.content());
    Ok(Answer::Json(rest.found(found, |rest, (repo, issue)| rest.issue(repo, issue))))
}
