//! Rules as data: the same as the builder, for the binary and for other languages.
//!
//! The [`schema`] says what may be written, and everything is held against it before it is read.

mod check;
mod entry;
mod schema;

pub(crate) use entry::Entry;

use mcp_core::schema::Violation;
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::notation::{Notation, SyntaxError};

/// Rules for one server or several, from JSON or YAML.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// use mcp_client::Client;
/// use mcp_mock::{Rules, World};
/// use serde_json::json;
///
/// let rules = Rules::from_json(
///     r#"{ "rules": [
///         { "on": { "tool": "get_repo", "nth": 1 }, "fault": "tool-error=502" },
///         { "on": { "tool": "get_repo", "args": { "owner": "acme" } }, "reply": { "name": "app" } }
///     ] }"#,
/// )?;
/// let github = World::new(42).github();
/// github.add_rules(&rules)?;
///
/// let client = Client::connect(github.transport()).await?;
/// let arguments = json!({ "owner": "acme", "repo": "app" });
/// assert!(client.call_raw("get_repo", &arguments).await.is_err());
/// assert!(client.call_raw("get_repo", &arguments).await.is_ok());
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Rules {
    pub(crate) rules: Vec<Entry>,
}

/// Why rules cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RulesError {
    /// The content is no list of rules.
    #[error("{}", lines(.violations))]
    Content {
        /// What is wrong, and where.
        violations: Vec<Violation>,
    },
    /// The file is no JSON, or no YAML.
    #[error("{line}:{column}: {message}")]
    Syntax {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// What is wrong there.
        message: String,
    },
    /// A rule is about a tool that no server has.
    #[error("{place}: {message}")]
    UnknownTool {
        /// The rule, as a JSON pointer.
        place: String,
        /// The tool, and the nearest known name.
        message: String,
    },
}

impl Rules {
    /// Reads rules from JSON. The format is published as a JSON Schema: `mcp-mock schema` prints it.
    ///
    /// # Errors
    ///
    /// When `text` is no JSON, or holds what the schema does not know: then with all places and what was
    /// probably meant.
    pub fn from_json(text: &str) -> Result<Self, RulesError> {
        Self::read(Notation::Json, text)
    }

    /// The same from YAML (feature `yaml`), of which JSON is a part.
    ///
    /// # Errors
    ///
    /// See [`from_json`](Self::from_json).
    #[cfg(feature = "yaml")]
    pub fn from_yaml(text: &str) -> Result<Self, RulesError> {
        Self::read(Notation::Yaml, text)
    }

    /// The same from a value that was read already.
    ///
    /// # Errors
    ///
    /// See [`from_json`](Self::from_json).
    pub fn from_value(value: &Value) -> Result<Self, RulesError> {
        let rules = check::read(value);
        rules.map(|rules| Self { rules }).map_err(|violations| RulesError::Content { violations })
    }

    /// The JSON Schema of rules, for editors and other programs.
    #[must_use]
    pub fn schema() -> Value {
        schema::schema()
    }

    /// Reads rules in either notation.
    ///
    /// # Errors
    ///
    /// See [`from_json`](Self::from_json).
    pub fn read(notation: Notation, text: &str) -> Result<Self, RulesError> {
        Self::from_value(&notation.read(text)?)
    }
}

impl<'de> Deserialize<'de> for Rules {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_value(&Value::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl From<SyntaxError> for RulesError {
    fn from(SyntaxError { line, column, message }: SyntaxError) -> Self {
        Self::Syntax { line, column, message }
    }
}

fn lines(violations: &[Violation]) -> String {
    violations.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests;
