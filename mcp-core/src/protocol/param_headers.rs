//! Arguments that headers repeat (specification 2026-07-28, "Custom Headers from Tool Parameters").
//!
//! A property of a tool's input schema that says `x-mcp-header: Region` has its value sent in
//! `Mcp-Param-Region` as well, so that proxies can route by it. The client builds these headers and
//! the server compares them, both by [`ParamHeaders`]. A schema that breaks the rules makes its tool
//! unusable over HTTP.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use serde_json::Value;
use serde_json::value::RawValue;

/// The keyword in a schema.
const KEYWORD: &str = "x-mcp-header";

/// Keywords whose members are schemas under names, so that a member called `x-mcp-header` is none.
const MAPS: [&str; 5] =
    ["properties", "patternProperties", "$defs", "definitions", "dependentSchemas"];

/// Keywords that hold data and no schemas.
const DATA: [&str; 4] = ["const", "default", "enum", "examples"];

/// Which arguments of a tool are repeated in headers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ParamHeaders(Vec<ParamHeader>);

/// One such argument.
#[derive(Debug, Clone, PartialEq, Eq)]
struct ParamHeader {
    /// The name of the header after `Mcp-Param-`.
    header: String,
    /// The names of the properties on the way from the arguments to the value.
    path: Vec<String>,
}

/// Why a schema's mirrors cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParamHeaderError {
    /// Two properties want the same header.
    #[error("`x-mcp-header: {header}` stands there twice")]
    Duplicate {
        /// The name that both want, as the second one writes it.
        header: String,
    },
    /// The name is not a token (RFC 9110, 5.6.2).
    #[error("`x-mcp-header` of `{property}` is not a name for a header: {found}")]
    Name {
        /// The property.
        property: String,
        /// What it says instead, as JSON.
        found: String,
    },
    /// The keyword stands where no single value belongs to it.
    #[error(
        "`x-mcp-header` stands under `{place}`, which is not reached through `properties` alone"
    )]
    Place {
        /// Where, as names joined by `/`.
        place: String,
    },
    /// The schema is not JSON.
    #[error("the schema cannot be read: {message}")]
    Schema {
        /// What is wrong with it.
        message: String,
    },
    /// Only texts, whole numbers and truth values are mirrored.
    #[error("`{property}` has `x-mcp-header` and is neither string nor integer nor boolean")]
    Type {
        /// The property.
        property: String,
    },
}

impl ParamHeaders {
    /// Reads what an input schema says about headers.
    ///
    /// # Errors
    ///
    /// When the schema breaks a rule; the tool must not be offered then.
    pub fn of_schema(schema: &RawValue) -> Result<Self, ParamHeaderError> {
        // Most tools mirror nothing, and this keyword cannot be spelled in many ways.
        if !schema.get().contains("mcp-header") && !schema.get().contains('\\') {
            return Ok(Self::default());
        }
        let schema: Value = serde_json::from_str(schema.get())
            .map_err(|error| ParamHeaderError::Schema { message: error.to_string() })?;
        let mut found = Found::default();
        found.read(&schema, &mut Vec::new())?;
        Ok(Self(found.mirrors))
    }

    /// Whether no argument is mirrored.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The headers of one call: names without `Mcp-Param-`, and values that are not encoded yet.
    ///
    /// `arguments` are the arguments as JSON. What is absent or null has no header, and neither has
    /// a value that no header can repeat; the server refuses that one by the tool's schema.
    #[must_use]
    pub fn of_call(&self, arguments: &RawValue) -> Vec<(String, String)> {
        let value = |mirror: &ParamHeader| {
            let found = mirror.path.iter().try_fold(arguments, |value, name| member(value, name));
            Some((mirror.header.clone(), text(found?.get())?))
        };
        self.0.iter().filter_map(value).collect()
    }

    /// The names of the headers that a call may have, without `Mcp-Param-`.
    pub fn headers(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|mirror| mirror.header.as_str())
    }
}

#[derive(Default)]
struct Found {
    mirrors: Vec<ParamHeader>,
    /// In lower case: header names do not tell the cases apart.
    names: HashSet<String>,
}

impl Found {
    /// Reads a schema that is reached through `properties` alone.
    fn read(&mut self, schema: &Value, path: &mut Vec<String>) -> Result<(), ParamHeaderError> {
        let Value::Object(members) = schema else { return Ok(()) };
        for (keyword, value) in members {
            match (keyword.as_str(), value) {
                (KEYWORD, name) => self.keep(name, members.get("type"), path)?,
                ("properties", Value::Object(properties)) => {
                    for (name, property) in properties {
                        path.push(name.clone());
                        self.read(property, path)?;
                        path.pop();
                    }
                }
                (keyword, value) => check_free(keyword, value, path)?,
            }
        }
        Ok(())
    }

