//! From the text of a file to a [`Workflow`]: every key is known, every value has its type, every mistake is
//! reported.

mod call;
mod fields;
mod input;
mod scalar;
mod step;

use std::path::Path;
use std::time::Duration;

use super::WorkflowError;
use super::definition::{Argument, OnRunError, Workflow};
use super::name::{better_name, check_name};
use crate::call::RetryPolicy;
use crate::source::node::{Format, Node};
use crate::source::{Code, Diagnostic, Source, Span};
use fields::Shape;

static WORKFLOW: Shape = Shape {
    noun: "a workflow",
    known: &[
        "workflow",
        "description",
        "inputs",
        "defaults",
        "steps",
        "outputs",
        "on_error",
        "deadline",
    ],
    later: &["on_failure"],
};
static DEFAULTS: Shape = Shape { noun: "`defaults`", known: &["timeout", "retry"], later: &[] };

impl Workflow {
    /// Reads a workflow from YAML or JSON.
    ///
    /// ```
    /// use orchestrator::source::Source;
    /// use orchestrator::workflow::Workflow;
    ///
    /// let text = "
    /// workflow: tell
    /// inputs: { title: string }
    /// steps:
    ///   slack: { call: slack/post_message, with: { text: 'New: ${{ inputs.title }}' } }
    /// ";
    ///
    /// let workflow = Workflow::parse(Source::new("tell.yaml", text))?;
    ///
    /// assert_eq!(workflow.steps[0].id.as_str(), "slack");
    /// # Ok::<_, orchestrator::workflow::WorkflowError>(())
    /// ```
    ///
    /// It reports all mistakes at once. [`check`](Self::check) looks at what belongs together.
    ///
    /// # Errors
    ///
    /// When the text is not a workflow.
    pub fn parse(source: Source) -> Result<Self, WorkflowError> {
        let mut reader = Reader::new(&source);
        let workflow = match Node::parse(&source, Format::Yaml) {
            Ok(node) => reader.workflow(&node),
            Err(problems) => {
                reader.problems = problems;
                None
            }
        };
        let mut diagnostics = reader.problems;
        match workflow {
            Some(workflow) if diagnostics.is_empty() => Ok(Self { source, ..workflow }),
            _ => {
                diagnostics.sort_by_key(|diagnostic| diagnostic.span.0.start);
                Err(WorkflowError { file: source, diagnostics })
            }
        }
    }

    /// Reads a workflow file.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or is not a workflow.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, WorkflowError> {
        let path = path.as_ref();
        match Source::read(path) {
            Ok(source) => Self::parse(source),
            Err(problem) => {
                let file = Source::new(path.display().to_string(), "");
                Err(WorkflowError { file, diagnostics: vec![problem] })
            }
        }
    }
}

/// Reads nodes into the definition and collects what is wrong with them.
struct Reader<'a> {
    source: &'a Source,
    problems: Vec<Diagnostic>,
    defaults: Defaults,
}

/// What steps take over when they say nothing themselves.
#[derive(Default)]
struct Defaults {
    timeout: Option<Duration>,
    retry: RetryPolicy,
}

impl<'a> Reader<'a> {
    fn new(source: &'a Source) -> Self {
        Self { source, problems: Vec::new(), defaults: Defaults::default() }
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.problems.push(diagnostic);
    }

    fn workflow(&mut self, node: &Node) -> Option<Workflow> {
        let fields = self.fields(node, &WORKFLOW)?;
        if let Some(entry) = fields.get("defaults") {
            self.read_defaults(&entry.value);
        }
        let name = self.required(&fields, "workflow").and_then(|entry| self.text(&entry.value));
        let description = fields.get("description").and_then(|entry| self.text(&entry.value));
        let inputs = fields.get("inputs").map(|entry| self.inputs(&entry.value));
        let steps = self.required(&fields, "steps").map(|entry| self.steps(&entry.value));
        let outputs = fields.get("outputs").map(|entry| self.outputs(&entry.value));
        let on_error = fields.get("on_error").and_then(|entry| {
            let words = [("finish", OnRunError::Finish), ("stop", OnRunError::Stop)];
            self.word(&entry.value, &words)
        });
        let deadline = fields.get("deadline").and_then(|entry| self.duration(&entry.value));
        Some(Workflow {
            name: name?,
            description,
            inputs: inputs.unwrap_or_default(),
            steps: steps?,
            outputs: outputs.unwrap_or_default(),
            on_error: on_error.unwrap_or_default(),
            deadline,
            source: Source::default(),
        })
    }

    fn read_defaults(&mut self, node: &Node) {
        let Some(fields) = self.fields(node, &DEFAULTS) else { return };
        self.defaults.timeout = fields.get("timeout").and_then(|entry| self.duration(&entry.value));
        if let Some(policy) = fields.get("retry").and_then(|entry| self.retry(&entry.value)) {
            self.defaults.retry = policy;
        }
    }

    fn outputs(&mut self, node: &Node) -> Vec<(String, Argument)> {
        self.entries(node, "`outputs`")
            .iter()
            .map(|entry| (entry.key.clone(), self.argument(&entry.value)))
            .collect()
    }

    /// A name that expressions use, as it is written; reports one that they could not use.
    fn identifier(&mut self, text: &str, span: &Span, noun: &str) {
        if let Err(why) = check_name(text) {
            let message = format!("`{text}` cannot be the name of {noun}: {why}");
            let help = better_name(text).map(|better| format!("write `{better}`"));
            self.report(Diagnostic::error(Code::BadName, span, message).with_help(help));
        }
    }
}

#[cfg(test)]
mod tests;
