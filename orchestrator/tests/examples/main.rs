//! The files of `examples/` and the programs of `orchestrator/examples/`, all of them, on the fakes and
//! in virtual time.
#![expect(clippy::unwrap_used, reason = "a failed helper is a failed test")]

mod failures;
mod files;
mod programs;
mod servers;
mod vendor;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use mcp_mock::World;
use orchestrator::call::ToolCaller;
use orchestrator::engine::journal::MemoryJournal;
use orchestrator::engine::{Run, RunOptions};
use orchestrator::manager::{LocalServer, Manager, ServerSpec};
use orchestrator::run::{RunId, RunReport};
use orchestrator::workflow::Workflow;
use serde_json::{Map, Value};

/// The names of the files below a folder with this extension, `/` between their parts.
fn files_below(folder: &Path, extension: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            let inner = files_below(&path, extension);
            found.extend(inner.into_iter().map(|inner| format!("{name}/{inner}")));
        } else if path.extension().is_some_and(|found| found == extension) {
            found.insert(name);
        }
    }
    found
}

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples")
}

#[track_caller]
fn workflow(file: &str) -> Workflow {
    Workflow::read(examples().join(file)).unwrap_or_else(|error| panic!("{error}"))
}

async fn connected(world: &World) -> Arc<Manager> {
    Arc::new(Manager::connect(ServerSpec::mocks(world)).await)
}

/// Runs an example on the fakes of a world; `local` writes to a folder that is gone afterwards.
async fn run(world: &World, file: &str) -> RunReport {
    let folder = tempfile::tempdir().unwrap();
    run_in(folder.path(), world, file, Map::new()).await
}

async fn run_in(folder: &Path, world: &World, file: &str, inputs: Map<String, Value>) -> RunReport {
    let caller = LocalServer::new(folder, connected(world).await);
    run_with(Arc::new(caller), file, inputs).await
}

async fn run_with(
    caller: Arc<dyn ToolCaller>,
    file: &str,
    inputs: Map<String, Value>,
) -> RunReport {
    let started_at: Timestamp = "2026-01-05T09:00:00Z".parse().unwrap();
    let options = RunOptions::new(RunId::new(started_at, 1), started_at);
    let plan = workflow(file).check(&*caller).unwrap();
    let inputs = plan.workflow().bind_inputs(inputs).unwrap();
    let run = Run::new(caller, Arc::new(MemoryJournal::new()), options);
    run.execute(plan, inputs).await.unwrap()
}

/// Steps with the times of their attempts, outputs and errors, as one text.
fn told(report: &RunReport) -> String {
    let mut text = format!("{:?} after {} ms\n", report.state, report.duration.as_millis());
    for step in &report.steps {
        write!(text, "  {}: {}", step.step, step.state.as_str()).unwrap();
        for attempt in &step.attempts {
            write!(text, ", {} at {} ms", attempt.tool, attempt.started.as_millis()).unwrap();
        }
        text.push('\n');
    }
    writeln!(text, "outputs: {:#}", Value::Object(report.outputs.clone())).unwrap();
    for error in &report.errors {
        let step = error.step.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
        writeln!(text, "error: {step}: {error} ({})", error.failure.kind).unwrap();
    }
    text
}
