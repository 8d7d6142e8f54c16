//! Pages: create, read, change, archive, add text.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::database_named;
use crate::dialect::schema::{
    any_object, boolean, list, nullable, object, optional, required, text,
};
use crate::dialect::{Answer, Call, CatalogTool, Effect, Outcome};
use crate::service::notion::{Block, BlockPlace, NewPage, Notion, PageChange, PageView, ParentRef};

pub(super) fn create_page() -> CatalogTool<Notion> {
    CatalogTool::new(
        "create_page",
        "Add a page to a database. Values are plain and must fit the type of their property: a number is \
         not given as text.",
        create,
    )
    .effect(Effect::Add)
    .input(&object([
        required("database_id", text("UUID or alias of the database")),
        required("properties", any_object("Plain values by name of the property")),
        optional("content", text("Text; an empty line begins a new paragraph")),
    ]))
    .output(&object([
        required("id", text("Id of the page")),
        required("url", text("Where a browser finds it")),
    ]))
}

pub(super) fn get_page() -> CatalogTool<Notion> {
    CatalogTool::new(
        "get_page",
        "Read a page with its values and its text, also one in the trash.",
        read,
    )
    .effect(Effect::Read)
    .input(&object([required("page_id", text("Id of the page"))]))
    .output(&page_schema())
}

pub(super) fn update_page() -> CatalogTool<Notion> {
    CatalogTool::new(
        "update_page",
        "Change values of a page; those that are not named stay, null empties one.",
        update,
    )
    .effect(Effect::Replace)
    .input(&object([
        required("page_id", text("Id of the page")),
        required("properties", any_object("Plain values by name of the property")),
    ]))
    .output(&page_schema())
}

pub(super) fn archive_page() -> CatalogTool<Notion> {
    CatalogTool::new(
        "archive_page",
        "Move a page into the trash: it can be read but no longer edited or found.",
        archive,
    )
    .effect(Effect::Replace)
    .input(&object([required("page_id", text("Id of the page"))]))
    .output(&page_schema())
}

pub(super) fn append_text() -> CatalogTool<Notion> {
    CatalogTool::new(
        "append_text",
        "Add paragraphs at the end of a page: 100 at once, 2000 characters each.",
        append,
    )
    .also(&["append_blocks"])
    .effect(Effect::Add)
    .input(&object([
        required("page_id", text("Id of the page")),
        required("text", text("Text; an empty line begins a new paragraph")),
    ]))
    .output(&object([
        required("page_id", text("Id of the page")),
        required("block_ids", list(text("Id"), "Ids of the new paragraphs")),
    ]))
}

#[derive(Deserialize)]
struct CreatePage {
    database_id: String,
    properties: Map<String, Value>,
    #[serde(default)]
    content: String,
}

fn create(mut call: Call<'_, Notion>) -> Outcome {
    let CreatePage { database_id, properties, content } = call.read()?;
    let source = database_named(call.service, &database_id)?.only_source()?;
    let new = NewPage {
        parent: ParentRef::DataSource(source.id.clone()),
        properties: source.values_from_plain(&properties),
        children: Notion::paragraphs(&content),
        ..NewPage::default()
    };
    let PageView { page, .. } = call.service.create_page(&mut call.api, &new)?;
    Ok(Answer::Json(json!({ "id": page.id, "url": page.url() })))
}

#[derive(Deserialize)]
struct PageId {
    page_id: String,
}

fn read(mut call: Call<'_, Notion>) -> Outcome {
    let PageId { page_id } = call.read()?;
    Ok(Answer::Json(whole(call.service.get_page(&mut call.api, &page_id)?)))
}

#[derive(Deserialize)]
struct UpdatePage {
    page_id: String,
    properties: Map<String, Value>,
}

fn update(mut call: Call<'_, Notion>) -> Outcome {
    let UpdatePage { page_id, properties } = call.read()?;
    let page = call.service.page(&page_id);
    let properties = match page.and_then(|page| call.service.source_of(page)) {
        Some(source) => source.values_from_plain(&properties),
        None => Notion::title_from_plain(&properties),
    };
    let change = PageChange { properties, ..PageChange::default() };
    Ok(Answer::Json(whole(call.service.update_page(&mut call.api, &page_id, &change)?)))
}

fn archive(mut call: Call<'_, Notion>) -> Outcome {
    let PageId { page_id } = call.read()?;
    let change = PageChange { archived: Some(true), ..PageChange::default() };
    Ok(Answer::Json(whole(call.service.update_page(&mut call.api, &page_id, &change)?)))
}

#[derive(Deserialize)]
struct AppendText {
    page_id: String,
    text: String,
}

/// Of all blocks, only pages take text.
fn append(mut call: Call<'_, Notion>) -> Outcome {
    let AppendText { page_id, text } = call.read()?;
    let page = call.service.find_page(&page_id).map_err(|refusal| call.api.reject(refusal))?;
    let id = page.id.clone();
    let place = BlockPlace { parent: &id, after: None };
    let paragraphs = Notion::paragraphs(&text);
    let added = call.service.append_children(&mut call.api, place, &paragraphs)?;
    let ids: Vec<_> = added.iter().map(|placed| &placed.block.id).collect();
    Ok(Answer::Json(json!({ "page_id": id, "block_ids": ids })))
}

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
pub(super) fn row(view: PageView<'_>) -> Value {
    let page = view.page;
    let value = |name: &String| (name.clone(), view.plain_value(name));
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
fn page_schema() -> Value {
    let mut schema = row_schema();
    schema["properties"]["content"] = text("Text of its blocks, an empty line between them");
    if let Some(names) = schema["required"].as_array_mut() {
        names.push(Value::from("content"));
    }
    schema
}

/// A page with its content.
fn whole(view: PageView<'_>) -> Value {
    let mut rendered = row(view);
    rendered["content"] = json!(content(&view.page.blocks));
    rendered
}

fn content(blocks: &[Block]) -> String {
    // The service caps how deep blocks nest.
    let texts = blocks.iter().map(|block| match content(&block.children) {
        inside if inside.is_empty() => block.text.clone(),
        inside => format!("{}\n\n{inside}", block.text),
    });
    texts.collect::<Vec<_>>().join("\n\n")
}
