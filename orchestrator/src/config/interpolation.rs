//! `${VAR}`, `${VAR:-default}` and `${env:VAR}` in the texts of a configuration.

use std::fmt;
use std::ops::Range;

/// Looks a variable up.
pub type Environment<'a> = dyn Fn(&str) -> Option<String> + 'a;

/// The most bytes that one text may have once its variables are in: the limit of Linux for one argument.
const TEXT_BYTES_MAX: usize = 128 * 1024;

/// What stands for a literal value that is not shown.
const HIDDEN: &str = "***";

/// A text of the configuration that may hold a secret.
///
/// `Debug` and `Display` show variables by their names and never by their values.
#[derive(Clone, PartialEq, Eq)]
pub struct Text {
    value: String,
    shown: String,
    from_variable: bool,
}

impl Text {
    /// The real value, for the child process and nothing else.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.value
    }

    /// Whether a part of the value comes from a variable.
    #[must_use]
    pub fn is_from_variable(&self) -> bool {
        self.from_variable
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.shown, f)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

/// Whether the literal part of a text may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Literal {
    /// Members such as `env` and `headers`, which hold tokens now and then.
    Hidden,
    Shown,
}

/// Why a text has no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub(super) struct InterpolationError {
    /// The bytes of the template that are meant.
    pub(super) range: Range<usize>,
    pub(super) problem: Problem,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Problem {
    #[error("variable `{name}` is not set")]
    NotSet { name: String },
    #[error("`${{` without `}}`")]
    NotClosed,
    #[error("`{written}` is not a reference to a variable")]
    NotAReference { written: String },
    #[error("the text has more than {TEXT_BYTES_MAX} bytes with its variables")]
    TooLong,
}

impl Problem {
    /// What to do next.
    pub(super) fn help(&self) -> String {
        match self {
            Self::NotSet { name } => {
                format!("set it with `export {name}=…`, or give a default: `${{{name}:-default}}`")
            }
            Self::NotClosed => "write `${VAR}`".to_owned(),
            Self::NotAReference { .. } => {
                "write `${VAR}`, `${VAR:-default}` or `${env:VAR}`; defaults do not nest".to_owned()
            }
            Self::TooLong => "put the value into a file and pass its path".to_owned(),
        }
    }
}

/// Puts variables into a text.
pub(super) fn interpolate(
    template: &str,
    literal: Literal,
    environment: &Environment<'_>,
) -> Result<Text, InterpolationError> {
    let mut text = Text { value: String::new(), shown: String::new(), from_variable: false };
    let mut at = 0;
    while let Some((before, reference)) = template.get(at..).and_then(|rest| rest.split_once("${"))
    {
        text.push_literal(before, literal);
        let start = at + before.len();
        let Some(length) = reference.find('}') else {
            return Err(InterpolationError {
                range: start..start + 2,
                problem: Problem::NotClosed,
            });
        };
        at = start + length + "${}".len();
        let inner = reference.get(..length).unwrap_or_default();
        text.push_variable(inner, environment)
            .map_err(|problem| InterpolationError { range: start..at, problem })?;
    }
    text.push_literal(template.get(at..).unwrap_or_default(), literal);
    Ok(text)
}

impl Text {
    fn push_literal(&mut self, part: &str, literal: Literal) {
        self.value.push_str(part);
        match literal {
            Literal::Hidden if part.is_empty() => {}
            Literal::Hidden => self.shown.push_str(HIDDEN),
            Literal::Shown => self.shown.push_str(part),
        }
    }

