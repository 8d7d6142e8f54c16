//! Tools of issues.

use serde_json::{Value, json};

use super::super::github::{
    Rest, given_texts, number, owned, page, read_time, refuse_milestone, repo_path,
};
use super::super::{Answer, Arguments};
use super::failure::{Request, graph, missing, repo_name, rest, thrown, told};
use super::{Outcome, created, minimal};
use crate::service::ApiError;
use crate::service::github::{
    GitHub, Issue, IssueChange, IssueFilter, IssueKind, IssueOrder, IssueSort, IssueState, Label,
    NewIssue, Page, StateFilter, StateReason,
};
use crate::world::Env;

/// Entries on a page of a list by cursor, unless told otherwise.
const PAGE_SIZE: usize = 30;
/// Before the place in a cursor, so that it does not pass for a number.
const CURSOR: &str = "Y3Vyc29yOnYyO";

pub(super) fn issue_write(github: &mut GitHub, env: &mut Env, arguments: &Arguments) -> Outcome {
    let (reason, other) = (arguments.text("state_reason"), arguments.integer("duplicate_of"));
    if other.unwrap_or_default() != 0 && reason != "duplicate" {
        return Err(told("duplicate_of can only be used when state_reason is 'duplicate'"));
    }
    if arguments.text("state") == "closed" && reason == "duplicate" && other.is_none() {
        return Err(told("duplicate_of must be provided when state_reason is 'duplicate'"));
    }
    match arguments.text("method") {
        "create" => create(github, env, arguments),
        "update" => update(github, env, arguments),
        _ => Err(told("invalid method, must be either 'create' or 'update'")),
    }
}

fn create(github: &mut GitHub, env: &mut Env, arguments: &Arguments) -> Outcome {
    if arguments.text("title").is_empty() {
        return Err(told("missing required parameter: title"));
    }
    let new = NewIssue {
        title: arguments.text("title").to_owned(),
        body: Some(arguments.text("body").to_owned()),
        labels: arguments.texts("labels"),
        assignees: arguments.texts("assignees"),
    };
    let issue = check_milestone(github, arguments)
        .and_then(|()| github.create_issue(env, repo_path(arguments), new))
        .map_err(rest("failed to create issue", Request::of_repo("POST", arguments, "/issues")))?;
    Ok(created(issue.id, &issue.html_url))
}

/// Empty texts change nothing.
fn update(github: &mut GitHub, env: &mut Env, arguments: &Arguments) -> Outcome {
    let number = number(arguments, "issue_number");
    if number == 0 {
        return Err(told("missing required parameter: issue_number"));
    }
    let change = IssueChange {
        title: owned(arguments, "title").filter(|title| !title.is_empty()),
        body: owned(arguments, "body").filter(|body| !body.is_empty()),
        state: match arguments.text("state") {
            "closed" => Some(IssueState::Closed),
            "open" => Some(IssueState::Open),
            _ => None,
        },
        state_reason: match (arguments.text("state"), arguments.text("state_reason")) {
            ("closed", "not_planned") => Some(StateReason::NotPlanned),
            ("closed", "duplicate") => Some(StateReason::Duplicate),
            _ => None,
        },
        labels: given_texts(arguments, "labels"),
        assignees: given_texts(arguments, "assignees"),
    };
    let request = Request::of_repo("PATCH", arguments, format_args!("/issues/{number}"));
    let issue = check_milestone(github, arguments)
        .and_then(|()| github.update_issue(env, repo_path(arguments), number, change))
        .map_err(rest("failed to update issue", request))?;
    Ok(created(issue.id, &issue.html_url))
}

/// The server takes a milestone of 0 for none.
fn check_milestone(github: &GitHub, arguments: &Arguments) -> Result<(), ApiError> {
    match arguments.integer("milestone") {
        None | Some(0) => Ok(()),
        Some(_) => refuse_milestone(github, arguments),
    }
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
            found.map_err(graph("failed to get issue parent", &name))?;
            Ok(Answer::Json(json!({ "parent": null })))
        }
        "get_sub_issues" => {
            let request = at("/sub_issues?page=1&per_page=30");
            found.map_err(rest("failed to list sub-issues", request))?;
            Ok(Answer::Json(json!([])))
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

    let start = after(arguments)?;
    let size = arguments.integer("perPage").and_then(|size| usize::try_from(size).ok());
    let shown: Vec<Value> = all
        .iter()
        .skip(start)
        .take(size.unwrap_or(PAGE_SIZE))
        .map(|issue| minimal::listed_issue(issue))
        .collect();
    let end = start.saturating_add(shown.len());
    let cursor = |place: usize| (!shown.is_empty()).then(|| format!("{CURSOR}{place}"));
    let info = json!({
        "hasNextPage": end < all.len(),
        "hasPreviousPage": start > 0,
        "startCursor": cursor(start.saturating_add(1)),
        "endCursor": cursor(end),
    });
    let kept = ["hasNextPage", "hasPreviousPage"];
    Ok(Answer::Json(json!({
        "totalCount": all.len(),
        "pageInfo": minimal::lean(info, &kept),
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

fn after(arguments: &Arguments) -> Result<usize, ApiError> {
    let Some(cursor) = arguments.optional_text("after").filter(|cursor| !cursor.is_empty()) else {
        return Ok(0);
    };
    let place = cursor.strip_prefix(CURSOR).and_then(|place| place.parse().ok());
    place.ok_or_else(|| {
        told(format!("failed to list issues: `{cursor}` does not appear to be a valid cursor."))
    })
}

/// There are no reactions in this world, and asking for one fails loudly.
pub(super) fn add_issue_comment(
    github: &mut GitHub,
    env: &mut Env,
    arguments: &Arguments,
) -> Outcome {
    if arguments.value("reaction").is_some() || arguments.value("comment_id").is_some() {
        return Err(told("mcp-mock has no reactions: leave out `reaction` and `comment_id`"));
    }
    let body = match arguments.optional_text("body") {
        None => return Err(told("at least one of body or reaction is required")),
        Some("") => return Err(told("body cannot be empty when provided")),
        Some(body) => body,
    };
    let number = number(arguments, "issue_number");
    let request = Request::of_repo("POST", arguments, format_args!("/issues/{number}/comments"));
    let comment = github
        .add_comment(env, repo_path(arguments), number, body)
        .map_err(rest("failed to create comment", request))?;
    Ok(created(comment.id, &comment.html_url))
}
