//! References in the strings of a configuration: variables, inputs and the places that editors know.
//!
//! | written | means | known from |
//! |---|---|---|
//! | `${VAR}`, `${env:VAR}` | a variable | shells, Claude Code; Cursor |
//! | `${VAR:-default}` | a variable, or the default when it is not set or empty | shells, Claude Code |
//! | `${input:id}` | what a person is asked for, here the variable `ORCHESTRATOR_INPUT_<ID>` | VS Code |
//! | `${workspaceFolder}`, `${userHome}` | the folder of the project, the home of the user | VS Code, Cursor |

use std::ops::Range;
use std::path::{MAIN_SEPARATOR_STR, Path};

use super::input::{self, Input};
use super::secret::{Literal, SecretString};
use crate::source::suggest;

/// Looks a variable up.
pub type Environment<'a> = dyn Fn(&str) -> Option<String> + 'a;

/// The most bytes of a string with its variables: the limit of Linux for one argument.
const TEXT_BYTES_MAX: usize = 128 * 1024;

/// What references can mean in one file.
#[derive(Clone, Copy)]
pub(super) struct References<'a> {
    pub(super) environment: &'a Environment<'a>,
    /// The folder of the project.
    pub(super) folder: &'a str,
    /// What the file declares as inputs.
    pub(super) inputs: &'a [Input],
}

impl References<'_> {
    /// What editors know without a variable.
    fn place(&self, name: &str) -> Option<Result<String, Problem>> {
        let value = match name {
            "workspaceFolder" => self.folder.to_owned(),
            "workspaceFolderBasename" => {
                let last = Path::new(self.folder).file_name();
                last.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
            }
            "userHome" => match ["HOME", "USERPROFILE"].into_iter().find_map(self.environment) {
                Some(home) => home,
                None => return Some(Err(Problem::NotSet { name: "HOME".to_owned() })),
            },
            "/" | "pathSeparator" => MAIN_SEPARATOR_STR.to_owned(),
            _ => return None,
        };
        Some(Ok(value))
    }

    fn input(&self, id: &str) -> Result<String, Problem> {
        let variable = input::variable(id);
        if let Some(value) = (self.environment)(&variable) {
            return Ok(value);
        }
        let Some(input) = self.inputs.iter().find(|input| input.id == id) else {
            let help = suggest::help(id, self.inputs.iter().map(|input| input.id.as_str()));
            return Err(Problem::NotDeclared { id: id.to_owned(), variable, help });
        };
        let default = input.default.as_ref().map(|default| default.expose().to_owned());
        default.ok_or_else(|| Problem::NotAnswered { id: id.to_owned(), variable })
    }
}

/// Why a string has no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub(super) struct InterpolationError {
    /// The bytes of the template that have no value.
    pub(super) range: Range<usize>,
    pub(super) problem: Problem,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Problem {
    #[error("variable `{name}` is not set")]
    NotSet { name: String },
    #[error("input `{id}` has no value: `{variable}` is not set")]
    NotAnswered { id: String, variable: String },
    #[error("input `{id}` is not declared under `inputs`, and `{variable}` is not set")]
    NotDeclared { id: String, variable: String, help: Option<String> },
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
            Self::NotAnswered { variable, .. } => {
                format!("set it with `export {variable}=…`, or start on a terminal to be asked")
            }
            Self::NotDeclared { help: Some(help), .. } => help.clone(),
            Self::NotDeclared { variable, .. } => format!("set it with `export {variable}=…`"),
            Self::NotClosed => "write `${VAR}`".to_owned(),
            Self::NotAReference { .. } => {
                "write `${VAR}`, `${VAR:-default}`, `${env:VAR}` or `${input:id}`; \
                 defaults do not nest"
                    .to_owned()
            }
            Self::TooLong => "put the value into a file and pass its path".to_owned(),
        }
    }
}

/// Puts values into a string.
pub(super) fn interpolate(
    template: &str,
    literal: Literal,
    references: References<'_>,
) -> Result<SecretString, InterpolationError> {
    let mut text = SecretString::new();
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
        push_reference(&mut text, inner, references)
            .map_err(|problem| InterpolationError { range: start..at, problem })?;
    }
    text.push_literal(template.get(at..).unwrap_or_default(), literal);
    Ok(text)
}

