//! The differences between the catalogue of a real server and that of a dialect.
//!
//! It compares what a program relies on: names, arguments with everything that their schemas demand,
//! annotations, who the server is and which revision it speaks. It does not compare strings for people.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use mcp_core::display::is_unsafe;
use mcp_core::protocol::{ProtocolVersion, ServerInfo, Tool};
use serde_json::{Map, Value};

/// How deep schemas are followed; `$ref` is compared by name, so that nothing goes round in circles.
const SCHEMA_DEPTH_MAX: usize = 32;

/// Keywords whose values are strings for people, or do not restrict values.
const PROSE: [&str; 6] = ["$schema", "$id", "description", "examples", "title", "$comment"];

/// A server as its clients see it.
#[derive(Debug, Clone, Copy)]
pub struct Catalogue<'a> {
    /// Name, version and capabilities that the server gives itself.
    pub server: &'a ServerInfo,
    /// The revision that both sides agreed on.
    pub revision: ProtocolVersion,
    /// What `tools/list` shows.
    pub tools: &'a [Tool],
}

/// All differences; `Display` writes them for people.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Drift {
    server: Vec<String>,
    added: Vec<String>,
    removed: Vec<String>,
    changed: Vec<(String, Vec<String>)>,
}

impl Drift {
    /// Compares a real server with a dialect.
    pub fn between(dialect: Catalogue<'_>, real: Catalogue<'_>) -> Self {
        let mut drift = Self { server: server_lines(dialect, real), ..Self::default() };
        let by_name = |tools: &'_ [Tool]| -> BTreeMap<String, Tool> {
            tools.iter().map(|tool| (tool.name.clone(), tool.clone())).collect()
        };
        let (shipped, found) = (by_name(dialect.tools), by_name(real.tools));
        for (name, tool) in &found {
            match shipped.get(name) {
                None => drift.added.push(safe(name)),
                Some(before) => {
                    let lines = tool_lines(before, tool);
                    if !lines.is_empty() {
                        drift.changed.push((safe(name), lines));
                    }
                }
            }
        }
        let gone = shipped.keys().filter(|name| !found.contains_key(*name));
        drift.removed = gone.map(|name| safe(name)).collect();
        drift
    }

    /// Whether nothing differs.
    #[must_use]
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.server {
            writeln!(f, "~ {line}")?;
        }
        for name in &self.added {
            writeln!(f, "+ {name}")?;
        }
        for name in &self.removed {
            writeln!(f, "- {name}")?;
        }
        for (name, lines) in &self.changed {
            writeln!(f, "~ {name}")?;
            for line in lines {
                writeln!(f, "    {line}")?;
            }
        }
        let (added, removed, changed) = (self.added.len(), self.removed.len(), self.changed.len());
        writeln!(f, "tools: {added} added, {removed} removed, {changed} changed")
    }
}

fn server_lines(dialect: Catalogue<'_>, real: Catalogue<'_>) -> Vec<String> {
    let (before, after) = (&dialect.server.implementation, &real.server.implementation);
    let facts = [
        ("server name", before.name.as_str(), after.name.as_str()),
        ("server version", before.version.as_str(), after.version.as_str()),
        ("protocol revision", dialect.revision.as_str(), real.revision.as_str()),
    ];
    let changed = facts.into_iter().filter(|(_, before, after)| before != after);
    changed
        .map(|(what, before, after)| format!("{what}: {} -> {}", safe(before), safe(after)))
        .collect()
}

fn tool_lines(before: &Tool, after: &Tool) -> Vec<String> {
    let mut lines =
        schema_lines("argument", &nodes(&before.input_schema), &nodes(&after.input_schema));
    let output = |tool: &Tool| tool.output_schema.as_deref().map(nodes).unwrap_or_default();
    lines.extend(schema_lines("output", &output(before), &output(after)));
    let hints = |tool: &Tool| match serde_json::to_value(&tool.annotations) {
        Ok(Value::Object(hints)) => hints,
        _ => Map::new(),
    };
    lines.extend(member_lines("annotation ", &hints(before), &hints(after)));
    lines
}

