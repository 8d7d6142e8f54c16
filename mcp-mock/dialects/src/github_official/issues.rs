//! Tools of issues.

use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use super::super::github::{InRepo, Number, OfIssue, Paging, Rest, read_time};
use super::cursor::CursorPaging;
use super::failure::{
    Request, graphql_error, missing, repo_name, rest_error, server_error, uncaught,
};
use super::{check, created, fields, minimal, non_empty};
use mcp_mock::dialect::{Answer, Call, Outcome, Refusal};
use mcp_mock::service::github::{
    GitHub, Issue, IssueChange, IssueDetails, IssueFilter, IssueKind, IssueOrder, IssueSort,
    IssueState, Label, NewIssue, Quota, Repo, StateFilter, StateReason,
};

#[derive(Deserialize)]
struct IssueWrite {
    #[serde(flatten)]
    at: InRepo,
    method: String,
    #[serde(default)]
    issue_number: Number,
    title: Option<String>,
    body: Option<String>,
    labels: Option<Vec<String>>,
    assignees: Option<Vec<String>>,
    #[serde(default)]
    milestone: Number,
    #[serde(default, deserialize_with = "given")]
    r#type: Option<Value>,
    #[serde(default)]
    state: String,
    #[serde(default)]
    state_reason: String,
    #[serde(default)]
    duplicate_of: Number,
    #[serde(default, deserialize_with = "given")]
    issue_fields: Option<Value>,
}

/// Tells null from what is not given.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

pub(super) fn issue_write(mut call: Call<'_, GitHub>) -> Outcome {
    let write: IssueWrite = call.read()?;
    let (is_duplicate, has_other) =
        (write.state_reason == "duplicate", write.duplicate_of != Number::default());
    if has_other && !is_duplicate {
        let words = "duplicate_of can only be used when state_reason is 'duplicate'";
        return Err(server_error(words));
    }
    if write.state == "closed" && is_duplicate && !has_other {
        let words = "duplicate_of must be provided when state_reason is 'duplicate'";
        return Err(server_error(words));
    }
    let given = write.issue_fields.as_ref();
    let fields = fields::written(call.service, &mut call.api, &write.at, given)?;
    // The server takes a milestone of 0 for none.
    let milestone = Some(write.milestone).filter(|number| *number != Number::default());
    let milestone = milestone.map(Number::id);
    let details = IssueDetails { milestone, issue_type: write.issue_type()?, fields };
    match write.method.as_str() {
        "create" => create(call, write, details),
        "update" => update(call, write, details),
        _ => Err(server_error("invalid method, must be either 'create' or 'update'")),
    }
}

impl IssueWrite {
    /// The name of the type; the empty one takes the type away.
    fn issue_type(&self) -> Result<Option<String>, Refusal> {
        match &self.r#type {
            None => Ok(None),
            Some(Value::Null) => Ok(Some(String::new())),
            Some(Value::String(name)) if name.is_empty() => {
                Err(server_error("parameter type must not be empty"))
            }
            Some(Value::String(name)) => Ok(Some(name.clone())),
            Some(other) => {
                let found = check::go_type(other);
                let words = format!("parameter type is not of type string or null, is {found}");
                Err(server_error(words))
            }
        }
    }
}

fn create(mut call: Call<'_, GitHub>, write: IssueWrite, details: IssueDetails) -> Outcome {
    let IssueWrite { at, title, body, labels, assignees, .. } = write;
    let Some(title) = non_empty(title) else {
        return Err(server_error("missing required parameter: title"));
    };
    let new = NewIssue {
        title,
        body: Some(body.unwrap_or_default()),
        labels: labels.unwrap_or_default(),
        assignees: assignees.unwrap_or_default(),
        details,
    };
    let request = Request::of_repo("POST", &at, "/issues");
    let created_issue = call.service.create_issue(&mut call.api, at.path(), new);
    let issue = created_issue.map_err(rest_error("failed to create issue", request))?;
    Ok(created(issue.id, &issue.html_url))
}

