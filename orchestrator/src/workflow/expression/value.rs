//! From a value of the template engine to JSON.

use minijinja::Value as Item;
use minijinja::value::ValueKind;
use serde_json::{Map, Number, Value};

use super::error::ExpressionError;

/// The deepest nesting of a result; JSON readers on the other side stop at 128.
const DEPTH_MAX: usize = 100;
/// The most values in one result, so that a lazy list cannot fill the memory.
const VALUES_MAX: usize = 1_000_000;

/// Converts a result; whole numbers stay whole.
pub(super) fn to_json(item: &Item) -> Result<Value, ExpressionError> {
    convert(item, 0, &mut 0)
}

fn convert(item: &Item, depth: usize, seen: &mut usize) -> Result<Value, ExpressionError> {
    *seen += 1;
    if depth > DEPTH_MAX || *seen > VALUES_MAX {
        return Err(refused("the result is too large"));
    }
    match item.kind() {
        ValueKind::None => Ok(Value::Null),
        ValueKind::Bool => Ok(Value::Bool(item.is_true())),
        ValueKind::Number => number(item),
        ValueKind::String => Ok(item.as_str().unwrap_or_default().into()),
        ValueKind::Seq | ValueKind::Iterable => items(item)?
            .map(|part| convert(&part, depth + 1, seen))
            .collect::<Result<Vec<_>, _>>()
            .map(Value::Array),
        ValueKind::Map => {
            let mut map = Map::new();
            for key in items(item)? {
                let value = item.get_item(&key).map_err(|error| refused(error.to_string()))?;
                map.insert(key.to_string(), convert(&value, depth + 1, seen)?);
            }
            Ok(Value::Object(map))
        }
        ValueKind::Undefined => Err(refused("a value inside the result is missing")),
        other => Err(refused(format!("the result has {other} in it, which JSON has not"))),
    }
}

fn items(item: &Item) -> Result<minijinja::value::ValueIter, ExpressionError> {
    item.try_iter().map_err(|error| refused(error.to_string()))
}

fn number(item: &Item) -> Result<Value, ExpressionError> {
    if item.is_integer() {
        return i64::try_from(item.clone())
            .map(Number::from)
            .or_else(|_| u64::try_from(item.clone()).map(Number::from))
            .map(Value::Number)
            .map_err(|_| refused("the whole number does not fit into 64 bits"));
    }
    f64::try_from(item.clone())
        .ok()
        .and_then(Number::from_f64)
        .map(Value::Number)
        .ok_or_else(|| refused("the number is not finite"))
}

fn refused(message: impl Into<String>) -> ExpressionError {
    ExpressionError::new(message, None)
}
