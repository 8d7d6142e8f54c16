//! Values of properties as the API writes them.

use serde_json::{Value, json};

use super::render::{rich_text, time, user_ref, uuid_of};
use mcp_mock::service::notion::{Page, Property, PropertyKind, PropertyValue};

/// A property of a page with its value. Outside of data sources there is the title only.
pub(super) fn of(property: Option<&Property>, page: &Page, name: &str) -> Value {
    let value = page.properties.get(name).unwrap_or(&PropertyValue::Empty);
    let title =
        Property { id: "title".to_owned(), kind: PropertyKind::Title, ..Property::default() };
    let property = property.unwrap_or(&title);
    let (id, kind) = (&property.id, &property.kind);
    let content = content(property, value, page);
    let mut body = json!({ "id": id, "type": kind.name(), (kind.name()): content });
    if *kind == PropertyKind::Relation {
        body["has_more"] = json!(false);
    }
    body
}

/// An option of a select; its id follows from its name.
pub(super) fn option(property: &Property, name: &str) -> Value {
    json!({ "id": uuid_of(name), "name": name, "color": property.color(name) })
}

fn content(property: &Property, value: &PropertyValue, page: &Page) -> Value {
    let kind = &property.kind;
    match (kind, value) {
        (PropertyKind::CreatedTime, _) => time(page.created),
        (PropertyKind::LastEditedTime, _) => time(page.edited),
        (PropertyKind::UniqueId, PropertyValue::Number(number)) => {
            json!({ "prefix": property.settings.get("prefix"), "number": number })
        }
        (PropertyKind::Title | PropertyKind::RichText, value) => match value {
            PropertyValue::Text(text) | PropertyValue::Title(text) => rich_text(text),
            _ => json!([]),
        },
        (PropertyKind::Select { .. } | PropertyKind::Status { .. }, PropertyValue::Text(name)) => {
            option(property, name)
        }
        (_, PropertyValue::List(items)) => {
            items.iter().map(|item| listed(property, item)).collect()
        }
        (_, PropertyValue::Date(date)) => {
            json!({ "start": date.start, "end": date.end, "time_zone": date.time_zone })
        }
        (_, PropertyValue::Flag(flag)) => json!(flag),
        (_, PropertyValue::Number(number)) => json!(number),
        (_, PropertyValue::Text(text) | PropertyValue::Title(text)) => json!(text),
        (_, PropertyValue::Empty) => empty(kind),
    }
}

fn listed(property: &Property, item: &str) -> Value {
    match &property.kind {
        PropertyKind::Files => {
            json!({ "name": item, "type": "external", "external": { "url": item } })
        }
        PropertyKind::People => user_ref(item),
        PropertyKind::Relation => json!({ "id": item }),
        _ => option(property, item),
    }
}

fn empty(kind: &PropertyKind) -> Value {
    match kind {
        PropertyKind::Checkbox => json!(false),
        PropertyKind::Files
        | PropertyKind::MultiSelect { .. }
        | PropertyKind::People
        | PropertyKind::Relation => json!([]),
        _ => Value::Null,
    }
}
