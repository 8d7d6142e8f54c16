//! Names of a query: fields, parents by dots (`Account.Name`), parts of dates and aggregates.

use serde_json::Value;

use super::SoqlError;
use super::group::{aggregate_kind, is_aggregate};
use super::syntax::Name;
use crate::service::salesforce::fields::{Field, FieldKind};
use crate::service::salesforce::objects::ObjectRule;
use crate::service::salesforce::state::{Record, Salesforce};

/// Most parents in a row.
const PARENTS_MAX: usize = 5;

/// A name that means something.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Found {
    /// The name in the letters of the schema.
    pub(super) key: String,
    /// The type of its values.
    pub(super) kind: FieldKind,
}

/// What a name means for rows of an object.
pub(super) fn find(
    salesforce: &Salesforce,
    object: &'static ObjectRule,
    name: &Name,
) -> Result<Found, SoqlError> {
    let Some((function, inner)) = call(&name.text) else {
        return path(salesforce, object, name, &name.text);
    };
    if function == "COUNT" && inner.is_empty() {
        return Ok(Found { key: name.text.clone(), kind: FieldKind::Int });
    }
    let inner = path(salesforce, object, name, inner)?;
    let kind = if is_aggregate(&name.text) {
        aggregate_kind(function, inner.kind)
    } else {
        let is_date = matches!(inner.kind, FieldKind::Date | FieldKind::DateTime);
        Some(FieldKind::Int).filter(|_| is_date && part_of(function, "2026-01-05").is_some())
    };
    let key = format!("{function}({})", inner.key);
    kind.map(|kind| Found { key, kind }).ok_or_else(|| {
        let message = format!("field {} does not support the function {function}", inner.key);
        SoqlError::new(name.place, "INVALID_FIELD", message)
    })
}

/// The value that a checked name has for a row or a group. A group has its values under their whole names.
pub(super) fn value_at(salesforce: &Salesforce, record: &Record, key: &str) -> Value {
    if let Some(value) = record.fields.get(key) {
        return value.clone();
    }
    if let Some((function, inner)) = call(key) {
        let value = value_at(salesforce, record, inner);
        return value.as_str().and_then(|date| part_of(function, date)).unwrap_or_default();
    }
    match key.split_once('.') {
        None => record.value(key),
        Some((relation, rest)) => parent_of(salesforce, record, relation)
            .map_or(Value::Null, |parent| value_at(salesforce, parent, rest)),
    }
}

/// The record that a relation such as `Account` leads to.
pub(super) fn parent_of<'a>(
    salesforce: &'a Salesforce,
    record: &Record,
    relation: &str,
) -> Option<&'a Record> {
    salesforce.record(record.text(&format!("{relation}Id")))
}

fn path(
    salesforce: &Salesforce,
    object: &'static ObjectRule,
    name: &Name,
    text: &str,
) -> Result<Found, SoqlError> {
    let mut object = object;
    let mut key = String::new();
    let parts: Vec<_> = text.split('.').collect();
    let (last, parents) = parts.split_last().unwrap_or((&text, &[]));
    if parents.len() > PARENTS_MAX {
        let message = format!("SOQL relationships go up at most {PARENTS_MAX} levels");
        return Err(SoqlError::new(name.place, "MALFORMED_QUERY", message));
    }
    for relation in parents {
        let id = format!("{relation}Id");
        let field = salesforce.field(object, &id).filter(|f| f.kind == FieldKind::Reference);
        let parent =
            field.and_then(|field| Some((field, ObjectRule::named(field.values.first()?)?)));
        let Some((field, parent)) = parent else {
            let message = format!(
                "Didn't understand relationship '{relation}' in field path. If you are attempting to \
                 use a custom relationship, be sure to append the '__r' after the custom \
                 relationship name. Please reference your WSDL or the describe call for the \
                 appropriate names."
            );
            return Err(SoqlError::new(name.place, "INVALID_FIELD", message));
        };
        key = format!("{key}{}.", field.name.trim_end_matches("Id"));
        object = parent;
    }
    let field: Field<'_> = salesforce.field(object, last).ok_or_else(|| {
        let message = format!(
            "No such column '{last}' on entity '{}'. If you are attempting to use a custom field, \
             be sure to append the '__c' after the custom field name. Please reference your \
             WSDL or the describe call for the appropriate names.",
            object.name
        );
        SoqlError::new(name.place, "INVALID_FIELD", message)
    })?;
    Ok(Found { key: key + field.name, kind: field.kind })
}

fn call(text: &str) -> Option<(&str, &str)> {
    text.strip_suffix(')')?.split_once('(')
}

/// A part of a day or a time; the year of the org begins in January.
fn part_of(function: &str, date: &str) -> Option<Value> {
    let year: i64 = date.get(..4)?.parse().ok()?;
    let month: i64 = date.get(5..7)?.parse().ok()?;
    Some(Value::from(match function {
        "CALENDAR_YEAR" | "FISCAL_YEAR" => year,
        "CALENDAR_MONTH" | "FISCAL_MONTH" => month,
        "CALENDAR_QUARTER" | "FISCAL_QUARTER" => (month - 1) / 3 + 1,
        _ => return None,
    }))
}
