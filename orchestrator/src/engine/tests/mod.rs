//! Whole runs over a scripted caller, in virtual time.

mod failures;
mod groups;
mod stages;
mod stopping;

use std::collections::{HashMap, VecDeque};
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use mcp_core::Delivery;
use serde_json::{Map, Value, json};
use tokio::time::{sleep, timeout_at};

use super::journal::{Journal, JournalError, MemoryJournal};
use super::{ExecuteError, Run, RunOptions, StopHandle};
use crate::call::{
    CallFailure, Deadline, Effect, FailureKind, KnownTools, ToolCaller, ToolFacts, ToolRef,
};
use crate::manager::LocalServer;
use crate::planner::STOP_GRACE;
use crate::run::event::{AttemptOutcome, Event, EventKind, RunEnd, StepEnd, StopCause};
use crate::run::state::StepState;
use crate::run::{RunId, RunReport, RunState};
use crate::source::{Source, Style};
use crate::workflow::Inputs;
use crate::workflow::Workflow;
use crate::workflow::definition::StepKind;

/// Every call takes this long unless the script says otherwise.
const CALL: Duration = Duration::from_millis(100);

/// Answers by script; a tool without one gives its own arguments back.
#[derive(Debug, Default)]
struct Script {
    replies: Mutex<HashMap<String, VecDeque<Reply>>>,
}

#[derive(Debug, Clone)]
struct Reply {
    after: Duration,
    result: Result<Value, CallFailure>,
}

impl Script {
    fn new() -> Self {
        Self::default()
    }

    /// The next reply of a tool; the last one stays.
    fn on(self, tool: &str, after_ms: u64, result: Result<Value, CallFailure>) -> Self {
        let reply = Reply { after: Duration::from_millis(after_ms), result };
        self.replies.lock().unwrap().entry(tool.to_owned()).or_default().push_back(reply);
        self
    }

    fn reply(&self, tool: &str, arguments: &Map<String, Value>) -> Reply {
        let mut replies = self.replies.lock().unwrap();
        match replies.get_mut(tool) {
            Some(queue) if queue.len() > 1 => queue.pop_front().unwrap(),
            Some(queue) => queue[0].clone(),
            None => Reply { after: CALL, result: Ok(Value::Object(arguments.clone())) },
        }
    }
}

impl KnownTools for Script {
    /// `get_…` reads, `put_…` may be repeated, everything else counts.
    fn facts(&self, tool: &ToolRef) -> Option<ToolFacts> {
        let effect = match tool.tool.split('_').next() {
            Some("get") => Effect::Read,
            Some("put") => Effect::Idempotent,
            _ => Effect::Unsafe,
        };
        Some(ToolFacts { input_schema: None, effect })
    }
}

#[async_trait]
impl ToolCaller for Script {
    async fn call(
        &self,
        tool: &ToolRef,
        arguments: Map<String, Value>,
        deadline: Deadline,
    ) -> Result<Value, CallFailure> {
        let Reply { after, result } = self.reply(&tool.tool, &arguments);
        match timeout_at(deadline.end(), sleep(after)).await {
            Ok(()) => result,
            Err(_) => {
                let message = format!("no answer within {:?}", deadline.total());
                Err(CallFailure::new(FailureKind::Timeout, Delivery::Unknown, message).transient())
            }
        }
    }
}

fn no(message: &str) -> Result<Value, CallFailure> {
    Err(CallFailure::new(FailureKind::ToolError, Delivery::Executed, message))
}

fn busy() -> Result<Value, CallFailure> {
    let failure =
        CallFailure::new(FailureKind::RateLimited, Delivery::Refused, "too many requests");
    Err(failure.transient())
}

fn never() -> Result<Value, CallFailure> {
    Ok(Value::Null)
}

/// A run that ended: its report and its events.
struct Ended {
    report: RunReport,
    events: Vec<Event>,
}

impl Ended {
    fn state(&self, step: &str) -> StepState {
        self.report.step(step).map_or(StepState::Pending, |step| step.state)
    }

    /// When each attempt of a step began, in milliseconds.
    fn attempts_ms(&self, step: &str) -> Vec<u128> {
        let step = self.report.step(step).unwrap();
        step.attempts.iter().map(|attempt| attempt.started.as_millis()).collect()
    }

