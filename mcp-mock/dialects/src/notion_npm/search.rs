//! `API-post-search`: pages and data sources by title.

use mcp_mock::dialect::{Answer, Call, Outcome};
use mcp_mock::service::ApiError;
use mcp_mock::service::notion::{Found, FoundKind, Notion, SearchRequest};
use serde::Deserialize;
use serde_json::Value;

use super::render;
use super::request::{Field, PageFields, counted, should_be};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Search {
    query: Field,
    filter: Field,
    sort: Field,
    #[serde(flatten)]
    page: PageFields,
}

impl Search {
    fn request(&self) -> Result<SearchRequest, ApiError> {
        let kind = match self.filter.member("value") {
            None => None,
            Some(kind) => Some(match kind.as_str() {
                Some("page") => FoundKind::Page,
                Some("data_source") => FoundKind::DataSource,
                _ => {
                    let expected = "`\"page\"` or `\"data_source\"`";
                    return Err(should_be("filter.value", expected, Some(kind)));
                }
            }),
        };
        let direction = self.sort.member("direction");
        one_of("filter.property", self.filter.member("property"), &["object"])?;
        one_of("sort.timestamp", self.sort.member("timestamp"), &["last_edited_time"])?;
        one_of("sort.direction", direction, &["ascending", "descending"])?;
        Ok(SearchRequest {
            query: self.query.text("query")?.unwrap_or_default(),
            kind,
            oldest_first: direction == Some(&Value::from("ascending")),
            paging: self.page.paging()?,
        })
    }
}

pub(super) fn run(mut call: Call<'_, Notion>) -> Outcome {
    let search: Search = call.read()?;
    let request = counted(&mut call, search.request())?;
    let found = call.service.search(&mut call.api, &request)?;
    let body = render::list("page_or_data_source", found, |found| match found {
        Found::DataSource(database, source) => render::source(database, source),
        Found::Page(view) => render::page(view, &[]),
    });
    Ok(Answer::Json(body))
}

/// Refuses another string than these.
fn one_of(path: &str, given: Option<&Value>, known: &[&str]) -> Result<(), ApiError> {
    match given.filter(|given| !given.as_str().is_some_and(|text| known.contains(&text))) {
        None => Ok(()),
        Some(other) => {
            let known: Vec<_> = known.iter().map(|text| format!("`\"{text}\"`")).collect();
            Err(should_be(path, &known.join(" or "), Some(other)))
        }
    }
}
