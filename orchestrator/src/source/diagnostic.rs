//! What is wrong with a file, where, and what to do about it.

use std::fmt;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet, normalize_untrusted_str};

use super::{Source, Span};

/// One thing to say about a file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Diagnostic {
    /// The rule that is broken.
    pub code: Code,
    /// Whether it prevents a run.
    pub severity: Severity,
    /// What is wrong, as a fragment.
    pub message: String,
    /// The bytes of the source that it is about.
    pub span: Span,
    /// A remark beside the marked place.
    pub label: Option<String>,
    /// Related places, each with a remark.
    pub related: Vec<(Span, String)>,
    /// What to do about it.
    pub help: Option<String>,
}

/// Whether a diagnostic prevents a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// The workflow cannot be run.
    Error,
    /// The workflow can be run; the author perhaps means something else.
    Warning,
}

/// The rules: `W01..` reading, `W02..` expressions, `W03..` what belongs together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Code {
    /// The text is not YAML, or one of its sizes is over the cap.
    Syntax,
    /// The file cannot be read.
    Unreadable,
    /// A key occurs twice in a mapping.
    DuplicateKey,
    /// A key is not part of the language.
    UnknownKey,
    /// A key is part of the language, but nothing carries it out yet.
    UnsupportedKey,
    /// A key that must be there is not.
    MissingKey,
    /// A value is of the wrong type.
    WrongType,
    /// A word is not one of the allowed ones.
    UnknownWord,
    /// A number is out of range, or would lose digits.
    NumberRange,
    /// A duration is not written as one.
    BadDuration,
    /// A name is not an identifier, or hides another one.
    BadName,
    /// A tool is not written as `server/tool`.
    BadTool,
    /// Two keys exclude each other.
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

    /// Adds a related place.
    #[must_use]
    pub fn with_related(mut self, span: &Span, label: impl Into<String>) -> Self {
        self.related.push((span.clone(), label.into()));
        self
    }

    /// Whether it prevents a run.
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

/// Renders at most `max` diagnostics, one after the other; whoever has more mends these first.
pub(crate) fn render_all(
    diagnostics: &[Diagnostic],
    source: &Source,
    style: Style,
    max: usize,
) -> String {
    let shown = diagnostics.iter().take(max);
    let mut parts: Vec<String> = shown.map(|problem| problem.render(source, style)).collect();
    let more = diagnostics.len().saturating_sub(max);
    if more > 0 {
        parts.push(format!("and {more} more"));
    }
    parts.join("\n\n")
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

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn span_outside_of_the_text_is_rendered_without_panic() {
        let source = Source::new("a.yaml", "é");
        let diagnostic = Diagnostic::error(Code::Syntax, &Span(1..77), "odd");

        assert!(diagnostic.render(&source, Style::Plain).contains("a.yaml:1:1"));
    }
}
