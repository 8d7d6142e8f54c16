//! What all parts of an entry are read with.

use super::interpolation::{Problem, References, interpolate};
use super::secret::{Literal, SecretString};
use crate::source::node::{Entry, Node, NodeKind};
use crate::source::{Code, Diagnostic, Source, Span, suggest};

/// Reads one entry and gathers what is wrong with it.
pub(super) struct EntryReader<'a> {
    source: &'a Source,
    pub(super) references: References<'a>,
    pub(super) problems: Vec<Diagnostic>,
    /// The inputs without which something here has no value.
    pub(super) unanswered: Vec<String>,
}

impl<'a> EntryReader<'a> {
    pub(super) fn new(source: &'a Source, references: References<'a>) -> Self {
        Self { source, references, problems: Vec::new(), unanswered: Vec::new() }
    }

    pub(super) fn strings_by_name(
        &mut self,
        member: Option<&Entry>,
    ) -> Vec<(String, SecretString)> {
        let Some(member) = member else { return Vec::new() };
        let members = self.map(&member.value, &format!("`{}`", member.key));
        members
            .iter()
            .filter_map(|member| {
                let what = format!("`{}`", member.key);
                let text = self.interpolated(&member.value, &what, Literal::Hidden)?;
                Some((member.key.clone(), text))
            })
            .collect()
    }

    pub(super) fn interpolated(
        &mut self,
        node: &Node,
        what: &str,
        literal: Literal,
    ) -> Option<SecretString> {
        let template = self.text(node, what)?;
        match interpolate(template, literal, self.references) {
            Ok(text) => Some(text),
            Err(error) => {
                if let Problem::NotAnswered { id, .. } = &error.problem {
                    self.unanswered.push(id.clone());
                }
                let span = self.source.within(&node.span, template, &error.range);
                self.error(Code::UnknownName, &span, error.to_string(), Some(error.problem.help()));
                None
            }
        }
    }

    pub(super) fn text<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n str> {
        let text = node.as_text();
        if text.is_none() {
            self.wrong_type(node, what, "a text");
        }
        text
    }

    /// The members of a map, or none when it is no map.
    pub(super) fn map<'n>(&mut self, node: &'n Node, what: &str) -> &'n [Entry] {
        if let NodeKind::Map(members) = &node.kind {
            return members;
        }
        self.wrong_type(node, what, "a map");
        &[]
    }

    pub(super) fn wrong_type(&mut self, node: &Node, what: &str, wanted: &str) {
        let message = format!("{what} is {}, expected {wanted}", node.kind_name());
        let help = node.as_text().is_none().then(|| "put it in quotes".to_owned());
        let is_scalar = matches!(node.kind, NodeKind::Scalar { .. });
        let help = help.filter(|_| is_scalar && wanted == "a text");
        self.error(Code::WrongType, &node.span, message, help);
    }

    pub(super) fn unknown_word(&mut self, node: &Node, word: &str, known: &[&str]) {
        let help = suggest::help(word, known.iter().copied());
        let message = format!("`{word}` is not one of {}", known.join(", "));
        self.error(Code::UnknownWord, &node.span, message, help);
    }

    pub(super) fn unknown_member(&mut self, member: &Entry, known: &[&str]) {
        let help = suggest::help(&member.key, known.iter().copied());
        let message = format!("`{}` is not an option of a server", member.key);
        self.error(Code::UnknownKey, &member.span, message, help);
    }

    pub(super) fn error(&mut self, code: Code, span: &Span, message: String, help: Option<String>) {
        self.problems.push(Diagnostic::error(code, span, message).with_help(help));
    }
}
