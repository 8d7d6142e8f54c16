//! Holds what was written against the schema, and says what it means in better words than a schema can.

use mcp_core::schema::{self, Violation};
use serde_json::{Map, Value};

use super::schema::schema as written;
use crate::script::{FAULTS, Fault, FaultError};

/// Everything that is wrong, in the order of its places.
pub(super) fn violations(value: &Value) -> Vec<Violation> {
    let mut found = own_words(value);
    let others = schema::violations(&written(), value);
    let new: Vec<_> = others
        .into_iter()
        .filter(|other| !found.iter().any(|told| is_within(&other.path, &told.path)))
        .collect();
    found.extend(new);
    found.sort_by(|left, right| left.path.cmp(&right.path));
    found
}

fn is_within(path: &str, place: &str) -> bool {
    path.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn own_words(value: &Value) -> Vec<Violation> {
    let rules = value.get("rules").and_then(Value::as_array).into_iter().flatten().enumerate();
    rules
        .filter_map(|(index, rule)| Some((index, rule.as_object()?)))
        .flat_map(|(index, rule)| {
            [
                ("", exclusive(rule, ["reply", "fault"])),
                ("/on", on(rule)),
                ("/fault", fault(rule)),
                ("/delay_ms", delay(rule)),
            ]
            .into_iter()
            .filter_map(move |(member, message)| {
                Some(Violation { path: format!("/rules/{index}{member}"), message: message? })
            })
        })
        .collect()
}

fn exclusive(members: &Map<String, Value>, [one, other]: [&str; 2]) -> Option<String> {
    let has_both = members.contains_key(one) && members.contains_key(other);
    has_both.then(|| format!("`{one}` and `{other}` exclude each other"))
}

fn on(rule: &Map<String, Value>) -> Option<String> {
    exclusive(rule.get("on")?.as_object()?, ["tool", "request"])
}

fn fault(rule: &Map<String, Value>) -> Option<String> {
    match rule.get("fault")? {
        Value::String(name) => match name.parse::<Fault>() {
            Err(error @ FaultError::Name { .. }) => Some(error.to_string()),
            _ => None,
        },
        form => one_member(form, "a fault").or_else(|| without_values(form)),
    }
}

/// A fault that takes no values and was given some.
fn without_values(form: &Value) -> Option<String> {
    let name = form.as_object()?.keys().next()?;
    let fault = FAULTS.iter().find(|fault| fault.name == name && fault.usual.is_none())?;
    Some(format!("fault `{0}` takes no values; write \"{0}\"", fault.name))
}

fn delay(rule: &Map<String, Value>) -> Option<String> {
    one_member(rule.get("delay_ms")?, "a delay")
}

fn one_member(form: &Value, what: &str) -> Option<String> {
    let count = form.as_object()?.len();
    (count != 1).then(|| format!("{what} has one member, its name, got {count}"))
}
