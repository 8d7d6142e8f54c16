//! From arguments to the parts of a request.

use mcp_mock::dialect::{Call, Refusal};
use mcp_mock::service::ApiError;
use mcp_mock::service::notion::{Notion, Paging};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// At most this often a string is decoded as JSON.
const UNWRAPS_MAX: usize = 3;
/// Strings below this many levels of objects and arrays are not decoded, so that strings in strings cannot
/// exhaust the stack. The JSON parser stops at about as many levels.
const DEPTH_MAX: usize = 128;
/// Characters of a value that a refusal repeats.
const SHOWN_CHARS_MAX: usize = 100;

/// The value with every string that encodes an object or an array, perhaps several times over, decoded. A
/// string that encodes anything else stays.
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
#[derive(Debug)]
pub(super) struct PathId(String);

impl PathId {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for PathId {
    fn default() -> Self {
        Self("undefined".to_owned())
    }
}

impl<'de> Deserialize<'de> for PathId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(match Value::deserialize(deserializer)? {
            Value::String(text) => text,
            other => other.to_string(),
        }))
    }
}

/// A member of a request body: it may be missing or anything, and the API says what it should be. Paths
/// begin behind `body`.
#[derive(Debug, Default)]
pub(super) struct Field(Option<Value>);

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(|value| Self(Some(value)))
    }
}

impl Field {
    /// The value when it is given; null counts.
    pub(super) fn given(&self) -> Option<&Value> {
        self.0.as_ref()
    }

    /// The value when it is given and not null.
    pub(super) fn value(&self) -> Option<&Value> {
        self.given().filter(|value| !value.is_null())
    }

    /// A member of an object.
    pub(super) fn member(&self, name: &str) -> Option<&Value> {
        self.given().and_then(|value| value.get(name))
    }

    pub(super) fn text(&self, path: &str) -> Result<Option<String>, ApiError> {
        match self.value() {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            other => Err(should_be(path, "a string", other)),
        }
    }

    pub(super) fn flag(&self, path: &str) -> Result<Option<bool>, ApiError> {
        match self.value() {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            other => Err(should_be(path, "a boolean", other)),
        }
    }

    /// An object that must be there.
    pub(super) fn object(&self, path: &str) -> Result<Map<String, Value>, ApiError> {
        match self.given() {
            Some(Value::Object(members)) => Ok(members.clone()),
            None => Err(should_be(path, "defined", None)),
            other => Err(should_be(path, "an object", other)),
        }
    }

    /// An object that may be missing or null.
    pub(super) fn optional_object(&self, path: &str) -> Result<Map<String, Value>, ApiError> {
        if self.value().is_some() { self.object(path) } else { Ok(Map::new()) }
    }

    /// An array that must be there.
    pub(super) fn list(&self, path: &str) -> Result<Vec<Value>, ApiError> {
        match self.given() {
            Some(Value::Array(items)) => Ok(items.clone()),
            None => Err(should_be(path, "defined", None)),
            other => Err(should_be(path, "an array", other)),
        }
    }

    /// Names in an array, or in a string with commas between them.
    pub(super) fn names(&self) -> Vec<String> {
        match self.value() {
            Some(Value::Array(items)) => {
                items.iter().filter_map(Value::as_str).map(str::to_owned).collect()
            }
            Some(Value::String(text)) => {
                let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
                names.map(str::to_owned).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// Which part of a list is wanted.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct PageFields {
    start_cursor: Field,
    page_size: Field,
}

impl PageFields {
    pub(super) fn paging(&self) -> Result<Paging, ApiError> {
        let start_cursor = self.start_cursor.text("start_cursor")?;
        let page_size = match self.page_size.value() {
            None => None,
            // In the query of a request, a number is a string.
            Some(size) => {
                let read = size.as_u64().or_else(|| size.as_str()?.parse().ok());
                let read = read.and_then(|size| usize::try_from(size).ok());
                Some(read.ok_or_else(|| should_be("page_size", "a number", Some(size)))?)
            }
        };
        Ok(Paging { page_size, start_cursor })
    }
}

/// Arguments in the path and the query of a request that has no body.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Query {
    pub(super) block_id: PathId,
    pub(super) data_source_id: PathId,
    pub(super) database_id: PathId,
    pub(super) page_id: PathId,
    pub(super) property_id: PathId,
    pub(super) user_id: PathId,
    pub(super) filter_properties: Field,
    #[serde(flatten)]
    pub(super) page: PageFields,
}

/// What was read from a request. One that cannot be read counts all the same.
pub(super) fn counted<T>(
    call: &mut Call<'_, Notion>,
    read: Result<T, ApiError>,
) -> Result<T, Refusal> {
    read.map_err(|refusal| call.api.reject(refusal).into())
}

/// Fails when a member is given that the API would heed and this fake cannot.
pub(super) fn not_modelled(fields: &[(&str, &Field)]) -> Result<(), Refusal> {
    match fields.iter().find(|(_, field)| field.value().is_some()) {
        None => Ok(()),
        Some((name, _)) => {
            Err(Refusal::NotModelled(format!("`body.{name}` is not modelled by mcp-mock")))
        }
    }
}

/// The API's refusal of a part of the body.
pub(super) fn should_be(path: &str, expected: &str, value: Option<&Value>) -> ApiError {
    let shown = value.map_or_else(|| "undefined".to_owned(), Value::to_string);
    let shown: String = shown.chars().take(SHOWN_CHARS_MAX).collect();
    let message =
        format!("body failed validation: body.{path} should be {expected}, instead was `{shown}`.");
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
