//! Arguments checked in the words of zod 3, which many servers show as they are.
//!
//! Read from the JSON Schema that such a server lists: the same source wrote both.

use serde::Serialize;
use serde_json::{Map, Value, json};

/// One thing that is wrong. Members are written in zod's order, since servers show them as JSON.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub(crate) enum Issue {
    /// A number beyond a bound.
    Bound {
        code: &'static str,
        #[serde(flatten)]
        bound: Map<String, Value>,
        r#type: &'static str,
        inclusive: bool,
        exact: bool,
        message: String,
        path: Vec<Value>,
    },
    /// A missing member of a fixed set of strings.
    MissingOption {
        expected: String,
        received: &'static str,
        code: &'static str,
        path: Vec<Value>,
        message: &'static str,
    },
    /// A string that is not in a fixed set.
    Option {
        received: Value,
        code: &'static str,
        options: Vec<Value>,
        path: Vec<Value>,
        message: String,
    },
    /// A missing member, or one of another type.
    Type {
        code: &'static str,
        expected: String,
        received: &'static str,
        path: Vec<Value>,
        message: String,
    },
}

/// What zod makes of the arguments of a call, or its issues as the message of its error.
pub(crate) fn parse(
    schema: &Value,
    arguments: Option<Map<String, Value>>,
) -> Result<Map<String, Value>, String> {
    let issues = match &arguments {
        Some(arguments) => issues(schema, arguments),
        None => vec![missing(&json!({ "type": "object" }), &[])],
    };
    if issues.is_empty() {
        return Ok(stripped(schema, arguments.unwrap_or_default()));
    }
    Err(serde_json::to_string_pretty(&issues).expect("issues hold nothing that JSON has not"))
}

/// What is wrong, as zod's list of issues; empty when nothing is. Members that the schema does not name
/// are fine: zod strips them.
pub(crate) fn issues(schema: &Value, arguments: &Map<String, Value>) -> Vec<Issue> {
    let mut issues = Vec::new();
    check_object(schema, arguments, &mut Vec::new(), &mut issues);
    issues
}

/// The arguments without the members that the schema does not name, with its defaults filled in.
pub(crate) fn stripped(schema: &Value, arguments: Map<String, Value>) -> Map<String, Value> {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        return arguments;
    };
    let mut kept: Map<String, Value> =
        arguments.into_iter().filter(|(name, _)| properties.contains_key(name)).collect();
    for (name, property) in properties {
        if let Some(default) = property.get("default")
            && !kept.contains_key(name)
        {
            kept.insert(name.clone(), default.clone());
        }
    }
    kept
}

fn check_object(
    schema: &Value,
    object: &Map<String, Value>,
    path: &mut Vec<Value>,
    issues: &mut Vec<Issue>,
) {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return };
    let required = schema.get("required").and_then(Value::as_array);
    let is_required =
        |name: &str| required.is_some_and(|names| names.iter().any(|required| required == name));
    // In the order of the schema's own list of required names where there is one: zod goes by the order
    // of definition, which JSON objects here do not keep.
    let mut names: Vec<&String> = properties.keys().collect();
    names.sort_by_key(|name| {
        let place =
            required.and_then(|names| names.iter().position(|known| known == name.as_str()));
        place.unwrap_or(usize::MAX)
    });
    for name in names {
        let Some(property) = properties.get(name) else { continue };
        path.push(json!(name));
        match object.get(name) {
            Some(value) => check(property, value, path, issues),
            None if is_required(name) && property.get("default").is_none() => {
                issues.push(missing(property, path));
            }
            None => {}
        }
        path.pop();
    }
}

fn check(schema: &Value, value: &Value, path: &mut Vec<Value>, issues: &mut Vec<Issue>) {
    if let Some(options) = schema.get("enum").and_then(Value::as_array) {
        if !options.contains(value) {
            issues.push(not_an_option(options, value, path));
        }
        return;
    }
    let expected = kind(schema);
    if expected.is_some_and(|expected| !fits(expected, value)) {
        issues.push(wrong_type(expected.unwrap_or_default(), value, path));
        return;
    }
    match value {
        Value::Object(object) => check_object(schema, object, path, issues),
        Value::Array(items) => {
            let Some(item_schema) = schema.get("items") else { return };
            for (index, item) in items.iter().enumerate() {
                path.push(json!(index));
                check(item_schema, item, path, issues);
                path.pop();
            }
        }
        Value::Number(number) => check_bounds(schema, number.as_f64(), path, issues),
        _ => {}
    }
}

