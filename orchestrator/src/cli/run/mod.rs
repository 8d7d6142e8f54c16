//! `orchestrator run`: runs a workflow file.

mod outcome;

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Map;
use tokio::sync::Notify;

use mcp_core::Lock;

use super::assignment::{Assignment, assigned};
use super::console::Console;
use super::context::CommandContext;
use super::error::{CommandError, ErrorKind};
use super::selection::ServerSelection;
use crate::call::{LOCAL_SERVER, NothingKnown, ToolCaller};
use crate::engine::journal::MemoryJournal;
use crate::engine::{ExecuteError, Run, RunOptions, StopHandle};
use crate::manager::LocalServer;
use crate::plan::Plan;
use crate::report::{Paint, StepLine, StepLines};
use crate::run::event::Event;
use crate::run::{RunReport, StopCause};
use crate::source::{Diagnostic, Style};
use crate::workflow::{InputProblem, Inputs, InputsError, Workflow};

/// Run a workflow file
///
/// The file is checked before anything is sent, and only the servers that it needs are started.
///
/// Ctrl-C stops the run in order: nothing new is started, and calls that cannot be cancelled without a
/// doubt are awaited for a while. A second Ctrl-C ends at once.
#[derive(Debug, clap::Args)]
pub(super) struct RunArguments {
    /// The workflow
    file: PathBuf,
    /// Give an input: `key=value`, or `key:=json` for JSON as it is (can be repeated)
    #[arg(short, long = "input", value_name = "KEY=VALUE")]
    input: Vec<Assignment>,
    /// Exit with 6 when a failure was tolerated
    #[arg(long)]
    strict: bool,
}

pub(super) async fn run(
    arguments: &RunArguments,
    context: &mut CommandContext<'_, '_>,
) -> Result<(), CommandError> {
    let workflow = Workflow::read(&arguments.file)?;
    let plan = workflow.check(&NothingKnown)?;
    show(plan.warnings(), &workflow, context.console);
    let inputs = inputs(&workflow, &arguments.input)?;
    let selection = ServerSelection::read(context).await?;
    let result = connect_and_run(plan, inputs, &selection, context).await;
    selection.manager.close().await;
    let report = result?;
    let CommandContext { globals, console, .. } = context;
    outcome::report(&report, globals, console)?;
    let fault = outcome::fault(&report, arguments.strict, globals);
    fault.map_or(Ok(()), |fault| Err(selection.with_login(fault)))
}

/// Starts the servers that the plan needs and carries it out.
async fn connect_and_run(
    plan: Plan,
    inputs: Inputs,
    selection: &ServerSelection,
    context: &mut CommandContext<'_, '_>,
) -> Result<RunReport, CommandError> {
    let CommandContext { globals, console, interrupt } = context;
    let caller: Arc<dyn ToolCaller> =
        Arc::new(LocalServer::new(&globals.state_dir, Arc::clone(&selection.manager) as Arc<_>));
    // Which servers there are is known before one is started, which tools they have is not.
    let plan = plan.check_tools(&*caller).map_err(|error| selection.refused(error))?;
    let servers = plan.workflow().servers().into_iter();
    let names: Vec<&str> = servers.filter(|name| *name != LOCAL_SERVER).collect();
    let connecting = async {
        selection.manager.connect_only(&names).await;
        Ok(())
    };
    interrupt.or(connecting).await?;
    let servers = selection.count_words(names.len());
    let plan = plan.check_tools(&*caller).map_err(|error| selection.refused(error))?;
    for away in plan.unavailable() {
        console.warn(&selection.unavailable(&away.server, &away.reason, away.kind).message);
    }
    show(plan.tool_warnings(), plan.workflow(), console);
    let lines = ProgressLines::new(plan.workflow(), console.paint());
    let stop = StopHandle::new();
    let observer = Arc::clone(&lines);
    let mut options = RunOptions::default()
        .with_observer(move |event| observer.take(event))
        .with_stop(stop.clone());
    if let Some(timeout) = globals.timeout {
        options = options.with_attempt_timeout(timeout);
    }
    if !console.is_json && !console.is_quiet() {
        let name = console.paint().strong(&plan.workflow().name);
        console.print(&format!("run {}  {name}  {servers}", options.run));
    }
    let run = Run::new(caller, Arc::new(MemoryJournal::new()), options);
    follow(run.execute(plan, inputs), &lines, &stop, context).await
}

fn show(warnings: &[Diagnostic], workflow: &Workflow, console: &mut Console<'_>) {
    for warning in warnings {
        console.rendered(&warning.render(&workflow.source, Style::Colour));
    }
}

/// Shows the lines of a run while it goes on, and passes on the wish to stop.
async fn follow(
    run: impl Future<Output = Result<RunReport, ExecuteError>>,
    lines: &ProgressLines,
    stop: &StopHandle,
    context: &mut CommandContext<'_, '_>,
) -> Result<RunReport, CommandError> {
    let CommandContext { console, interrupt, .. } = context;
    let mut run = std::pin::pin!(run);
    let result = loop {
        tokio::select! {
            biased;
            () = interrupt.requested(), if stop.cause().is_none() => {
                stop.stop(StopCause::Interrupted);
                console.note("stopping: calls under way are awaited (once more to end at once)");
            }
            () = lines.news.notified() => lines.show(console),
            result = &mut run => break result,
        }
    };
    lines.show(console);
    result.map_err(|error| refused(&error))
}

/// The lines of a run that are not printed yet: at most as many as events in the journal, which has a
/// cap.
#[derive(Debug)]
struct ProgressLines {
    state: Lock<(StepLines, VecDeque<StepLine>)>,
    news: Notify,
}

impl ProgressLines {
    fn new(workflow: &Workflow, paint: Paint) -> Arc<Self> {
        let lines = StepLines::new(workflow, paint);
        Arc::new(Self { state: Lock::new((lines, VecDeque::new())), news: Notify::new() })
    }

    fn take(&self, event: &Event) {
        let mut state = self.state.lock();
        if let Some(line) = state.0.take(event) {
            state.1.push_back(line);
            self.news.notify_one();
        }
    }

    fn show(&self, console: &mut Console<'_>) {
        let lines = {
            let mut state = self.state.lock();
            std::mem::take(&mut state.1)
        };
        for line in lines {
            match line {
                StepLine::Progress(line) => console.progress(&line),
                StepLine::Ended(line) if !console.is_json && !console.is_quiet() => {
                    console.print(&line);
                }
                StepLine::Ended(_) => {}
            }
        }
    }
}

fn inputs(workflow: &Workflow, given: &[Assignment]) -> Result<Inputs, CommandError> {
    let schema_of = |name: &str| {
        workflow.inputs.iter().find(|input| input.name == name).map(|input| &input.schema)
    };
    let given = assigned(Map::new(), given, schema_of);
    workflow.bind_inputs(given).map_err(|error| wrong_inputs(&error))
}

fn wrong_inputs(error: &InputsError) -> CommandError {
    let missing = error.problems.iter().filter_map(|problem| match problem {
        InputProblem::Missing { name } => Some(format!("-i {name}=…")),
        _ => None,
    });
    let missing: Vec<String> = missing.collect();
    let error = CommandError::new(ErrorKind::InvalidInputs, error.to_string());
    if missing.is_empty() { error } else { error.with_hint(format!("add {}", missing.join(" "))) }
}

/// A run that could not go on.
fn refused(error: &ExecuteError) -> CommandError {
    let source = std::error::Error::source(error).map(|source| format!(": {source}"));
    let message = format!("{error}{}", source.unwrap_or_default());
    CommandError::new(ErrorKind::Internal, message)
}
