//! Filters of a query, read against the schema before any row is looked at.

use serde_json::{Value, json};

use super::properties::instant;
use super::refusal::{invalid, should_be};
use super::state::{DataSource, Notion, Page, PropertyKind};
use crate::service::ApiError;

/// Levels of `and` and `or` that the API takes.
const LEVELS_MAX: usize = 2;
/// Most conditions side by side.
const CONDITIONS_MAX: usize = 100;

/// A condition on rows.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Filter {
    All(Vec<Self>),
    Any(Vec<Self>),
    Property { name: String, family: Family, condition: String, operand: Value },
}

/// Types whose values are compared in the same way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    Choice,
    Date,
    Flag,
    List,
    Number,
    Text,
}

impl Filter {
    /// Reads a filter in the API's shape.
    pub(super) fn read(source: &DataSource, json: &Value) -> Result<Self, ApiError> {
        Self::read_level(source, json, 0)
    }

    fn read_level(source: &DataSource, json: &Value, level: usize) -> Result<Self, ApiError> {
        for (name, join) in [("and", Self::All as fn(Vec<Self>) -> Self), ("or", Self::Any)] {
            let Some(list) = json.get(name) else { continue };
            let items = list.as_array().filter(|items| items.len() <= CONDITIONS_MAX);
            let Some(items) = items.filter(|_| level < LEVELS_MAX) else {
                let expected = "a list of at most 100 filters, nested at most twice";
                return Err(should_be(&format!("body.filter.{name}"), expected, list));
            };
            let read = items.iter().map(|item| Self::read_level(source, item, level + 1));
            return read.collect::<Result<_, _>>().map(join);
        }
        Self::read_condition(source, json)
    }

    fn read_condition(source: &DataSource, json: &Value) -> Result<Self, ApiError> {
        let Some(name) = json.get("property").and_then(Value::as_str) else {
            return Err(should_be("body.filter", "`and`, `or` or a `property`", json));
        };
        let property = source.property(name).ok_or_else(|| {
            let known: Vec<_> = source.properties.iter().map(|property| &property.name).collect();
            invalid(format!("Could not find property with name or id: {name}"))
                .with_details(json!({ "known": known }))
        })?;
        let kind = property.kind.name();
        let Some(test) = json.get(kind).and_then(Value::as_object) else {
            let given = json.as_object().into_iter().flat_map(|members| members.keys());
            let given = given.map(String::as_str).find(|key| !["property", "type"].contains(key));
            let given = given.unwrap_or("without a type");
            return Err(invalid(format!("database property {kind} does not match filter {given}")));
        };
        let family = Family::of(&property.kind);
        let mut tests = test.iter();
        let (Some((condition, operand)), None) = (tests.next(), tests.next()) else {
            return Err(should_be(&format!("body.filter.{kind}"), "one condition", &json!(test)));
        };
        family.check(kind, condition, operand)?;
        let (condition, operand) = (condition.clone(), operand.clone());
        Ok(Self::Property { name: property.name.clone(), family, condition, operand })
    }

    /// Whether a row meets the filter.
    pub(super) fn meets(&self, notion: &Notion, page: &Page) -> bool {
        match self {
            Self::All(filters) => filters.iter().all(|filter| filter.meets(notion, page)),
            Self::Any(filters) => filters.iter().any(|filter| filter.meets(notion, page)),
            Self::Property { name, family, condition, operand } => {
                family.holds(condition, &notion.view_of(page).plain_value(name), operand)
            }
        }
    }
}

impl Family {
    fn of(kind: &PropertyKind) -> Self {
        match kind {
            PropertyKind::Checkbox => Self::Flag,
            PropertyKind::CreatedTime | PropertyKind::Date | PropertyKind::LastEditedTime => {
                Self::Date
            }
            PropertyKind::Files
            | PropertyKind::MultiSelect { .. }
            | PropertyKind::People
            | PropertyKind::Relation => Self::List,
            PropertyKind::Number | PropertyKind::UniqueId => Self::Number,
            PropertyKind::Select { .. } | PropertyKind::Status { .. } => Self::Choice,
            PropertyKind::Email
            | PropertyKind::PhoneNumber
            | PropertyKind::RichText
            | PropertyKind::Title
            | PropertyKind::Url => Self::Text,
        }
    }

