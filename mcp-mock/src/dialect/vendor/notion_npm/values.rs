//! Values of properties as the API writes them.

use serde_json::{Value, json};

use super::render::{rich_text, time, user_ref, uuid_of};
use crate::service::notion::{Page, Property, PropertyKind, PropertyValue};

/// A property of a page with its value. Outside of data sources there is the title only.
pub(super) fn of(property: Option<&Property>, page: &Page, name: &str) -> Value {
    let value = page.properties.get(name).unwrap_or(&PropertyValue::Empty);
    let (id, kind) = property
        .map_or(("title", &PropertyKind::Title), |property| (property.id.as_str(), &property.kind));
    let mut body =
        json!({ "id": id, "type": kind.name(), (kind.name()): content(kind, value, page) });
    if *kind == PropertyKind::Relation {
        body["has_more"] = json!(false);
    }
    body
}

/// An option of a select; its id follows from its name.
pub(super) fn option(name: &str) -> Value {
    json!({ "id": uuid_of(name), "name": name, "color": "default" })
}

fn content(kind: &PropertyKind, value: &PropertyValue, page: &Page) -> Value {
    match (kind, value) {
        (PropertyKind::CreatedTime, _) => time(page.created),
        (PropertyKind::LastEditedTime, _) => time(page.edited),
        (PropertyKind::UniqueId, PropertyValue::Number(number)) => {
            json!({ "prefix": null, "number": number })
        }
        (PropertyKind::Title | PropertyKind::RichText, value) => match value {
            PropertyValue::Text(text) | PropertyValue::Title(text) => rich_text(text),
            _ => json!([]),
        },
        (PropertyKind::Select { .. } | PropertyKind::Status { .. }, PropertyValue::Text(name)) => {
            option(name)
        }
        (_, PropertyValue::List(items)) => items.iter().map(|item| listed(kind, item)).collect(),
        (_, PropertyValue::Date(date)) => {
            json!({ "start": date.start, "end": date.end, "time_zone": null })
        }
        (_, PropertyValue::Flag(flag)) => json!(flag),
        (_, PropertyValue::Number(number)) => json!(number),
        (_, PropertyValue::Text(text) | PropertyValue::Title(text)) => json!(text),
        (_, PropertyValue::Empty) => empty(kind),
    }
}

fn listed(kind: &PropertyKind, item: &str) -> Value {
    match kind {
        PropertyKind::Files => {
            json!({ "name": item, "type": "external", "external": { "url": item } })
        }
        PropertyKind::People => user_ref(item),
        PropertyKind::Relation => json!({ "id": item }),
        _ => option(item),
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
