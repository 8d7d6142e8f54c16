//! How databases and pages look in the answers of this dialect, and what its arguments mean.

use serde_json::{Map, Value, json};

use crate::dialect::Arguments;
use crate::dialect::schema::{any_object, boolean, nullable, object, required, text};
use crate::service::ApiError;
use crate::service::notion::{Block, Notion, Page, Paging, Parent};

/// What a cursor in an answer says.
const NEXT_CURSOR: &str = "Where to go on; null on the last page";

/// The schema of a page without its content.
pub(super) fn row_schema() -> Value {
    object([
        required("id", text("Id of the page")),
        required("url", text("Where a browser finds it")),
        required("title", text("Title; may be empty")),
        required("database_id", nullable(text("Its database; null outside of databases"))),
        required("archived", boolean("Whether it lies in the trash")),
        required("created_time", text("When it was made, RFC 3339")),
        required("last_edited_time", text("When it was last changed, RFC 3339")),
        required("properties", any_object("Plain values by name of the property")),
    ])
}

/// A page without its content.
pub(super) fn row(notion: &Notion, page: &Page) -> Value {
    let value = |name: &String| (name.clone(), notion.plain_value(page, name));
    let properties: Map<_, _> = page.properties.keys().map(value).collect();
    json!({
        "id": page.id,
        "url": page.url(),
        "title": page.title(),
        "database_id": page.parent.database_id(),
        "archived": page.archived,
        "created_time": page.created,
        "last_edited_time": page.edited,
        "properties": properties,
    })
}

/// The schema of a page with its content.
pub(super) fn page_schema() -> Value {
    let mut schema = row_schema();
    schema["properties"]["content"] = text("Text of its blocks, an empty line between them");
    if let Some(names) = schema["required"].as_array_mut() {
        names.push(Value::from("content"));
    }
    schema
}

/// A page with its content, by id.
pub(super) fn page_by_id(notion: &Notion, id: &str) -> Result<Value, ApiError> {
    let page = notion.get_page(id)?;
    let mut rendered = row(notion, page);
    rendered["content"] = json!(content(&page.blocks));
    Ok(rendered)
}

/// The id of the database that `database_id` names, by UUID or by alias.
pub(super) fn database_id(notion: &Notion, arguments: &Arguments) -> Result<String, ApiError> {
    let name = arguments.text("database_id");
    let shared = notion.list_databases();
    let known: Vec<_> = shared.iter().filter_map(|database| database.alias.as_ref()).collect();
    match notion.database(name) {
        Some(database) => notion.get_database(&database.id).map(|database| database.id.clone()),
        None => Err(ApiError::new(
            404,
            "object_not_found",
            format!(
                "Could not find database with ID: {name}. Make sure the relevant pages and \
                 databases are shared with your integration."
            ),
        )
        .with_details(json!({ "known": known }))),
    }
}

/// The API's values of plain ones, for a page with this parent.
pub(super) fn values(
    notion: &Notion,
    parent: &Parent,
    plain: &Map<String, Value>,
) -> Map<String, Value> {
    let source = match parent {
        Parent::DataSource { data_source_id, .. } => notion.get_data_source(data_source_id).ok(),
        Parent::Page { .. } | Parent::Workspace => None,
    };
    match source {
        Some((_, source)) => source.values_from_plain(plain),
        None => Notion::title_from_plain(plain),
    }
}

/// Which part of a list `limit` and `cursor` ask for.
pub(super) fn paging(arguments: &Arguments) -> Paging {
    let limit = arguments.integer("limit");
    // A negative limit is out of range just as 0 is, and refused as such.
    let page_size = limit.map(|limit| usize::try_from(limit).unwrap_or_default());
    let start_cursor = arguments.optional_text("cursor").map(str::to_owned);
    Paging { page_size, start_cursor }
}

/// The schema of `next_cursor`.
pub(super) fn cursor_schema() -> Value {
    nullable(text(NEXT_CURSOR))
}

fn content(blocks: &[Block]) -> String {
    // Requests nest two levels of blocks at most, so this ends soon.
    let texts = blocks.iter().map(|block| match content(&block.children) {
        inside if inside.is_empty() => block.text.clone(),
        inside => format!("{}\n\n{inside}", block.text),
    });
    texts.collect::<Vec<_>>().join("\n\n")
}
