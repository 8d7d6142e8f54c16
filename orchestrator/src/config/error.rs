//! What is wrong with a configuration, with its source lines and without its secrets.

use std::fmt;
use std::ops::Range;

use crate::source::comments::literal_len;
use crate::source::{Diagnostic, Source, Span, Style, render_all};

/// How many problems a rendered error shows.
const SHOWN_MAX: usize = 20;

/// A configuration file, or the entry of one server, that cannot be used.
///
/// Its `Display` is one line; [`ConfigError::render`] shows the source lines.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConfigError {
    /// The file; values that may be secrets are replaced by stars, so spans and columns stay true.
    pub file: Source,
    /// What is wrong, in the order of the file; there is at least one.
    pub diagnostics: Vec<Diagnostic>,
}

impl ConfigError {
    /// An error in a file whose values at `secrets` are not to be shown.
    pub(super) fn new(source: &Source, secrets: &[Span], diagnostics: Vec<Diagnostic>) -> Self {
        let ranges = secrets.iter().map(|span| span.0.clone());
        Self { file: starred(source, ranges), diagnostics }
    }

    /// An error in a file that could not be read into a tree, so that any value may be a secret.
    pub(super) fn unreadable(source: &Source, diagnostics: Vec<Diagnostic>) -> Self {
        Self { file: starred(source, values(&source.text)), diagnostics }
    }

    /// An error that is in no line.
    pub(super) fn without_place(problem: Diagnostic) -> Self {
        Self { file: Source::default(), diagnostics: vec![problem] }
    }

    /// All problems with file, line, column, source line and what to do.
    #[must_use]
    pub fn render(&self, style: Style) -> String {
        render_all(&self.diagnostics, &self.file, style, SHOWN_MAX)
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.diagnostics.iter().enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            f.write_str(&problem.message)?;
            if !self.file.text.is_empty() {
                let (line, column) = self.file.position(problem.span.0.start);
                write!(f, " ({}:{line}:{column})", self.file.name)?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}

/// The source with stars in place of what stands at `ranges`; `${VAR}` names no secret and stays.
fn starred(source: &Source, ranges: impl IntoIterator<Item = Range<usize>>) -> Source {
    let mut text = source.text.clone();
    for range in ranges {
        if let Some(part) = source.text.get(range.clone()) {
            text.replace_range(range, &stars(part));
        }
    }
    Source::new(source.name.clone(), text)
}

/// As many bytes as the part has; quotes, line ends and `${VAR}` stay.
fn stars(part: &str) -> String {
    let mut starred = String::with_capacity(part.len());
    let mut rest = part;
    while let Some(letter) = rest.chars().next() {
        let reference = rest.starts_with("${").then(|| rest.find('}')).flatten();
        let length = reference.map_or_else(|| letter.len_utf8(), |end| end + 1);
        let (token, tail) = rest.split_at(length);
        match (reference, letter) {
            (Some(_), _) if !token.contains(":-") => starred.push_str(token),
            (None, '"' | '\n' | '\r') => starred.push(letter),
            _ => starred.extend(std::iter::repeat_n('*', length)),
        }
        rest = tail;
    }
    starred
}

/// Strings and bare words of broken JSON that no colon follows.
fn values(text: &str) -> Vec<Range<usize>> {
    let mut values = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let length = match rest.find(|c: char| !is_separator(c)) {
            Some(0) if rest.starts_with('"') => literal_len(rest),
            Some(0) => rest.find(is_separator).unwrap_or(rest.len()),
            separators => {
                at += separators.unwrap_or(rest.len());
                continue;
            }
        };
        let after = rest.get(length..).unwrap_or_default();
        if !after.trim_start().starts_with(':') {
            values.push(at..at + length);
        }
        at += length;
    }
    values
}

fn is_separator(letter: char) -> bool {
    letter.is_whitespace() || "{}[],:".contains(letter)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn values_of_broken_json_are_hidden() {
        let text = "{ \"a\": \"s3cret ${X} ${Y:-no}\", \"b\" s3cret\n";
        let source = Source::new("a.json", text);

        let error = ConfigError::unreadable(&source, Vec::new());

        assert_eq!(error.file.text, "{ \"a\": \"*******${X}*********\", \"*\" ******\n");
    }

    proptest! {
        #[test]
        fn hiding_keeps_every_place(text in "[a\"{}\\[\\],: \\\\\n$é]{0,40}") {
            let source = Source::new("a.json", text.clone());

            let error = ConfigError::unreadable(&source, Vec::new());

            prop_assert_eq!(error.file.text.len(), text.len());
        }
    }
}
