//! Tools for pages and their properties.

use mcp_mock::dialect::{Answer, Call, Outcome};
use mcp_mock::service::ApiError;
use mcp_mock::service::notion::{NewPage, Notion, PageChange, PageView, ParentRef};
use serde::Deserialize;
use serde_json::{Value, json};

use super::request::{Field, PathId, Query, counted, not_modelled, should_be};
use super::{render, values};

/// Types whose value is given as a list of items, one page at a time.
const LISTED: [&str; 4] = ["people", "relation", "rich_text", "title"];

pub(super) fn get(mut call: Call<'_, Notion>) -> Outcome {
    let Query { page_id, filter_properties, .. } = call.read()?;
    let view = call.service.get_page(&mut call.api, page_id.as_str())?;
    Ok(Answer::Json(render::page(view, &filter_properties.names())))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct CreatePage {
    parent: Field,
    properties: Field,
    children: Field,
    icon: Field,
    cover: Field,
    markdown: Field,
    position: Field,
    template: Field,
}

impl CreatePage {
    fn new_page(&self) -> Result<NewPage, ApiError> {
        let children = self.children.value().and_then(Value::as_array).cloned();
        Ok(NewPage {
            parent: parent(&self.parent)?,
            properties: self.properties.object("properties")?,
            children: children.unwrap_or_default(),
            icon: self.icon.value().cloned(),
            cover: self.cover.value().cloned(),
        })
    }
}

pub(super) fn create(mut call: Call<'_, Notion>) -> Outcome {
    let new: CreatePage = call.read()?;
    not_modelled(&[
        ("markdown", &new.markdown),
        ("position", &new.position),
        ("template", &new.template),
    ])?;
    let new = counted(&mut call, new.new_page())?;
    Ok(Answer::Json(render::page(call.service.create_page(&mut call.api, &new)?, &[])))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct UpdatePage {
    page_id: PathId,
    properties: Field,
    in_trash: Field,
    archived: Field,
    icon: Field,
    cover: Field,
    erase_content: Field,
    is_locked: Field,
    template: Field,
}

impl UpdatePage {
    fn change(&self) -> Result<PageChange, ApiError> {
        Ok(PageChange {
            properties: self.properties.optional_object("properties")?,
            archived: self.in_trash.flag("in_trash")?.or(self.archived.flag("archived")?),
            icon: self.icon.given().cloned(),
            cover: self.cover.given().cloned(),
        })
    }
}

pub(super) fn update(mut call: Call<'_, Notion>) -> Outcome {
    let update: UpdatePage = call.read()?;
    not_modelled(&[
        ("erase_content", &update.erase_content),
        ("is_locked", &update.is_locked),
        ("template", &update.template),
    ])?;
    let change = counted(&mut call, update.change())?;
    let id = update.page_id.as_str();
    Ok(Answer::Json(render::page(call.service.update_page(&mut call.api, id, &change)?, &[])))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct MovePage {
    page_id: PathId,
    parent: Field,
}

pub(super) fn relocate(mut call: Call<'_, Notion>) -> Outcome {
    let MovePage { page_id, parent: new } = call.read()?;
    let parent = counted(&mut call, parent(&new))?;
    let view = call.service.move_page(&mut call.api, page_id.as_str(), &parent)?;
    Ok(Answer::Json(render::page(view, &[])))
}

/// One property: an item, or for some types a list of items.
pub(super) fn property(mut call: Call<'_, Notion>) -> Outcome {
    let Query { page_id, property_id, page, .. } = call.read()?;
    let (paging, wanted) = (page.paging(), property_id.as_str());
    let PageView { page, source } = call.service.get_page(&mut call.api, page_id.as_str())?;
    let known = source.and_then(|source| source.property(wanted));
    // Outside of data sources the title goes by its id and its name, which are the same.
    let name = known.map_or(wanted, |property| property.name.as_str());
    if !page.properties.contains_key(name) {
        let message = format!("Could not find property with name or id: {wanted}");
        return Err(ApiError::new(404, "object_not_found", message).into());
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
    let found = paging?.page_of(parts.collect(), |(cursor, _)| cursor)?;
    let results: Vec<_> = found.items.iter().map(|(_, part)| item_of(part)).collect();
    Ok(Answer::Json(json!({
        "object": "list",
        "results": results,
        "has_more": found.next.is_some(),
        "next_cursor": found.next,
        "type": "property_item",
        "property_item": { "id": id, "next_url": null, "type": kind, (kind.as_str()): {} },
    })))
}

fn parent(parent: &Field) -> Result<ParentRef, ApiError> {
    let parent = parent.object("parent")?;
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
    Err(should_be("parent", expected, Some(&Value::from(parent))))
}
