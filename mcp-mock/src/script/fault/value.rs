//! What stands after the name of a fault: `200ms` in `delay=200ms`.

use std::time::Duration;

use mcp_core::schema::nearest_name;
use serde_json::{Map, Value, json};

use super::Kind;
use crate::script::duration;

/// The value of a fault.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FaultValue {
    pub(super) form: Form,
    /// The value of a fault that is written without one.
    pub(super) usual: &'static str,
    /// The member of the value, where JSON or YAML write the fault as an object; `None` when the value
    /// stands alone.
    pub(super) member: Option<&'static str>,
    /// Members beside that one, which may be left out.
    pub(super) others: &'static [(&'static str, Form)],
}

/// How a value is written.
#[derive(Debug, Clone, Copy)]
pub(super) enum Form {
    /// The code of a JSON-RPC error.
    Code,
    /// A whole number within bounds.
    Count { least: u64, most: u64 },
    /// A duration. In JSON it may be a number too, whose unit the variant knows.
    Duration { most: Duration },
    /// Names and values of HTTP headers.
    Headers,
    /// The name of a kind.
    Kind(&'static [Kind]),
    /// An HTTP status.
    Status,
    /// Any string.
    Text,
}

impl FaultValue {
    /// What may be written for the value: itself, or an object of members.
    pub(super) fn schema(&self) -> Value {
        let value = self.form.schema();
        match self.members_schema() {
            Some(members) => json!({ "anyOf": [value, members] }),
            None => value,
        }
    }

    /// The part of the schema that is about what was written.
    pub(super) fn schema_for(&self, written: &Value) -> Value {
        let members = self.members_schema().filter(|_| written.is_object());
        members.unwrap_or_else(|| self.form.schema())
    }

    fn members_schema(&self) -> Option<Value> {
        let member = self.member?;
        let mut properties = Map::from_iter([(member.to_owned(), self.form.schema())]);
        properties.extend(self.others.iter().map(|(name, form)| ((*name).into(), form.schema())));
        Some(json!({
            "type": "object", "additionalProperties": false,
            "required": [member], "properties": properties,
        }))
    }

    /// What should be written instead of this string.
    pub(super) fn wanted(&self, text: &str) -> String {
        let usual = self.usual;
        match self.form {
            Form::Code => format!("a code such as `={usual}`"),
            Form::Duration { most } if duration::read(text).is_some_and(|time| time > most) => {
                format!("a time of at most {}", duration::written(most))
            }
            Form::Duration { .. } => format!("a time such as `={usual}`"),
            Form::Status => format!("a status such as `={usual}`"),
            Form::Count { least, most } => {
                let things = self.member.unwrap_or_default().replace('_', " ");
                let bounds = format!(" from {least} to {most}");
                let bounds = if text.parse::<i64>().is_ok() { bounds } else { String::new() };
                format!("a number of {things}{bounds}")
            }
            Form::Kind(kinds) => {
                let near = nearest_name(text, kinds.iter().map(|kind| kind.name));
                let hint = near.map_or(String::new(), |near| format!(" (did you mean `{near}`?)"));
                format!("a kind that `mcp-mock faults` lists{hint}")
            }
            Form::Headers | Form::Text => "a string".to_owned(),
        }
    }
}

impl Form {
    /// What stands after `=`, as JSON; a string when it is not in this form.
    pub(super) fn to_json(self, text: &str) -> Value {
        let number = match self {
            Self::Code | Self::Count { .. } | Self::Duration { .. } | Self::Status => {
                text.parse::<i64>().ok()
            }
            Self::Headers | Self::Kind(_) | Self::Text => None,
        };
        number.map_or_else(|| json!(text), |number| json!(number))
    }

    /// The nearest value within the bounds.
    pub(super) fn bounded(self, value: &Value) -> Value {
        match (self, value) {
            (Self::Count { least, most }, Value::Number(number)) => {
                json!(number.as_u64().unwrap_or(least).clamp(least, most))
            }
            (Self::Duration { most }, Value::String(text)) => {
                json!(duration::written(duration::read(text).unwrap_or(most).min(most)))
            }
            _ => value.clone(),
        }
    }

    fn schema(self) -> Value {
        match self {
            Self::Code => json!({ "type": "integer" }),
            Self::Count { least, most } => integer(least, most),
            Self::Duration { .. } => json!({ "type": ["string", "integer"], "minimum": 0 }),
            Self::Headers => {
                json!({ "type": "object", "additionalProperties": Self::Text.schema() })
            }
            Self::Kind(kinds) => {
                let names: Vec<_> = kinds.iter().map(|kind| kind.name).collect();
                json!({ "type": "string", "enum": names })
            }
            Self::Status => integer(100, 999),
            Self::Text => json!({ "type": "string" }),
        }
    }
}

fn integer(least: u64, most: u64) -> Value {
    json!({ "type": "integer", "minimum": least, "maximum": most })
}
