//! Maps with known keys.

use mcp_core::schema::nearest_name;
use serde_json::Value;

use super::Reader;
use crate::source::node::{Entry, Node, NodeKind};
use crate::source::{Code, Diagnostic, Span, suggest};

/// Which keys a map may have.
pub(super) struct Shape {
    /// What the map is, for messages: "a step".
    pub(super) noun: &'static str,
    pub(super) known: &'static [&'static str],
    /// Keys of the language that nothing carries out yet.
    pub(super) later: &'static [&'static str],
}

/// The members of a map that has a [`Shape`].
pub(super) struct Fields<'n> {
    entries: &'n [Entry],
    shape: &'static Shape,
    span: Span,
}

impl<'n> Fields<'n> {
    /// The member, unless it is absent or empty (`key:`).
    pub(super) fn get(&self, key: &str) -> Option<&'n Entry> {
        self.entries.iter().find(|entry| entry.key == key && !is_nothing(&entry.value))
    }

    /// Whether some unknown key was probably meant to be this one; its absence needs no second message.
    pub(super) fn is_misspelt(&self, key: &str) -> bool {
        self.entries
            .iter()
            .filter(|entry| !self.shape.known.contains(&entry.key.as_str()))
            .any(|entry| nearest_name(&entry.key, self.shape.known.iter().copied()) == Some(key))
    }

    /// The member, even if its value is empty.
    pub(super) fn get_even_empty(&self, key: &str) -> Option<&'n Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }
}

impl Reader<'_> {
    /// Takes a map, and reports its unknown keys.
    pub(super) fn fields<'n>(
        &mut self,
        node: &'n Node,
        shape: &'static Shape,
    ) -> Option<Fields<'n>> {
        let NodeKind::Map(entries) = &node.kind else {
            self.wrong_type(node, shape.noun, "a map");
            return None;
        };
        for entry in entries {
            self.check_key(entry, shape);
        }
        Some(Fields { entries, shape, span: node.span.clone() })
    }

    fn check_key(&mut self, entry: &Entry, shape: &Shape) {
        let key = entry.key.as_str();
        if shape.known.contains(&key) {
            return;
        }
        if shape.later.contains(&key) {
            let message = format!("`{key}` is not supported yet");
            self.report(Diagnostic::error(Code::UnsupportedKey, &entry.span, message));
            return;
        }
        let message = format!("{} has no key `{key}`", shape.noun);
        let help = suggest::help(key, shape.known.iter().copied());
        let problem = Diagnostic::error(Code::UnknownKey, &entry.span, message);
        self.report(problem.with_label("unknown key").with_help(help));
    }

    /// A member that must be there.
    pub(super) fn required<'n>(&mut self, fields: &Fields<'n>, key: &str) -> Option<&'n Entry> {
        let entry = fields.get(key);
        if entry.is_none() && !fields.is_misspelt(key) {
            let span = fields.get_even_empty(key).map_or(&fields.span, |entry| &entry.span);
            let message = format!("{} needs `{key}`", fields.shape.noun);
            self.report(Diagnostic::error(Code::MissingKey, span, message));
        }
        entry
    }

    /// The members of a map with free names.
    pub(super) fn entries<'n>(&mut self, node: &'n Node, noun: &str) -> &'n [Entry] {
        if let NodeKind::Map(entries) = &node.kind {
            return entries;
        }
        self.wrong_type(node, noun, "a map");
        &[]
    }

    pub(super) fn wrong_type(&mut self, node: &Node, noun: &str, wanted: &str) {
        let message = format!("{noun} must be {wanted}");
        let problem = Diagnostic::error(Code::WrongType, &node.span, message);
        self.report(problem.with_label(format!("this is {}", node.kind_name())));
    }
}

pub(super) fn is_nothing(node: &Node) -> bool {
    matches!(node.kind, NodeKind::Scalar { value: Value::Null, .. })
}