    fn started_ms(&self, step: &str) -> u128 {
        self.report.step(step).unwrap().started.unwrap().as_millis()
    }

    fn duration_ms(&self) -> u128 {
        self.report.duration.as_millis()
    }

    fn errors(&self) -> String {
        self.report.errors.iter().fold(String::new(), |mut text, error| {
            let step = error.step.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
            writeln!(text, "{step}: {} ({})", error, error.failure.kind).unwrap();
            text
        })
    }

    /// The events, one a line.
    fn trace(&self) -> String {
        self.events.iter().fold(String::new(), |mut text, event| {
            let step = event.kind.step().map_or_else(String::new, |step| format!(" {step}"));
            let detail = match &event.kind {
                EventKind::AttemptStarted { attempt, tool, .. } => format!(" #{attempt} {tool}"),
                EventKind::AttemptEnded { outcome: AttemptOutcome::Failed { error }, .. } => {
                    format!(" {}", error.failure.kind)
                }
                EventKind::RetryScheduled { due, .. } => format!(" due {}", due.as_millis()),
                EventKind::ItemStarted { item, .. } | EventKind::ItemEnded { item, .. } => {
                    format!(" [{item}]")
                }
                EventKind::StepEnded { end, .. } => format!(" {}", StepState::of(end).as_str()),
                EventKind::StopRequested { cause } => format!(" {cause:?}"),
                EventKind::RunEnded { state, .. } => format!(" {state:?}"),
                _ => String::new(),
            };
            writeln!(text, "{:>5} {}{step}{detail}", event.at.as_millis(), event.kind.name())
                .unwrap();
            text
        })
    }
}

fn parse(yaml: &str) -> Workflow {
    let text = format!("workflow: test\n{yaml}");
    Workflow::parse(Source::new("test.yaml", text))
        .unwrap_or_else(|error| panic!("{}", error.render(Style::Plain)))
}

fn inputs(workflow: &Workflow) -> Inputs {
    workflow.bind_inputs(Map::new()).unwrap()
}

fn options() -> RunOptions {
    let started_at = "2026-11-22T09:30:00Z".parse().unwrap();
    RunOptions::new(RunId::new(started_at, 1), started_at)
}

async fn run_with(options: RunOptions, caller: Arc<dyn ToolCaller>, yaml: &str) -> Ended {
    let journal = Arc::new(MemoryJournal::new());
    let run = Run::new(Arc::clone(&caller), Arc::clone(&journal) as Arc<dyn Journal>, options);
    let workflow = parse(yaml);
    let plan = workflow.check(&*caller).unwrap();
    let report = run.execute(plan, inputs(&workflow)).await.unwrap();
    Ended { report, events: journal.events() }
}

async fn run(script: Script, yaml: &str) -> Ended {
    run_with(options(), Arc::new(script), yaml).await
}

const TICKET: &str = "
inputs: { title: { type: string, default: Broken } }
steps:
  issue: { call: github/create_issue, with: { title: '${{ inputs.title }}', number: 7 } }
  slack: { call: slack/post_message, with: { text: 'New: #${{ steps.issue.output.number }}' }, on_error: continue }
  email: { call: gmail/send_message, with: { body: '${{ steps.issue.output.title }}' }, on_error: continue }
  notion: { call: notion/create_page, with: { created: '${{ run.date }}', issue: '${{ steps.issue.output.number }}' }, on_error: continue }
  crm: { needs: [slack, email, notion], call: salesforce/create_case, with: { id: 5 }, on_error: continue }
outputs:
  issue: ${{ steps.issue.output.number }}
  case: ${{ steps.crm.output.id | default(none) }}
";

/// Never answers, whatever the timeout; what it is asked for has this effect.
#[derive(Debug)]
struct Hangs(Effect);

impl KnownTools for Hangs {
    fn facts(&self, _tool: &ToolRef) -> Option<ToolFacts> {
        Some(ToolFacts { input_schema: None, effect: self.0 })
    }
}

#[async_trait]
impl ToolCaller for Hangs {
    async fn call(
        &self,
        _tool: &ToolRef,
        _arguments: Map<String, Value>,
        _deadline: Deadline,
    ) -> Result<Value, CallFailure> {
        std::future::pending().await
    }
}
