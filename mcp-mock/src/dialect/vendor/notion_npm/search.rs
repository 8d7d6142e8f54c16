//! `API-post-search`: pages and data sources by title.

use serde_json::Value;

use super::render;
use super::request::{paging, should_be};
use crate::dialect::tool::Arguments;
use crate::dialect::vendor::Answer;
use crate::service::ApiError;
use crate::service::notion::{Found, FoundKind, Notion, SearchRequest};
use crate::world::Env;

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
    let direction = arguments.value("sort").and_then(|sort| sort.get("direction"));
    let request = SearchRequest {
        query: arguments.text("query").to_owned(),
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
