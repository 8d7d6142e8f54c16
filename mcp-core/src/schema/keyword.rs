//! Keywords that look at one value and no further.

use std::cmp::Ordering;

use crate::display::truncated;
use serde_json::{Map, Value};

/// Characters of a value that a message quotes.
const SHOWN_MAX: usize = 60;

/// Choices of an `enum` that a message lists.
const CHOICES_SHOWN_MAX: usize = 20;

/// What one keyword says of one value.
pub(super) enum Verdict {
    Met,
    /// The keyword, or its argument, is not understood.
    Unknown,
    Violated(String),
}

/// Checks a keyword without subschemas.
pub(super) fn check(name: &str, argument: &Value, value: &Value) -> Verdict {
    match name {
        "const" => verdict(same(argument, value), || {
            format!("expected `{}`, got `{}`", shown(argument), shown(value))
        }),
        "exclusiveMaximum" => number(argument, value, "less than", &[Ordering::Less]),
        "exclusiveMinimum" => number(argument, value, "more than", &[Ordering::Greater]),
        "maximum" => number(argument, value, "at most", &[Ordering::Less, Ordering::Equal]),
        "minimum" => number(argument, value, "at least", &[Ordering::Greater, Ordering::Equal]),
        "maxItems" => size(argument, value.as_array().map(Vec::len), Bound::Most, "item"),
        "maxProperties" => size(argument, members(value), Bound::Most, "member"),
        "minItems" => size(argument, value.as_array().map(Vec::len), Bound::Least, "item"),
        "maxLength" => size(argument, characters(value), Bound::Most, "character"),
        "minLength" => size(argument, characters(value), Bound::Least, "character"),
        "minProperties" => size(argument, members(value), Bound::Least, "member"),
        "type" => check_type(argument, value),
        _ if is_annotation(name) => Verdict::Met,
        _ => Verdict::Unknown,
    }
}

/// Whether the `type` of a schema, when there is one, accepts the value.
pub(super) fn fits_type(schema: &Value, value: &Value) -> bool {
    schema
        .get("type")
        .is_none_or(|wanted| !matches!(check_type(wanted, value), Verdict::Violated(_)))
}

/// Equality as JSON Schema means it: 1 and 1.0 are one number.
pub(super) fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len()
                && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Value::Number(_), Value::Number(_)) => compared(left, right) == Some(Ordering::Equal),
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(name, left)| right.get(name).is_some_and(|r| same(left, r)))
        }
        _ => left == right,
    }
}

/// "`hihg` is not one of low, normal, high".
pub(super) fn not_one_of(choices: &[Value], value: &Value) -> String {
    let mut listed: Vec<_> = choices.iter().take(CHOICES_SHOWN_MAX).map(shown).collect();
    if choices.len() > CHOICES_SHOWN_MAX {
        listed.push(format!("… ({} more)", choices.len() - CHOICES_SHOWN_MAX));
    }
    format!("`{}` is not one of {}", shown(value), listed.join(", "))
}

/// A value for a message: a string without its quotes, everything else as JSON, shortened.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("array of {}", items.len()),
        Value::Object(members) => format!("object of {}", members.len()),
        Value::String(text) => shortened(text),
        _ => value.to_string(),
    }
}

/// The first part of a string that may be long.
pub(super) fn shortened(text: &str) -> String {
    truncated(text, SHOWN_MAX).into_owned()
}

/// Keywords that never make a value wrong.
fn is_annotation(name: &str) -> bool {
    const ANNOTATIONS: [&str; 16] = [
        "$anchor",
        "$comment",
        "$defs",
        "$id",
        "$schema",
        "contentEncoding",
        "contentMediaType",
        "default",
        "definitions",
        "deprecated",
        "description",
        "example",
        "examples",
        "readOnly",
        "title",
        "writeOnly",
    ];
    ANNOTATIONS.contains(&name) || name.starts_with("x-")
}

fn check_type(wanted: &Value, value: &Value) -> Verdict {
    let names: Vec<_> = match wanted {
        Value::String(name) => vec![name.as_str()],
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        _ => return Verdict::Unknown,
    };
    let fits: Option<Vec<bool>> = names.iter().map(|name| has_type(name, value)).collect();
    match fits {
        None => Verdict::Unknown,
        Some(fits) if fits.is_empty() => Verdict::Unknown,
        Some(fits) => verdict(fits.contains(&true), || {
            format!("expected {}, got {}", names.join(" or "), type_of(value))
        }),
    }
}

/// Whether the value has the type; nothing for a name that is no type.
fn has_type(name: &str, value: &Value) -> Option<bool> {
    Some(match name {
        "array" => value.is_array(),
        "boolean" => value.is_boolean(),
        "integer" => is_integer(value),
        "null" => value.is_null(),
        "number" => value.is_number(),
        "object" => value.is_object(),
        "string" => value.is_string(),
        _ => return None,
    })
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Array(_) => "array",
        Value::Bool(_) => "boolean",
        Value::Null => "null",
        Value::Number(_) if is_integer(value) => "integer",
        Value::Number(_) => "number",
        Value::Object(_) => "object",
        Value::String(_) => "string",
    }
}

fn is_integer(value: &Value) -> bool {
    value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|number| number.fract() == 0.0)
}

fn number(limit: &Value, value: &Value, words: &str, allowed: &[Ordering]) -> Verdict {
    if !limit.is_number() {
        return Verdict::Unknown;
    }
    match compared(value, limit) {
        None => Verdict::Met,
        Some(order) => {
            verdict(allowed.contains(&order), || format!("expected {words} {limit}, got {value}"))
        }
    }
}

/// The order of two numbers, exact where both are whole.
fn compared(left: &Value, right: &Value) -> Option<Ordering> {
    match (whole(left), whole(right)) {
        (Some(left), Some(right)) => Some(left.cmp(&right)),
        _ => left.as_f64()?.partial_cmp(&right.as_f64()?),
    }
}

fn whole(value: &Value) -> Option<i128> {
    value.as_i64().map(i128::from).or_else(|| value.as_u64().map(i128::from))
}

#[derive(Clone, Copy, PartialEq)]
enum Bound {
    Least,
    Most,
}

fn size(limit: &Value, size: Option<usize>, bound: Bound, noun: &str) -> Verdict {
    let (Some(limit), Some(size)) = (length(limit), size) else {
        return if length(limit).is_none() { Verdict::Unknown } else { Verdict::Met };
    };
    let (fits, words) = match bound {
        Bound::Least => (size >= limit, "at least"),
        Bound::Most => (size <= limit, "at most"),
    };
    let plural = if limit == 1 { "" } else { "s" };
    verdict(fits, || format!("expected {words} {limit} {noun}{plural}, got {size}"))
}

fn length(limit: &Value) -> Option<usize> {
    limit.as_u64().and_then(|limit| usize::try_from(limit).ok())
}

fn members(value: &Value) -> Option<usize> {
    value.as_object().map(Map::len)
}

fn characters(value: &Value) -> Option<usize> {
    value.as_str().map(|text| text.chars().count())
}

fn verdict(fits: bool, message: impl FnOnce() -> String) -> Verdict {
    if fits { Verdict::Met } else { Verdict::Violated(message()) }
}
