//! What expressions see: `inputs`, `steps`, `run`, and the items of the lists around them.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::scope::Scope;
use crate::call::FailureKind;
use crate::run::error::RunError;
use crate::run::state::{Phase, RunStart, RunState, StepRecord, StepState};
use crate::workflow::definition::{Argument, StepId};
use crate::workflow::expression::Expression;

/// Makes the object that expressions in `scope` are evaluated over. Only the steps in `reads` enter
/// it: outputs can be large, and copying all of them for each expression would add up.
pub(super) fn expression_context(
    state: &RunState,
    start: &RunStart,
    scope: &Scope<'_>,
    reads: &BTreeSet<StepId>,
) -> Value {
    let mut context = Map::new();
    let mut steps = Map::new();
    let mut around = Some(scope);
    while let Some(scope) = around {
        let own = scope.nodes.iter().filter(|node| reads.contains(&node.step.id));
        for node in own {
            let record = state.step(&scope.path.step(&node.step.id));
            steps.entry(node.step.id.as_str()).or_insert_with(|| step_value(record));
        }
        if let Some((name, item)) = scope.item {
            context.entry(name).or_insert_with(|| item.clone());
        }
        around = scope.outer;
    }
    // The item of a list cannot hide these: the names of the language win.
    context.insert("inputs".to_owned(), Value::Object(start.inputs.clone()));
    context.insert("steps".to_owned(), Value::Object(steps));
    context.insert("run".to_owned(), run_value(start));
    Value::Object(context)
}

/// Evaluates one expression.
pub(super) fn evaluate(expression: &Expression, context: &Value) -> Result<Value, EvalError> {
    expression
        .evaluate(context)
        .map_err(|error| EvalError::new(FailureKind::Expression, error.to_string()))
}

/// Renders a value; `schema` says of which types the tool wants its plain scalars.
pub(super) fn render(
    argument: &Argument,
    context: &Value,
    schema: Option<&Value>,
) -> Result<Value, EvalError> {
    argument
        .render_for(context, schema)
        .map_err(|error| EvalError::new(FailureKind::Expression, error.to_string()))
}

/// A step that cannot be carried out as it is written; nothing was sent.
#[derive(Debug)]
pub(super) struct EvalError {
    kind: FailureKind,
    pub(super) message: String,
}

impl EvalError {
    pub(super) fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }
}

impl From<EvalError> for RunError {
    fn from(error: EvalError) -> Self {
        Self::new(error.kind, error.message)
    }
}

fn run_value(start: &RunStart) -> Value {
    let date = start.started_at.to_zoned(TimeZone::UTC).date();
    json!({
        "id": start.run.as_str(),
        "started_at": start.started_at.to_string(),
        "date": date.to_string(),
    })
}

fn step_value(record: Option<&StepRecord>) -> Value {
    let Some(record) = record else {
        return json!({ "status": StepState::Pending.as_str() });
    };
    let mut value = Map::new();
    value.insert("status".to_owned(), record.state().as_str().into());
    if let Some(output) = record.output.as_ref().filter(|_| record.state() == StepState::Succeeded)
    {
        value.insert("output".to_owned(), output.clone());
    }
    let error = match &record.phase {
        Phase::Ended { end, .. } => end.error(),
        // A fallback sees the failure that it stands in for.
        _ => record.attempts.last().and_then(|attempt| attempt.error.as_ref()),
    };
    if let Some(error) = error {
        let error = serde_json::to_value(error)
            .unwrap_or_else(|_| json!({ "message": error.failure.message }));
        value.insert("error".to_owned(), error);
    }
    Value::Object(value)
}
