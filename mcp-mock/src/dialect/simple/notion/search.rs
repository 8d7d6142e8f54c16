//! Search over pages and databases.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{PageArguments, cursor, limit, next_cursor};
use crate::dialect::schema::{choice, list, object, optional, required, text};
use crate::dialect::{Answer, Call, CatalogTool, Effect, Outcome};
use crate::service::notion::{Found, FoundKind, Notion, SearchRequest};

pub(super) fn search() -> CatalogTool<Notion> {
    let found = object([
        required("id", text("Id of the page or of the database")),
        required("type", choice(&["database", "page"], "What it is")),
        required("title", text("Title; may be empty")),
        required("url", text("Where a browser finds it")),
    ]);
    CatalogTool::new("search", "Find shared pages and databases by a part of their title.", find)
        .effect(Effect::Read)
        .input(&object([
            required("query", text("Part of a title; everything when empty")),
            optional("type", choice(&["database", "page"], "Only things of this kind")),
            limit("Results at once: 1 to 100, 100 when left out"),
            cursor(),
        ]))
        .output(&object([
            required("results", list(found, "Databases first, then pages, last edited first")),
            next_cursor(),
        ]))
}

#[derive(Deserialize)]
struct Search {
    query: String,
    r#type: Option<String>,
    #[serde(flatten)]
    page: PageArguments,
}

fn find(mut call: Call<'_, Notion>) -> Outcome {
    let Search { query, r#type, page } = call.read()?;
    let kind = r#type.map(|kind| match kind.as_str() {
        "page" => FoundKind::Page,
        _ => FoundKind::DataSource,
    });
    let request = SearchRequest { query, kind, paging: page.paging(), ..SearchRequest::default() };
    let found = call.service.search(&mut call.api, &request)?;
    let results: Value = found.items.iter().map(result).collect();
    Ok(Answer::Json(json!({ "results": results, "next_cursor": found.next })))
}

fn result(found: &Found<'_>) -> Value {
    let (id, kind, url) = match found {
        Found::DataSource(database, _) => (&database.id, "database", database.url()),
        Found::Page(view) => (&view.page.id, "page", view.page.url()),
    };
    json!({ "id": id, "type": kind, "title": found.title(), "url": url })
}