/// Empty strings change nothing. The state is moved in a second step, by the GraphQL API, for which pull requests
/// are no issues; what the first has done stays.
fn update(mut call: Call<'_, GitHub>, write: IssueWrite, details: IssueDetails) -> Outcome {
    let number = write.issue_number.id();
    if number == 0 {
        return Err(server_error("missing required parameter: issue_number"));
    }
    if !details.fields.is_empty() {
        let paid = call.service.spend(&mut call.api, Quota::Core);
        paid.map_err(graphql_error("failed to fetch existing issue field values", ""))?;
    }
    let IssueWrite {
        at, title, body, labels, assignees, state, state_reason, duplicate_of, ..
    } = write;
    let change = IssueChange {
        title: non_empty(title),
        body: non_empty(body),
        labels,
        assignees,
        details,
        ..IssueChange::default()
    };
    let request = Request::of_repo("PATCH", &at, format_args!("/issues/{number}"));
    let updated = call.service.update_issue(&mut call.api, at.path().issue(number), change);
    let issue = updated.map_err(rest_error("failed to update issue", request))?;
    let (state, words) = match state.as_str() {
        "closed" => (IssueState::Closed, "Failed to close issue"),
        "open" => (IssueState::Open, "Failed to reopen issue"),
        _ => return Ok(created(issue.id, &issue.html_url)),
    };
    find_issues(&mut call, &at, [number, duplicate_of.id()])?;
    let change = IssueChange {
        state: Some(state),
        state_reason: match (state, state_reason.as_str()) {
            (IssueState::Closed, "not_planned") => Some(StateReason::NotPlanned),
            (IssueState::Closed, "duplicate") => Some(StateReason::Duplicate),
            _ => None,
        },
        ..IssueChange::default()
    };
    let moved = call.service.update_issue(&mut call.api, at.path().issue(number), change);
    moved.map_err(graphql_error(words, ""))?;
    Ok(created(issue.id, &issue.html_url))
}

/// Asks for the issue, and for the one that it is a duplicate of when that is not 0.
fn find_issues(call: &mut Call<'_, GitHub>, at: &InRepo, numbers: [u64; 2]) -> Result<(), Refusal> {
    let words = "Failed to find issues";
    call.service.spend(&mut call.api, Quota::Core).map_err(graphql_error(words, ""))?;
    for number in numbers.into_iter().filter(|number| *number != 0) {
        let found = call.service.issue_at(at.path().issue(number));
        if found.is_ok_and(|issue| issue.pull.is_none()) {
            continue;
        }
        let name = format!("an Issue with the number of {number}");
        return Err(server_error(format!("{words}: Could not resolve to {name}.")));
    }
    Ok(())
}

#[derive(Deserialize)]
struct IssueRead {
    #[serde(flatten)]
    of: OfIssue,
    method: String,
    #[serde(flatten)]
    paging: Paging,
}

pub(super) fn issue_read(mut call: Call<'_, GitHub>) -> Outcome {
    let IssueRead { of, method, paging } = call.read()?;
    let (at, path, number) = (&of.at, of.path(), of.issue_number.id());
    let name = missing(call.service, at, &format!("an Issue with the number of {number}"));
    let request = |rest: &str| Request::of_repo("GET", at, format_args!("/issues/{number}{rest}"));
    let refused: Box<dyn Fn(_) -> Refusal + '_> = match method.as_str() {
        "get" => Box::new(uncaught("failed to get issue", request(""))),
        "get_comments" => {
            let request = request("/comments?page=1&per_page=30");
            Box::new(uncaught("failed to get issue comments", request))
        }
        "get_labels" => Box::new(graphql_error("Failed to get issue labels", &name)),
        "get_parent" => Box::new(graphql_error("failed to get issue parent", &name)),
        "get_sub_issues" => {
            let request = request("/sub_issues?page=1&per_page=30");
            Box::new(rest_error("failed to list sub-issues", request))
        }
        other => return Err(server_error(format!("unknown method: {other}"))),
    };
    call.service.get_issue(&mut call.api, path).map_err(refused)?;
    if method == "get" {
        // A second request asks the GraphQL API for what the REST API leaves out, and may fail.
        call.service.spend(&mut call.api, Quota::Core).ok();
    }
    let (github, rest) = (&*call.service, Rest::new(call.service));
    let (repo, issue) = (github.repo_at(path.repo)?, github.issue_at(path)?);
    Ok(Answer::Json(match method.as_str() {
        "get" => minimal::issue(rest, repo, issue),
        "get_comments" => comments(rest, repo, issue, &paging),
        "get_labels" => {
            let labels: Vec<Value> = issue.labels.iter().map(label).collect();
            json!({ "totalCount": labels.len(), "labels": labels })
        }
        "get_parent" => {
            let parent = github.parent(issue).map(|(repo, issue)| minimal::reference(repo, issue));
            json!({ "parent": parent })
        }
        _ => {
            let page = paging.number().cut(github.sub_issues(path)?);
            page.items.iter().map(|(repo, issue)| rest.issue(repo, issue)).collect()
        }
    }))
}

