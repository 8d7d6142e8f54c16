//! Renders arguments: the expressions in them are evaluated, everything else stays as it is.

use std::collections::BTreeSet;

use mcp_core::schema::violations;
use serde_json::{Map, Value};

use super::definition::{Argument, ArgumentKind};
use super::expression::{Expression, ExpressionError, Template, Use};
use crate::source::{Code, Diagnostic, Source, Span};

/// An expression inside an argument that failed, and where it is written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{error}")]
pub struct RenderError {
    /// The scalar that holds the expression.
    pub span: Span,
    /// The source of the expression or template.
    pub text: String,
    /// What went wrong; its range points into `text`.
    pub error: ExpressionError,
}

impl RenderError {
    /// The error as a message that points into the file.
    #[must_use]
    pub fn diagnostic(&self, source: &Source) -> Diagnostic {
        let span = match &self.error.range {
            Some(range) => source.within(&self.span, &self.text, range),
            None => self.span.clone(),
        };
        Diagnostic::error(Code::FailedExpression, &span, self.error.message.clone())
    }
}

impl Argument {
    /// A value without expressions and without a place.
    #[must_use]
    pub fn constant(value: Value) -> Self {
        Self { kind: ArgumentKind::Scalar { value, text: None }, span: Span::default() }
    }

    /// The value with every expression evaluated over `names`.
    ///
    /// # Errors
    ///
    /// When one of the expressions fails; the first one in order is reported.
    pub fn render(&self, names: &Value) -> Result<Value, RenderError> {
        self.render_for(names, None)
    }

    /// Like [`render`](Self::render), for a place that `schema` describes.
    ///
    /// A plain scalar that does not meet the schema stays as it is written when the schema takes a
    /// string: `1.10` is a version where the tool wants a string, and a number everywhere else.
    ///
    /// # Errors
    ///
    /// When one of the expressions fails; the first one in order is reported.
    pub fn render_for(&self, names: &Value, schema: Option<&Value>) -> Result<Value, RenderError> {
        match &self.kind {
            ArgumentKind::Expression(expression) => {
                expression.evaluate(names).map_err(|error| self.failed(expression.source(), error))
            }
            ArgumentKind::Template(template) => template
                .render(names)
                .map(Value::String)
                .map_err(|error| self.failed(template.source(), error)),
            ArgumentKind::Scalar { value, text } => Ok(fitting(value, text.as_deref(), schema)),
            ArgumentKind::List(items) => {
                let schema = schema.and_then(|schema| schema.get("items"));
                items.iter().map(|item| item.render_for(names, schema)).collect()
            }
            ArgumentKind::Map(members) => {
                let mut map = Map::new();
                for (name, member) in members {
                    let schema = schema.and_then(|schema| member_schema(schema, name));
                    map.insert(name.clone(), member.render_for(names, schema)?);
                }
                Ok(Value::Object(map))
            }
        }
    }

    /// The dotted paths that its expressions read, sorted, each once.
    #[must_use]
    pub fn references(&self) -> Vec<String> {
        let uses = self.code().into_iter().flat_map(CodeRef::uses);
        let paths: BTreeSet<&String> = uses.map(|use_| &use_.path).collect();
        paths.into_iter().cloned().collect()
    }

    /// Every expression and template inside, in the order of the file.
    pub(crate) fn code(&self) -> Vec<CodeRef<'_>> {
        match &self.kind {
            ArgumentKind::Expression(code) => {
                vec![CodeRef { code: AnyCode::Expression(code), span: &self.span }]
            }
            ArgumentKind::Template(code) => {
                vec![CodeRef { code: AnyCode::Template(code), span: &self.span }]
            }
            ArgumentKind::Scalar { .. } => Vec::new(),
            ArgumentKind::List(items) => items.iter().flat_map(Self::code).collect(),
            ArgumentKind::Map(members) => {
                members.iter().flat_map(|(_, member)| member.code()).collect()
            }
        }
    }

    fn failed(&self, text: &str, error: ExpressionError) -> RenderError {
        RenderError { span: self.span.clone(), text: text.to_owned(), error }
    }
}

