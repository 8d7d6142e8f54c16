//! Tools of issues.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::github::{
    Rest, given_texts, milestone, number, owned, page, read_time, repo_path,
};
use super::super::{Answer, Arguments};
use super::cursor::CursorPage;
use super::failure::{Request, graph, missing, repo_name, rest, thrown, told};
use super::{Outcome, check, created, fields, minimal};
use mcp_mock::service::ApiError;
use mcp_mock::service::github::{
    GitHub, Issue, IssueChange, IssueDetails, IssueFilter, IssueKind, IssueOrder, IssueSort,
    IssueState, Label, NewIssue, Page, StateFilter, StateReason,
};
use mcp_mock::world::Env;

pub(super) fn issue_write(github: &mut GitHub, env: &mut Env, arguments: &Arguments) -> Outcome {
    let (reason, other) = (arguments.text("state_reason"), arguments.integer("duplicate_of"));
    if other.unwrap_or_default() != 0 && reason != "duplicate" {
        return Err(told("duplicate_of can only be used when state_reason is 'duplicate'"));
    }
    if arguments.text("state") == "closed"
        && reason == "duplicate"
        && other.unwrap_or_default() == 0
    {
        return Err(told("duplicate_of must be provided when state_reason is 'duplicate'"));
    }
    let details = details(arguments, fields::written(github, arguments)?)?;
    match arguments.text("method") {
        "create" => create(github, env, arguments, details),
        "update" => update(github, env, arguments, details),
        _ => Err(told("invalid method, must be either 'create' or 'update'")),
    }
}

fn create(
    github: &mut GitHub,
    env: &mut Env,
    arguments: &Arguments,
    details: IssueDetails,
) -> Outcome {
    if arguments.text("title").is_empty() {
        return Err(told("missing required parameter: title"));
    }
    let new = NewIssue {
        title: arguments.text("title").to_owned(),
        body: Some(arguments.text("body").to_owned()),
        labels: arguments.texts("labels"),
        assignees: arguments.texts("assignees"),
        details,
    };
    let issue = github
        .create_issue(env, repo_path(arguments), new)
        .map_err(rest("failed to create issue", Request::of_repo("POST", arguments, "/issues")))?;
    Ok(created(issue.id, &issue.html_url))
}

/// Empty texts change nothing. The state is moved in a second step, by the GraphQL API, for which pull requests
/// are no issues; what the first has done stays.
fn update(
    github: &mut GitHub,
    env: &mut Env,
    arguments: &Arguments,
    details: IssueDetails,
) -> Outcome {
    let number = number(arguments, "issue_number");
    if number == 0 {
        return Err(told("missing required parameter: issue_number"));
    }
    let change = IssueChange {
        title: owned(arguments, "title").filter(|title| !title.is_empty()),
        body: owned(arguments, "body").filter(|body| !body.is_empty()),
        labels: given_texts(arguments, "labels"),
        assignees: given_texts(arguments, "assignees"),
        details,
        ..IssueChange::default()
    };
    let path = repo_path(arguments);
    let request = Request::of_repo("PATCH", arguments, format_args!("/issues/{number}"));
    let refused = rest("failed to update issue", request);
    let issue = github.update_issue(env, path, number, change).map_err(refused)?;
    let (state, words) = match arguments.text("state") {
        "closed" => (IssueState::Closed, "Failed to close issue"),
        "open" => (IssueState::Open, "Failed to reopen issue"),
        _ => return Ok(created(issue.id, &issue.html_url)),
    };
    check_issues(github, arguments, number)?;
    let change = IssueChange {
        state: Some(state),
        state_reason: match (state, arguments.text("state_reason")) {
            (IssueState::Closed, "not_planned") => Some(StateReason::NotPlanned),
            (IssueState::Closed, "duplicate") => Some(StateReason::Duplicate),
            _ => None,
        },
        ..IssueChange::default()
    };
    github.update_issue(env, path, number, change).map_err(graph(words, ""))?;
    Ok(created(issue.id, &issue.html_url))
}