/// One page of the comments of an issue or pull request.
pub(super) fn comments(rest: Rest<'_>, repo: &Repo, issue: &Issue, paging: &Paging) -> Value {
    let all = issue.comments.iter().map(|comment| minimal::comment(rest, repo, comment));
    paging.number().cut(all.collect()).items.into()
}

fn label(label: &Label) -> Value {
    json!({
        "id": format!("LA_kwDO{:x}", label.id),
        "name": label.name,
        "color": label.color,
        "description": "",
    })
}

#[derive(Deserialize)]
struct OfLabel {
    #[serde(flatten)]
    at: InRepo,
    name: String,
}

pub(super) fn get_label(mut call: Call<'_, GitHub>) -> Outcome {
    let OfLabel { at, name } = call.read()?;
    let found = call.service.get_repo(&mut call.api, at.path());
    let repo = found.map_err(graphql_error("Failed to find label", &repo_name(&at)))?;
    match repo.labels.iter().find(|label| label.name.eq_ignore_ascii_case(&name)) {
        Some(found) => Ok(Answer::Json(label(found))),
        None => {
            let InRepo { owner, repo } = at;
            Err(server_error(format!("label '{name}' not found in {owner}/{repo}")))
        }
    }
}

#[derive(Deserialize)]
struct Wanted {
    #[serde(flatten)]
    at: InRepo,
    #[serde(default)]
    state: String,
    labels: Option<Vec<String>>,
    #[serde(default, rename = "orderBy")]
    order_by: String,
    #[serde(default)]
    direction: String,
    since: Option<String>,
    #[serde(default, deserialize_with = "given")]
    field_filters: Option<Value>,
    fields: Option<Vec<String>>,
    #[serde(flatten)]
    cursor: CursorPaging,
    #[serde(default, deserialize_with = "given")]
    page: Option<Value>,
}

/// Lists by the GraphQL API: pull requests are no issues there, pages go by cursor, and closed issues are
/// listed too by default. Filters by field take a request of their own.
pub(super) fn list_issues(mut call: Call<'_, GitHub>) -> Outcome {
    let wanted: Wanted = call.read()?;
    if wanted.page.is_some() {
        return Err(server_error(
            "This tool uses cursor-based pagination. Use the 'after' parameter with the 'endCursor' value \
             from the previous response instead of 'page'.",
        ));
    }
    let filter = wanted.filter()?;
    let (at, words) = (&wanted.at, "failed to list issues");
    let (github, api) = (&*call.service, &mut call.api);
    let name = repo_name(at);
    let refused = graphql_error(words, &name);
    github.spend(api, Quota::Core).map_err(&refused)?;
    let mut all = github.issues_at(at.path(), &filter).map_err(&refused)?;
    let labels = wanted.labels.as_deref().unwrap_or_default();
    all.retain(|issue| labels.is_empty() || labels.iter().any(|label| has_label(issue, label)));

    let filters = fields::filters(github, api, at, wanted.field_filters.as_ref())?;
    all.retain(|issue| filters.iter().all(|filter| filter.shows(issue)));

    let total = all.len();
    let bodies = all.into_iter().map(minimal::listed_issue).collect();
    let (issues, info) = wanted.cursor.cut(bodies, words)?;
    Ok(Answer::Json(json!({
        "totalCount": total,
        "pageInfo": info,
        "issues": minimal::picked(issues, wanted.fields.as_deref()),
    })))
}

impl Wanted {
    fn filter(&self) -> Result<IssueFilter, Refusal> {
        let by = match self.order_by.to_uppercase().as_str() {
            "COMMENTS" => IssueSort::Comments,
            "UPDATED_AT" => IssueSort::Updated,
            _ => IssueSort::Created,
        };
        let state = match self.state.to_uppercase().as_str() {
            "OPEN" => StateFilter::Open,
            "CLOSED" => StateFilter::Closed,
            _ => StateFilter::All,
        };
        let since = non_empty(self.since.clone()).map(|since| {
            let form = "invalid ISO 8601 timestamp";
            let hint = "supported formats: YYYY-MM-DDThh:mm:ssZ or YYYY-MM-DD";
            let words = || format!("failed to list issues: {form}: {since} ({hint})");
            read_time(&since).ok_or_else(|| server_error(words()))
        });
        Ok(IssueFilter {
            kind: IssueKind::Issue,
            state,
            since: since.transpose()?,
            order: IssueOrder { by, ascending: self.direction.eq_ignore_ascii_case("asc") },
            ..IssueFilter::default()
        })
    }
}

/// Any of the labels is enough, unlike in the REST API.
fn has_label(issue: &Issue, name: &str) -> bool {
    issue.labels.iter().any(|label| label.name.eq_ignore_ascii_case(name))
}
