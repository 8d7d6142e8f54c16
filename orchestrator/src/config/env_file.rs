//! Files with one variable a line: `envFile` of VS Code and Cursor.

use std::path::Path;

use super::secret::SecretString;
use crate::source::Source;

/// Why such a file cannot be used. Nothing of it is quoted: it may be a secret.
#[derive(Debug, thiserror::Error)]
pub(super) enum EnvFileError {
    #[error("{reason}")]
    Unreadable { reason: String },
    #[error("`{path}`:{line} is not `NAME=value`")]
    NotAVariable { path: String, line: usize },
}

/// The variables of a file, in its order.
pub(super) fn read(path: &Path) -> Result<Vec<(String, SecretString)>, EnvFileError> {
    let name = path.display().to_string();
    let source = Source::read(path);
    let text = source.map_err(|problem| EnvFileError::Unreadable { reason: problem.message })?.text;
    let lines = text.lines().enumerate().filter(|(_, line)| {
        let line = line.trim_start();
        !line.is_empty() && !line.starts_with('#')
    });
    lines
        .map(|(index, line)| {
            variable(line)
                .ok_or_else(|| EnvFileError::NotAVariable { path: name.clone(), line: index + 1 })
        })
        .collect()
}

fn variable(line: &str) -> Option<(String, SecretString)> {
    let line = line.trim();
    let line = line.strip_prefix("export ").unwrap_or(line);
    let (name, value) = line.split_once('=')?;
    let name = name.trim();
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    is_name.then(|| (name.to_owned(), SecretString::hidden(unquoted(value.trim()))))
}

/// Takes off quotes, and a comment after a value that has none. `\n`, `\"` and `\\` mean what they do
/// in JSON between double quotes.
fn unquoted(value: &str) -> String {
    if let Some(inner) = between(value, '\'') {
        return inner.to_owned();
    }
    if let Some(inner) = between(value, '"') {
        return inner.replace("\\n", "\n").replace("\\\"", "\"").replace("\\\\", "\\");
    }
    value.split_once(" #").map_or(value, |(value, _)| value.trim_end()).to_owned()
}

fn between(value: &str, quote: char) -> Option<&str> {
    value.strip_prefix(quote)?.strip_suffix(quote)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_read_as_shells_do() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".env");
        let text = "# a\n\nA=1\nexport B = two words # note\nC='a # b'\nD=\"x\\ny\"\nE=\nF=a=b#c\n";
        std::fs::write(&path, text).unwrap();

        let variables = read(&path).unwrap();

        let shown: Vec<_> =
            variables.iter().map(|(name, value)| (name.as_str(), value.expose())).collect();
        let expected = [
            ("A", "1"),
            ("B", "two words"),
            ("C", "a # b"),
            ("D", "x\ny"),
            ("E", ""),
            ("F", "a=b#c"),
        ];
        assert_eq!(shown, expected);
        assert!(!format!("{variables:?}").contains("two"));
    }

    #[test]
    fn line_that_is_no_variable_is_named_and_not_quoted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".env");
        std::fs::write(&path, "A=1\ns3cret\n").unwrap();

        let error = read(&path).unwrap_err().to_string();

        assert!(error.ends_with(".env`:2 is not `NAME=value`"), "{error}");
        assert!(
            read(&folder.path().join("none")).unwrap_err().to_string().starts_with("cannot read")
        );
    }
}