/// The issue, and the one that it is a duplicate of when the call names one.
fn check_issues(github: &GitHub, arguments: &Arguments, number: u64) -> Result<(), ApiError> {
    let other = arguments.integer("duplicate_of").and_then(|other| u64::try_from(other).ok());
    for number in std::iter::once(number).chain(other.filter(|other| *other != 0)) {
        let found = github.get_issue(repo_path(arguments), number);
        if found.is_ok_and(|issue| issue.pull.is_none()) {
            continue;
        }
        let name = format!("an Issue with the number of {number}");
        return Err(told(format!("Failed to find issues: Could not resolve to {name}.")));
    }
    Ok(())
}

/// The server takes a milestone of 0 for none.
fn details(
    arguments: &Arguments,
    fields: BTreeMap<String, Value>,
) -> Result<IssueDetails, ApiError> {
    let issue_type = match arguments.given("type") {
        None => None,
        Some(Value::Null) => Some(String::new()),
        Some(Value::String(name)) if name.is_empty() => {
            return Err(told("parameter type must not be empty"));
        }
        Some(Value::String(name)) => Some(name.clone()),
        Some(other) => {
            let found = check::go_type(other);
            return Err(told(format!("parameter type is not of type string or null, is {found}")));
        }
    };
    let milestone = milestone(arguments).filter(|_| arguments.integer("milestone") != Some(0));
    Ok(IssueDetails { milestone, issue_type, fields })
}

pub(super) fn issue_read(github: &mut GitHub, _: &mut Env, arguments: &Arguments) -> Outcome {
    let number = number(arguments, "issue_number");
    let found = github.get_issue(repo_path(arguments), number);
    let name = missing(github, arguments, &format!("an Issue with the number of {number}"));
    let at =
        |rest: &str| Request::of_repo("GET", arguments, format_args!("/issues/{number}{rest}"));
    let repo = || github.get_repo(repo_path(arguments));
    match arguments.text("method") {
        "get" => {
            let issue = found.map_err(thrown("failed to get issue", at("")))?;
            Ok(Answer::Json(minimal::issue(Rest::new(github), repo()?, issue)))
        }
        "get_comments" => {
            let request = at("/comments?page=1&per_page=30");
            let issue = found.map_err(thrown("failed to get issue comments", request))?;
            Ok(Answer::Json(comments(github, arguments, issue)?))
        }
        "get_labels" => {
            let issue = found.map_err(graph("Failed to get issue labels", &name))?;
            let labels: Vec<Value> = issue.labels.iter().map(label).collect();
            Ok(Answer::Json(json!({ "totalCount": labels.len(), "labels": labels })))
        }
        "get_parent" => {
            let issue = found.map_err(graph("failed to get issue parent", &name))?;
            let parent = github.parent(issue).map(|(repo, issue)| minimal::reference(repo, issue));
            Ok(Answer::Json(json!({ "parent": parent })))
        }
        "get_sub_issues" => {
            let request = at("/sub_issues?page=1&per_page=30");
            let found = github.sub_issues(repo_path(arguments), number);
            let all = found.map_err(rest("failed to list sub-issues", request))?;
            let shown = page(arguments, "page", "perPage").cut(all).items;
            let bodies = shown.iter().map(|(repo, issue)| Rest::new(github).issue(repo, issue));
            Ok(Answer::Json(bodies.collect()))
        }
        other => Err(told(format!("unknown method: {other}"))),
    }
}

/// One page of the comments of an issue or pull request.
pub(super) fn comments(
    github: &GitHub,
    arguments: &Arguments,
    issue: &Issue,
) -> Result<Value, ApiError> {
    let (rest, repo) = (Rest::new(github), github.get_repo(repo_path(arguments))?);
    let all = issue.comments.iter().map(|comment| minimal::comment(rest, repo, comment));
    Ok(page(arguments, "page", "perPage").cut(all.collect()).items.into())
}

