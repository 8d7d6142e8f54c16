//! Strings that may hold a secret.

use std::fmt;

/// What stands for a literal value that is not shown.
const HIDDEN: &str = "***";

/// A string of the configuration that may hold a secret.
///
/// `Debug` and `Display` show variables by their names and never by their values.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretString {
    value: String,
    shown: String,
    from_variable: bool,
}

impl SecretString {
    pub(super) fn new() -> Self {
        Self { value: String::new(), shown: String::new(), from_variable: false }
    }

    /// A value that is not shown at all.
    pub(super) fn hidden(value: impl Into<String>) -> Self {
        Self { value: value.into(), shown: HIDDEN.to_owned(), from_variable: false }
    }

    /// The real value, for the server and nothing else.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.value
    }

    /// Adds a literal part.
    pub(super) fn push_literal(&mut self, part: &str, literal: Literal) {
        self.value.push_str(part);
        match literal {
            Literal::Hidden if part.is_empty() => {}
            Literal::Hidden => self.shown.push_str(HIDDEN),
            Literal::Shown => self.shown.push_str(part),
        }
    }

    /// Adds the value of a reference, which is shown by its name.
    pub(super) fn push_value(&mut self, name: &str, value: &str) {
        self.value.push_str(value);
        self.shown.push_str(&format!("${{{name}}}"));
    }

    /// Remembers that a part comes from a variable.
    pub(super) fn mark_variable(&mut self) {
        self.from_variable = true;
    }

    /// Whether a part of the value comes from a variable.
    #[must_use]
    pub fn is_from_variable(&self) -> bool {
        self.from_variable
    }
}

impl fmt::Debug for SecretString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.shown, f)
    }
}

impl fmt::Display for SecretString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

/// Whether the literal parts of a string may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Literal {
    /// Members such as `env` and `headers`, which hold tokens now and then.
    Hidden,
    Shown,
}
