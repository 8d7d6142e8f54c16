//! Workflows in code: the same language, the same reader, the same messages as for files.
//!
//! The builder writes JSON, which is read like a file. So a string with `${{ }}` means the same in both,
//! and a message shows the line of that JSON.

use std::time::Duration;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Value, json};

use super::definition::{OnRunError, Workflow};
use super::error::WorkflowError;
use crate::call::{Effect, Growth, RetryPolicy};
use crate::source::{Diagnostic, Source};

impl Workflow {
    /// Starts a workflow in code.
    ///
    /// ```
    /// use orchestrator::workflow::Workflow;
    /// use orchestrator::workflow::builder::call;
    /// use serde_json::json;
    ///
    /// let workflow = Workflow::builder("tell")
    ///     .input("title", json!({ "type": "string" }))
    ///     .step(
    ///         "issue",
    ///         call("github/create_issue").with(json!({ "title": "${{ inputs.title }}" })),
    ///     )
    ///     .step(
    ///         "slack",
    ///         call("slack/post_message")
    ///             .with(json!({ "text": "New: ${{ steps.issue.output.html_url }}" }))
    ///             .on_error_continue(),
    ///     )
    ///     .output("url", json!("${{ steps.issue.output.html_url }}"))
    ///     .build()?;
    /// # assert_eq!(workflow.steps.len(), 2);
    /// # Ok::<(), orchestrator::workflow::WorkflowError>(())
    /// ```
    pub fn builder(name: impl Into<String>) -> WorkflowBuilder {
        WorkflowBuilder {
            name: name.into(),
            head: Vec::new(),
            defaults: Vec::new(),
            inputs: Vec::new(),
            steps: Vec::new(),
            outputs: Vec::new(),
        }
    }
}

/// Builds a [`Workflow`]; see [`Workflow::builder`].
#[derive(Debug, Clone)]
#[must_use = "a workflow is made by `build`"]
pub struct WorkflowBuilder {
    name: String,
    head: Members,
    defaults: Members,
    inputs: Members,
    steps: Members,
    outputs: Members,
}

impl WorkflowBuilder {
    /// Says what the workflow is for.
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.head.put("description", Value::String(text.into()));
        self
    }

    /// Adds an input with its JSON Schema; a `default` in it makes it optional.
    pub fn input(mut self, name: impl Into<String>, schema: Value) -> Self {
        self.inputs.push((name.into(), Tree::Value(schema)));
        self
    }

    /// Sets how long one attempt of a call may take when its step does not say.
    pub fn default_timeout(mut self, timeout: Duration) -> Self {
        self.defaults.put("timeout", duration(timeout));
        self
    }

    /// Sets how calls are tried again when their steps do not say.
    pub fn default_retry(mut self, policy: &RetryPolicy) -> Self {
        self.defaults.put("retry", retry(policy));
        self
    }

    /// Sets what a failed step means for the other steps.
    pub fn on_error(mut self, on_error: OnRunError) -> Self {
        let word = match on_error {
            OnRunError::Finish => "finish",
            OnRunError::Stop => "stop",
        };
        self.head.put("on_error", json!(word));
        self
    }

    /// Sets how long a run may take in all.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.head.put("deadline", duration(deadline));
        self
    }

    /// Adds a step.
    pub fn step(mut self, id: impl Into<String>, step: StepBuilder) -> Self {
        self.steps.push((id.into(), step.into_tree()));
        self
    }

    /// Adds a value that a run gives.
    pub fn output(mut self, name: impl Into<String>, value: Value) -> Self {
        self.outputs.push((name.into(), Tree::Value(value)));
        self
    }

    /// Reads and checks the whole.
    ///
    /// # Errors
    ///
    /// When it is not a valid workflow; warnings are found by [`Workflow::check`].
    pub fn build(self) -> Result<Workflow, WorkflowError> {
        let name = format!("{} (built in code)", self.name);
        let mut whole: Members = vec![("workflow".to_owned(), Tree::Value(self.name.into()))];
        whole.extend(self.head);
        for (key, part) in
            [("defaults", self.defaults), ("inputs", self.inputs), ("outputs", self.outputs)]
        {
            if !part.is_empty() {
                whole.push((key.to_owned(), Tree::Map(part)));
            }
        }
        whole.push(("steps".to_owned(), Tree::Map(self.steps)));
        let text = serde_json::to_string_pretty(&Tree::Map(whole))
            .expect("texts as keys and JSON as values always become JSON");
        let workflow = Workflow::parse(Source { name, text })?;
        let diagnostics: Vec<Diagnostic> =
            workflow.problems().into_iter().filter(Diagnostic::is_error).collect();
        if diagnostics.is_empty() {
            Ok(workflow)
        } else {
            Err(WorkflowError { file: workflow.source, diagnostics })
        }
    }
}

/// Builds a step; made by [`call`], [`set`], [`wait()`] or [`group`].
#[derive(Debug, Clone)]
#[must_use = "a step does nothing until it is added to a workflow"]
pub struct StepBuilder {
    members: Members,
    steps: Option<Members>,
    fallback: Vec<Value>,
}

/// A step that calls a tool, named as `server/tool`.
pub fn call(tool: impl Into<String>) -> StepBuilder {
    StepBuilder::new("call", Value::String(tool.into()))
}

