//! `API-post-search`: pages and data sources by title.

use serde_json::Value;

use super::render;
use super::request::{paging, should_be, text};
use crate::Answer;
use mcp_mock::dialect::Arguments;
use mcp_mock::service::ApiError;
use mcp_mock::service::notion::{Found, FoundKind, Notion, SearchRequest};
use mcp_mock::world::Env;

pub(super) fn run(
    notion: &mut Notion,
    _: &mut Env,
    arguments: &Arguments,
) -> Result<Answer, ApiError> {
    let kind = match arguments.value("filter").and_then(|filter| filter.get("value")) {
        None => None,
        Some(kind) => Some(match kind.as_str() {
            Some("page") => FoundKind::Page,
            Some("data_source") => FoundKind::DataSource,
            _ => {
                let expected = "`\"page\"` or `\"data_source\"`";
                return Err(should_be("body.filter.value", expected, Some(kind)));
            }
        }),
    };
    one_of(arguments, ("filter", "property"), &["object"])?;
    one_of(arguments, ("sort", "timestamp"), &["last_edited_time"])?;
    one_of(arguments, ("sort", "direction"), &["ascending", "descending"])?;
    let direction = arguments.value("sort").and_then(|sort| sort.get("direction"));
    let request = SearchRequest {
        query: text(arguments, "query")?.unwrap_or_default(),
        kind,
        oldest_first: direction == Some(&Value::from("ascending")),
        paging: paging(arguments)?,
    };
    let found = notion.search(&request)?;
    let body = render::list("page_or_data_source", found, |found| match found {
        Found::DataSource(database, source) => render::source(database, source),
        Found::Page(page) => render::page(notion, page, &[]),
    });
    Ok(Answer::Json(body))
}

/// Refuses another text than these in a member of an argument.
fn one_of(
    arguments: &Arguments,
    (name, member): (&str, &str),
    known: &[&str],
) -> Result<(), ApiError> {
    let given = arguments.value(name).and_then(|value| value.get(member));
    match given.filter(|given| !given.as_str().is_some_and(|text| known.contains(&text))) {
        None => Ok(()),
        Some(other) => {
            let known: Vec<_> = known.iter().map(|text| format!("`\"{text}\"`")).collect();
            let path = format!("body.{name}.{member}");
            Err(should_be(&path, &known.join(" or "), Some(other)))
        }
    }
}
