//! Texts that people write in JSON or in YAML, read with the place of what is wrong.

use std::path::Path;

use mcp_core::schema::nearest_name;
use serde::de::DeserializeOwned;

/// The notation of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notation {
    /// JSON.
    Json,
    /// YAML, of which JSON is a part; the feature `yaml` reads it.
    Yaml,
}

impl Notation {
    /// What the ending of a path says; JSON unless it is one of YAML.
    #[must_use]
    pub fn of(path: &Path) -> Self {
        let is_yaml = path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml");
        if is_yaml { Self::Yaml } else { Self::Json }
    }

    /// Reads a value.
    ///
    /// # Errors
    ///
    /// With line and column when the text is not such a value.
    pub fn read<T: DeserializeOwned>(self, text: &str) -> Result<T, SyntaxError> {
        match self {
            Self::Json => serde_json::from_str(text).map_err(|error| SyntaxError::of_json(&error)),
            Self::Yaml => read_yaml(text),
        }
    }
}

/// What cannot be read, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{line}:{column}: {message}")]
pub struct SyntaxError {
    pub(crate) line: usize,
    pub(crate) column: usize,
    pub(crate) message: String,
}

impl SyntaxError {
    /// The line, from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }

    /// The column, from 1.
    #[must_use]
    pub fn column(&self) -> usize {
        self.column
    }

    fn of_json(error: &serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        let message = error.to_string();
        let place = format!(" at line {line} column {column}");
        let message = message.strip_suffix(&place).unwrap_or(&message).to_owned();
        // At the end of the text the parser has read no column of the line.
        Self { line, column: column.max(1), message }
    }
}

/// A name that is not one of the known ones.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is no {what}{}", near_or_all(name, known))]
pub struct UnknownNameError {
    what: &'static str,
    name: String,
    known: Vec<&'static str>,
}

impl UnknownNameError {
    /// Finds the thing of that name; `what` is the noun for such a thing.
    ///
    /// # Errors
    ///
    /// When no thing has the name. The text says the nearest known name, or all of them.
    pub fn find<T>(
        what: &'static str,
        name: &str,
        things: impl IntoIterator<Item = (&'static str, T)>,
    ) -> Result<T, Self> {
        let mut known = Vec::new();
        for (candidate, thing) in things {
            if candidate == name {
                return Ok(thing);
            }
            known.push(candidate);
        }
        Err(Self { what, name: name.to_owned(), known })
    }
}

fn near_or_all(name: &str, known: &[&'static str]) -> String {
    match nearest_name(name, known.iter().copied()) {
        Some(near) => format!(" (did you mean `{near}`?)"),
        None => format!("; there are {}", known.join(", ")),
    }
}

#[cfg(feature = "yaml")]
fn read_yaml<T: DeserializeOwned>(text: &str) -> Result<T, SyntaxError> {
    serde_saphyr::from_str(text).map_err(|error| {
        let error = error.without_snippet();
        let place = error.location();
        let line = place.map_or(1, |place| usize::try_from(place.line()).unwrap_or(1));
        let column = place.map_or(1, |place| usize::try_from(place.column()).unwrap_or(1));
        let text = error.to_string();
        let message = text.split(" at line ").next().unwrap_or(&text).to_owned();
        SyntaxError { line, column, message }
    })
}

#[cfg(not(feature = "yaml"))]
fn read_yaml<T>(_text: &str) -> Result<T, SyntaxError> {
    let message =
        "this build reads JSON only; build with `--features yaml`, or write JSON".to_owned();
    Err(SyntaxError { line: 1, column: 1, message })
}

#[cfg(all(test, not(feature = "yaml")))]
mod tests {
    use super::*;

    #[test]
    fn yaml_needs_the_feature() {
        let error = Notation::Yaml.read::<serde_json::Value>("slack: {}").unwrap_err();

        assert!(error.to_string().starts_with("1:1: this build reads JSON only"), "{error}");
    }
}
