//! JSON Schemas of a dialect's tools, written down as short as a signature.

use serde_json::{Map, Value, json};

/// One property of an object and whether it must be there.
#[derive(Debug)]
pub struct Field {
    name: &'static str,
    schema: Value,
    required: bool,
}

/// A property that must be there.
pub fn required(name: &'static str, schema: Value) -> Field {
    Field { name, schema, required: true }
}

/// A property that may be left out.
pub fn optional(name: &'static str, schema: Value) -> Field {
    Field { name, schema, required: false }
}

/// An object with exactly these properties.
pub fn object<const N: usize>(fields: [Field; N]) -> Value {
    let mut properties = Map::new();
    let mut needed = Vec::new();
    for field in fields {
        if field.required {
            needed.push(Value::from(field.name));
        }
        properties.insert(field.name.to_owned(), field.schema);
    }
    let mut schema = json!({ "type": "object", "properties": properties });
    if !needed.is_empty() {
        schema["required"] = Value::from(needed);
    }
    schema["additionalProperties"] = Value::from(false);
    schema
}

/// An object whose properties the schema does not name, such as Notion's `properties`.
pub fn any_object(description: &str) -> Value {
    json!({ "type": "object", "description": description })
}

/// A text.
pub fn text(description: &str) -> Value {
    json!({ "type": "string", "description": description })
}

/// A whole number.
pub fn integer(description: &str) -> Value {
    json!({ "type": "integer", "description": description })
}

/// A number, whole or not.
pub fn number(description: &str) -> Value {
    json!({ "type": "number", "description": description })
}

/// True or false.
pub fn boolean(description: &str) -> Value {
    json!({ "type": "boolean", "description": description })
}

/// One of these texts.
pub fn choice(values: &[&str], description: &str) -> Value {
    json!({ "type": "string", "enum": values, "description": description })
}

/// A list of things of one shape.
pub fn list(items: Value, description: &str) -> Value {
    let mut schema = json!({ "type": "array", "description": description });
    schema["items"] = items;
    schema
}

/// The same value, or null.
pub fn nullable(schema: Value) -> Value {
    let choices = vec![schema, json!({ "type": "null" })];
    json!({ "anyOf": choices })
}
