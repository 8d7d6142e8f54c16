//! From arguments to the parts of a request.

use serde_json::{Map, Value};

use mcp_mock::dialect::Arguments;
use mcp_mock::service::ApiError;
use mcp_mock::service::notion::{NOT_MODELLED, Paging};

/// How often a text is read as JSON before it is left alone.
const UNWRAPS_MAX: usize = 3;
/// Levels of objects and lists below which texts are left alone, so that texts in texts cannot exhaust
/// the stack. The reader of JSON stops at about as many.
const DEPTH_MAX: usize = 128;
/// Characters of a value that a refusal repeats.
const SHOWN_CHARS_MAX: usize = 100;

/// The value with every text that encodes an object or a list, perhaps several times over, in its decoded
/// form. A text that encodes anything else stays as it is.
pub(super) fn unwrapped(value: Value) -> Value {
    unwrapped_at(value, 0)
}

fn unwrapped_at(value: Value, depth: usize) -> Value {
    let deeper = |value| unwrapped_at(value, depth + 1);
    match value {
        Value::String(text) if depth < DEPTH_MAX => {
            decoded(&text).map_or(Value::String(text), deeper)
        }
        Value::Array(items) => items.into_iter().map(deeper).collect(),
        Value::Object(members) => {
            members.into_iter().map(|(name, member)| (name, deeper(member))).collect()
        }
        other => other,
    }
}

fn decoded(text: &str) -> Option<Value> {
    let mut current = text.to_owned();
    for _ in 0..UNWRAPS_MAX {
        match serde_json::from_str(current.trim()).ok()? {
            Value::String(inner) => current = inner,
            found @ (Value::Array(_) | Value::Object(_)) => return Some(found),
            _ => return None,
        }
    }
    None
}

/// An argument in the path of the request; `undefined` when it is missing.
pub(super) fn path_text(arguments: &Arguments, name: &str) -> String {
    match arguments.given(name) {
        None => "undefined".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// Which part of a list is wanted.
pub(super) fn paging(arguments: &Arguments) -> Result<Paging, ApiError> {
    let start_cursor = text(arguments, "start_cursor")?;
    let page_size = match arguments.value("page_size") {
        None => None,
        // In the query of a request, a number is a text.
        Some(size) => {
            let read = size.as_u64().or_else(|| size.as_str()?.parse().ok());
            let read = read.and_then(|size| usize::try_from(size).ok());
            Some(read.ok_or_else(|| should_be("body.page_size", "a number", Some(size)))?)
        }
    };
    Ok(Paging { page_size, start_cursor })
}

/// A text of the body.
pub(super) fn text(arguments: &Arguments, name: &str) -> Result<Option<String>, ApiError> {
    match arguments.value(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        other => Err(should_be(&format!("body.{name}"), "a string", other)),
    }
}

/// The properties that are wanted, as a list or as a text with commas; all when there are none.
pub(super) fn wanted_properties(arguments: &Arguments) -> Vec<String> {
    let mut wanted = arguments.texts("filter_properties");
    let one = arguments.text("filter_properties");
    wanted.extend(one.split(',').map(str::trim).filter(|id| !id.is_empty()).map(str::to_owned));
    wanted
}

/// A flag of the body.
pub(super) fn flag(arguments: &Arguments, name: &str) -> Result<Option<bool>, ApiError> {
    match arguments.value(name) {
        None => Ok(None),
        Some(Value::Bool(flag)) => Ok(Some(*flag)),
        other => Err(should_be(&format!("body.{name}"), "a boolean", other)),
    }
}

/// Refuses what the API would heed and this mock cannot.
pub(super) fn not_modelled(arguments: &Arguments, names: &[&str]) -> Result<(), ApiError> {
    match names.iter().find(|name| arguments.value(name).is_some()) {
        None => Ok(()),
        Some(name) => {
            let message = format!("`body.{name}` is not modelled by mcp-mock");
            Err(ApiError::new(501, NOT_MODELLED, message))
        }
    }
}

/// A required object of the body.
pub(super) fn object(arguments: &Arguments, name: &str) -> Result<Map<String, Value>, ApiError> {
    match arguments.given(name) {
        Some(Value::Object(members)) => Ok(members.clone()),
        None => Err(should_be(&format!("body.{name}"), "defined", None)),
        other => Err(should_be(&format!("body.{name}"), "an object", other)),
    }
}

/// A required list of the body.
pub(super) fn list(arguments: &Arguments, name: &str) -> Result<Vec<Value>, ApiError> {
    match arguments.given(name) {
        Some(Value::Array(items)) => Ok(items.clone()),
        None => Err(should_be(&format!("body.{name}"), "defined", None)),
        other => Err(should_be(&format!("body.{name}"), "an array", other)),
    }
}

/// The API's refusal of a part of the body.
pub(super) fn should_be(path: &str, expected: &str, value: Option<&Value>) -> ApiError {
    let shown = value.map_or_else(|| "undefined".to_owned(), Value::to_string);
    let shown: String = shown.chars().take(SHOWN_CHARS_MAX).collect();
    let message =
        format!("body failed validation: {path} should be {expected}, instead was `{shown}`.");
    ApiError::new(400, "validation_error", message)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn objects_in_texts_are_unwrapped_three_times_at_most() {
        let mut text = json!({ "page_id": "x" }).to_string();
        for _ in 0..2 {
            text = Value::from(text).to_string();
        }

        assert_eq!(unwrapped(text.clone().into()), json!({ "page_id": "x" }));
        let once_more = Value::from(text).to_string();
        assert_eq!(unwrapped(once_more.clone().into()), json!(once_more));
    }

    #[test]
    fn texts_in_texts_end_somewhere() {
        let mut value = json!("end");
        for _ in 0..12 {
            for _ in 0..100 {
                value = json!([value]);
            }
            value = Value::from(value.to_string());
        }

        let mut depth = 0;
        let mut inner = &unwrapped(value);
        while let Some(next) = inner.get(0) {
            (inner, depth) = (next, depth + 1);
        }

        assert!(inner.as_str().is_some_and(|text| text.starts_with("[[[")), "{inner}");
        assert!(depth < 2 * DEPTH_MAX + 10, "{depth}");
    }

    #[test]
    fn texts_that_encode_no_object_stay() {
        let kept = json!({ "a": "5", "b": "\"x\"", "c": "{not json}", "d": ["true", "[1]"] });

        let expected = json!({ "a": "5", "b": "\"x\"", "c": "{not json}", "d": ["true", [1]] });
        assert_eq!(unwrapped(kept), expected);
    }
}