/// Adds what a reference means; `inner` is what stands between the braces.
fn push_reference(
    text: &mut SecretString,
    inner: &str,
    references: References<'_>,
) -> Result<(), Problem> {
    if let Some(place) = references.place(inner) {
        return push_value(text, inner, &place?);
    }
    if let Some(id) = inner.strip_prefix("input:").filter(|id| !id.is_empty()) {
        text.mark_variable();
        return push_value(text, inner, &references.input(id)?);
    }
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
    let value = (references.environment)(name).filter(|it| default.is_none() || !it.is_empty());
    let value = value.or_else(|| default.map(str::to_owned));
    let value = value.ok_or_else(|| Problem::NotSet { name: name.to_owned() })?;
    text.mark_variable();
    push_value(text, name, &value)
}

fn push_value(text: &mut SecretString, name: &str, value: &str) -> Result<(), Problem> {
    if text.expose().len() + value.len() > TEXT_BYTES_MAX {
        return Err(Problem::TooLong);
    }
    text.push_value(name, value);
    Ok(())
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn references<'a>(environment: &'a Environment<'a>, inputs: &'a [Input]) -> References<'a> {
        References { environment, folder: "/home/ann/shop", inputs }
    }

    fn environment(name: &str) -> Option<String> {
        match name {
            "ORCHESTRATOR_INPUT_API_KEY" => Some("k3y".to_owned()),
            "HOME" => Some("/home/ann".to_owned()),
            "TOKEN" => Some("s3cret".to_owned()),
            "EMPTY" => Some(String::new()),
            "LONG" => Some("x".repeat(TEXT_BYTES_MAX)),
            _ => None,
        }
    }

    #[test]
    fn values_are_put_in() {
        let mut region = Input::new("region");
        region.default = Some(SecretString::hidden("eu"));
        let inputs = [region];
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
            ("${userHome}/x", "/home/ann/x"),
            ("${workspaceFolder}/${workspaceFolderBasename}", "/home/ann/shop/shop"),
            ("Bearer ${input:api-key}", "Bearer k3y"),
            ("${input:region}", "eu"),
        ] {
            let text =
                interpolate(template, Literal::Shown, references(&environment, &inputs)).unwrap();

            assert_eq!(text.expose(), expected, "{template}");
        }
    }

    #[test]
    fn problem_names_its_place() {
        let inputs = [Input::new("key")];
        for (template, part, message) in [
            ("a ${MISSING} b", "${MISSING}", "variable `MISSING` is not set"),
            ("é ${env:MISSING}", "${env:MISSING}", "variable `MISSING` is not set"),
            ("a ${HOME", "${", "`${` without `}`"),
            ("${}", "${}", "`${}` is not a reference to a variable"),
            ("${input:}", "${input:}", "`${input:}` is not a reference to a variable"),
            ("${file:a}", "${file:a}", "`${file:a}` is not a reference to a variable"),
            (
                "${input:key}",
                "${input:key}",
                "input `key` has no value: `ORCHESTRATOR_INPUT_KEY` is not set",
            ),
            (
                "${input:kye}",
                "${input:kye}",
                "input `kye` is not declared under `inputs`, and `ORCHESTRATOR_INPUT_KYE` is not set",
            ),
            ("${A:-${B}}", "${A:-${B}", "`${A:-…}` is not a reference to a variable"),
            ("x${LONG}", "${LONG}", "the text has more than 131072 bytes with its variables"),
        ] {
            let error = interpolate(template, Literal::Shown, references(&environment, &inputs))
                .unwrap_err();

            assert_eq!(error.to_string(), message);
            assert_eq!(&template[error.range], part);
        }
    }

    #[test]
    fn values_are_never_shown() {
        let shown =
            interpolate("Bearer ${TOKEN}", Literal::Shown, references(&environment, &[])).unwrap();
        let hidden =
            interpolate("Bearer ${TOKEN}", Literal::Hidden, references(&environment, &[])).unwrap();

        assert_eq!(format!("{shown} {shown:?}"), r#"Bearer ${TOKEN} "Bearer ${TOKEN}""#);
        assert_eq!(format!("{hidden} {hidden:?}"), r#"***${TOKEN} "***${TOKEN}""#);
        assert!(shown.is_from_variable());
    }

    proptest! {
        #[test]
        fn text_without_references_stays_as_it_is(text in any::<String>()) {
            prop_assume!(!text.contains("${"));

            let result = interpolate(&text, Literal::Shown, references(&environment, &[])).unwrap();

            prop_assert_eq!(result.expose(), text.as_str());
            prop_assert!(!result.is_from_variable());
        }

        #[test]
        fn any_text_is_taken_without_panic(text in "[${}:\\-eAé inputv]{0,30}") {
            if let Err(error) = interpolate(&text, Literal::Shown, references(&|_| None, &[])) {
                prop_assert!(text.get(error.range).is_some());
            }
        }
    }
}
