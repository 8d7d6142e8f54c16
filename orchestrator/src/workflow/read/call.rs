//! Calls, and the arguments with expressions in them.

use super::Reader;
use super::fields::{Fields, Shape, is_nothing};
use crate::call::ToolRef;
use crate::source::node::{Node, NodeKind};
use crate::source::{Code, Diagnostic, Span};
use crate::workflow::definition::{Argument, ArgumentKind, Call};
use crate::workflow::expression::{Expression, ExpressionError, Template, whole_expression};

static CALL: Shape = Shape { noun: "a call", known: &["call", "with"], later: &[] };
/// More alternatives than this are not a plan any more.
const FALLBACKS_MAX: usize = 16;

impl Reader<'_> {
    /// `{ call: …, with: … }`, as under `undo` and in `fallback`.
    pub(super) fn call(&mut self, node: &Node) -> Option<Call> {
        let fields = self.fields(node, &CALL)?;
        self.required(&fields, "call")?;
        self.call_of(&fields)
    }

    /// The call that the keys `call` and `with` of a map say.
    pub(super) fn call_of(&mut self, fields: &Fields<'_>) -> Option<Call> {
        let entry = fields.get("call")?;
        let with = match fields.get("with") {
            Some(entry) => {
                if !matches!(entry.value.kind, NodeKind::Map(_)) {
                    self.wrong_type(&entry.value, "`with`", "a map");
                }
                self.argument(&entry.value)
            }
            None => Argument { kind: ArgumentKind::Map(Vec::new()), span: Span::default() },
        };
        let text = self.text(&entry.value)?;
        let Some(tool) = ToolRef::parse(&text).filter(|_| !Template::is_template(&text)) else {
            let message = format!("`{text}` does not name a tool");
            let problem = Diagnostic::error(Code::BadTool, &entry.value.span, message);
            let help = "write the server and the tool, as in `github/create_issue`".to_owned();
            self.report(problem.with_help(help));
            return None;
        };
        Some(Call { tool, with, span: entry.value.span.clone() })
    }

    pub(super) fn fallback(&mut self, node: &Node) -> Vec<Call> {
        let NodeKind::List(items) = &node.kind else {
            self.wrong_type(node, "`fallback`", "a list of calls");
            return Vec::new();
        };
        if items.len() > FALLBACKS_MAX {
            let message = format!("{} fallbacks are more than {FALLBACKS_MAX}", items.len());
            self.report(Diagnostic::error(Code::NumberRange, &node.span, message));
        }
        items.iter().filter_map(|item| self.call(item)).collect()
    }

    /// Any value; its strings may hold expressions.
    pub(super) fn argument(&mut self, node: &Node) -> Argument {
        let kind = match &node.kind {
            NodeKind::List(items) => {
                ArgumentKind::List(items.iter().map(|item| self.argument(item)).collect())
            }
            NodeKind::Map(entries) => ArgumentKind::Map(
                entries
                    .iter()
                    .map(|entry| (entry.key.clone(), self.argument(&entry.value)))
                    .collect(),
            ),
            NodeKind::Scalar { value, text } => self.code(node).unwrap_or_else(|| {
                ArgumentKind::Scalar { value: value.clone(), text: text.clone() }
            }),
        };
        Argument { kind, span: node.span.clone() }
    }

    /// The expression or template that a string is; nothing for a string without code.
    fn code(&mut self, node: &Node) -> Option<ArgumentKind> {
        let text = node.as_text()?;
        let (code, result) = match whole_expression(text) {
            Some(code) => {
                let parsed = Expression::parse(code).map(|code| code.at(node.span.clone()));
                (code.trim(), parsed.map(ArgumentKind::Expression))
            }
            None if Template::is_template(text) => {
                (text, Template::parse(text).map(ArgumentKind::Template))
            }
            None => return None,
        };
        result.map_err(|error| self.bad_expression(node, code, error)).ok()
    }

    /// An expression that may stand with or without `${{ }}`, as under `if`.
    pub(super) fn expression(&mut self, node: &Node, noun: &str) -> Option<Expression> {
        if !matches!(node.kind, NodeKind::Scalar { .. }) || is_nothing(node) {
            self.wrong_type(node, noun, "one expression");
            return None;
        }
        let text = self.text(node)?;
        let code = whole_expression(&text).unwrap_or(&text).trim();
        if Template::is_template(code) {
            let message =
                format!("{noun} must be one expression, not a text with expressions in it");
            let problem = Diagnostic::error(Code::BadExpression, &node.span, message);
            self.report(problem.with_help("write one `${{ … }}` around all of it".to_owned()));
            return None;
        }
        Expression::parse(code)
            .map(|expression| expression.at(node.span.clone()))
            .map_err(|error| self.bad_expression(node, code, error))
            .ok()
    }

    fn bad_expression(&mut self, node: &Node, code: &str, error: ExpressionError) {
        let span = match &error.range {
            Some(range) => self.source.within(&node.span, code, range),
            None => node.span.clone(),
        };
        self.report(Diagnostic::error(Code::BadExpression, &span, error.message));
    }
}