/// A step that computes a value and calls nothing.
pub fn set(value: Value) -> StepBuilder {
    StepBuilder::new("set", value)
}

/// A step that waits.
pub fn wait(time: Duration) -> StepBuilder {
    StepBuilder::new("wait", duration(time))
}

/// A step with steps of its own.
pub fn group() -> StepBuilder {
    StepBuilder { members: Vec::new(), steps: Some(Vec::new()), fallback: Vec::new() }
}

impl StepBuilder {
    fn new(kind: &str, value: Value) -> Self {
        let members = vec![(kind.to_owned(), Tree::Value(value))];
        Self { members, steps: None, fallback: Vec::new() }
    }

    /// The arguments of the call: a JSON object whose strings may hold `${{ }}`.
    pub fn with(self, arguments: Value) -> Self {
        self.put("with", arguments)
    }

    /// Steps that must have ended before, besides those that the step reads.
    pub fn needs<S: Into<String>>(self, steps: impl IntoIterator<Item = S>) -> Self {
        let names = steps.into_iter().map(|name| Value::String(name.into())).collect();
        self.put("needs", Value::Array(names))
    }

    /// Skips the step when the expression is false.
    pub fn condition(self, expression: impl Into<String>) -> Self {
        self.put("if", Value::String(expression.into()))
    }

    /// Goes on with the run when the step fails.
    pub fn on_error_continue(self) -> Self {
        self.put("on_error", json!("continue"))
    }

    /// Sets how the call is tried again.
    pub fn retry(self, policy: &RetryPolicy) -> Self {
        self.put("retry", retry(policy))
    }

    /// Sets how long one attempt may take.
    pub fn timeout(self, timeout: Duration) -> Self {
        self.put("timeout", duration(timeout))
    }

    /// Sets how long the whole step may take.
    pub fn deadline(self, deadline: Duration) -> Self {
        self.put("deadline", duration(deadline))
    }

    /// Adds a call to try after a definite failure.
    pub fn fallback(mut self, tool: &str, arguments: Value) -> Self {
        self.fallback.push(call_value(tool, arguments));
        self
    }

    /// Sets the call that takes the effect back.
    pub fn undo(self, tool: &str, arguments: Value) -> Self {
        self.put("undo", call_value(tool, arguments))
    }

    /// Says what a call may do to the world.
    pub fn effect(self, effect: Effect) -> Self {
        let word = match effect {
            Effect::Idempotent => "idempotent",
            Effect::Read => "read",
            Effect::Unsafe => "unsafe",
        };
        self.put("effect", json!(word))
    }

    /// Adds a step to a group.
    pub fn step(mut self, id: impl Into<String>, step: Self) -> Self {
        self.steps.get_or_insert_default().push((id.into(), step.into_tree()));
        self
    }

    /// Runs the steps of a group once for each item of the list that the expression gives.
    pub fn each(self, expression: impl Into<String>) -> Self {
        self.put("each", Value::String(expression.into()))
    }

    /// Sets the name under which the steps see the item; `item` without it.
    pub fn item_name(self, name: impl Into<String>) -> Self {
        self.put("as", Value::String(name.into()))
    }

    /// Sets how many items run at the same time; one without it.
    pub fn concurrency(self, items: u32) -> Self {
        self.put("concurrency", json!(items))
    }

    /// Sets how long to wait between the end of one item and the start of the next.
    pub fn pause(self, pause: Duration) -> Self {
        self.put("pause", duration(pause))
    }

    fn put(mut self, key: &str, value: Value) -> Self {
        self.members.put(key, value);
        self
    }

    fn into_tree(mut self) -> Tree {
        if let Some(steps) = self.steps {
            self.members.push(("steps".to_owned(), Tree::Map(steps)));
        }
        if !self.fallback.is_empty() {
            self.members.put("fallback", Value::Array(self.fallback));
        }
        Tree::Map(self.members)
    }
}

/// JSON whose maps keep the order in which they were written.
#[derive(Debug, Clone)]
enum Tree {
    Map(Members),
    Value(Value),
}

type Members = Vec<(String, Tree)>;

trait Put {
    /// Sets a member; the last value counts.
    fn put(&mut self, key: &str, value: Value);
}

impl Put for Members {
    fn put(&mut self, key: &str, value: Value) {
        self.retain(|(other, _)| other != key);
        self.push((key.to_owned(), Tree::Value(value)));
    }
}

impl Serialize for Tree {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Value(value) => value.serialize(serializer),
            Self::Map(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (key, value) in members {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
        }
    }
}

fn call_value(tool: &str, arguments: Value) -> Value {
    let members = [("call".to_owned(), Value::from(tool)), ("with".to_owned(), arguments)];
    Value::Object(members.into_iter().collect())
}

fn duration(duration: Duration) -> Value {
    Value::String(format!("{}ms", duration.as_millis()))
}

fn retry(policy: &RetryPolicy) -> Value {
    let growth = match policy.growth {
        Growth::Constant => "constant",
        Growth::Exponential => "exponential",
        Growth::Linear => "linear",
    };
    json!({
        "attempts": policy.attempts,
        "delay": duration(policy.delay),
        "growth": growth,
        "max": duration(policy.max),
    })
}

#[cfg(test)]
mod tests;
