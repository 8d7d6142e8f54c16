//! A workflow that cannot be used.

use std::fmt;

use crate::source::{Diagnostic, Source, Style, render_all};

/// How many diagnostics a rendered error shows.
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
        render_all(&self.diagnostics, &self.file, style, SHOWN_MAX)
    }
}

impl fmt::Display for WorkflowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(Style::Plain))
    }
}

impl std::error::Error for WorkflowError {}