    /// The conditions that the family knows, besides `is_empty` and `is_not_empty`.
    fn conditions(self) -> &'static [&'static str] {
        match self {
            Self::Choice | Self::Flag => &["equals", "does_not_equal"],
            Self::Date => &["equals", "before", "after", "on_or_before", "on_or_after"],
            Self::List => &["contains", "does_not_contain"],
            Self::Number => &[
                "equals",
                "does_not_equal",
                "greater_than",
                "less_than",
                "greater_than_or_equal_to",
                "less_than_or_equal_to",
            ],
            Self::Text => &[
                "equals",
                "does_not_equal",
                "contains",
                "does_not_contain",
                "starts_with",
                "ends_with",
            ],
        }
    }

    fn check(self, kind: &str, condition: &str, operand: &Value) -> Result<(), ApiError> {
        let path = format!("body.filter.{kind}.{condition}");
        if ["is_empty", "is_not_empty"].contains(&condition) && self != Self::Flag {
            return match operand {
                Value::Bool(true) => Ok(()),
                _ => Err(should_be(&path, "`true`", operand)),
            };
        }
        if !self.conditions().contains(&condition) {
            let known = self.conditions().join(", ");
            let path = format!("body.filter.{kind}");
            return Err(should_be(&path, &format!("one of {known}"), &condition.into()));
        }
        let (fits, expected) = match self {
            Self::Flag => (operand.is_boolean(), "a boolean"),
            Self::Number => (operand.is_number(), "a number"),
            Self::Date => {
                let date = operand.as_str().and_then(instant);
                (date.is_some(), "a valid ISO 8601 date string")
            }
            Self::Choice | Self::List | Self::Text => (operand.is_string(), "a string"),
        };
        if fits { Ok(()) } else { Err(should_be(&path, expected, operand)) }
    }

    /// Whether a condition, checked before, holds for the plain value of a row.
    fn holds(self, condition: &str, value: &Value, operand: &Value) -> bool {
        match condition {
            "is_empty" => is_empty(value),
            "is_not_empty" => !is_empty(value),
            "does_not_equal" => !self.holds("equals", value, operand),
            "does_not_contain" => !self.holds("contains", value, operand),
            _ => match self {
                Self::Choice | Self::Flag => value == operand,
                Self::Date => date_holds(condition, value, operand).unwrap_or(false),
                Self::List => value.as_array().is_some_and(|list| list.contains(operand)),
                Self::Number => number_holds(condition, value, operand).unwrap_or(false),
                Self::Text => text_holds(condition, value, operand),
            },
        }
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        _ => false,
    }
}

/// Texts are equal to the letter; the other conditions ignore case.
fn text_holds(condition: &str, value: &Value, operand: &Value) -> bool {
    let (text, wanted) = (value.as_str().unwrap_or_default(), operand.as_str().unwrap_or_default());
    let (lower, wanted_lower) = (text.to_lowercase(), wanted.to_lowercase());
    match condition {
        "equals" => text == wanted,
        "starts_with" => lower.starts_with(&wanted_lower),
        "ends_with" => lower.ends_with(&wanted_lower),
        _ => lower.contains(&wanted_lower),
    }
}

fn number_holds(condition: &str, value: &Value, operand: &Value) -> Option<bool> {
    let order = value.as_f64()?.partial_cmp(&operand.as_f64()?)?;
    Some(match condition {
        "greater_than" => order.is_gt(),
        "less_than" => order.is_lt(),
        "greater_than_or_equal_to" => order.is_ge(),
        "less_than_or_equal_to" => order.is_le(),
        _ => order.is_eq(),
    })
}

