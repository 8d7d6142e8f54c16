//! Values of properties as people write them, for seeds and for the `simple` dialect.
//!
//! The schema says which shape of the API a plain value becomes. Nothing is converted on the way: a
//! text does not become a number. What does not fit is passed on and refused by the ordinary check.

use serde_json::{Map, Value, json};

use super::pages::PageView;
use super::state::{Notion, PropertyKind, PropertyValue};

impl PropertyKind {
    /// The API's form of a plain value: `5` becomes `{"number": 5}`.
    #[must_use]
    pub fn value_from_plain(&self, plain: &Value) -> Value {
        let content = match self {
            Self::Title | Self::RichText => match plain {
                Value::Null => json!([]),
                Value::String(text) => json!([{ "text": { "content": text } }]),
                other => other.clone(),
            },
            Self::Select { .. } | Self::Status { .. } => match plain {
                Value::String(name) => json!({ "name": name }),
                other => other.clone(),
            },
            Self::Date => match plain {
                Value::String(start) => json!({ "start": start }),
                other => other.clone(),
            },
            Self::MultiSelect { .. } | Self::Files => objects(plain, "name"),
            Self::People | Self::Relation => objects(plain, "id"),
            _ => plain.clone(),
        };
        json!({ (self.name()): content })
    }
}

impl Notion {
    /// The values of a page outside of a database: its title. Other names are passed on, to be
    /// refused by the check.
    #[must_use]
    pub fn title_from_plain(plain: &Map<String, Value>) -> Map<String, Value> {
        let value = |(name, value): (&String, &Value)| {
            (name.clone(), PropertyKind::Title.value_from_plain(value))
        };
        plain.iter().map(value).collect()
    }
}

impl PageView<'_> {
    /// The plain form of a property of the page: what a person would write. Empty is null, or an empty
    /// list for the types that hold several.
    #[must_use]
    pub fn plain_value(&self, name: &str) -> Value {
        let Self { page, source } = self;
        let kind = source.and_then(|source| source.property(name)).map(|property| &property.kind);
        match kind {
            Some(PropertyKind::CreatedTime) => return json!(page.created),
            Some(PropertyKind::LastEditedTime) => return json!(page.edited),
            _ => {}
        }
        match page.properties.get(name).unwrap_or(&PropertyValue::Empty) {
            PropertyValue::Date(date) if date.end.is_none() => json!(date.start),
            PropertyValue::Date(date) => json!({ "start": date.start, "end": date.end }),
            PropertyValue::Empty => Value::Null,
            PropertyValue::Flag(flag) => json!(flag),
            PropertyValue::List(list) => json!(list),
            PropertyValue::Number(number) => json!(number),
            PropertyValue::Text(text) | PropertyValue::Title(text) => json!(text),
        }
    }
}

fn objects(plain: &Value, member: &str) -> Value {
    match plain {
        Value::Null => json!([]),
        Value::Array(items) => items
            .iter()
            .map(|item| if item.is_string() { json!({ member: item }) } else { item.clone() })
            .collect(),
        other => other.clone(),
    }
}
