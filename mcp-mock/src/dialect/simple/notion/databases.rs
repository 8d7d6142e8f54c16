//! Databases: list them, read a schema, query rows.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::pages::{row, row_schema};
use super::{PageArguments, cursor, database_named, limit, next_cursor};
use crate::dialect::schema::{any_object, list, nullable, object, optional, required, text};
use crate::dialect::{Answer, Call, CatalogTool, Effect, Outcome};
use crate::service::notion::{DataSource, Database, Notion, Property, PropertyKind, QueryRequest};

const FILTER: &str = "What rows must have, by name of the property: a plain value to be equal to (for a \
                      list: to contain), or one of Notion's conditions, such as \
                      {\"greater_than\": 5}";

pub(super) fn list_databases() -> CatalogTool<Notion> {
    let database = object([
        required("id", text("UUID of the database")),
        required("alias", nullable(text("Short name that stands for the id"))),
        required("title", text("Title")),
        required("url", text("Where a browser finds it")),
    ]);
    CatalogTool::new(
        "list_databases",
        "List the databases that are shared with this integration.",
        list_shared,
    )
    .effect(Effect::Read)
    .output(&object([required("databases", list(database, "Oldest first"))]))
}

pub(super) fn get_database() -> CatalogTool<Notion> {
    let property = object([
        required("name", text("Name of the property")),
        required("type", text("Type of its values, such as `number`")),
        optional("options", list(text("Option"), "What to choose from")),
    ]);
    CatalogTool::new(
        "get_database",
        "Read which properties the pages of a database have.",
        read_schema,
    )
    .effect(Effect::Read)
    .input(&object([required("database_id", text("UUID or alias of the database"))]))
    .output(&object([
        required("id", text("UUID of the database")),
        required("alias", nullable(text("Short name that stands for the id"))),
        required("title", text("Title")),
        required("url", text("Where a browser finds it")),
        required("properties", list(property, "The schema")),
    ]))
}

pub(super) fn query_database() -> CatalogTool<Notion> {
    let pages = list(row_schema(), "Pages without their text, oldest first");
    CatalogTool::new(
        "query_database",
        "List the pages of a database that meet every condition, page by page.",
        query,
    )
    .effect(Effect::Read)
    .input(&object([
        required("database_id", text("UUID or alias of the database")),
        optional("filter", any_object(FILTER)),
        limit("Pages at once: 1 to 100, 100 when left out"),
        cursor(),
    ]))
    .output(&object([required("pages", pages), next_cursor()]))
}

fn list_shared(mut call: Call<'_, Notion>) -> Outcome {
    let databases = call.service.list_databases(&mut call.api)?;
    Ok(Answer::Json(json!({ "databases": databases.into_iter().map(summary).collect::<Value>() })))
}

#[derive(Deserialize)]
struct GetDatabase {
    database_id: String,
}

fn read_schema(mut call: Call<'_, Notion>) -> Outcome {
    let GetDatabase { database_id } = call.read()?;
    let id = database_named(call.service, &database_id)?.id.clone();
    let database = call.service.get_database(&mut call.api, &id)?;
    let mut body = summary(database);
    body["properties"] = database.only_source()?.properties.iter().map(property).collect();
    Ok(Answer::Json(body))
}

#[derive(Deserialize)]
struct QueryDatabase {
    database_id: String,
    #[serde(default)]
    filter: Map<String, Value>,
    #[serde(flatten)]
    page: PageArguments,
}

fn query(mut call: Call<'_, Notion>) -> Outcome {
    let QueryDatabase { database_id, filter, page } = call.read()?;
    let source = database_named(call.service, &database_id)?.only_source()?;
    let conditions = conditions(source, &filter);
    let filter = Some(json!({ "and": conditions })).filter(|_| !conditions.is_empty());
    let request = QueryRequest { filter, paging: page.paging(), ..QueryRequest::default() };
    let found = call.service.query_data_source(&mut call.api, &source.id, &request)?;
    let pages: Value = found.items.into_iter().map(row).collect();
    Ok(Answer::Json(json!({ "pages": pages, "next_cursor": found.next })))
}

fn summary(database: &Database) -> Value {
    json!({
        "id": database.id,
        "alias": database.alias,
        "title": database.title,
        "url": database.url(),
    })
}

fn property(property: &Property) -> Value {
    let mut rendered = json!({ "name": property.name, "type": property.kind.name() });
    if let Some(options) = property.kind.options() {
        rendered["options"] = json!(options);
    }
    rendered
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
