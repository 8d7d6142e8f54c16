//! What an expression or a template cannot do, in our words.

use std::ops::Range;

use mcp_core::schema::nearest_name;
use minijinja::Error;
use serde_json::Value;

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

/// An error of compiling.
pub(super) fn unread(error: &Error) -> ExpressionError {
    let words = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
    ExpressionError::new(words, error.range())
}

/// The path that the engine says is undefined: "`a.b` is undefined".
pub(super) fn undefined_path(detail: &str) -> Option<&str> {
    let (before, _) = detail.split_once("` is undefined")?;
    before.rsplit('`').next()
}

/// The error for a path that leads nowhere: it names the missing part and the nearest member.
pub(super) fn missing(path: &str, names: &Value, range: Option<Range<usize>>) -> ExpressionError {
    let path = path.trim();
    let mut value = names;
    let mut known = String::new();
    for part in path.split('.') {
        if let Some(next) = value.get(part) {
            value = next;
            known = if known.is_empty() { part.to_owned() } else { format!("{known}.{part}") };
            continue;
        }
        let members = value.as_object().into_iter().flat_map(|map| map.keys().map(String::as_str));
        let message = match (known.as_str(), part) {
            (step, "output") if step.starts_with("steps.") => no_output(path, step, value),
            ("", _) => format!("`{part}` is unknown{}", hint(part, members)),
            _ => format!("`{known}` has no `{part}`{}", hint(part, members)),
        };
        return ExpressionError::new(message, range);
    }
    ExpressionError::new(format!("`{path}` has no value"), range)
}

fn no_output(path: &str, step: &str, state: &Value) -> String {
    let status = state.get("status").and_then(Value::as_str);
    let why = status.map_or_else(String::new, |status| format!(" (it is {status})"));
    format!("`{step}` has no output{why}; write `{path} | default(…)` to go on without it")
}

fn hint<'a>(part: &str, known: impl Iterator<Item = &'a str>) -> String {
    nearest_name(part, known).map_or_else(String::new, |name| format!(" (did you mean `{name}`?)"))
}