    /// `inner` is what stands between the braces.
    fn push_variable(&mut self, inner: &str, environment: &Environment<'_>) -> Result<(), Problem> {
        let reference = inner.strip_prefix("env:").unwrap_or(inner);
        let (name, default) = match reference.split_once(":-") {
            Some((name, default)) => (name, Some(default)),
            None => (reference, None),
        };
        if !is_name(name) || default.is_some_and(|default| default.contains("${")) {
            // A default may be a secret.
            let written = inner.split_once(":-").map(|(name, _)| format!("{name}:-…"));
            let written = written.unwrap_or_else(|| inner.to_owned());
            return Err(Problem::NotAReference { written: format!("${{{written}}}") });
        }
        // As in a shell, `:-` also stands in for a variable that is set and empty.
        let value = environment(name).filter(|value| default.is_none() || !value.is_empty());
        let value = value.or_else(|| default.map(str::to_owned));
        let value = value.ok_or_else(|| Problem::NotSet { name: name.to_owned() })?;
        if self.value.len() + value.len() > TEXT_BYTES_MAX {
            return Err(Problem::TooLong);
        }
        self.value.push_str(&value);
        self.shown.push_str(&format!("${{{name}}}"));
        self.from_variable = true;
        Ok(())
    }
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn environment(name: &str) -> Option<String> {
        match name {
            "HOME" => Some("/home/ann".to_owned()),
            "TOKEN" => Some("s3cret".to_owned()),
            "EMPTY" => Some(String::new()),
            "LONG" => Some("x".repeat(TEXT_BYTES_MAX)),
            _ => None,
        }
    }

    #[test]
    fn variables_are_put_in() {
        for (template, expected) in [
            ("plain", "plain"),
            ("$HOME {x} }", "$HOME {x} }"),
            ("${HOME}/x", "/home/ann/x"),
            ("${env:HOME}", "/home/ann"),
            ("a ${TOKEN} b ${TOKEN}", "a s3cret b s3cret"),
            ("${MISSING:-d:-e}", "d:-e"),
            ("${env:MISSING:-}", ""),
            ("${EMPTY:-d}", "d"),
            ("[${EMPTY}]", "[]"),
            ("é${TOKEN}é", "és3creté"),
        ] {
            let text = interpolate(template, Literal::Shown, &environment).unwrap();

            assert_eq!(text.expose(), expected, "{template}");
        }
    }

    #[test]
    fn problem_names_its_place() {
        for (template, part, message) in [
            ("a ${MISSING} b", "${MISSING}", "variable `MISSING` is not set"),
            ("é ${env:MISSING}", "${env:MISSING}", "variable `MISSING` is not set"),
            ("a ${HOME", "${", "`${` without `}`"),
            ("${}", "${}", "`${}` is not a reference to a variable"),
            ("${input:key}", "${input:key}", "`${input:key}` is not a reference to a variable"),
            ("${A:-${B}}", "${A:-${B}", "`${A:-…}` is not a reference to a variable"),
            ("x${LONG}", "${LONG}", "the text has more than 131072 bytes with its variables"),
        ] {
            let error = interpolate(template, Literal::Shown, &environment).unwrap_err();

            assert_eq!(error.to_string(), message);
            assert_eq!(&template[error.range], part);
        }
    }

    #[test]
    fn values_are_never_shown() {
        let shown = interpolate("Bearer ${TOKEN}", Literal::Shown, &environment).unwrap();
        let hidden = interpolate("Bearer ${TOKEN}", Literal::Hidden, &environment).unwrap();

        assert_eq!(format!("{shown} {shown:?}"), r#"Bearer ${TOKEN} "Bearer ${TOKEN}""#);
        assert_eq!(format!("{hidden} {hidden:?}"), r#"***${TOKEN} "***${TOKEN}""#);
        assert!(shown.is_from_variable());
    }

    proptest! {
        #[test]
        fn text_without_references_stays_as_it_is(text in any::<String>()) {
            prop_assume!(!text.contains("${"));

            let result = interpolate(&text, Literal::Shown, &environment).unwrap();

            prop_assert_eq!(result.expose(), text.as_str());
            prop_assert!(!result.is_from_variable());
        }

        #[test]
        fn any_text_is_taken_without_panic(text in "[${}:\\-eAé ]{0,30}") {
            if let Err(error) = interpolate(&text, Literal::Shown, &|_| None) {
                prop_assert!(text.get(error.range).is_some());
            }
        }
    }
}
