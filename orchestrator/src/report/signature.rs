//! A tool as a signature: `github/create_issue(owner: string, title: string, labels?: [string])`.

use mcp_core::protocol::{Annotations, Tool};
use serde_json::Value;

use super::text::line;

/// Types in types deeper than this are written `…`: a signature is one line.
const DEPTH_MAX: usize = 3;

/// At most this many words of an enumeration, or forms of a union, are shown.
const CHOICES_MAX: usize = 6;

/// At most this many arguments are shown.
const ARGUMENTS_MAX: usize = 24;

/// The tool and its arguments: those that are required first, the others with a `?`.
#[must_use]
pub fn signature(server: &str, tool: &Tool) -> String {
    let schema = serde_json::from_str(tool.input_schema.get()).unwrap_or(Value::Null);
    let arguments = arguments(&schema);
    format!("{}/{}({})", line(server), line(&tool.name), arguments.join(", "))
}

/// What the server says of the effect of a tool.
#[must_use]
pub fn effect(hints: Option<&Annotations>) -> &'static str {
    let Some(hints) = hints else { return "effect unknown" };
    match (hints.is_read_only(), hints.destructive_hint, hints.is_idempotent()) {
        (true, ..) => "read-only",
        (false, Some(true), true) => "destructive, idempotent",
        (false, Some(true), false) => "destructive, not idempotent",
        (false, _, true) => "writes, idempotent",
        (false, _, false) => "writes, not idempotent",
    }
}

fn arguments(schema: &Value) -> Vec<String> {
    let required: Vec<&str> = required(schema).collect();
    let known = schema.get("properties").and_then(Value::as_object);
    let properties = known.into_iter().flatten().map(|(name, schema)| (name.as_str(), schema));
    let optional = properties.filter(|(name, _)| !required.contains(name));
    let mut arguments: Vec<String> = required
        .iter()
        .map(|name| (*name, known.and_then(|known| known.get(*name)).unwrap_or(&Value::Null)))
        .map(|(name, schema)| format!("{}: {}", line(name), type_of(schema, 0)))
        .chain(optional.map(|(name, schema)| format!("{}?: {}", line(name), type_of(schema, 0))))
        .take(ARGUMENTS_MAX + 1)
        .collect();
    if arguments.len() > ARGUMENTS_MAX {
        arguments.truncate(ARGUMENTS_MAX);
        arguments.push("…".to_owned());
    }
    arguments
}

/// The names that a schema requires, in its order.
fn required(schema: &Value) -> impl Iterator<Item = &str> {
    let names = schema.get("required").and_then(Value::as_array);
    names.into_iter().flatten().filter_map(Value::as_str)
}

fn type_of(schema: &Value, depth: usize) -> String {
    if depth > DEPTH_MAX {
        return "…".to_owned();
    }
    let list = |name: &str| schema.get(name).and_then(Value::as_array);
    if let Some(words) = list("enum") {
        return joined(words, |word| line(&word.to_string()));
    }
    if let Some(word) = schema.get("const") {
        return line(&word.to_string());
    }
    if let Some(forms) = list("anyOf").or_else(|| list("oneOf")) {
        return joined(forms, |form| type_of(form, depth + 1));
    }
    match schema.get("type") {
        Some(Value::String(name)) if name == "array" => match schema.get("items") {
            Some(items) => format!("[{}]", type_of(items, depth + 1)),
            None => "array".to_owned(),
        },
        Some(Value::String(name)) => line(name),
        Some(Value::Array(names)) => joined(names, |name| line(name.as_str().unwrap_or("any"))),
        _ => "any".to_owned(),
    }
}

fn joined(choices: &[Value], shown: impl Fn(&Value) -> String) -> String {
    let mut words: Vec<String> = choices.iter().take(CHOICES_MAX).map(shown).collect();
    if choices.len() > CHOICES_MAX {
        words.push("…".to_owned());
    }
    words.join("|")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn signature_shows_types_and_what_is_required() {
        let tool = json!({
            "name": "find\u{1b}",
            "inputSchema": {
                "required": ["state", "ghost"],
                "properties": {
                    "state": { "enum": ["open", "closed"] },
                    "labels": { "type": "array", "items": { "type": "string" } },
                    "since": { "type": ["string", "null"] },
                    "page": { "anyOf": [{ "type": "integer" }, { "const": "last" }] },
                    "deep": { "type": "array", "items": { "type": "array", "items": { "type": "array",
                        "items": { "type": "array", "items": { "type": "string" } } } } },
                    "filter": { "type": "object" },
                    "free": {},
                },
            },
        });
        let tool: Tool = serde_json::from_str(&tool.to_string()).unwrap();

        insta::assert_snapshot!(signature("docs", &tool), @r#"docs/find\u{1b}(state: "open"|"closed", ghost: any, deep?: [[[[…]]]], filter?: object, free?: any, labels?: [string], page?: integer|"last", since?: string|null)"#);
    }

    #[test]
    fn effects_are_words() {
        let hints = |json: Value| serde_json::from_value::<Annotations>(json).unwrap();

        assert_eq!(effect(None), "effect unknown");
        assert_eq!(effect(Some(&hints(json!({ "readOnlyHint": true })))), "read-only");
        assert_eq!(
            effect(Some(&hints(json!({ "destructiveHint": true })))),
            "destructive, not idempotent"
        );
        assert_eq!(effect(Some(&hints(json!({ "idempotentHint": true })))), "writes, idempotent");
    }
}
