//! What an expression or a template cannot do.

use std::ops::Range;

/// What an expression or a template cannot do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
#[non_exhaustive]
pub struct ExpressionError {
    /// What is wrong, in words.
    pub message: String,
    /// The bytes of the expression's source that are wrong, when known.
    pub range: Option<Range<usize>>,
}

impl ExpressionError {
    pub(crate) fn new(message: impl Into<String>, range: Option<Range<usize>>) -> Self {
        Self { message: message.into(), range }
    }
}