    fn keep(
        &mut self,
        name: &Value,
        kind: Option<&Value>,
        path: &[String],
    ) -> Result<(), ParamHeaderError> {
        let property = path.join("/");
        let is_mirrored = |kind: &str| matches!(kind, "string" | "integer" | "boolean");
        if path.is_empty() {
            return Err(ParamHeaderError::Place { place: "the root of the schema".to_owned() });
        }
        let header = match name {
            Value::String(header) if is_token(header) => header.clone(),
            found => return Err(ParamHeaderError::Name { property, found: found.to_string() }),
        };
        if !kind.and_then(Value::as_str).is_some_and(is_mirrored) {
            return Err(ParamHeaderError::Type { property });
        }
        if !self.names.insert(header.to_ascii_lowercase()) {
            return Err(ParamHeaderError::Duplicate { header });
        }
        self.mirrors.push(ParamHeader { header, path: path.to_vec() });
        Ok(())
    }
}

/// No schema inside the value of this keyword may mirror anything: which value would that be?
fn check_free(keyword: &str, value: &Value, path: &[String]) -> Result<(), ParamHeaderError> {
    if !DATA.contains(&keyword) && has_keyword(value, MAPS.contains(&keyword)) {
        let place = path.iter().map(String::as_str).chain([keyword]).collect::<Vec<_>>().join("/");
        return Err(ParamHeaderError::Place { place });
    }
    Ok(())
}

/// The depth is bounded: the parser refuses more than 128 levels.
fn has_keyword(value: &Value, is_map: bool) -> bool {
    match value {
        Value::Array(items) => items.iter().any(|item| has_keyword(item, false)),
        Value::Object(members) if is_map => members.values().any(|value| has_keyword(value, false)),
        Value::Object(members) => members.iter().any(|(keyword, value)| {
            let is_map = MAPS.contains(&keyword.as_str());
            keyword == KEYWORD || (!DATA.contains(&keyword.as_str()) && has_keyword(value, is_map))
        }),
        _ => false,
    }
}

fn member<'a>(object: &'a RawValue, name: &str) -> Option<&'a RawValue> {
    let members: BTreeMap<Cow<'a, str>, &'a RawValue> = serde_json::from_str(object.get()).ok()?;
    members.get(name).copied()
}

/// A single value as the text of a header.
fn text(json: &str) -> Option<String> {
    match json.as_bytes().first()? {
        b'"' => serde_json::from_str(json).ok(),
        b't' | b'f' => Some(json.to_owned()),
        b'-' | b'0'..=b'9' => whole_number(json),
        _ => None,
    }
}

/// JSON writes a whole number in many ways, a header in one. `1.0` and `1e2` are whole; beyond 2^53
/// such a spelling does not say which number it means.
fn whole_number(json: &str) -> Option<String> {
    const EXACT_MAX: f64 = 9_007_199_254_740_992.0;
    if json.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit()) {
        return Some(if json == "-0" { "0".to_owned() } else { json.to_owned() });
    }
    let number: f64 = json.parse().ok()?;
    let is_whole = number.fract() == 0.0 && number.abs() <= EXACT_MAX;
    is_whole.then(|| format!("{}", number + 0.0))
}