/// An expression or template with its place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CodeRef<'a> {
    pub(crate) code: AnyCode<'a>,
    pub(crate) span: &'a Span,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum AnyCode<'a> {
    Expression(&'a Expression),
    Template(&'a Template),
}

impl<'a> CodeRef<'a> {
    pub(crate) fn of(expression: &'a Expression) -> Self {
        Self { code: AnyCode::Expression(expression), span: expression.span() }
    }

    pub(crate) fn uses(self) -> &'a [Use] {
        match self.code {
            AnyCode::Expression(expression) => expression.uses(),
            AnyCode::Template(template) => template.uses(),
        }
    }

    /// Where the first `length` bytes of a path are written; the whole scalar when that is not certain.
    pub(crate) fn span_of(self, use_: &Use, length: usize, source: &Source) -> Span {
        use_.start.map_or_else(
            || self.span.clone(),
            |start| source.within(self.span, self.source(), &(start..start + length)),
        )
    }

    pub(crate) fn source(self) -> &'a str {
        match self.code {
            AnyCode::Expression(expression) => expression.source(),
            AnyCode::Template(template) => template.source(),
        }
    }
}

/// The value, or the characters of the file where only these meet the schema.
pub(crate) fn fitting(value: &Value, text: Option<&str>, schema: Option<&Value>) -> Value {
    if let (Some(text), Some(schema)) = (text, schema) {
        let as_text = Value::from(text);
        let wants_text = schema.get("type").and_then(Value::as_str) == Some("string");
        let is_refused = || !violations(schema, value).is_empty();
        if wants_text || (is_refused() && violations(schema, &as_text).is_empty()) {
            return as_text;
        }
    }
    value.clone()
}

fn member_schema<'a>(schema: &'a Value, name: &str) -> Option<&'a Value> {
    schema
        .get("properties")
        .and_then(|properties| properties.get(name))
        .or_else(|| schema.get("additionalProperties"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::workflow::definition::{StepKind, Workflow};

    fn argument(with: &str) -> Argument {
        let text = format!("workflow: w\nsteps:\n  a:\n    set:\n{with}");
        let workflow = Workflow::parse(Source::new("w.yaml", text)).unwrap();
        let StepKind::Set(argument) = workflow.steps[0].kind.clone() else { panic!("not a set") };
        argument
    }

    #[test]
    fn schema_decides_between_text_and_number() {
        let argument = argument(
            "      version: 1.10\n      answer: no\n      code: 012\n      n: 7\n      tags: [1.0, x]\n      any: 1.50\n      maybe: 3\n",
        );
        let schema = json!({ "properties": {
            "version": { "type": "string" },
            "n": { "type": "integer" },
            "tags": { "items": { "type": "string" } },
            "maybe": { "anyOf": [{ "type": "string" }, { "type": "null" }] },
        } });

        assert_eq!(
            argument.render_for(&json!({}), Some(&schema)).unwrap(),
            json!({
                "version": "1.10", "answer": "no", "code": "012", "n": 7, "tags": ["1.0", "x"],
                "any": 1.5, "maybe": "3",
            })
        );
    }

    #[test]
    fn rendered_text_is_not_read_again() {
        let argument = argument("      a: ${{ inputs.x }}\n      b: <${{ inputs.x }}>\n");

        let value = argument.render(&json!({ "inputs": { "x": "${{ run.id }}" } })).unwrap();

        assert_eq!(value, json!({ "a": "${{ run.id }}", "b": "<${{ run.id }}>" }));
    }

    #[test]
    fn failed_expression_points_into_the_file() {
        let text = "workflow: w\nsteps:\n  a:\n    set:\n      text: |\n        Dear ${{ inputs.name }},\n        ${{ steps.b.output.x }}\n";
        let source = Source::new("w.yaml", text);
        let workflow = Workflow::parse(source.clone()).unwrap();
        let StepKind::Set(argument) = &workflow.steps[0].kind else { panic!("not a set") };
        let names =
            json!({ "inputs": { "name": "Kim" }, "steps": { "b": { "status": "skipped" } } });

        let error = argument.render(&names).unwrap_err();

        insta::assert_snapshot!(error.diagnostic(&source).render(&source, Default::default()), @"
        error[W0202]: `steps.b` has no output (it is skipped); write `steps.b.output.x | default(…)` to go on without it
         --> w.yaml:7:13
          |
        7 |         ${{ steps.b.output.x }}
          |             ^^^^^^^^^^^^^^^^
        ");
    }

    #[test]
    fn references_are_listed_once() {
        let argument =
            argument("      - ${{ inputs.x }}\n      - a ${{ inputs.x }} ${{ run.id }}\n");

        assert_eq!(argument.references(), ["inputs.x", "run.id"]);
    }
}
