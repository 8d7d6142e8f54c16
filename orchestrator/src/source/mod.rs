//! Source files: their text, the values in it with their places, and what is wrong with them.
//!
//! Workflow files and configuration files are both read by this room. It knows YAML and JSON, and nothing
//! of what a file means; it imports no other room of the crate.

pub(crate) mod comments;
mod diagnostic;
pub(crate) mod node;
pub(crate) mod suggest;

pub(crate) use diagnostic::render_all;
pub use diagnostic::{Code, Diagnostic, Severity, Style};

use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::path::Path;

/// The most bytes of a file: a workflow of a thousand steps has a tenth of this.
pub(crate) const FILE_BYTES_MAX: usize = 1024 * 1024;

/// The text of a file, and the name under which messages speak of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Source {
    /// The file name, or a name in its place.
    pub name: String,
    /// The whole text.
    pub text: String,
}

/// A range of bytes of the source text; empty at 0 for what has no place in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Span(pub Range<usize>);

impl Source {
    /// Names the text of a file.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), text: text.into() }
    }

    /// Reads a file, at most 1 MiB of UTF-8.
    ///
    /// # Errors
    ///
    /// When that fails; the diagnostic has the reason and no place.
    pub fn read(path: &Path) -> Result<Self, Diagnostic> {
        let name = path.display().to_string();
        match read_text(path) {
            Ok(text) => Ok(Self { name, text }),
            Err(reason) => {
                let message = format!("cannot read `{name}`: {reason}");
                Err(Diagnostic::error(Code::Unreadable, &Span::default(), message))
            }
        }
    }

    /// Line and column of a byte, both from 1, columns in characters.
    #[must_use]
    pub fn position(&self, byte: usize) -> (usize, usize) {
        let before = self.text.get(..self.boundary(byte)).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        (line, column)
    }

    /// The bytes of `part` of `text`, where the scalar at `span` holds `text`, or `${{ text }}`.
    ///
    /// The file may hold the text with quotes, escapes and indents in between, so both are walked in
    /// step. It returns the whole scalar when that fails.
    pub(crate) fn within(&self, span: &Span, text: &str, part: &Range<usize>) -> Span {
        let Some(written) = self.text.get(span.0.clone()) else { return span.clone() };
        let skipped = match written.find("${{") {
            Some(at) if !text.contains("${{") => at + "${{".len(),
            _ => 0,
        };
        let written = written.get(skipped..).unwrap_or_default();
        let last = part.end.saturating_sub(1).max(part.start);
        match (aligned(written, text, part.start), aligned(written, text, last)) {
            (Some(start), Some(last)) => {
                let end = written.get(last..).and_then(|rest| rest.chars().next());
                let end = last + end.map_or(0, char::len_utf8);
                let base = span.0.start + skipped;
                Span(base + start..base + end.max(start))
            }
            _ => span.clone(),
        }
    }

    /// The part of the span on its first line, within the text and on character boundaries.
    fn first_line_of(&self, span: &Span) -> Range<usize> {
        let start = self.boundary(span.0.start);
        let end = self.boundary(span.0.end.max(start));
        let line = self.text.get(start..end).and_then(|part| part.lines().next());
        start..line.map_or(end, |line| start + line.trim_end().len())
    }

    /// The nearest character boundary at or before a byte.
    fn boundary(&self, byte: usize) -> usize {
        let byte = byte.min(self.text.len());
        (0..=byte).rev().find(|&at| self.text.is_char_boundary(at)).unwrap_or(0)
    }
}

fn read_text(path: &Path) -> io::Result<String> {
    // One byte more than the cap, to see that it is passed; a pipe may never end.
    let limit = u64::try_from(FILE_BYTES_MAX).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    File::open(path)?.take(limit).read_to_end(&mut bytes)?;
    if bytes.len() > FILE_BYTES_MAX {
        return Err(io::Error::other(format!("it is larger than {FILE_BYTES_MAX} bytes")));
    }
    let invalid = "stream did not contain valid UTF-8";
    String::from_utf8(bytes).map_err(|_| io::Error::new(io::ErrorKind::InvalidData, invalid))
}

/// Where byte `wanted` of `text` stands in `written`.
fn aligned(written: &str, text: &str, wanted: usize) -> Option<usize> {
    let mut places = written.char_indices().peekable();
    for (at, letter) in text.char_indices() {
        if letter.is_whitespace() && places.peek().is_some_and(|(_, other)| *other != letter) {
            continue;
        }
        let (place, _) = places.find(|(_, other)| *other == letter)?;
        if at >= wanted {
            return Some(place);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn position_counts_lines_and_characters_from_one() {
        let source = Source::new("a.yaml", "é: 1\nb: 2\n");

        assert_eq!(source.position(0), (1, 1));
        assert_eq!(source.position(1), (1, 1));
        assert_eq!(source.position(2), (1, 2));
        assert_eq!(source.position(6), (2, 1));
        assert_eq!(source.position(999), (3, 1));
    }

    #[test]
    fn part_of_a_scalar_is_found_through_quotes_and_indents() {
        let source = Source::new("a.yaml", "a: \"x\\\"y zed\"\nb: |\n    one\n    two\n");
        let quoted = Span(3..13);
        let block = Span(17..34);

        assert_eq!(source.within(&quoted, "x\"y zed", &(4..7)), Span(9..12));
        assert_eq!(source.within(&block, "one\ntwo\n", &(4..7)), Span(31..34));
        assert_eq!(source.within(&quoted, "another", &(0..7)), quoted);
    }
}
