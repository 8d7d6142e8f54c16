//! What a run takes.

use serde_json::{Value, json};

use super::Reader;
use super::fields::Shape;
use crate::source::node::{Entry, Node, NodeKind};
use crate::source::{Code, Diagnostic};
use crate::workflow::argument::fitting;
use crate::workflow::definition::Input;

static INPUT: Shape = Shape {
    noun: "an input",
    known: &[
        "type",
        "default",
        "description",
        "title",
        "examples",
        "enum",
        "const",
        "format",
        "minLength",
        "maxLength",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "items",
        "minItems",
        "maxItems",
        "uniqueItems",
        "properties",
        "required",
        "additionalProperties",
    ],
    later: &["pattern"],
};
const TYPES: [(&str, &str); 7] = [
    ("string", "string"),
    ("integer", "integer"),
    ("number", "number"),
    ("boolean", "boolean"),
    ("array", "array"),
    ("object", "object"),
    ("null", "null"),
];
const FORMATS: [(&str, &str); 7] = [
    ("email", "email"),
    ("uri", "uri"),
    ("date", "date"),
    ("date-time", "date-time"),
    ("time", "time"),
    ("uuid", "uuid"),
    ("hostname", "hostname"),
];

impl Reader<'_> {
    pub(super) fn inputs(&mut self, node: &Node) -> Vec<Input> {
        self.entries(node, "`inputs`").iter().filter_map(|entry| self.input(entry)).collect()
    }

    /// One input: its schema, or only the name of its type.
    fn input(&mut self, entry: &Entry) -> Option<Input> {
        self.identifier(&entry.key, &entry.span, "an input");
        let name = entry.key.clone();
        let span = entry.span.clone();
        if entry.value.as_text().is_some() {
            let type_ = self.word(&entry.value, &TYPES)?;
            return Some(Input { name, schema: json!({ "type": type_ }), default: None, span });
        }
        let fields = self.fields(&entry.value, &INPUT)?;
        if let Some(type_) = fields.get("type") {
            self.check_type(&type_.value);
        }
        if let Some(format) = fields.get("format") {
            self.word(&format.value, &FORMATS)?;
        }
        if let Some(choices) = fields.get("enum")
            && !matches!(&choices.value.kind, NodeKind::List(items) if !items.is_empty())
        {
            self.wrong_type(&choices.value, "`enum`", "a list of values");
        }
        let mut schema = entry.value.to_value();
        if let Value::Object(keywords) = &mut schema {
            keywords.remove("default");
        }
        let default = fields.get_even_empty("default").map(|default| match &default.value.kind {
            NodeKind::Scalar { value, text } => fitting(value, text.as_deref(), Some(&schema)),
            _ => default.value.to_value(),
        });
        Some(Input { name, schema, default, span })
    }

    /// A type, or a list of types.
    fn check_type(&mut self, node: &Node) {
        match &node.kind {
            NodeKind::List(items) if items.is_empty() => {
                let message = "the list of types is empty: no value would do";
                self.report(Diagnostic::error(Code::WrongType, &node.span, message));
            }
            NodeKind::List(items) => items.iter().for_each(|item| {
                self.word(item, &TYPES);
            }),
            _ => {
                self.word(node, &TYPES);
            }
        }
    }
}
