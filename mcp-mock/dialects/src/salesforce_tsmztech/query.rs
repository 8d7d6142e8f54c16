//! `salesforce_query_records`: a SOQL query put together from parts.

use mcp_mock::dialect::{Answer, Call, Outcome, Refusal};
use mcp_mock::service::salesforce::Salesforce;
use serde::Deserialize;
use serde_json::Value;

use super::arguments::{Loose, written};

/// What the server puts in front of what went wrong.
pub(super) const LEAD_IN: &str = "Error executing query: ";
/// Most parts of a field with dots.
const PARTS_MAX: usize = 5;

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Query {
    object_name: Loose,
    fields: Loose,
    where_clause: Loose,
    order_by: Loose,
    limit: Loose,
}

pub(super) fn run(mut call: Call<'_, Salesforce>) -> Outcome {
    let wanted: Query = call.read()?;
    let fields = wanted.fields.list();
    if let Some(message) = fields.iter().find_map(|field| misspelt(field)) {
        return Err(Refusal::Server(message));
    }
    let mut soql = format!("SELECT {} FROM {}", fields.join(", "), wanted.object_name.text());
    let clauses =
        [("WHERE", wanted.where_clause), ("ORDER BY", wanted.order_by), ("LIMIT", wanted.limit)];
    for (word, clause) in clauses {
        if let Some(clause) = clause.written() {
            soql = format!("{soql} {word} {clause}");
        }
    }
    let found = call.service.query(&mut call.api, &soql, 0)?;
    let mut blocks = Vec::new();
    for (place, row) in found.records.iter().enumerate() {
        let lines = fields.iter().map(|field| line(row, field)).collect::<Result<Vec<_>, _>>();
        let lines = lines.map_err(|error| Refusal::Server(format!("{LEAD_IN}{error}")))?;
        blocks.push(format!("Record {}:\n    {}", place + 1, lines.join("\n    ")));
    }
    let text = format!("Query returned {} records:\n\n{}", blocks.len(), blocks.join("\n\n"));
    Ok(Answer::Text(text))
}

/// What the server itself finds wrong with a field, before it asks.
fn misspelt(field: &str) -> Option<String> {
    let parts: Vec<_> = field.split('.').collect();
    if parts.len() > 1 && parts.iter().any(|part| part.is_empty()) {
        return Some(format!(
            "Invalid relationship field format: \"{field}\". Relationship fields should use proper \
             dot notation (e.g., \"Account.Name\")"
        ));
    }
    if parts.len() > PARTS_MAX {
        return Some(format!(
            "Relationship field \"{field}\" exceeds maximum depth of {PARTS_MAX} levels"
        ));
    }
    let is_query = field.starts_with("(SELECT") && field.ends_with(')') && field.contains("FROM");
    (field.contains("SELECT") && !is_query).then(|| {
        format!(
            "Invalid subquery format: \"{field}\". Child relationship queries should be wrapped in \
             parentheses"
        )
    })
}

/// A field with its value; `Account.Name` is looked up step by step. What goes wrong is JavaScript's.
///
/// Children always count as none: the server asks the answer of the org for its length, as if it were a
/// list, and it is an object with a list inside.
fn line(row: &Value, field: &str) -> Result<String, String> {
    if field.starts_with("(SELECT") {
        let after = field.split_once("FROM").map(|(_, after)| after.trim_start());
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let name: String = after.unwrap_or_default().chars().take_while(|c| is_name(*c)).collect();
        return Ok(format!("{name}: [0 records]"));
    }
    let mut parts = field.split('.').peekable();
    let mut value = Some(row);
    while let Some(part) = parts.next() {
        value = value.and_then(|value| value.get(part));
        match (value, parts.peek()) {
            (Some(Value::Null), _) => break,
            // A relation in other letters than those of the schema.
            (None, Some(next)) => {
                return Err(format!("Cannot read properties of undefined (reading '{next}')"));
            }
            _ => {}
        }
    }
    Ok(format!("{field}: {}", value.map_or_else(|| "null".to_owned(), written)))
}
