//! Holds what was written against the schema, in which each fault is read by its row.

use mcp_core::schema::{self, Violation};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Entry;
use super::schema::schema_with;
use crate::script::Fault;

/// The rules that were written, or everything that is wrong, in the order of its places.
pub(super) fn read(value: &Value) -> Result<Vec<Entry>, Vec<Violation>> {
    let mut found = schema::violations(&schema_with(&json!({})), value);
    let rules = || value.get("rules").and_then(Value::as_array).into_iter().flatten().enumerate();
    for (index, rule) in rules() {
        let faults = rule.get("fault").and_then(|fault| Fault::read(fault).err());
        found.extend(faults.into_iter().flatten().map(|Violation { path, message }| Violation {
            path: format!("/rules/{index}/fault{path}"),
            message,
        }));
    }
    if !found.is_empty() {
        found.sort_by(|left, right| left.path.cmp(&right.path));
        return Err(found);
    }
    let entry = |(index, rule)| {
        // A schema cannot say what a duration is.
        Entry::deserialize(rule).map_err(|error: serde_json::Error| {
            vec![Violation { path: format!("/rules/{index}"), message: error.to_string() }]
        })
    };
    rules().map(entry).collect()
}
