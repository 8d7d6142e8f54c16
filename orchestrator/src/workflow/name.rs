//! Names: which strings can name a step, an input or an item, and which words expressions take.

use std::fmt;
use std::str::FromStr;

/// The longest name of a step, an input or an item.
const NAME_BYTES_MAX: usize = 64;

/// Words that mean something else in expressions.
const KEYWORDS: [&str; 14] = [
    "and", "else", "false", "False", "if", "in", "is", "loop", "none", "None", "not", "or", "true",
    "True",
];

/// The names that every path in an expression begins with, items of lists aside; `output` is known in
/// compensations only.
pub(super) const ROOTS: [&str; 4] = ["inputs", "steps", "run", OUTPUT];

/// The result of the step that a compensation takes back.
pub(super) const OUTPUT: &str = "output";

/// The name of a step inside its group: an identifier that expressions and paths can hold.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StepId(String);

impl StepId {
    /// Takes a name without a look at it: the reader of files reports a bad one and goes on.
    pub(crate) fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for StepId {
    type Err = NameError;

    fn from_str(name: &str) -> Result<Self, NameError> {
        check_name(name).map(|()| Self::new(name)).map_err(|reason| NameError { reason })
    }
}

impl fmt::Display for StepId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A string that cannot name a step.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a name for a step: {reason}")]
pub struct NameError {
    reason: &'static str,
}

/// Says why a string cannot be a name in expressions.
pub(super) fn check_name(name: &str) -> Result<(), &'static str> {
    if name.len() > NAME_BYTES_MAX {
        return Err("it is longer than 64 characters");
    }
    if name.starts_with(|first: char| first.is_ascii_digit()) || name.is_empty() {
        return Err("it must start with a letter or `_`");
    }
    if !name.bytes().all(is_name_byte) {
        return Err("expressions know only letters, digits and `_` in names");
    }
    if KEYWORDS.contains(&name) {
        return Err("expressions use this word themselves");
    }
    Ok(())
}

/// A usable name near to one that is not, as in `my_step` for `my-step`.
pub(super) fn better_name(name: &str) -> Option<String> {
    let replaced = |c: char| if u8::try_from(c).is_ok_and(is_name_byte) { c } else { '_' };
    let better: String = name.chars().map(replaced).collect();
    check_name(&better).is_ok().then_some(better)
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_identifiers() {
        assert_eq!(check_name("my_step2"), Ok(()));
        assert!(check_name("my-step").is_err());
        assert!(check_name("2nd").is_err());
        assert!(check_name("not").is_err());
        assert!(check_name("").is_err());
        assert_eq!(better_name("my-step").as_deref(), Some("my_step"));
        assert_eq!(better_name("2nd"), None);
    }
}
