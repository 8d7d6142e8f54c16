//! The inputs of a run, checked against the schemas of the workflow.

use std::fmt;

use mcp_core::schema::violations;
use serde_json::{Map, Value};

use super::definition::{Input, Workflow};
use crate::source::suggest;

/// Every input of a workflow with its value, checked against its schema: what a run begins with.
#[derive(Debug, Clone, PartialEq)]
pub struct Inputs(Map<String, Value>);

impl Inputs {
    /// The values by their names.
    #[must_use]
    pub fn into_map(self) -> Map<String, Value> {
        self.0
    }
}

/// Inputs that do not fit the workflow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputsError {
    /// Everything that does not fit; at least one.
    pub problems: Vec<InputProblem>,
}

/// One way in which inputs do not fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InputProblem {
    /// A value does not meet the schema.
    #[error("input `{name}`{}: {message}", at(.path))]
    Invalid {
        /// The name of the input.
        name: String,
        /// A JSON pointer to the invalid part; empty for the whole value.
        path: String,
        /// What is wrong with it.
        message: String,
    },
    /// An input without default is not given.
    #[error("input `{name}` is required")]
    Missing {
        /// The name of the input.
        name: String,
    },
    /// The workflow has no such input.
    #[error("the workflow has no input `{name}`{}", hint(.help.as_deref()))]
    Unknown {
        /// The name that was given.
        name: String,
        /// The nearest name, or the names that exist.
        help: Option<String>,
    },
}

impl Workflow {
    /// Completes the given inputs with the defaults, and checks all of them.
    ///
    /// ```
    /// use orchestrator::workflow::Workflow;
    /// use orchestrator::workflow::builder::set;
    /// use serde_json::{Map, json};
    ///
    /// let workflow = Workflow::builder("count")
    ///     .input("n", json!({ "type": "integer", "default": 3 }))
    ///     .step("twice", set(json!("${{ inputs.n * 2 }}")))
    ///     .build()?;
    ///
    /// let inputs = workflow.bind_inputs(Map::new())?;
    ///
    /// assert_eq!(inputs.into_map()["n"], 3);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When an input is unknown, missing or does not meet its schema; all of them are reported.
    pub fn bind_inputs(&self, mut given: Map<String, Value>) -> Result<Inputs, InputsError> {
        let mut problems = Vec::new();
        let mut bound = Map::new();
        for input in &self.inputs {
            match given.remove(&input.name) {
                Some(value) => {
                    problems.extend(violations_of(input, &value));
                    bound.insert(input.name.clone(), value);
                }
                None => match &input.default {
                    Some(default) => {
                        bound.insert(input.name.clone(), default.clone());
                    }
                    None => problems.push(InputProblem::Missing { name: input.name.clone() }),
                },
            }
        }
        for name in given.into_iter().map(|(name, _)| name) {
            let help = suggest::help(&name, self.inputs.iter().map(|input| input.name.as_str()));
            problems.push(InputProblem::Unknown { name, help });
        }
        if problems.is_empty() { Ok(Inputs(bound)) } else { Err(InputsError { problems }) }
    }
}

/// The value that an argument of a command line means for an input: the schema says whether it is a
/// number, an array or the string itself.
///
/// A string that the schema does not allow is returned as it is, so that its check says why.
#[must_use]
pub fn coerce_input(input: &Input, text: &str) -> Value {
    let as_text = Value::from(text);
    let takes_text = violations(&input.schema, &as_text).is_empty();
    let type_ = input.schema.get("type");
    if takes_text || type_.and_then(Value::as_str) == Some("string") {
        return as_text;
    }
    serde_json::from_str(text).unwrap_or(as_text)
}

/// How a value does not meet the schema of an input.
pub(crate) fn violations_of(input: &Input, value: &Value) -> Vec<InputProblem> {
    violations(&input.schema, value)
        .into_iter()
        .map(|violation| InputProblem::Invalid {
            name: input.name.clone(),
            path: violation.path,
            message: violation.message,
        })
        .collect()
}

impl fmt::Display for InputsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, problem) in self.problems.iter().enumerate() {
            if at > 0 {
                f.write_str("; ")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for InputsError {}

fn at(path: &str) -> String {
    if path.is_empty() { String::new() } else { format!(" at `{path}`") }
}

fn hint(help: Option<&str>) -> String {
    help.map_or_else(String::new, |help| format!(" ({help})"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::source::Source;

    fn workflow() -> Workflow {
        let text = "
workflow: w
inputs:
  title: { type: string, minLength: 2 }
  count: { type: integer, default: 3 }
  level: { enum: [low, high], default: low }
  mail: { type: string, format: email, default: a@b.example }
  tags: { type: array, items: { type: string }, default: [] }
  version: { type: string, default: 1.10 }
  short: integer
  any: { default: null }
steps: { a: { set: 1 } }
";
        Workflow::parse(Source::new("w.yaml", text)).unwrap()
    }

    #[test]
    fn defaults_complete_what_is_given() {
        let given = json!({ "title": "Hello", "short": 1, "level": "high" });

        let bound = workflow().bind_inputs(given.as_object().unwrap().clone()).unwrap();

        assert_eq!(
            Value::Object(bound.into_map()),
            json!({
                "title": "Hello", "count": 3, "level": "high", "mail": "a@b.example", "tags": [],
                "version": "1.10", "short": 1, "any": null,
            })
        );
    }

    #[test]
    fn every_problem_is_reported() {
        let given = json!({ "title": "x", "count": "3", "mail": "nobody", "tagz": [], "level": "mid", "tags": [1] });

        let error = workflow().bind_inputs(given.as_object().unwrap().clone()).unwrap_err();

        insta::assert_snapshot!(error.to_string().replace("; ", "\n"), @"
        input `title`: expected at least 2 characters, got 1
        input `count`: expected integer, got string
        input `level`: `mid` is not one of low, high
        input `mail`: `nobody` is not an email address
        input `tags` at `/0`: expected string, got integer
        input `short` is required
        the workflow has no input `tagz` (did you mean `tags`?)
        ");
    }

    #[test]
    fn text_of_a_command_line_takes_the_type_of_the_schema() {
        let workflow = workflow();
        let input = |name: &str| workflow.inputs.iter().find(|input| input.name == name).unwrap();

        for (name, text, expected) in [
            ("title", "12", json!("12")),
            ("count", "12", json!(12)),
            ("count", "many", json!("many")),
            ("level", "high", json!("high")),
            ("tags", "[\"a\"]", json!(["a"])),
            ("any", "1", json!("1")),
        ] {
            assert_eq!(coerce_input(input(name), text), expected, "{name} {text}");
        }
    }
}
