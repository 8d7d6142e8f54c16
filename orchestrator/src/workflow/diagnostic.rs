//! What is wrong with a workflow, where, and what to do about it.

use std::fmt;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet, normalize_untrusted_str};

use super::definition::Span;

/// How many diagnostics a rendered error shows; who has more mends these first.
const SHOWN_MAX: usize = 50;

/// A text that a workflow is read from, and the name under which messages speak of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Source {
    /// The file name, or whatever stands for it.
    pub name: String,
    /// The whole text.
    pub text: String,
}

/// One thing to say about a workflow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Which rule speaks.
    pub code: Code,
    /// Whether the workflow can be run all the same.
    pub severity: Severity,
    /// What is wrong, as a fragment.
    pub message: String,
    /// The bytes of the source that are meant.
    pub span: Span,
    /// A few words beside the marked place.
    pub label: Option<String>,
    /// Other places that belong to it, each with a few words.
    pub related: Vec<(Span, String)>,
    /// What to do about it.
    pub help: Option<String>,
}

/// Whether a diagnostic stands in the way of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// The workflow cannot be run.
    Error,
    /// The workflow can be run, and is perhaps not what its author means.
    Warning,
}

/// The rules that speak: `W01..` reading, `W02..` expressions, `W03..` what belongs together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Code {
    /// The text is not YAML, or one of its sizes is over the cap.
    Syntax,
    /// The file cannot be read.
    Unreadable,
    /// A key stands twice in a map.
    DuplicateKey,
    /// A key is not part of the language.
    UnknownKey,
    /// A key is part of the language, but nothing carries it out yet.
    UnsupportedKey,
    /// A key that must be there is not.
    MissingKey,
    /// A value is of the wrong type.
    WrongType,
    /// A word is not one of those that can stand here.
    UnknownWord,
    /// A number is outside of what can stand here, or would lose digits.
    NumberRange,
    /// A duration is not written as one.
    BadDuration,
    /// A name is not an identifier, or hides another one.
    BadName,
    /// A tool is not written as `server/tool`.
    BadTool,
    /// Keys stand together that exclude each other.
    Conflict,
    /// An expression cannot be read.
    BadExpression,
    /// An expression failed when it was evaluated.
    FailedExpression,
    /// A name at the start of a path is unknown.
    UnknownName,
    /// A step is unknown.
    UnknownStep,
    /// An input is unknown.
    UnknownInput,
    /// A step has no such member.
    UnknownMember,
    /// A step is inside a group and cannot be seen from here.
    HiddenStep,
    /// Steps wait for each other.
    Cycle,
    /// A default does not meet the schema of its own input.
    BadDefault,
    /// An input is never used.
    UnusedInput,
    /// An output may be absent where it is used.
    AbsentOutput,
}

impl Code {
    /// The code as messages show it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Syntax => "W0101",
            Self::Unreadable => "W0102",
            Self::DuplicateKey => "W0103",
            Self::UnknownKey => "W0104",
            Self::UnsupportedKey => "W0105",
            Self::MissingKey => "W0106",
            Self::WrongType => "W0107",
            Self::UnknownWord => "W0108",
            Self::NumberRange => "W0109",
            Self::BadDuration => "W0110",
            Self::BadName => "W0111",
            Self::BadTool => "W0112",
            Self::Conflict => "W0113",
            Self::BadExpression => "W0201",
            Self::FailedExpression => "W0202",
            Self::UnknownName => "W0301",
            Self::UnknownStep => "W0302",
            Self::UnknownInput => "W0303",
            Self::UnknownMember => "W0304",
            Self::HiddenStep => "W0305",
            Self::Cycle => "W0306",
            Self::BadDefault => "W0307",
            Self::UnusedInput => "W0308",
            Self::AbsentOutput => "W0309",
        }
    }
}

impl Diagnostic {
    /// An error without label and help.
    pub fn error(code: Code, span: &Span, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            message: message.into(),
            span: span.clone(),
            label: None,
            related: Vec::new(),
            help: None,
        }
    }

    /// A warning without label and help.
    pub fn warning(code: Code, span: &Span, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, span, message) }
    }

    /// Adds words beside the marked place.
    #[must_use]
    pub fn with_label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<Option<String>>) -> Self {
        self.help = help.into();
        self
    }

    /// Adds another place that belongs to it.
    #[must_use]
    pub fn with_related(mut self, span: &Span, label: impl Into<String>) -> Self {
        self.related.push((span.clone(), label.into()));
        self
    }

    /// Whether it stands in the way of a run.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// The message with file, line, column, the source line, label and help.
    #[must_use]
    pub fn render(&self, source: &Source, style: Style) -> String {
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let title =
            level.primary_title(normalize_untrusted_str(&self.message)).id(self.code.as_str());
        let mut group = Group::with_title(title);
        if !source.text.is_empty() {
            group = group.element(self.snippet(source));
        }
        if let Some(help) = &self.help {
            group = group.element(Level::HELP.message(normalize_untrusted_str(help)));
        }
        let renderer = match style {
            Style::Colour => Renderer::styled(),
            Style::Plain => Renderer::plain(),
        };
        renderer.render(&[group])
    }

    fn snippet<'a>(&self, source: &'a Source) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
        let words = self.label.as_deref().map(normalize_untrusted_str);
        let primary = AnnotationKind::Primary.span(source.first_line_of(&self.span)).label(words);
        let related = self.related.iter().map(|(span, words)| {
            AnnotationKind::Context
                .span(source.first_line_of(span))
                .label(normalize_untrusted_str(words))
        });
        Snippet::source(source.text.as_str())
            .path(source.name.as_str())
            .annotation(primary)
            .annotations(related)
    }
}

/// How a message is rendered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Style {
    /// With colours, for a terminal.
    Colour,
    /// Text only.
    #[default]
    Plain,
}

impl Source {
    /// Names a text.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), text: text.into() }
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
    /// step. The whole scalar is meant when that fails.
    pub(crate) fn within(&self, span: &Span, text: &str, part: &std::ops::Range<usize>) -> Span {
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
    fn first_line_of(&self, span: &Span) -> std::ops::Range<usize> {
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

/// A workflow that cannot be used: all that is wrong with it, and the text it was read from.
///
/// Its `Display` renders every diagnostic with the source lines, without colour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkflowError {
    /// The text that the diagnostics point into.
    pub file: Source,
    /// What is wrong, in the order of the text; at least one is an error.
    pub diagnostics: Vec<Diagnostic>,
}

impl WorkflowError {
    /// All diagnostics as one text.
    #[must_use]
    pub fn render(&self, style: Style) -> String {
        let mut parts: Vec<String> = self
            .diagnostics
            .iter()
            .take(SHOWN_MAX)
            .map(|diagnostic| diagnostic.render(&self.file, style))
            .collect();
        let more = self.diagnostics.len().saturating_sub(SHOWN_MAX);
        if more > 0 {
            parts.push(format!("and {more} more"));
        }
        parts.join("\n\n")
    }
}

impl fmt::Display for WorkflowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(Style::Plain))
    }
}

impl std::error::Error for WorkflowError {}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
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

    #[test]
    fn span_outside_of_the_text_is_rendered_without_panic() {
        let source = Source::new("a.yaml", "é");
        let diagnostic = Diagnostic::error(Code::Syntax, &Span(1..77), "odd");

        assert!(diagnostic.render(&source, Style::Plain).contains("a.yaml:1:1"));
    }
}
