//! `key=value` and `key:=json`.

use std::str::FromStr;

use serde_json::{Map, Value};

use crate::source::Span;
use crate::workflow::coerce_input;
use crate::workflow::definition::Input;

/// A name and what is given for it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Assignment {
    pub(super) name: String,
    given: Given,
}

#[derive(Debug, Clone, PartialEq)]
enum Given {
    /// What it means depends on the type that is wanted.
    Text(String),
    Json(Value),
}

impl Assignment {
    /// The value, by the schema that it is for.
    pub(super) fn value(&self, schema: &Value) -> Value {
        match &self.given {
            Given::Json(value) => value.clone(),
            Given::Text(text) => {
                let (name, schema) = (self.name.clone(), schema.clone());
                coerce_input(&Input { name, schema, default: None, span: Span::default() }, text)
            }
        }
    }
}

impl FromStr for Assignment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, value) = text
            .split_once('=')
            .filter(|(name, _)| !matches!(*name, "" | ":"))
            .ok_or_else(|| "expected `key=value` or `key:=json`".to_owned())?;
        match name.strip_suffix(':') {
            None => Ok(Self { name: name.to_owned(), given: Given::Text(value.to_owned()) }),
            Some(name) => {
                let value = serde_json::from_str(value)
                    .map_err(|error| format!("the value of `{name}` is not JSON: {error}"))?;
                Ok(Self { name: name.to_owned(), given: Given::Json(value) })
            }
        }
    }
}

/// All assignments over `base`, each by the schema that `schema_of` has for its name.
pub(super) fn assigned<'a>(
    mut base: Map<String, Value>,
    assignments: &[Assignment],
    schema_of: impl Fn(&str) -> Option<&'a Value>,
) -> Map<String, Value> {
    for assignment in assignments {
        let schema = schema_of(&assignment.name).unwrap_or(&Value::Null);
        base.insert(assignment.name.clone(), assignment.value(schema));
    }
    base
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_take_the_type_that_is_wanted() {
        let cases = [
            ("n=12", json!({ "type": "integer" }), json!(12)),
            ("n=12", json!({ "type": "string" }), json!("12")),
            ("n=12", Value::Null, json!("12")),
            ("n=a=b", Value::Null, json!("a=b")),
            ("n=true", json!({ "type": "boolean" }), json!(true)),
            ("n=[1, 2]", json!({ "type": "array" }), json!([1, 2])),
            ("n:=[1, 2]", json!({ "type": "string" }), json!([1, 2])),
            ("n=", json!({ "type": "string" }), json!("")),
        ];

        for (text, schema, expected) in cases {
            assert_eq!(text.parse::<Assignment>().unwrap().value(&schema), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_assignment_is_refused() {
        for text in ["", "n", "=1", ":=1", "n:={"] {
            assert!(text.parse::<Assignment>().is_err(), "{text}");
        }
    }
}