fn label(label: &Label) -> Value {
    json!({
        "id": format!("LA_kwDO{:x}", label.id),
        "name": label.name,
        "color": label.color,
        "description": "",
    })
}

pub(super) fn get_label(github: &mut GitHub, _: &mut Env, arguments: &Arguments) -> Outcome {
    let found = github.get_repo(repo_path(arguments));
    let repo = found.map_err(graph("Failed to find label", &repo_name(arguments)))?;
    let name = arguments.text("name");
    let found = repo.labels.iter().find(|label| label.name.eq_ignore_ascii_case(name));
    match found {
        Some(found) => Ok(Answer::Json(label(found))),
        None => {
            let (owner, repo) = (arguments.text("owner"), arguments.text("repo"));
            Err(told(format!("label '{name}' not found in {owner}/{repo}")))
        }
    }
}

/// Lists by the GraphQL API: pull requests are no issues there, pages go by cursor, and closed issues are
/// listed too unless told otherwise.
pub(super) fn list_issues(github: &mut GitHub, _: &mut Env, arguments: &Arguments) -> Outcome {
    if arguments.given("page").is_some() {
        return Err(told(
            "This tool uses cursor-based pagination. Use the 'after' parameter with the 'endCursor' value \
             from the previous response instead of 'page'.",
        ));
    }
    let since = arguments.optional_text("since").filter(|since| !since.is_empty());
    let filter = IssueFilter {
        kind: IssueKind::Issue,
        state: match arguments.text("state").to_uppercase().as_str() {
            "OPEN" => StateFilter::Open,
            "CLOSED" => StateFilter::Closed,
            _ => StateFilter::All,
        },
        since: since.map(read_since).transpose()?,
        order: order(arguments),
        ..IssueFilter::default()
    };
    let found = all(github, arguments, &filter);
    let mut all = found.map_err(graph("failed to list issues", &repo_name(arguments)))?;
    let labels = arguments.texts("labels");
    all.retain(|issue| labels.is_empty() || labels.iter().any(|label| has_label(issue, label)));

    let wanted = fields::filters(github, arguments)?;
    all.retain(|issue| wanted.iter().all(|filter| filter.shows(issue)));

    let total = all.len();
    let bodies = all.into_iter().map(minimal::listed_issue).collect();
    let (shown, info) = CursorPage::of(arguments, "failed to list issues")?.cut(bodies);
    Ok(Answer::Json(json!({
        "totalCount": total,
        "pageInfo": info,
        "issues": minimal::picked(shown, arguments),
    })))
}

/// Any of the labels is enough, unlike in the REST API.
fn has_label(issue: &Issue, name: &str) -> bool {
    issue.labels.iter().any(|label| label.name.eq_ignore_ascii_case(name))
}

fn all<'a>(
    github: &'a GitHub,
    arguments: &Arguments,
    filter: &IssueFilter,
) -> Result<Vec<&'a Issue>, ApiError> {
    let (mut all, mut next) = (Vec::new(), Some(1));
    while let Some(page) = next {
        let page = Page { page, per_page: 100 };
        let listing = github.list_issues(repo_path(arguments), filter, page)?;
        all.extend(listing.items);
        next = listing.next_page;
    }
    Ok(all)
}

fn order(arguments: &Arguments) -> IssueOrder {
    let by = match arguments.text("orderBy").to_uppercase().as_str() {
        "COMMENTS" => IssueSort::Comments,
        "UPDATED_AT" => IssueSort::Updated,
        _ => IssueSort::Created,
    };
    IssueOrder { by, ascending: arguments.text("direction").eq_ignore_ascii_case("asc") }
}

fn read_since(since: &str) -> Result<jiff::Timestamp, ApiError> {
    let words = || {
        let form = "invalid ISO 8601 timestamp";
        let hint = "supported formats: YYYY-MM-DDThh:mm:ssZ or YYYY-MM-DD";
        told(format!("failed to list issues: {form}: {since} ({hint})"))
    };
    read_time(since).ok_or_else(words)
}
