//! `query_database`: rows of a database.

use serde_json::{Map, Value, json};

use super::render;
use crate::dialect::Arguments;
use crate::dialect::schema::{any_object, integer, list, object, optional, required, text};
use crate::dialect::simple::tool::{Effect, Tool};
use crate::service::ApiError;
use crate::service::notion::{DataSource, Notion, PropertyKind, QueryRequest};
use crate::world::Env;

const FILTER: &str = "What rows must have, by name of the property: a plain value to be equal to (for a \
                      list: to contain), or one of Notion's conditions, such as \
                      {\"greater_than\": 5}";

pub(super) fn tool() -> Tool<Notion> {
    let pages = list(render::row_schema(), "Pages without their text, oldest first");
    Tool {
        name: "query_database",
        aliases: &[],
        description: "List the pages of a database that meet every condition, page by page.",
        effect: Effect::Read,
        input: object([
            required("database_id", text("UUID or alias of the database")),
            optional("filter", any_object(FILTER)),
            optional("limit", integer("Pages at once: 1 to 100, 100 when left out")),
            optional("cursor", text("`next_cursor` of the answer before")),
        ]),
        output: object([
            required("pages", pages),
            required("next_cursor", render::cursor_schema()),
        ]),
        run,
    }
}

fn run(notion: &mut Notion, _: &mut Env, arguments: &Arguments) -> Result<Value, ApiError> {
    let id = render::database_id(notion, arguments)?;
    let source = notion.get_database(&id)?.only_source()?;
    let conditions = conditions(source, &arguments.object("filter"));
    let filter = Some(json!({ "and": conditions })).filter(|_| !conditions.is_empty());
    let paging = render::paging(arguments);
    let request = QueryRequest { filter, paging, ..QueryRequest::default() };
    let found = notion.query_data_source(&source.id, &request)?;
    let pages: Value = found.results.iter().map(|page| render::row(notion, page)).collect();
    Ok(json!({ "pages": pages, "next_cursor": found.next_cursor }))
}

/// The API's conditions; a name that is not in the schema is passed on, to be refused there.
fn conditions(source: &DataSource, filter: &Map<String, Value>) -> Vec<Value> {
    let condition = |(name, wanted): (&String, &Value)| match source.property(name) {
        Some(property) => {
            let test = match wanted {
                Value::Object(_) => wanted.clone(),
                Value::Null => json!({ "is_empty": true }),
                value => json!({ (equal(&property.kind)): value }),
            };
            json!({ "property": name, (property.kind.name()): test })
        }
        None => json!({ "property": name }),
    };
    filter.iter().map(condition).collect()
}

fn equal(kind: &PropertyKind) -> &'static str {
    match kind {
        PropertyKind::Files
        | PropertyKind::MultiSelect { .. }
        | PropertyKind::People
        | PropertyKind::Relation => "contains",
        _ => "equals",
    }
}
