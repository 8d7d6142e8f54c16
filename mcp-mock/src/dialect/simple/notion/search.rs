//! `search`: pages and databases by title.

use serde_json::{Value, json};

use super::render;
use crate::dialect::Arguments;
use crate::dialect::schema::{choice, integer, list, object, optional, required, text};
use crate::dialect::simple::tool::{Effect, Tool};
use crate::service::ApiError;
use crate::service::notion::{Found, FoundKind, Notion, SearchRequest};
use crate::world::Env;

pub(super) fn tool() -> Tool<Notion> {
    let found = object([
        required("id", text("Id of the page or of the database")),
        required("type", choice(&["database", "page"], "What it is")),
        required("title", text("Title; may be empty")),
        required("url", text("Where a browser finds it")),
    ]);
    Tool {
        name: "search",
        aliases: &[],
        description: "Find shared pages and databases by a part of their title.",
        effect: Effect::Read,
        input: object([
            required("query", text("Part of a title; everything when empty")),
            optional("type", choice(&["database", "page"], "Only things of this kind")),
            optional("limit", integer("Results at once: 1 to 100, 100 when left out")),
            optional("cursor", text("`next_cursor` of the answer before")),
        ]),
        output: object([
            required("results", list(found, "Databases first, then pages, last edited first")),
            required("next_cursor", render::cursor_schema()),
        ]),
        run,
    }
}

fn run(notion: &mut Notion, _: &mut Env, arguments: &Arguments) -> Result<Value, ApiError> {
    let kind = arguments.optional_text("type").map(|kind| match kind {
        "page" => FoundKind::Page,
        _ => FoundKind::DataSource,
    });
    let query = arguments.text("query").to_owned();
    let paging = render::paging(arguments);
    let found =
        notion.search(&SearchRequest { query, kind, paging, ..SearchRequest::default() })?;
    let results: Value = found.results.iter().map(result).collect();
    Ok(json!({ "results": results, "next_cursor": found.next_cursor }))
}

fn result(found: &Found<'_>) -> Value {
    let (id, kind, url) = match found {
        Found::DataSource(database, _) => (&database.id, "database", database.url()),
        Found::Page(page) => (&page.id, "page", page.url()),
    };
    json!({ "id": id, "type": kind, "title": found.title(), "url": url })
}
