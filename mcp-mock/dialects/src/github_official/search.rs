//! Searches.

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::github::{Paging, Rest, refuse_unmodelled, search_order};
use super::failure::{Request, graphql_error, rest_error};
use super::minimal;
use mcp_mock::dialect::{Answer, Call, Outcome, Refusal};
use mcp_mock::service::github::{GitHub, Quota};

#[derive(Deserialize)]
struct Search {
    query: String,
    #[serde(default)]
    sort: String,
    #[serde(default)]
    order: String,
    #[serde(flatten)]
    paging: Paging,
    fields: Option<Vec<String>>,
    // Of searches for issues and pull requests.
    #[serde(default)]
    owner: String,
    #[serde(default)]
    repo: String,
    // Of searches for repositories.
    minimal_output: Option<bool>,
}

/// Asks for the values of fields in a second request, of the GraphQL API.
pub(super) fn search_issues(mut call: Call<'_, GitHub>) -> Outcome {
    let search: Search = call.read()?;
    let words = "failed to search issues";
    let (total, items) = search.threads(&mut call, "issue", words)?;
    if !items.is_empty() {
        let paid = call.service.spend(&mut call.api, Quota::Core);
        paid.map_err(graphql_error(&format!("{words}: failed to fetch issue field values"), ""))?;
    }
    Ok(results(total, &minimal::picked(items, search.fields.as_deref())))
}

pub(super) fn search_pull_requests(mut call: Call<'_, GitHub>) -> Outcome {
    let search: Search = call.read()?;
    let words = "failed to search pull requests";
    let (total, items) = search.threads(&mut call, "pr", words)?;
    Ok(results(total, &minimal::picked(items, search.fields.as_deref())))
}

impl Search {
    /// Puts the kind, and owner and repository when both are given, before a query that has them not. Gives how
    /// many there are, and those on the page.
    fn threads(
        &self,
        call: &mut Call<'_, GitHub>,
        kind: &str,
        words: &str,
    ) -> Result<(usize, Vec<Value>), Refusal> {
        let Self { query, owner, repo, .. } = self;
        let mut query = query.clone();
        if !query.split_whitespace().any(|word| word == format!("is:{kind}")) {
            query = format!("is:{kind} {query}");
        }
        let has_repo = query.split_whitespace().any(|word| word.starts_with("repo:"));
        if !owner.is_empty() && !repo.is_empty() && !has_repo {
            query = format!("repo:{owner}/{repo} {query}");
        }
        let index = call.service.search_index(&call.api);
        let order = search_order(&self.sort, &self.order);
        let found = index
            .issues(&mut call.api, &query, order, self.paging.number())
            .map_err(rest_error(words, Request::new("GET", "search/issues")))?;
        let total = found.total_count;
        let body = Rest::new(index.content()).found(found, |rest, (repo, issue)| {
            let mut body = rest.issue(repo, issue);
            if kind == "issue" {
                body["field_values"] = minimal::field_values(issue);
            }
            body
        });
        Ok((total, body["items"].as_array().cloned().unwrap_or_default()))
    }
}

fn results(total: usize, items: &Value) -> Answer {
    Answer::Json(json!({ "total_count": total, "incomplete_results": false, "items": items }))
}

/// GitHub looks at `order` only together with `sort`; both dates of a commit are the same here.
pub(super) fn search_commits(mut call: Call<'_, GitHub>) -> Outcome {
    let Search { query, sort, order, paging, .. } = call.read()?;
    let words = format!("failed to search commits with query '{query}'");
    let ascending = !sort.is_empty() && order == "asc";
    let index = call.service.search_index(&call.api);
    let found = index
        .commits(&mut call.api, &query, ascending, paging.number())
        .map_err(rest_error(&words, Request::new("GET", "search/commits")))?;
    let items = found.items.iter().map(|(repo, entry)| {
        let mut body = minimal::commit(repo, entry);
        let place = json!({
            "full_name": repo.full_name(), "html_url": repo.html_url, "private": repo.private,
        });
        body["repository"] = minimal::lean(place, &[]);
        body
    });
    Ok(results(found.total_count, &items.collect()))
}

pub(super) fn search_code(mut call: Call<'_, GitHub>) -> Outcome {
    let Search { query, sort, paging, fields, .. } = call.read()?;
    let words = format!("failed to search code with query '{query}'");
    refuse_unmodelled("sort", &sort, &["indexed"])?;
    let index = call.service.search_index(&call.api);
    let found = index
        .code(&mut call.api, &query, paging.number())
        .map_err(rest_error(&words, Request::new("GET", "search/code")))?;
    let items = found.items.iter().map(|hit| {
        json!({
            "name": hit.path.rsplit('/').next(),
            "path": hit.path,
            "sha": hit.sha,
            "repository": hit.repository,
        })
    });
    Ok(results(found.total_count, &minimal::picked(items.collect(), fields.as_deref())))
}

/// Stars and issues that want help are none for all, so that sorting by them leaves the order.
pub(super) fn search_repositories(mut call: Call<'_, GitHub>) -> Outcome {
    let Search { query, sort, order, paging, minimal_output, .. } = call.read()?;
    let words = format!("failed to search repositories with query '{query}'");
    refuse_unmodelled("sort", &sort, &["forks"])?;
    if sort == "updated" {
        refuse_unmodelled("order", &order, &["asc"])?;
    }
    let index = call.service.search_index(&call.api);
    let found = index
        .repos(&mut call.api, &query, paging.number())
        .map_err(rest_error(&words, Request::new("GET", "search/repositories")))?;
    let rest = Rest::new(index.content());
    if !minimal_output.unwrap_or(true) {
        return Ok(Answer::Json(rest.found(found, Rest::repo)));
    }
    let items = found.items.iter().map(|repo| minimal::repo(rest, repo));
    Ok(results(found.total_count, &items.collect()))
}

/// People only, unless the query says otherwise. Followers and the day of joining are the same for all, so that
/// sorting by them leaves the order.
pub(super) fn search_users(mut call: Call<'_, GitHub>) -> Outcome {
    let Search { query, sort, paging, .. } = call.read()?;
    let words = format!("failed to search users with query '{query}'");
    refuse_unmodelled("sort", &sort, &["repositories"])?;
    let narrowed = if query.contains("type:") { query } else { format!("type:user {query}") };
    let index = call.service.search_index(&call.api);
    let found = index
        .accounts(&mut call.api, &narrowed, paging.number())
        .map_err(rest_error(&words, Request::new("GET", "search/users")))?;
    let items = found.items.iter().map(|login| minimal::user(login));
    Ok(results(found.total_count, &items.collect()))
}
