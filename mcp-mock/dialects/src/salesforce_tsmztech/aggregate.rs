//! `salesforce_aggregate_query`: a SOQL query with groups put together from parts.
//!
//! The server looks a value up by the expression that selected it, then by its last word. Without an alias the
//! org answers `expr0`, so that an aggregate reads as null.

use mcp_mock::dialect::{Answer, Call, Outcome, Refusal};
use mcp_mock::service::salesforce::Salesforce;
use serde::Deserialize;
use serde_json::Value;

use super::arguments::{Loose, is_truthy, written};

/// In the order in which the server looks for them.
const FUNCTIONS: [&str; 6] = ["COUNT(", "COUNT_DISTINCT(", "SUM(", "AVG(", "MIN(", "MAX("];

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Aggregate {
    object_name: Loose,
    select_fields: Loose,
    group_by_fields: Loose,
    where_clause: Loose,
    having_clause: Loose,
    order_by: Loose,
    limit: Loose,
}

pub(super) fn run(mut call: Call<'_, Salesforce>) -> Outcome {
    let wanted: Aggregate = call.read()?;
    let (fields, groups) = (wanted.select_fields.list(), wanted.group_by_fields.list());
    if let Some(message) = wanted.misplaced(&fields, &groups) {
        return Err(Refusal::Server(message));
    }
    let (select, from, by) = (fields.join(", "), wanted.object_name.text(), groups.join(", "));
    let clause = |word: &str, clause: &Loose| {
        clause.written().map_or_else(String::new, |clause| format!(" {word} {clause}"))
    };
    let soql = format!(
        "SELECT {select} FROM {from}{} GROUP BY {by}{}{}{}",
        clause("WHERE", &wanted.where_clause),
        clause("HAVING", &wanted.having_clause),
        clause("ORDER BY", &wanted.order_by),
        clause("LIMIT", &wanted.limit),
    );
    let found = call.service.query(&mut call.api, &soql, 0)?;
    let blocks = found.records.iter().enumerate().map(|(place, row)| {
        let lines: Vec<_> = fields.iter().map(|field| line(row, field)).collect();
        format!("Group {}:\n{}", place + 1, lines.join("\n"))
    });
    let blocks: Vec<_> = blocks.collect();
    let count = blocks.len();
    let text =
        format!("Aggregate query returned {count} grouped results:\n\n{}", blocks.join("\n\n"));
    Ok(Answer::Text(text))
}

impl Aggregate {
    /// What the server itself finds in a wrong place, before it asks.
    fn misplaced(&self, fields: &[String], groups: &[String]) -> Option<String> {
        let plain = fields.iter().filter(|field| !is_aggregate(field)).map(|field| base(field));
        let missing: Vec<_> =
            plain.filter(|field| !groups.iter().any(|group| group.trim() == *field)).collect();
        if !missing.is_empty() {
            return Some(format!(
                "Error: The following non-aggregate fields must be included in GROUP BY clause: \
                 {}\n\nAll fields in SELECT that are not aggregate functions (COUNT, SUM, AVG, etc.) \
                 must be included in GROUP BY.",
                missing.join(", ")
            ));
        }
        let condition = self.where_clause.text().to_uppercase();
        if let Some(function) = FUNCTIONS.iter().find(|function| condition.contains(**function)) {
            return Some(format!(
                "WHERE clause cannot contain aggregate functions. Use HAVING clause instead for \
                 aggregate conditions like {function})"
            ));
        }
        let order = self.order_by.text();
        let mut keys = order.split(',').map(without_direction).filter(|_| !order.is_empty());
        let strange =
            keys.find(|key| !is_aggregate(key) && !groups.iter().any(|group| group == key));
        strange.map(|key| {
            format!("ORDER BY field '{key}' must be in GROUP BY clause or be an aggregate function")
        })
    }
}

fn is_aggregate(field: &str) -> bool {
    let upper = field.to_uppercase();
    FUNCTIONS.iter().any(|function| upper.contains(function))
}

/// A field without its alias.
fn base(field: &str) -> &str {
    field.split_whitespace().next().unwrap_or_default()
}

fn without_direction(key: &str) -> &str {
    let key = key.trim();
    let (rest, last) = key.rsplit_once(' ').unwrap_or((key, ""));
    let is_direction = ["ASC", "DESC"].iter().any(|word| last.eq_ignore_ascii_case(word));
    if is_direction { rest.trim() } else { key }
}

fn line(row: &Value, field: &str) -> String {
    let base = base(field);
    let name = field.split_whitespace().next_back().unwrap_or(base);
    let value = if base.contains('.') {
        base.split('.').try_fold(row, |value, part| value.get(part))
    } else {
        row.get(base).filter(|value| is_truthy(Some(value))).or_else(|| row.get(name))
    };
    format!("    {name}: {}", value.map_or_else(|| "null".to_owned(), written))
}
