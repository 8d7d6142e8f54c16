//! Tools for pages and their properties.

use serde_json::{Map, Value, json};

use super::request::{flag, not_modelled, object, paging, path_text, should_be, wanted_properties};
use super::{render, values};
use crate::Answer;
use mcp_mock::dialect::Arguments;
use mcp_mock::service::ApiError;
use mcp_mock::service::notion::{NewPage, Notion, PageChange, ParentRef, check_decoration};
use mcp_mock::world::Env;

/// Types whose value is given as a list of items, one page at a time.
const LISTED: [&str; 4] = ["people", "relation", "rich_text", "title"];

pub(super) fn get(
    notion: &mut Notion,
    _: &mut Env,
    arguments: &Arguments,
) -> Result<Answer, ApiError> {
    let page = notion.get_page(&path_text(arguments, "page_id"))?;
    Ok(Answer::Json(render::page(notion, page, &wanted_properties(arguments))))
}

pub(super) fn create(
    notion: &mut Notion,
    env: &mut Env,
    arguments: &Arguments,
) -> Result<Answer, ApiError> {
    not_modelled(arguments, &["markdown", "position", "template"])?;
    let (icon, cover) = (arguments.value("icon"), arguments.value("cover"));
    check_decoration(icon, cover)?;
    let children = arguments.value("children").and_then(Value::as_array).cloned();
    let new = NewPage {
        parent: parent(arguments)?,
        properties: object(arguments, "properties")?,
        children: children.unwrap_or_default(),
    };
    let id = notion.create_page(env, &new)?.id.clone();
    notion.decorate(&id, icon, cover)?;
    Ok(Answer::Json(render::page(notion, notion.get_page(&id)?, &[])))
}

pub(super) fn update(
    notion: &mut Notion,
    env: &mut Env,
    arguments: &Arguments,
) -> Result<Answer, ApiError> {
    not_modelled(arguments, &["erase_content", "is_locked", "template"])?;
    let id = path_text(arguments, "page_id");
    let (icon, cover) = (arguments.given("icon"), arguments.given("cover"));
    check_decoration(icon, cover)?;
    let properties = match arguments.value("properties") {
        None => Map::new(),
        Some(_) => object(arguments, "properties")?,
    };
    let archived = flag(arguments, "in_trash")?.or(flag(arguments, "archived")?);
    notion.update_page(env, &id, &PageChange { properties, archived })?;
    notion.decorate(&id, icon, cover)?;
    Ok(Answer::Json(render::page(notion, notion.get_page(&id)?, &[])))
}

pub(super) fn relocate(
    notion: &mut Notion,
    env: &mut Env,
    arguments: &Arguments,
) -> Result<Answer, ApiError> {
    let id = path_text(arguments, "page_id");
    notion.move_page(env, &id, &parent(arguments)?)?;
    Ok(Answer::Json(render::page(notion, notion.get_page(&id)?, &[])))
}

/// One property: an item, or for some types a list of items.
pub(super) fn property(
    notion: &mut Notion,
    _: &mut Env,
    arguments: &Arguments,
) -> Result<Answer, ApiError> {
    let page = notion.get_page(&path_text(arguments, "page_id"))?;
    let wanted = path_text(arguments, "property_id");
    let known = notion.source_of(page).and_then(|source| source.property(&wanted));
    // Outside of data sources the title goes by its id and its name, which are the same.
    let name = known.map_or(wanted.as_str(), |property| property.name.as_str());
    if !page.properties.contains_key(name) {
        let message = format!("Could not find property with name or id: {wanted}");
        return Err(ApiError::new(404, "object_not_found", message));
    }
    let mut item = values::of(known, page, name);
    let kind = item["type"].as_str().unwrap_or_default().to_owned();
    if !LISTED.contains(&kind.as_str()) {
        item["object"] = json!("property_item");
        return Ok(Answer::Json(item));
    }
    let id = item["id"].clone();
    let item_of = |value: &Value| {
        let mut one = json!({ "object": "property_item", "id": id, "type": kind });
        one[kind.as_str()] = value.clone();
        one
    };
    let parts = item[kind.as_str()].as_array().cloned().unwrap_or_default();
    // The vendor's cursors tell nothing about the items either.
    let cursor = |place: usize| render::uuid_of(&format!("{} {} {place}", page.id, name));
    let parts = parts.into_iter().enumerate().map(|(place, part)| (cursor(place), part));
    let found = paging(arguments)?.cut(parts.collect(), |(cursor, _)| cursor)?;
    let results: Vec<_> = found.results.iter().map(|(_, part)| item_of(part)).collect();
    Ok(Answer::Json(json!({
        "object": "list",
        "results": results,
        "has_more": found.next_cursor.is_some(),
        "next_cursor": found.next_cursor,
        "type": "property_item",
        "property_item": { "id": id, "next_url": null, "type": kind, (kind.as_str()): {} },
    })))
}

fn parent(arguments: &Arguments) -> Result<ParentRef, ApiError> {
    let parent = object(arguments, "parent")?;
    let id = |name: &str| parent.get(name).and_then(Value::as_str).map(str::to_owned);
    if let Some(id) = id("page_id") {
        return Ok(ParentRef::Page(id));
    }
    if let Some(id) = id("data_source_id") {
        return Ok(ParentRef::DataSource(id));
    }
    if let Some(id) = id("database_id") {
        return Ok(ParentRef::Database(id));
    }
    if parent.get("workspace") == Some(&json!(true)) || id("type").as_deref() == Some("workspace") {
        return Ok(ParentRef::Workspace);
    }
    let expected = "an object with `page_id`, `data_source_id`, `database_id` or `workspace`";
    Err(should_be("body.parent", expected, Some(&Value::from(parent))))
}
