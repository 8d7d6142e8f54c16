//! Arguments as this server takes them: what JavaScript finds false is missing, and types are not looked at.

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// What the server says about missing arguments, if it notices.
pub(super) fn lack(tool: &str, arguments: &Map<String, Value>) -> Option<&'static str> {
    let has = |names: &[&str]| names.iter().all(|name| is_truthy(arguments.get(*name)));
    let lists =
        |names: &[&str]| names.iter().all(|name| arguments.get(*name).is_some_and(Value::is_array));
    let (fine, message) = match tool {
        "salesforce_search_objects" => (has(&["searchPattern"]), "searchPattern is required"),
        "salesforce_describe_object" => (has(&["objectName"]), "objectName is required"),
        "salesforce_query_records" => (
            has(&["objectName"]) && lists(&["fields"]),
            "objectName and fields array are required for query",
        ),
        "salesforce_aggregate_query" => (
            has(&["objectName"]) && lists(&["selectFields", "groupByFields"]),
            "objectName, selectFields array, and groupByFields array are required for aggregate \
             query",
        ),
        "salesforce_dml_records" => (
            has(&["operation", "objectName"]) && lists(&["records"]),
            "operation, objectName, and records array are required for DML",
        ),
        "salesforce_manage_object" => (
            has(&["operation", "objectName"]),
            "operation and objectName are required for object management",
        ),
        "salesforce_manage_field" => (
            has(&["operation", "objectName", "fieldName"]),
            "operation, objectName, and fieldName are required for field management",
        ),
        "salesforce_manage_field_permissions" => (
            has(&["operation", "objectName", "fieldName"]),
            "operation, objectName, and fieldName are required for field permissions management",
        ),
        "salesforce_search_all" if has(&["searchTerm"]) && lists(&["objects"]) => (
            are_objects(arguments.get("objects")),
            "Each object must specify name and fields array",
        ),
        "salesforce_search_all" => (false, "searchTerm and objects array are required for search"),
        "salesforce_write_apex" => (
            has(&["operation", "className", "body"]),
            "operation, className, and body are required for writing Apex",
        ),
        "salesforce_write_apex_trigger" => (
            has(&["operation", "triggerName", "body"]),
            "operation, triggerName, and body are required for writing Apex trigger",
        ),
        "salesforce_execute_anonymous" => {
            (has(&["apexCode"]), "apexCode is required for executing anonymous Apex")
        }
        "salesforce_manage_debug_logs" => (
            has(&["operation", "username"]),
            "operation and username are required for managing debug logs",
        ),
        _ => (true, ""),
    };
    (!fine).then_some(message)
}

fn are_objects(list: Option<&Value>) -> bool {
    let mut list = list.and_then(Value::as_array).into_iter().flatten();
    list.all(|part| is_truthy(part.get("name")) && part.get("fields").is_some_and(Value::is_array))
}

/// What JavaScript takes for true.
pub(super) fn is_truthy(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null | Value::Bool(false)) => false,
        Some(Value::Number(number)) => number.as_f64() != Some(0.0),
        Some(Value::String(text)) => !text.is_empty(),
        Some(_) => true,
    }
}

/// An argument, or a member of one, of whatever type. For a field with `#[serde(default)]`.
#[derive(Debug, Clone, Default)]
pub(super) struct Loose(Option<Value>);

impl<'de> Deserialize<'de> for Loose {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(Some).map(Self)
    }
}

impl Loose {
    /// The value, also null; `None` when it is left out.
    pub(super) fn defined(&self) -> Option<&Value> {
        self.0.as_ref()
    }

    /// The value as it goes into a string; `None` when JavaScript finds it false.
    pub(super) fn written(&self) -> Option<String> {
        self.defined().filter(|value| is_truthy(Some(value))).map(written)
    }

    /// The same, and an empty string when JavaScript finds it false.
    pub(super) fn text(&self) -> String {
        self.written().unwrap_or_default()
    }

    /// Whether JavaScript takes it for true.
    pub(super) fn is_truthy(&self) -> bool {
        is_truthy(self.defined())
    }

    /// True or false, when it is one of the two.
    pub(super) fn flag(&self) -> Option<bool> {
        self.defined().and_then(Value::as_bool)
    }

    /// A number of things that is written as one, unless JavaScript finds it false.
    pub(super) fn whole(&self) -> Option<usize> {
        self.written()?.parse().ok()
    }

    /// The items of an array.
    pub(super) fn items(&self) -> &[Value] {
        self.defined().and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
    }

    /// The items of an array, written.
    pub(super) fn list(&self) -> Vec<String> {
        self.items().iter().map(written).collect()
    }
}

/// A value as JavaScript converts it to a string.
pub(super) fn written(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            let items =
                items.iter().map(|item| if item.is_null() { String::new() } else { written(item) });
            items.collect::<Vec<_>>().join(",")
        }
        Value::Object(_) => "[object Object]".to_owned(),
        // A whole number has no point there, however it was sent.
        Value::Number(number) => {
            number.as_f64().map_or_else(|| number.to_string(), |n| n.to_string())
        }
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Null => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_written_as_javascript_does() {
        let values = json!([5.0, 0.5, true, null, ["a", null, 1], {}, "x"]);

        let texts = Loose(Some(values)).list();

        assert_eq!(texts, ["5", "0.5", "true", "null", "a,,1", "[object Object]", "x"]);
    }
}