/// The parts of a schema by their places, each with its own keywords.
type Nodes = BTreeMap<String, Map<String, Value>>;

fn schema_lines(what: &str, before: &Nodes, after: &Nodes) -> Vec<String> {
    let places: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let mut lines = Vec::new();
    for place in places {
        let named =
            if place.is_empty() { what.to_owned() } else { format!("{what} `{}`", safe(place)) };
        match (before.get(place), after.get(place)) {
            (None, Some(keywords)) => lines.push(format!("+ {named}{}", listed(keywords))),
            (Some(_), None) => lines.push(format!("- {named}")),
            (Some(before), Some(after)) => {
                lines.extend(member_lines(&format!("{named} "), before, after));
            }
            (None, None) => {}
        }
    }
    lines
}

fn member_lines(
    what: &str,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
) -> Vec<String> {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let changed = names.into_iter().filter(|name| before.get(*name) != after.get(*name));
    let told = |value: Option<&Value>| {
        value.map_or_else(|| "unset".to_owned(), |value| safe(&value.to_string()))
    };
    changed
        .map(|name| {
            let (before, after) = (told(before.get(name)), told(after.get(name)));
            format!("~ {what}{}: {before} -> {after}", safe(name))
        })
        .collect()
}

fn listed(keywords: &Map<String, Value>) -> String {
    let listed: Vec<_> =
        keywords.iter().map(|(name, value)| safe(&format!("{name} {value}"))).collect();
    if listed.is_empty() { String::new() } else { format!(": {}", listed.join(", ")) }
}

fn nodes(schema: &serde_json::value::RawValue) -> Nodes {
    let mut nodes = Nodes::new();
    if let Ok(schema) = serde_json::from_str::<Value>(schema.get()) {
        collect(&mut nodes, "", &schema, 0);
    }
    nodes
}

/// Adds a schema and all schemas inside it.
fn collect(nodes: &mut Nodes, place: &str, schema: &Value, depth: usize) {
    let Some(members) = schema.as_object().filter(|_| depth < SCHEMA_DEPTH_MAX) else {
        nodes.entry(place.to_owned()).or_default().insert("schema".to_owned(), schema.clone());
        return;
    };
    let mut below: Vec<(String, &Value)> = Vec::new();
    let mut keywords = Map::new();
    for (keyword, value) in members {
        match (keyword.as_str(), value) {
            (
                "properties" | "patternProperties" | "$defs" | "definitions",
                Value::Object(inner),
            ) => {
                let group = if keyword == "properties" { "" } else { &format!("{keyword}.") };
                below.extend(inner.iter().map(|(name, one)| (joined(place, group, name), one)));
            }
            ("items" | "additionalProperties" | "not", Value::Object(_)) => {
                let sign = match keyword.as_str() {
                    "items" => "[]",
                    "not" => "!",
                    _ => ".*",
                };
                below.push((format!("{place}{sign}"), value));
            }
            ("anyOf" | "oneOf" | "allOf" | "items", Value::Array(inner)) => {
                let numbered = inner.iter().enumerate();
                below.extend(
                    numbered.map(|(index, one)| (format!("{place}({keyword} {index})"), one)),
                );
            }
            ("required", Value::Array(_)) => {}
            (prose, _) if PROSE.contains(&prose) => {}
            ("enum" | "type", Value::Array(values)) => {
                keywords.insert(keyword.clone(), sorted(values));
            }
            _ => {
                keywords.insert(keyword.clone(), value.clone());
            }
        }
    }
    // Another place may have said that this one is required.
    nodes.entry(place.to_owned()).or_default().extend(keywords);
    for (place, schema) in below {
        collect(nodes, &place, schema, depth + 1);
    }
    let required = members.get("required").and_then(Value::as_array).into_iter().flatten();
    for name in required.filter_map(Value::as_str) {
        let node = nodes.entry(joined(place, "", name)).or_default();
        node.insert("required".to_owned(), true.into());
    }
}

