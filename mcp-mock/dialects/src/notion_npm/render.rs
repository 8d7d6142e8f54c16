//! Bodies of the API, version 2025-09-03.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::values;
use mcp_mock::service;
use mcp_mock::service::notion::{
    BOT_ID, Comment, DataSource, Database, Member, Page, PageView, Parent, Placed, Property,
    PropertyKind,
};
use mcp_mock::world::Ids;

/// The start and the step of the FNV-1a sum.
const FNV: (u64, u64) = (0xCBF2_9CE4_8422_2325, 0x0100_0000_01B3);

/// The name of the integration.
const BOT_NAME: &str = "Orchestrator";

/// A UUID that is the same for the same text.
pub(super) fn uuid_of(text: &str) -> String {
    let sum = text.bytes().fold(FNV.0, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(FNV.1));
    Ids::new(sum).uuid()
}

/// A list of things of one kind.
pub(super) fn list<T>(kind: &str, found: service::Page<T>, render: impl Fn(T) -> Value) -> Value {
    let results: Vec<Value> = found.items.into_iter().map(render).collect();
    json!({
        "object": "list",
        "results": results,
        "has_more": found.next.is_some(),
        "next_cursor": found.next,
        "type": kind,
        (kind): {},
    })
}

/// Times are rounded down to the minute.
pub(super) fn time(time: Timestamp) -> Value {
    Value::from(time.strftime("%Y-%m-%dT%H:%M:00.000Z").to_string())
}

/// Rich text with one plain part; none when it is empty.
pub(super) fn rich_text(text: &str) -> Value {
    if text.is_empty() {
        return json!([]);
    }
    let annotations = json!({
        "bold": false, "italic": false, "strikethrough": false, "underline": false, "code": false,
        "color": "default",
    });
    json!([{
        "type": "text",
        "text": { "content": text, "link": null },
        "annotations": annotations,
        "plain_text": text,
        "href": null,
    }])
}

/// A page. `wanted` are names or ids of the properties to give; all when it is empty.
pub(super) fn page(view: PageView<'_>, wanted: &[String]) -> Value {
    let PageView { page, source } = view;
    let mut properties = Map::new();
    for name in page.properties.keys() {
        let property = source.and_then(|source| source.property(name));
        let id = property.map_or("title", |property| property.id.as_str());
        if wanted.is_empty() || wanted.iter().any(|wanted| wanted == name || wanted == id) {
            properties.insert(name.clone(), values::of(property, page, name));
        }
    }
    let mut body = json!({
        "object": "page",
        "id": page.id,
        "created_time": time(page.created),
        "last_edited_time": time(page.edited),
        "icon": page.icon,
        "cover": page.cover,
        "parent": parent(&page.parent),
        "is_locked": false,
        "properties": properties,
        "url": page.url(),
        "public_url": null,
    });
    made_by_bot(&mut body);
    in_trash(&mut body, page.archived);
    body
}

/// A data source with its schema.
pub(super) fn source(database: &Database, source: &DataSource) -> Value {
    let properties: Map<String, Value> =
        source.properties.iter().map(|known| (known.name.clone(), schema(known))).collect();
    let mut body = json!({
        "object": "data_source",
        "id": source.id,
        "created_time": time(database.created),
        "last_edited_time": time(database.created),
        "title": rich_text(&source.name),
        "description": rich_text(&source.description),
        "icon": null,
        "cover": null,
        "properties": properties,
        "parent": { "type": "database_id", "database_id": database.id },
        "database_parent": { "type": "workspace", "workspace": true },
        "is_inline": false,
        "url": database.url(),
        "public_url": null,
    });
    made_by_bot(&mut body);
    in_trash(&mut body, false);
    body
}

/// A database with the names of its data sources.
pub(super) fn database(database: &Database) -> Value {
    let name = |source: &DataSource| json!({ "id": source.id, "name": source.name });
    let sources: Vec<_> = database.sources.iter().map(name).collect();
    json!({
        "object": "database",
        "id": database.id,
        "title": rich_text(&database.title),
        "description": [],
        "parent": { "type": "workspace", "workspace": true },
        "is_inline": false,
        "in_trash": false,
        "is_locked": false,
        "created_time": time(database.created),
        "last_edited_time": time(database.created),
        "data_sources": sources,
        "icon": null,
        "cover": null,
        "url": database.url(),
        "public_url": null,
    })
}

