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
    /// The objects that its values are ids of.
    pub(super) targets: Vec<String>,
}

/// What a name means for rows of an object.
pub(super) fn find<'a>(
    salesforce: &'a Salesforce,
    object: ObjectRule<'a>,
    name: &Name,
) -> Result<Found, SoqlError> {
    let Some((function, inner)) = call(&name.text) else {
        return path(salesforce, object, name, &name.text);
    };
    if function == "COUNT" && inner.is_empty() {
        let (key, targets) = (name.text.clone(), Vec::new());
        return Ok(Found { key, kind: FieldKind::Int, targets });
    }
    let inner = path(salesforce, object, name, inner)?;
    let kind = if is_aggregate(&name.text) {
        aggregate_kind(function, inner.kind)
    } else {
        let is_date = matches!(inner.kind, FieldKind::Date | FieldKind::DateTime);
        Some(FieldKind::Int).filter(|_| is_date && part_of(function, "2026-01-05").is_some())
    };
    let key = format!("{function}({})", inner.key);
    kind.map(|kind| Found { key, kind, targets: inner.targets }).ok_or_else(|| {
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
    salesforce.record(record.text(&reference_of(relation)))
}

/// The field behind a relation: `AccountId` for `Account`, `Invoice__c` for `Invoice__r`.
fn reference_of(relation: &str) -> String {
    match relation.strip_suffix("__r") {
        Some(name) => format!("{name}__c"),
        None => format!("{relation}Id"),
    }
}

/// The relation that a field stands for.
fn relation_of(field: &str) -> String {
    match field.strip_suffix("__c") {
        Some(name) => format!("{name}__r"),
        None => field.trim_end_matches("Id").to_owned(),
    }
}

fn path<'a>(
    salesforce: &'a Salesforce,
    object: ObjectRule<'a>,
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
        let field = salesforce.field(object, &reference_of(relation));
        let field = field.filter(|field| field.kind == FieldKind::Reference);
        let target = |field: &Field<'_>| {
            field.values.names().first().and_then(|name| salesforce.find_object(name))
        };
        let parent = field.and_then(|field| Some((field, target(&field)?)));
        let Some((field, parent)) = parent else {
            let message = format!(
                "Didn't understand relationship '{relation}' in field path. If you are attempting to \
                 use a custom relationship, be sure to append the '__r' after the custom \
                 relationship name. Please reference your WSDL or the describe call for the \
                 appropriate names."
            );
            return Err(SoqlError::new(name.place, "INVALID_FIELD", message));
        };
        key = format!("{key}{}.", relation_of(field.name));
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
    let targets = match field.kind {
        FieldKind::Id => vec![object.name.to_owned()],
        FieldKind::Reference => field.values.names().into_iter().map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    Ok(Found { key: key + field.name, kind: field.kind, targets })
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