/// A day is compared with days: the time of the value does not count then.
fn date_holds(condition: &str, value: &Value, operand: &Value) -> Option<bool> {
    let start = value.as_str().or_else(|| value.get("start")?.as_str())?;
    let wanted = operand.as_str()?;
    let is_day = !wanted.contains('T');
    let start = if is_day { start.get(..10).unwrap_or(start) } else { start };
    let order = instant(start)?.cmp(&instant(wanted)?);
    Some(match condition {
        "before" => order.is_lt(),
        "after" => order.is_gt(),
        "on_or_before" => order.is_le(),
        "on_or_after" => order.is_ge(),
        _ => order.is_eq(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::{NotionSeed, QueryRequest};
    use super::*;
    use crate::world::{ServiceState, State};

    fn workspace() -> State {
        let mut state = State::empty(1);
        let (notion, mut api) = Notion::open(&mut state);
        let seed: NotionSeed = serde_json::from_value(json!({ "databases": [{
            "name": "tasks",
            "properties": {
                "Due": "date", "Points": "number", "Done": "checkbox", "Tags": "multi_select",
                "Status": { "type": "status", "options": ["Open", "Closed"] },
            },
            "pages": [
                { "Name": "Paint", "Due": "2026-01-05", "Points": 3, "Tags": ["home"], "Status": "Open" },
                { "Name": "Write", "Due": "2026-01-06T10:00:00Z", "Points": 8, "Done": true },
            ],
        }] }))
        .unwrap();
        notion.apply_seed(&mut api, seed).unwrap();
        state
    }

    fn titles(filter: Value) -> Result<String, ApiError> {
        let mut state = workspace();
        let (notion, mut api) = Notion::open(&mut state);
        let id = notion.databases[0].sources[0].id.clone();
        let request = QueryRequest { filter: Some(filter), ..QueryRequest::default() };
        let rows = notion.query_data_source(&mut api, &id, &request)?.items;
        Ok(rows.iter().map(|row| row.page.title()).collect::<Vec<_>>().join(" "))
    }

    #[track_caller]
    fn check(property: &str, test: Value, expected: &str) {
        let mut filter = test;
        filter["property"] = property.into();
        assert_eq!(titles(filter).unwrap(), expected);
    }

    #[test]
    fn each_type_has_its_conditions() {
        check("Name", json!({ "title": { "contains": "AIN" } }), "Paint");
        check("Name", json!({ "title": { "does_not_equal": "Paint" } }), "Write");
        check("Points", json!({ "number": { "greater_than": 3 } }), "Write");
        check("Points", json!({ "number": { "less_than_or_equal_to": 3.0 } }), "Paint");
        check("Done", json!({ "checkbox": { "equals": false } }), "Paint");
        check("Tags", json!({ "multi_select": { "contains": "home" } }), "Paint");
        check("Status", json!({ "status": { "equals": "Open" } }), "Paint");
        check("Status", json!({ "status": { "is_empty": true } }), "Write");
        check("Due", json!({ "date": { "on_or_after": "2026-01-06" } }), "Write");
        check("Due", json!({ "date": { "equals": "2026-01-06" } }), "Write");
    }

    #[test]
    fn filters_combine() {
        let open = json!({ "property": "Status", "status": { "equals": "Open" } });
        let big = json!({ "property": "Points", "number": { "greater_than": 5 } });

        assert_eq!(titles(json!({ "or": [open, big] })).unwrap(), "Paint Write");
        assert_eq!(titles(json!({ "and": [open, big] })).unwrap(), "");
    }

    #[test]
    fn a_filter_that_does_not_fit_the_schema_is_refused() {
        let unknown = titles(json!({ "property": "Colour", "number": { "equals": 1 } }));
        let other = titles(json!({ "property": "Points", "select": { "equals": "1" } }));
        let text = titles(json!({ "property": "Points", "number": { "equals": "1" } }));

        assert_eq!(unknown.unwrap_err().message, "Could not find property with name or id: Colour");
        assert_eq!(
            other.unwrap_err().message,
            "database property number does not match filter select"
        );
        assert!(text.unwrap_err().message.contains("number.equals should be a number"));
    }

    #[test]
    fn filters_nest_twice_at_most() {
        let leaf = json!({ "property": "Points", "number": { "equals": 3 } });

        assert!(titles(json!({ "and": [{ "or": [leaf] }] })).is_ok());
        assert!(titles(json!({ "and": [{ "or": [{ "and": [leaf] }] }] })).is_err());
    }
}