/// A block without those inside it.
pub(super) fn block(placed: Placed<'_>) -> Value {
    let Placed { block, page, parent } = placed;
    let mut content = json!({ "rich_text": rich_text(&block.text), "color": "default" });
    match block.kind.as_str() {
        "code" => {
            content = json!({
                "rich_text": rich_text(&block.text), "caption": [], "language": "plain text",
            });
        }
        "divider" => content = json!({}),
        "heading_1" | "heading_2" | "heading_3" => content["is_toggleable"] = json!(false),
        "to_do" => content["checked"] = json!(block.checked),
        _ => {}
    }
    for (name, value) in &block.settings {
        content[name.as_str()] = value.clone();
    }
    let parent = match parent {
        Some(id) => json!({ "type": "block_id", "block_id": id }),
        None => json!({ "type": "page_id", "page_id": page.id }),
    };
    let mut body = json!({
        "object": "block",
        "id": block.id,
        "parent": parent,
        "created_time": time(page.created),
        "last_edited_time": time(page.edited),
        "has_children": block.children.iter().any(|child| !child.archived),
        "type": block.kind,
        (block.kind.as_str()): content,
    });
    made_by_bot(&mut body);
    in_trash(&mut body, block.archived);
    body
}

/// A page as a block of its parent.
pub(super) fn page_block(page: &Page) -> Value {
    let mut body = json!({
        "object": "block",
        "id": page.id,
        "parent": parent(&page.parent),
        "created_time": time(page.created),
        "last_edited_time": time(page.edited),
        "has_children": page.blocks.iter().any(|block| !block.archived),
        "type": "child_page",
        "child_page": { "title": page.title() },
    });
    made_by_bot(&mut body);
    in_trash(&mut body, page.archived);
    body
}

/// A comment.
pub(super) fn comment(comment: &Comment) -> Value {
    json!({
        "object": "comment",
        "id": comment.id,
        "parent": { "type": "page_id", "page_id": comment.page_id },
        "discussion_id": comment.discussion_id,
        "created_time": time(comment.created),
        "last_edited_time": time(comment.created),
        "created_by": user_ref(BOT_ID),
        "rich_text": rich_text(&comment.text),
    })
}

/// A user.
pub(super) fn user(member: Member<'_>) -> Value {
    match member {
        Member::Bot => json!({
            "object": "user",
            "id": BOT_ID,
            "name": BOT_NAME,
            "avatar_url": null,
            "type": "bot",
            "bot": {
                "owner": { "type": "workspace", "workspace": true },
                "workspace_name": "Workspace",
            },
        }),
        Member::Person(user) => json!({
            "object": "user",
            "id": user.id,
            "name": user.name,
            "avatar_url": null,
            "type": "person",
            "person": { "email": user.email },
        }),
    }
}

/// A user where only the id counts.
pub(super) fn user_ref(id: &str) -> Value {
    json!({ "object": "user", "id": id })
}

fn parent(parent: &Parent) -> Value {
    match parent {
        Parent::DataSource { database_id, data_source_id } => json!({
            "type": "data_source_id",
            "data_source_id": data_source_id,
            "database_id": database_id,
        }),
        Parent::Page { page_id } => json!({ "type": "page_id", "page_id": page_id }),
        Parent::Workspace => json!({ "type": "workspace", "workspace": true }),
    }
}

fn schema(property: &Property) -> Value {
    let options =
        |options: &[String]| options.iter().map(|name| values::option(property, name)).collect();
    let options: Option<Value> = property.kind.options().map(options);
    let mut content = match (&property.kind, options) {
        (PropertyKind::Status { .. }, Some(options)) => json!({ "options": options, "groups": [] }),
        (_, Some(options)) => json!({ "options": options }),
        (PropertyKind::Number, None) => json!({ "format": "number" }),
        (PropertyKind::UniqueId, None) => json!({ "prefix": null }),
        _ => json!({}),
    };
    for (name, value) in &property.settings {
        content[name.as_str()] = value.clone();
    }
    let kind = property.kind.name();
    json!({
        "id": property.id,
        "name": property.name,
        "description": property.description,
        "type": kind,
        (kind): content,
    })
}

fn made_by_bot(body: &mut Value) {
    body["created_by"] = user_ref(BOT_ID);
    body["last_edited_by"] = user_ref(BOT_ID);
}

fn in_trash(body: &mut Value, is_there: bool) {
    body["archived"] = json!(is_there);
    body["in_trash"] = json!(is_there);
}
