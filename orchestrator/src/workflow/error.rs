//! A workflow that cannot be used.

use std::fmt;

use crate::source::{Diagnostic, Source, Style};

/// How many diagnostics a rendered error shows; who has more mends these first.
const SHOWN_MAX: usize = 50;

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
