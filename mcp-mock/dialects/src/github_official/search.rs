//! Searches.

use serde_json::{Value, json};

use super::super::github::{Rest, page, refuse_unmodelled, search_order};
use super::super::{Answer, Arguments};
use super::failure::{Request, rest};
use super::{Outcome, minimal};
use mcp_mock::service::github::GitHub;
use mcp_mock::world::Env;

pub(super) fn search_issues(github: &mut GitHub, _: &mut Env, arguments: &Arguments) -> Outcome {
    threads(github, arguments, ("issue", "failed to search issues"))
}

pub(super) fn search_pull_requests(
    github: &mut GitHub,
    _: &mut Env,
    arguments: &Arguments,
) -> Outcome {
    threads(github, arguments, ("pr", "failed to search pull requests"))
}

/// Puts the kind, and owner and repository when both are given, before a query that has them not.
fn threads(github: &GitHub, arguments: &Arguments, (kind, words): (&str, &str)) -> Outcome {
    let mut query = arguments.text("query").to_owned();
    if !query.split_whitespace().any(|word| word == format!("is:{kind}")) {
        query = format!("is:{kind} {query}");
    }
    let (owner, repo) = (arguments.text("owner"), arguments.text("repo"));
    let has_repo = query.split_whitespace().any(|word| word.starts_with("repo:"));
    if !owner.is_empty() && !repo.is_empty() && !has_repo {
        query = format!("repo:{owner}/{repo} {query}");
    }
    let found = github
        .search_issues(&query, search_order(arguments), page(arguments, "page", "perPage"))
        .map_err(rest(words, Request::new("GET", "search/issues")))?;
    let total = found.total_count;
    let body = Rest::new(github).found(found, |rest, (repo, issue)| {
        let mut body = rest.issue(repo, issue);
        if kind == "issue" {
            body["field_values"] = minimal::field_values(issue);
        }
        body
    });
    let items = body["items"].as_array().cloned().unwrap_or_default();
    Ok(Answer::Json(shown(total, &minimal::picked(items, arguments))))
}

fn shown(total: usize, items: &Value) -> Value {
    json!({ "total_count": total, "incomplete_results": false, "items": items })
}

/// GitHub looks at `order` only together with `sort`; both dates of a commit are the same here.
pub(super) fn search_commits(github: &mut GitHub, _: &mut Env, arguments: &Arguments) -> Outcome {
    let query = arguments.text("query");
    let words = format!("failed to search commits with query '{query}'");
    let ascending = !arguments.text("sort").is_empty() && arguments.text("order") == "asc";
    let found = github
        .search_commits(query, ascending, page(arguments, "page", "perPage"))
        .map_err(rest(&words, Request::new("GET", "search/commits")))?;
    let items = found.items.iter().map(|(repo, entry)| {
        let mut body = minimal::commit(repo, entry);
        let place = json!({
            "full_name": repo.full_name(), "html_url": repo.html_url, "private": repo.private,
        });
        body["repository"] = minimal::lean(place, &[]);
        body
    });
    Ok(Answer::Json(shown(found.total_count, &items.collect())))
}

pub(super) fn search_code(github: &mut GitHub, _: &mut Env, arguments: &Arguments) -> Outcome {
    let query = arguments.text("query");
    let words = format!("failed to search code with query '{query}'");
    refuse_unmodelled(arguments, "sort", &["indexed"])?;
    let found = github
        .search_code(query, page(arguments, "page", "perPage"))
        .map_err(rest(&words, Request::new("GET", "search/code")))?;
    let items = found.items.iter().map(|hit| {
        json!({
            "name": hit.path.rsplit('/').next(),
            "path": hit.path,
            "sha": hit.sha,
            "repository": hit.repository,
        })
    });
    Ok(Answer::Json(shown(found.total_count, &minimal::picked(items.collect(), arguments))))
}

/// Stars and issues that want help are none for all, so that sorting by them leaves the order.
pub(super) fn search_repositories(
    github: &mut GitHub,
    _: &mut Env,
    arguments: &Arguments,
) -> Outcome {
    let query = arguments.text("query");
    let words = format!("failed to search repositories with query '{query}'");
    refuse_unmodelled(arguments, "sort", &["forks"])?;
    if arguments.text("sort") == "updated" {
        refuse_unmodelled(arguments, "order", &["asc"])?;
    }
    let found = github
        .search_repos(query, page(arguments, "page", "perPage"))
        .map_err(rest(&words, Request::new("GET", "search/repositories")))?;
    let rest = Rest::new(github);
    if !arguments.boolean("minimal_output").unwrap_or(true) {
        return Ok(Answer::Json(rest.found(found, Rest::repo)));
    }
    let items = found.items.iter().map(|repo| minimal::repo(rest, repo));
    Ok(Answer::Json(shown(found.total_count, &items.collect())))
}

/// People only, unless the query says otherwise. Followers and the day of joining are the same for all, so that
/// sorting by them leaves the order.
pub(super) fn search_users(github: &mut GitHub, _: &mut Env, arguments: &Arguments) -> Outcome {
    let query = arguments.text("query");
    let words = format!("failed to search users with query '{query}'");
    refuse_unmodelled(arguments, "sort", &["repositories"])?;
    let narrowed =
        if query.contains("type:") { query.to_owned() } else { format!("type:user {query}") };
    let found = github
        .search_accounts(&narrowed, page(arguments, "page", "perPage"))
        .map_err(rest(&words, Request::new("GET", "search/users")))?;
    let items = found.items.iter().map(|login| minimal::user(login));
    Ok(Answer::Json(shown(found.total_count, &items.collect())))
}
