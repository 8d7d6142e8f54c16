//! Arguments as this server takes them: what JavaScript finds false is missing, and types are not looked at.

use serde_json::{Map, Value};

use mcp_mock::dialect::Arguments;

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

/// An argument as it goes into a text; `None` when JavaScript finds it false.
pub(super) fn given(arguments: &Arguments, name: &str) -> Option<String> {
    Some(arguments.value(name)).filter(|value| is_truthy(*value)).flatten().map(written)
}

/// A value as JavaScript writes it into a text.
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

/// The items of a list, written.
pub(super) fn list(value: Option<&Value>) -> Vec<String> {
    value.and_then(Value::as_array).into_iter().flatten().map(written).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_written_as_javascript_does() {
        let values = json!([5.0, 0.5, true, null, ["a", null, 1], {}, "x"]);

        let texts: Vec<_> = list(Some(&values));

        assert_eq!(texts, ["5", "0.5", "true", "null", "a,,1", "[object Object]", "x"]);
    }
}
