//! Checks values against the part of JSON Schema that tools use.
//!
//! It claims a violation only when it is certain. A keyword or format that it does not know, a `$ref`
//! that leads out of the document and a schema deeper than the caps are taken as met, and a `not` or
//! `oneOf` around them says nothing. Nothing is fetched.

mod checker;
mod format;
mod keyword;
mod nearest;

pub use nearest::nearest_name;

use std::fmt;

use serde_json::Value;

use checker::Checker;

/// One way in which a value does not meet a schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// A JSON pointer to the offending part; empty for the value itself.
    pub path: String,
    /// What is wrong, as a fragment: "`title` is required".
    pub message: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => f.write_str(&self.message),
            path => write!(f, "{path}: {}", self.message),
        }
    }
}

/// Everything in `value` that does not meet `schema`, short paths first; at most 50.
///
/// An empty list means that no violation is known, not that a full validator would agree.
///
/// ```
/// use mcp_core::schema::violations;
/// use serde_json::json;
///
/// let schema = json!({ "type": "object", "required": ["title"] });
///
/// assert_eq!(violations(&schema, &json!({}))[0].message, "`title` is required");
/// ```
#[must_use]
pub fn violations(schema: &Value, value: &Value) -> Vec<Violation> {
    Checker::new(schema).violations(value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    /// Renders what was found as `path: message` lines.
    fn found(schema: &Value, value: &Value) -> Vec<String> {
        violations(schema, value)
            .into_iter()
            .map(|v| format!("{}: {}", v.path, v.message))
            .collect()
    }

    #[track_caller]
    fn check(cases: &[(Value, Value, &[&str])]) {
        for (schema, value, expected) in cases {
            assert_eq!(found(schema, value), *expected, "schema {schema}, value {value}");
        }
    }

    #[test]
    fn types_are_checked() {
        check(&[
            (json!({"type": "integer"}), json!(7.0), &[]),
            (json!({"type": "integer"}), json!(7.5), &[": expected integer, got number"]),
            (json!({"type": "integer"}), json!("7"), &[": expected integer, got string"]),
            (json!({"type": "number"}), json!(7), &[]),
            (json!({"type": ["string", "null"]}), json!(null), &[]),
            (
                json!({"type": ["string", "null"]}),
                json!([]),
                &[": expected string or null, got array"],
            ),
            (json!({"type": "colour"}), json!([]), &[]),
            (json!(true), json!(1), &[]),
            (json!(false), json!(1), &[": no value is allowed here"]),
            (json!(12), json!(1), &[]),
        ]);
    }

    #[test]
    fn objects_are_checked() {
        let schema = json!({
            "type": "object",
            "properties": { "title": { "type": "string" }, "a/b": { "type": "null" } },
            "required": ["title"],
            "additionalProperties": false,
        });

        check(&[
            (schema.clone(), json!({"title": "x"}), &[]),
            (schema.clone(), json!({}), &[": `title` is required"]),
            (
                schema.clone(),
                json!({"titel": "x"}),
                &[": `title` is required", "/titel: `titel` is unknown (did you mean `title`?)"],
            ),
            (
                schema.clone(),
                json!({"title": "x", "zzzzzz": 1}),
                &["/zzzzzz: `zzzzzz` is unknown (known: `a/b`, `title`)"],
            ),
            (
                schema,
                json!({"title": 1, "a/b": 1}),
                &["/a~1b: expected null, got integer", "/title: expected string, got integer"],
            ),
            (
                json!({"additionalProperties": {"type": "integer"}}),
                json!({"a": 1, "b": "x"}),
                &["/b: expected integer, got string"],
            ),
            (
                json!({"additionalProperties": false, "patternProperties": {"^x-": {}}}),
                json!({"x-a": 1}),
                &[],
            ),
        ]);
    }

    #[test]
    fn arrays_are_checked() {
        check(&[
            (
                json!({"items": {"type": "string"}}),
                json!(["a", 1]),
                &["/1: expected string, got integer"],
            ),
            (
                json!({"prefixItems": [{"type": "null"}], "items": {"type": "string"}}),
                json!([1, 2]),
                &["/0: expected null, got integer", "/1: expected string, got integer"],
            ),
            (
                json!({"items": [{"type": "null"}]}),
                json!([1, 2]),
                &["/0: expected null, got integer"],
            ),
            (json!({"minItems": 1}), json!([]), &[": expected at least 1 item, got 0"]),
            (json!({"maxItems": 2}), json!([1, 2, 3]), &[": expected at most 2 items, got 3"]),
            (json!({"minProperties": 1}), json!({}), &[": expected at least 1 member, got 0"]),
            (json!({"maxProperties": 0}), json!([1]), &[]),
        ]);
    }

    #[test]
    fn choices_are_checked() {
        check(&[
            (
                json!({"enum": ["low", "normal", "high"]}),
                json!("hihg"),
                &[": `hihg` is not one of low, normal, high"],
            ),
            (json!({"enum": [1, null]}), json!(2), &[": `2` is not one of 1, null"]),
            (json!({"enum": [1]}), json!(1.0), &[]),
            (json!({"enum": [{"a": [1]}]}), json!({"a": [1.0]}), &[]),
            (json!({"const": "open"}), json!("shut"), &[": expected `open`, got `shut`"]),
        ]);
    }

    #[test]
    fn bounds_are_checked() {
        check(&[
            (json!({"minLength": 1}), json!(""), &[": expected at least 1 character, got 0"]),
            (json!({"maxLength": 2}), json!("äöü"), &[": expected at most 2 characters, got 3"]),
            (json!({"minimum": 1}), json!(0), &[": expected at least 1, got 0"]),
            (json!({"maximum": 1}), json!(1), &[]),
            (json!({"maximum": 1}), json!(1.5), &[": expected at most 1, got 1.5"]),
            (json!({"exclusiveMinimum": 0}), json!(0), &[": expected more than 0, got 0"]),
            (json!({"exclusiveMaximum": 9}), json!(9), &[": expected less than 9, got 9"]),
            (
                json!({"maximum": u64::MAX - 1}),
                json!(u64::MAX),
                &[": expected at most 18446744073709551614, got 18446744073709551615"],
            ),
            (json!({"minimum": 1}), json!("text"), &[]),
        ]);
    }

    #[test]
    fn combinations_are_checked() {
        let nullable = json!({"anyOf": [{"type": "string", "minLength": 2}, {"type": "null"}]});
        check(&[
            (nullable.clone(), json!(null), &[]),
            (nullable.clone(), json!("x"), &[": expected at least 2 characters, got 1"]),
            (
                nullable,
                json!(1),
                &[
                    ": fits none of the alternatives (expected string, got integer; expected null, got integer)",
                ],
            ),
            (
                json!({"oneOf": [{"minimum": 1}, {"maximum": 5}]}),
                json!(3),
                &[": fits 2 alternatives, expected exactly one"],
            ),
            (
                json!({"allOf": [{"minimum": 1}, {"maximum": 5}]}),
                json!(9),
                &[": expected at most 5, got 9"],
            ),
            (
                json!({"not": {"type": "null"}}),
                json!(null),
                &[": `null` is excluded by the schema"],
            ),
            (json!({"not": {"type": "null"}}), json!(1), &[]),
            (
                json!({"not": {"required": ["a", "b"]}}),
                json!({"a": 1, "b": 2}),
                &[": `a` and `b` exclude each other"],
            ),
        ]);
    }

    #[test]
    fn local_references_are_followed() {
        let tree = json!({
            "$defs": { "node": {
                "type": "object",
                "properties": { "children": { "type": "array", "items": { "$ref": "#/$defs/node" } } },
            } },
            "$ref": "#/$defs/node",
        });

        check(&[
            (tree.clone(), json!({"children": [{"children": []}]}), &[]),
            (
                tree,
                json!({"children": [{"children": [1]}]}),
                &["/children/0/children/0: expected object, got integer"],
            ),
            (
                json!({"definitions": {"a b": {"type": "null"}}, "$ref": "#/definitions/a%20b"}),
                json!(1),
                &[": expected null, got integer"],
            ),
            (json!({"$ref": "#/$defs/missing"}), json!(1), &[]),
            (json!({"$ref": "https://example.com/s.json"}), json!(1), &[]),
        ]);
    }

    #[test]
    fn formats_are_checked() {
        check(&[
            (json!({"format": "email"}), json!("ann@example.com"), &[]),
            (json!({"format": "email"}), json!("ann"), &[": `ann` is not an email address"]),
            (json!({"format": "date"}), json!("2024-02-29"), &[]),
            (
                json!({"format": "date"}),
                json!("2026-02-29"),
                &[": `2026-02-29` is not a date such as 2026-11-22"],
            ),
            (json!({"format": "date-time"}), json!("2026-11-22T10:00:00.5+01:00"), &[]),
            (
                json!({"format": "date-time"}),
                json!("2026-11-22 10:00"),
                &[": `2026-11-22 10:00` is not a date and time such as 2026-11-22T10:00:00Z"],
            ),
            (json!({"format": "uri"}), json!("https://example.com/a?b"), &[]),
            (
                json!({"format": "uri"}),
                json!("example"),
                &[": `example` is not a URI such as https://example.com"],
            ),
            (json!({"format": "hostname"}), json!("??"), &[]),
        ]);
    }

    #[test]
    fn what_is_unknown_is_never_an_error() {
        check(&[
            (json!({"pattern": "^a"}), json!("b"), &[]),
            (json!({"not": {"pattern": "^a"}}), json!("b"), &[]),
            (
                json!({"not": {"description": "anything"}}),
                json!("b"),
                &[": `b` is excluded by the schema"],
            ),
            (json!({"oneOf": [{"pattern": "a"}, {"pattern": "b"}]}), json!("b"), &[]),
            (json!({"not": {"$ref": "other.json"}}), json!("b"), &[]),
            (json!({"not": {"minimum": "one"}}), json!(1), &[]),
        ]);
    }

    #[test]
    fn reference_to_itself_ends() {
        let endless = json!({"$ref": "#"});
        let branching = json!({"anyOf": [{"$ref": "#"}, {"$ref": "#"}], "not": {"$ref": "#"}});

        check(&[(endless, json!(1), &[]), (branching, json!(1), &[])]);
    }

    #[test]
    fn number_of_violations_is_capped() {
        let schema = json!({"items": {"type": "null"}});
        let value = json!(vec![1; 500]);

        let found = violations(&schema, &value);

        assert_eq!(found.len(), checker::VIOLATIONS_MAX);
    }

    /// JSON with the words of schemas in it, so that keywords meet values of every wrong type.
    fn json_value() -> impl Strategy<Value = Value> {
        let word = prop::sample::select(vec![
            "$defs",
            "$ref",
            "additionalProperties",
            "allOf",
            "anyOf",
            "const",
            "enum",
            "format",
            "items",
            "maxItems",
            "maximum",
            "minLength",
            "minimum",
            "not",
            "oneOf",
            "prefixItems",
            "properties",
            "required",
            "type",
            "#",
            "#/$defs/type",
            "string",
            "object",
            "array",
            "date-time",
            "email",
            "uri",
        ]);
        let text = prop_oneof![word.prop_map(str::to_owned), ".{0,12}"];
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            text.clone().prop_map(Value::from),
        ];
        leaf.prop_recursive(5, 48, 6, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::vec((text.clone(), inner), 0..6)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_schema_takes_any_value_without_panic(schema in json_value(), value in json_value()) {
            let found = violations(&schema, &value);

            prop_assert!(found.len() <= checker::VIOLATIONS_MAX);
            prop_assert!(found.iter().all(|v| value.pointer(&v.path).is_some()));
        }
    }
}