fn check_bounds(schema: &Value, number: Option<f64>, path: &[Value], issues: &mut Vec<Issue>) {
    let Some(number) = number else { return };
    let limits = [("minimum", "too_small", "greater"), ("maximum", "too_big", "less")];
    for (name, code, word) in limits {
        let Some(limit) = schema.get(name).filter(|limit| limit.is_number()) else { continue };
        let distance = number - limit.as_f64().unwrap_or(number);
        if (name == "minimum" && distance < 0.0) || (name == "maximum" && distance > 0.0) {
            issues.push(Issue::Bound {
                code,
                bound: Map::from_iter([(name.to_owned(), limit.clone())]),
                r#type: "number",
                inclusive: true,
                exact: false,
                message: format!("Number must be {word} than or equal to {limit}"),
                path: path.to_vec(),
            });
        }
    }
}

fn missing(schema: &Value, path: &[Value]) -> Issue {
    let (received, code, path) = ("undefined", "invalid_type", path.to_vec());
    if let Some(options) = schema.get("enum").and_then(Value::as_array) {
        let expected = any_of(options);
        return Issue::MissingOption { expected, received, code, path, message: "Required" };
    }
    let expected = kind(schema).unwrap_or("unknown").to_owned();
    Issue::Type { code, expected, received, path, message: "Required".to_owned() }
}

fn wrong_type(expected: &str, value: &Value, path: &[Value]) -> Issue {
    let received = name_of(value);
    Issue::Type {
        code: "invalid_type",
        expected: expected.to_owned(),
        received,
        path: path.to_vec(),
        message: format!("Expected {expected}, received {received}"),
    }
}

fn not_an_option(options: &[Value], value: &Value, path: &[Value]) -> Issue {
    let all = any_of(options);
    let Some(received) = value.as_str() else { return wrong_type(&all, value, path) };
    Issue::Option {
        received: value.clone(),
        code: "invalid_enum_value",
        options: options.to_vec(),
        path: path.to_vec(),
        message: format!("Invalid enum value. Expected {all}, received '{received}'"),
    }
}

fn any_of(options: &[Value]) -> String {
    let quoted: Vec<String> =
        options.iter().map(|option| format!("'{}'", option.as_str().unwrap_or_default())).collect();
    quoted.join(" | ")
}

fn kind(schema: &Value) -> Option<&str> {
    schema.get("type").and_then(Value::as_str)
}

fn fits(expected: &str, value: &Value) -> bool {
    match expected {
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "null" => value.is_null(),
        _ => true,
    }
}

/// What zod calls a value.
fn name_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema() -> Value {
        json!({
            "type": "object",
            "properties": {
                "owner": { "type": "string" },
                "labels": { "type": "array", "items": { "type": "string" } },
                "state": { "type": "string", "enum": ["open", "closed"] },
                "per_page": { "type": "number", "minimum": 1, "maximum": 100, "default": 30 },
            },
            "required": ["owner", "state"],
        })
    }

    fn check(arguments: &Value) -> String {
        serde_json::to_string(&issues(&schema(), arguments.as_object().unwrap())).unwrap()
    }

    #[test]
    fn issues_read_as_zod_writes_them() {
        let heard = [
            check(&json!({ "owner": "o", "state": "open", "more": 1 })),
            check(&json!({ "state": "open" })),
            check(&json!({ "owner": 7, "state": "ajar" })),
            check(&json!({ "owner": "o", "state": "open", "labels": ["a", 2], "per_page": 200 })),
        ];

        insta::assert_snapshot!(heard.join("\n"), @r#"
        []
        [{"code":"invalid_type","expected":"string","received":"undefined","path":["owner"],"message":"Required"}]
        [{"code":"invalid_type","expected":"string","received":"number","path":["owner"],"message":"Expected string, received number"},{"received":"ajar","code":"invalid_enum_value","options":["open","closed"],"path":["state"],"message":"Invalid enum value. Expected 'open' | 'closed', received 'ajar'"}]
        [{"code":"invalid_type","expected":"string","received":"number","path":["labels",1],"message":"Expected string, received number"},{"code":"too_big","maximum":100,"type":"number","inclusive":true,"exact":false,"message":"Number must be less than or equal to 100","path":["per_page"]}]
        "#);
    }

    #[test]
    fn stripping_drops_the_unknown_and_fills_defaults() {
        let arguments = json!({ "owner": "o", "more": 1 });

        let kept = stripped(&schema(), arguments.as_object().unwrap().clone());

        assert_eq!(Value::Object(kept), json!({ "owner": "o", "per_page": 30 }));
    }
}
