//! Sorts of a query, read against the schema before any row is looked at.

use std::cmp::Ordering;

use serde_json::Value;

use super::properties::instant;
use super::refusal::{invalid, should_be};
use super::state::{DataSource, Notion, Page, Property};
use crate::service::ApiError;

/// Most sorts of one query.
const SORTS_MAX: usize = 100;

/// What rows are ordered by.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sort {
    by: Key,
    descending: bool,
}

#[derive(Debug, Clone, PartialEq)]
enum Key {
    Created,
    Edited,
    Property(Property),
}

impl Sort {
    /// Reads sorts in the API's shape.
    pub(super) fn read_all(source: &DataSource, json: &[Value]) -> Result<Vec<Self>, ApiError> {
        if json.len() > SORTS_MAX {
            return Err(super::refusal::too_long("body.sorts", SORTS_MAX, json.len()));
        }
        let numbered = json.iter().enumerate();
        numbered.map(|(n, sort)| Self::read(source, sort, &format!("body.sorts[{n}]"))).collect()
    }

    fn read(source: &DataSource, json: &Value, path: &str) -> Result<Self, ApiError> {
        let text = |name: &str| json.get(name).and_then(Value::as_str);
        let by = match (text("property"), text("timestamp")) {
            (Some(name), _) => Key::Property(source.property(name).cloned().ok_or_else(|| {
                invalid(format!("Could not find sort property with name or id: {name}"))
            })?),
            (None, Some("created_time")) => Key::Created,
            (None, Some("last_edited_time")) => Key::Edited,
            _ => return Err(should_be(path, "a `property` or a `timestamp`", json)),
        };
        let descending = match text("direction") {
            Some("descending") => true,
            None | Some("ascending") => false,
            Some(other) => {
                let path = format!("{path}.direction");
                return Err(should_be(&path, "`ascending` or `descending`", &other.into()));
            }
        };
        Ok(Self { by, descending })
    }

    /// The order of two rows; the first sort that tells them apart decides.
    pub(super) fn compare_by(
        sorts: &[Self],
        notion: &Notion,
        left: &Page,
        right: &Page,
    ) -> Ordering {
        let orders = sorts.iter().map(|sort| sort.compare(notion, left, right));
        orders.fold(Ordering::Equal, Ordering::then)
    }

    fn compare(&self, notion: &Notion, left: &Page, right: &Page) -> Ordering {
        let order = match &self.by {
            Key::Created => left.created.cmp(&right.created),
            Key::Edited => left.edited.cmp(&right.edited),
            Key::Property(property) => {
                let value = |page| notion.view_of(page).plain_value(&property.name);
                let (left, right) = (value(left), value(right));
                // What is empty comes last in either direction.
                match (left.is_null(), right.is_null()) {
                    (false, false) => compare(property, &left, &right),
                    (left, right) => return left.cmp(&right),
                }
            }
        };
        if self.descending { order.reverse() } else { order }
    }
}

/// Options sort by their place in the schema, strings by their letters, dates by time.
fn compare(property: &Property, left: &Value, right: &Value) -> Ordering {
    if let Some(options) = property.kind.options() {
        let place = |value: &Value| options.iter().position(|option| *value == option.as_str());
        return place(left).cmp(&place(right));
    }
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => {
            left.as_f64().partial_cmp(&right.as_f64()).unwrap_or(Ordering::Equal)
        }
        (Value::Bool(left), Value::Bool(right)) => left.cmp(right),
        _ => {
            let text = |value: &Value| match value {
                Value::String(text) => text.to_lowercase(),
                Value::Object(date) => date["start"].as_str().unwrap_or_default().to_owned(),
                other => other.to_string(),
            };
            let (left, right) = (text(left), text(right));
            match (instant(&left.to_uppercase()), instant(&right.to_uppercase())) {
                (Some(left), Some(right)) => left.cmp(&right),
                _ => left.cmp(&right),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{NotionSeed, QueryRequest};
    use super::*;
    use crate::world::{ServiceState, State};

    fn titles(sorts: &Value) -> Result<String, ApiError> {
        let mut state = State::empty(1);
        let (notion, mut api) = Notion::open(&mut state);
        let seed: NotionSeed = serde_json::from_value(json!({ "databases": [{
            "name": "tasks",
            "properties": {
                "Due": "date", "Points": "number",
                "Stage": { "type": "status", "options": ["New", "Done"] },
            },
            "pages": [
                { "Name": "b", "Due": "2026-02-01", "Points": 3, "Stage": "Done" },
                { "Name": "A", "Due": "2026-01-06T10:00:00Z", "Points": 10, "Stage": "New" },
                { "Name": "c", "Stage": "New" },
            ],
        }] }))
        .unwrap();
        notion.apply_seed(&mut api, seed).unwrap();
        let id = notion.databases[0].sources[0].id.clone();
        let sorts = sorts.as_array().unwrap().clone();
        let rows = notion.query_data_source(
            &mut api,
            &id,
            &QueryRequest { sorts, ..QueryRequest::default() },
        )?;
        Ok(rows.items.iter().map(|row| row.page.title()).collect())
    }

    #[test]
    fn rows_are_sorted_by_the_type_of_the_property() {
        let by = |name: &str, direction: &str| {
            titles(&json!([{ "property": name, "direction": direction }])).unwrap()
        };

        assert_eq!(by("Name", "ascending"), "Abc");
        assert_eq!(by("Points", "descending"), "Abc");
        assert_eq!(by("Points", "ascending"), "bAc");
        assert_eq!(by("Due", "ascending"), "Abc");
        assert_eq!(by("Stage", "ascending"), "Acb");
    }

    #[test]
    fn the_next_sort_decides_what_the_first_leaves_open() {
        let sorts = json!([
            { "property": "Stage", "direction": "ascending" },
            { "property": "Name", "direction": "descending" },
        ]);

        assert_eq!(titles(&sorts).unwrap(), "cAb");
    }

    #[test]
    fn a_sort_that_does_not_fit_the_schema_is_refused() {
        let unknown = titles(&json!([{ "property": "Colour" }])).unwrap_err();
        let upwards = titles(&json!([{ "property": "Name", "direction": "up" }])).unwrap_err();

        assert_eq!(unknown.message, "Could not find sort property with name or id: Colour");
        assert!(upwards.message.contains("body.sorts[0].direction should be"), "{upwards}");
        assert!(titles(&json!([{}])).is_err());
    }
}