/// The order of alternatives means nothing.
fn sorted(values: &[Value]) -> Value {
    let mut values = values.to_vec();
    values.sort_by_key(Value::to_string);
    Value::Array(values)
}

fn joined(place: &str, group: &str, name: &str) -> String {
    if place.is_empty() { format!("{group}{name}") } else { format!("{place}.{group}{name}") }
}

/// A string of a server, safe for a terminal.
fn safe(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        if is_unsafe(letter) { safe.extend(letter.escape_unicode()) } else { safe.push(letter) }
    }
    safe
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn tool(value: Value) -> Tool {
        serde_json::from_value(value).unwrap()
    }

    fn drift(before: &[Tool], after: &[Tool]) -> Drift {
        let server = ServerInfo::new("s", "1");
        let revision = ProtocolVersion::V2025_06_18;
        let of = |tools| Catalogue { server: &server, revision, tools };
        Drift::between(of(before), of(after))
    }

    #[test]
    fn texts_and_orders_make_no_difference() {
        let before = tool(json!({
            "name": "t", "description": "One.",
            "inputSchema": {
                "type": "object", "required": ["b", "a"],
                "properties": { "a": { "enum": ["x", "y"], "description": "A." }, "b": {} },
            },
        }));
        let after = tool(json!({
            "name": "t", "description": "Two.",
            "inputSchema": {
                "$schema": "http://json-schema.org/draft-07/schema#",
                "type": "object", "required": ["a", "b"],
                "properties": { "b": {}, "a": { "enum": ["y", "x"] } },
            },
        }));

        assert!(drift(&[before], &[after]).is_none());
    }

    #[test]
    fn what_differs_is_told_by_tool_and_place() {
        let before = tool(json!({
            "name": "t", "annotations": { "readOnlyHint": true },
            "inputSchema": {
                "type": "object", "required": ["a"],
                "properties": {
                    "a": { "type": "string" }, "gone": { "type": "string" },
                    "list": { "type": "array", "items": { "type": "string" } },
                },
            },
        }));
        let after = tool(json!({
            "name": "t",
            "inputSchema": {
                "type": "object", "required": ["new"],
                "properties": {
                    "a": { "type": ["string", "null"] }, "new": { "type": "integer" },
                    "list": { "type": "array", "items": { "enum": ["x\u{1b}"] } },
                },
            },
        }));
        let other = tool(json!({ "name": "other", "inputSchema": {} }));

        let drift = drift(
            &[before, other.clone()],
            &[after, tool(json!({ "name": "more", "inputSchema": {} }))],
        );

        insta::assert_snapshot!(drift, @r#"
        + more
        - other
        ~ t
            ~ argument `a` required: true -> unset
            ~ argument `a` type: "string" -> ["null","string"]
            - argument `gone`
            ~ argument `list[]` enum: unset -> ["x\u001b"]
            ~ argument `list[]` type: "string" -> unset
            + argument `new`: required true, type "integer"
            ~ annotation readOnlyHint: true -> unset
        tools: 1 added, 1 removed, 1 changed
        "#);
    }

    #[test]
    fn who_the_server_is_and_what_it_speaks_is_compared() {
        let (before, after) = (ServerInfo::new("s", "1"), ServerInfo::new("s", "2"));
        let of = |server, revision| Catalogue { server, revision, tools: &[] };

        let drift = Drift::between(
            of(&before, ProtocolVersion::V2025_06_18),
            of(&after, ProtocolVersion::V2025_11_25),
        );

        insta::assert_snapshot!(drift, @"
        ~ server version: 1 -> 2
        ~ protocol revision: 2025-06-18 -> 2025-11-25
        tools: 0 added, 0 removed, 0 changed
        ");
    }
}
