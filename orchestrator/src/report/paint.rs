//! Colours by meaning. What a colour says is always said in words or signs as well.

use crate::source::Style;

/// Colours strings, or leaves them as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Paint(Style);

impl Paint {
    /// A brush for this style.
    #[must_use]
    pub fn new(style: Style) -> Self {
        Self(style)
    }

    /// What went well: green.
    #[must_use]
    pub fn good(self, text: &str) -> String {
        self.with("32", text)
    }

    /// What asks for a look: yellow.
    #[must_use]
    pub fn warning(self, text: &str) -> String {
        self.with("33", text)
    }

    /// What failed: red.
    #[must_use]
    pub fn bad(self, text: &str) -> String {
        self.with("31", text)
    }

    /// What matters less: dim.
    #[must_use]
    pub fn faint(self, text: &str) -> String {
        self.with("2", text)
    }

    /// What matters most: bold.
    #[must_use]
    pub fn strong(self, text: &str) -> String {
        self.with("1", text)
    }

    fn with(self, code: &str, text: &str) -> String {
        match self.0 {
            Style::Colour if !text.is_empty() => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
            Style::Colour | Style::Plain => text.to_owned(),
        }
    }
}
