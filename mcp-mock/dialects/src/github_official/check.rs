//! Arguments checked in the words of the server.
//!
//! Each tool reads its arguments one by one and stops at the first that is wrong. A required argument that
//! is empty or 0 is missing; numbers may be strings; enums are not checked.

use serde_json::{Map, Value};

/// What most tools read first; the rest follows in the order of the schema.
const FIRST: [&str; 3] = ["method", "owner", "repo"];

/// The arguments with numbers for numeric strings and defaults filled in, or what is wrong with them.
pub(super) fn checked(
    schema: &Value,
    mut arguments: Map<String, Value>,
) -> Result<Map<String, Value>, String> {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        return Ok(arguments);
    };
    let required = schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut names: Vec<&String> = properties.keys().collect();
    names.sort_by_key(|name| {
        let first = FIRST.iter().position(|first| first == name).unwrap_or(FIRST.len());
        let place = required.iter().position(|required| required == name.as_str());
        (first, place.unwrap_or(required.len()))
    });
    for name in names {
        let Some(property) = properties.get(name) else { continue };
        let is_required = required.iter().any(|required| required == name.as_str());
        match arguments.get_mut(name) {
            Some(value) => check(name, property, value, is_required)?,
            None if is_required => return Err(missing(name)),
            None => {
                if let Some(default) = property.get("default") {
                    arguments.insert(name.clone(), default.clone());
                }
            }
        }
    }
    Ok(arguments)
}

fn missing(name: &str) -> String {
    format!("missing required parameter: {name}")
}

fn check(name: &str, schema: &Value, value: &mut Value, is_required: bool) -> Result<(), String> {
    let found = go_type(value);
    match schema.get("type").and_then(Value::as_str) {
        Some("number" | "integer") => {
            let number = read_number(value)
                .map_err(|words| format!("parameter {name} is not a valid number: {words}"))?;
            *value = number.into();
        }
        Some(kind @ ("string" | "boolean")) => {
            let expected = if kind == "string" { "string" } else { "bool" };
            if found != expected {
                let also = if is_required { String::new() } else { format!(", is {found}") };
                return Err(format!("parameter {name} is not of type {expected}{also}"));
            }
        }
        Some("array") if schema["items"]["type"] == "string" => check_strings(name, value)?,
        _ => {}
    }
    if is_required && is_empty(value) { Err(missing(name)) } else { Ok(()) }
}

fn check_strings(name: &str, value: &Value) -> Result<(), String> {
    let items = match value {
        Value::Array(items) => items,
        Value::Null => return Ok(()),
        other => {
            let found = go_type(other);
            return Err(format!("parameter {name} could not be coerced to []string, is {found}"));
        }
    };
    match items.iter().find(|item| !item.is_string()) {
        Some(item) => Err(format!("parameter {name} is not of type string, is {}", go_type(item))),
        None => Ok(()),
    }
}

fn read_number(value: &Value) -> Result<i64, String> {
    let number = match value {
        Value::Number(number) => number.as_f64().unwrap_or_default(),
        Value::String(text) => {
            text.parse::<f64>().map_err(|_| format!("invalid numeric value: {text}"))?
        }
        other => return Err(format!("expected number, got {}", go_type(other))),
    };
    if !number.is_finite() {
        return Err("non-finite numeric value".to_owned());
    }
    if number.fract() != 0.0 {
        return Err(format!("non-integer numeric value: {number}"));
    }
    // A whole number written without its fraction reads as an integer when it is in range.
    let whole = format!("{number:.0}").parse();
    whole.map_err(|_| format!("numeric value out of int range: {number}"))
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::String(text) => text.is_empty(),
        Value::Number(number) => number.as_f64() == Some(0.0),
        _ => false,
    }
}

/// What Go calls the type of a decoded value.
pub(super) fn go_type(value: &Value) -> &'static str {
    match value {
        Value::Array(_) => "[]interface {}",
        Value::Bool(_) => "bool",
        Value::Null => "<nil>",
        Value::Number(_) => "float64",
        Value::Object(_) => "map[string]interface {}",
        Value::String(_) => "string",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(arguments: Value, expected: Result<Value, &str>) {
        let schema = json!({
            "properties": {
                "title": { "type": "string" },
                "issue_number": { "type": "number" },
                "owner": { "type": "string" },
                "draft": { "type": "boolean" },
                "labels": { "type": "array", "items": { "type": "string" } },
                "path": { "type": "string", "default": "/" },
            },
            "required": ["issue_number", "owner"],
        });

        let checked = checked(&schema, serde_json::from_value(arguments).unwrap());

        assert_eq!(checked.map(Value::Object), expected.map_err(str::to_owned));
    }

    #[test]
    fn the_first_wrong_argument_is_named_and_empty_is_missing() {
        check(json!({}), Err("missing required parameter: owner"));
        check(json!({ "owner": "" }), Err("missing required parameter: owner"));
        check(
            json!({ "owner": "o", "issue_number": 0 }),
            Err("missing required parameter: issue_number"),
        );
        check(json!({ "owner": 7 }), Err("parameter owner is not of type string"));
        check(
            json!({ "owner": "o", "issue_number": 1, "title": 5 }),
            Err("parameter title is not of type string, is float64"),
        );
        check(
            json!({ "owner": "o", "issue_number": 1, "labels": "a" }),
            Err("parameter labels could not be coerced to []string, is string"),
        );
        check(
            json!({ "owner": "o", "issue_number": true }),
            Err("parameter issue_number is not a valid number: expected number, got bool"),
        );
        check(
            json!({ "owner": "o", "issue_number": 1.5 }),
            Err("parameter issue_number is not a valid number: non-integer numeric value: 1.5"),
        );
    }

    #[test]
    fn numeric_strings_are_numbers_and_defaults_are_filled_in() {
        check(
            json!({ "owner": "o", "issue_number": "7" }),
            Ok(json!({ "owner": "o", "issue_number": 7, "path": "/" })),
        );
    }
}