fn is_token(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn raw(value: &Value) -> Box<RawValue> {
        serde_json::value::to_raw_value(value).unwrap()
    }

    fn of_schema(schema: &Value) -> Result<ParamHeaders, ParamHeaderError> {
        ParamHeaders::of_schema(&raw(schema))
    }

    fn property(definition: &Value) -> Value {
        json!({ "type": "object", "properties": { "p": definition } })
    }

    #[test]
    fn values_of_a_call_are_found_by_their_path() {
        let mirrors = of_schema(&json!({ "type": "object", "properties": {
            "region": { "type": "string", "x-mcp-header": "Region" },
            "count": { "type": "integer", "x-mcp-header": "Count" },
            "dry": { "type": "boolean", "x-mcp-header": "Dry-Run" },
            "nested": { "type": "object", "properties": {
                "id": { "type": "string", "x-mcp-header": "Nested-Id" },
            }},
            "x-mcp-header": { "type": "string", "default": { "x-mcp-header": 1 } },
        }}))
        .unwrap();
        let call = |arguments: Value| {
            let pairs = mirrors.of_call(&raw(&arguments));
            pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>()
        };

        let mut full = call(json!({
            "region": "us \u{fc}", "count": -3, "dry": false, "nested": { "id": "" }, "other": 1,
        }));
        full.sort();
        assert_eq!(full, ["Count=-3", "Dry-Run=false", "Nested-Id=", "Region=us \u{fc}"]);
        assert_eq!(call(json!({ "region": null, "nested": {} })), Vec::<String>::new());
        assert_eq!(
            call(json!({ "region": ["a"], "count": 1.5, "nested": 7 })),
            Vec::<String>::new()
        );
        assert_eq!(call(json!("no object")), Vec::<String>::new());
    }

    #[test]
    fn whole_numbers_are_written_in_one_way() {
        let cases = [
            ("0", Some("0")),
            ("-0", Some("0")),
            ("-0.0", Some("0")),
            ("1.0", Some("1")),
            ("1e2", Some("100")),
            ("18446744073709551616", Some("18446744073709551616")),
            ("1e300", None),
            ("0.5", None),
        ];
        for (json, expected) in cases {
            assert_eq!(text(json).as_deref(), expected, "{json}");
        }
    }

    #[test]
    fn schemas_without_the_keyword_mirror_nothing() {
        assert!(of_schema(&json!({ "type": "object" })).unwrap().is_empty());
        assert!(of_schema(&json!(true)).unwrap().is_empty());
        assert!(of_schema(&property(&json!({ "type": "object" }))).unwrap().is_empty());
    }

    #[test]
    fn schemas_that_break_a_rule_are_refused_with_the_reason() {
        let own =
            |kind: Value, name: Value| property(&json!({ "type": kind, "x-mcp-header": name }));
        let refused = |schema: Value| of_schema(&schema).unwrap_err().to_string();

        for kind in
            [json!("number"), json!("object"), json!("array"), json!("null"), json!(["string"])]
        {
            insta::allow_duplicates! {
                insta::assert_snapshot!(refused(own(kind, json!("A"))), @"`p` has `x-mcp-header` and is neither string nor integer nor boolean");
            }
        }
        for name in [
            json!(""),
            json!("a b"),
            json!("a:b"),
            json!("ü"),
            json!("a\r\nb"),
            json!(1),
            json!(null),
        ] {
            let error = of_schema(&own(json!("string"), name)).unwrap_err();
            assert!(matches!(error, ParamHeaderError::Name { .. }), "{error}");
        }
        insta::assert_snapshot!(refused(own(json!("string"), json!("a b"))), @r#"`x-mcp-header` of `p` is not a name for a header: "a b""#);
        insta::assert_snapshot!(
            refused(json!({ "properties": {
                "a": { "type": "string", "x-mcp-header": "Id" },
                "b": { "type": "string", "x-mcp-header": "ID" },
            }})),
            @"`x-mcp-header: ID` stands there twice"
        );
        insta::assert_snapshot!(
            refused(json!({ "type": "string", "x-mcp-header": "Id" })),
            @"`x-mcp-header` stands under `the root of the schema`, which is not reached through `properties` alone"
        );
    }

    #[test]
    fn keyword_must_be_reached_through_properties_alone() {
        let inner = json!({ "type": "string", "x-mcp-header": "Id" });
        let object = json!({ "properties": { "x": inner } });
        let places = [
            property(&json!({ "type": "array", "items": inner })),
            property(&json!({ "oneOf": [inner] })),
            property(&json!({ "anyOf": [{ "type": "null" }, object] })),
            property(&json!({ "allOf": [object] })),
            property(&json!({ "not": inner })),
            property(&json!({ "if": object, "then": {}, "else": {} })),
            property(&json!({ "additionalProperties": inner })),
            property(&json!({ "patternProperties": { "^a": inner } })),
            json!({ "properties": { "p": { "$ref": "#/$defs/d" } }, "$defs": { "d": inner } }),
            json!({ "definitions": { "properties": inner } }),
            json!({ "dependentSchemas": { "a": object } }),
            property(&json!({ "prefixItems": [inner] })),
            json!({ "unknownKeyword": { "deep": [object] } }),
        ];
        for schema in places {
            let error = of_schema(&schema).unwrap_err();
            assert!(matches!(error, ParamHeaderError::Place { .. }), "{schema}: {error}");
        }
    }

    #[test]
    fn escaped_spelling_of_the_keyword_is_seen() {
        let schema = r#"{"properties":{"p":{"type":"number","x-mcp-h\u0065ader":"A"}}}"#;
        let schema: Box<RawValue> = serde_json::from_str(schema).unwrap();

        assert!(matches!(ParamHeaders::of_schema(&schema), Err(ParamHeaderError::Type { .. })));
    }
}
