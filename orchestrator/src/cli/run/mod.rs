//! `orchestrator run`: runs a workflow file.

mod check;
mod outcome;

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value};
use tokio::sync::Notify;

use super::arguments::Globals;
use super::assignment::{Assignment, assigned};
use super::console::Console;
use super::error::{CommandError, ErrorKind};
use super::setup::Setup;
use super::signals::Interrupt;
use crate::call::LOCAL_SERVER;
use crate::call::ToolCaller;
use crate::engine::journal::MemoryJournal;
use crate::engine::{ExecuteError, Run, RunOptions, StopHandle};
use crate::manager::LocalServer;
use crate::report::{Paint, StepLine, StepLines};
use crate::run::event::Event;
use crate::run::{RunId, RunReport, StopCause};
use crate::workflow::definition::{Step, StepKind};
use crate::workflow::{InputProblem, InputsError, Workflow};

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
    globals: &Globals,
    console: &mut Console<'_>,
    interrupt: &Interrupt,
) -> Result<(), CommandError> {
    let mut workflow = Workflow::read(&arguments.file)?;
    check::definition(&workflow, console)?;
    let inputs = inputs(&workflow, &arguments.input)?;
    if let Some(timeout) = globals.timeout {
        set_timeout(&mut workflow.steps, timeout);
    }
    let setup = Setup::read(globals, console, interrupt).await?;
    check::servers(&workflow, &setup)?;
    let result =
        connect_and_run(&workflow, inputs, &setup, (globals, &mut *console, interrupt)).await;
    setup.manager.close().await;
    let report = result?;
    outcome::report(&report, globals, console)?;
    let fault = outcome::fault(&report, arguments.strict, globals);
    fault.map_or(Ok(()), |fault| Err(setup.with_login(fault)))
}

/// Starts the servers that the workflow needs and runs it.
async fn connect_and_run(
    workflow: &Workflow,
    inputs: Map<String, Value>,
    setup: &Setup,
    (globals, console, interrupt): (&Globals, &mut Console<'_>, &Interrupt),
) -> Result<RunReport, CommandError> {
    let needed = check::needed_servers(workflow);
    let names: Vec<&str> = needed.iter().copied().filter(|name| *name != LOCAL_SERVER).collect();
    let caller: Arc<dyn ToolCaller> =
        Arc::new(LocalServer::new(&globals.state_dir, Arc::clone(&setup.manager) as Arc<_>));
    let connecting = async {
        setup.manager.connect_only(&names).await;
        check::tools(workflow, setup, &*caller, console).await
    };
    interrupt.or(connecting).await?;
    let live = Live::new(workflow, console.paint());
    let stop = StopHandle::new();
    let options = options(&live, &stop);
    if !console.is_json && !console.is_quiet() {
        let name = console.paint().strong(&workflow.name);
        let count = setup.count_words(names.len());
        console.print(&format!("run {}  {name}  {count}", options.run));
    }
    let run = Run::new(caller, Arc::new(MemoryJournal::new()), options);
    follow(run.execute(workflow, inputs), &live, &stop, (console, interrupt)).await
}

fn options(live: &Arc<Live>, stop: &StopHandle) -> RunOptions {
    let started_at = Timestamp::now();
    // Runs of the same millisecond differ in their process or in the rest of the time.
    let rest = started_at.subsec_nanosecond().unsigned_abs();
    let run = RunId::new(started_at, u64::from(std::process::id() ^ rest));
    let live = Arc::clone(live);
    RunOptions::new(run, started_at)
        .with_observer(move |event| live.take(event))
        .with_stop(stop.clone())
}

/// Shows the lines of a run while it goes on, and passes on the wish to stop.
async fn follow(
    run: impl Future<Output = Result<RunReport, ExecuteError>>,
    live: &Live,
    stop: &StopHandle,
    (console, interrupt): (&mut Console<'_>, &Interrupt),
) -> Result<RunReport, CommandError> {
    let mut run = std::pin::pin!(run);
    let result = loop {
        tokio::select! {
            biased;
            () = interrupt.requested(), if stop.cause().is_none() => {
                stop.stop(StopCause::Interrupted);
                console.note("stopping: calls under way are awaited (once more to end at once)");
            }
            () = live.news.notified() => live.show(console),
            result = &mut run => break result,
        }
    };
    live.show(console);
    result.map_err(refused)
}

/// The lines of a run that are not shown yet. There are no more of them than events in the journal,
/// which has a cap.
#[derive(Debug)]
struct Live {
    state: Mutex<(StepLines, VecDeque<StepLine>)>,
    news: Notify,
}

impl Live {
    fn new(workflow: &Workflow, paint: Paint) -> Arc<Self> {
        let lines = StepLines::new(workflow, paint);
        Arc::new(Self { state: Mutex::new((lines, VecDeque::new())), news: Notify::new() })
    }

    fn take(&self, event: &Event) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(line) = state.0.take(event) {
            state.1.push_back(line);
            self.news.notify_one();
        }
    }

    fn show(&self, console: &mut Console<'_>) {
        let lines = {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
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

fn inputs(workflow: &Workflow, given: &[Assignment]) -> Result<Map<String, Value>, CommandError> {
    let schema_of = |name: &str| {
        workflow.inputs.iter().find(|input| input.name == name).map(|input| &input.schema)
    };
    let given = assigned(Map::new(), given, schema_of);
    workflow.bind_inputs(given.clone()).map_err(|error| wrong_inputs(&error))?;
    Ok(given)
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

/// A run that could not start or go on.
fn refused(error: ExecuteError) -> CommandError {
    match error {
        ExecuteError::Inputs(error) => wrong_inputs(&error),
        ExecuteError::Plan(error) => {
            CommandError::new(ErrorKind::InvalidWorkflow, error.to_string())
        }
        error => {
            let source = std::error::Error::source(&error).map(|source| format!(": {source}"));
            let message = format!("{error}{}", source.unwrap_or_default());
            CommandError::new(ErrorKind::Internal, message)
        }
    }
}

/// Sets the time of one attempt for all steps that name none.
fn set_timeout(steps: &mut [Step], timeout: Duration) {
    for step in steps {
        match &mut step.kind {
            StepKind::Group(group) => set_timeout(&mut group.steps, timeout),
            StepKind::Call(_) => {
                step.timeout.get_or_insert(timeout);
            }
            StepKind::Set(_) | StepKind::Wait(_) => {}
        }
    }
}
