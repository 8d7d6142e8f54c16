//! Case 6: three ways to deal with failures: stop at the first, collect all, try again and then write a
//! line to a file. The last one is the twin of `examples/error-handling/retry-with-fallback.yaml`.
#![expect(clippy::print_stdout, reason = "an example prints what it did")]

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{join_all, try_join_all};
use mcp_mock::{Fault, World};
use orchestrator::call::{Growth, RetryPolicy};
use orchestrator::engine::journal::MemoryJournal;
use orchestrator::engine::{Run, RunOptions};
use orchestrator::manager::{LocalServer, Manager, ManagerError, ServerSpec};
use orchestrator::workflow::builder::call;
use orchestrator::workflow::{Workflow, WorkflowError};
use serde_json::{Map, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let world = World::new(42);
    let busy = || Fault::ToolError { status: 429, message: "too many requests".to_owned() };
    world.salesforce().on("create_case").fault(busy());
    let manager = Arc::new(Manager::connect(ServerSpec::mocks(&world)).await);
    let (channels, nowhere) = (["#support", "#general"], ["#nowhere", "#support", "#elsewhere"]);

    println!("all or nothing: {:?}", post_to_all(&manager, &channels).await);
    println!("all errors: {:?}", post_to_each(&manager, &nowhere).await);

    let folder = std::env::temp_dir().join("orchestrator-example");
    let with_local = Arc::new(LocalServer::new(&folder, manager.clone()));
    let plan = workflow()?.check(&*with_local)?;
    let inputs = plan.workflow().bind_inputs(Map::new())?;
    let run = Run::new(with_local, Arc::new(MemoryJournal::new()), RunOptions::default());
    let report = run.execute(plan, inputs).await?;
    println!("after {:?}: {} in {}", report.duration, report.outputs["log"], folder.display());
    manager.close().await;
    Ok(())
}

/// Posts to all channels at once; the first failure drops the calls that are still on their way.
pub(crate) async fn post_to_all(manager: &Manager, channels: &[&str]) -> Result<(), ManagerError> {
    try_join_all(channels.iter().map(|channel| post(manager, channel))).await?;
    Ok(())
}

/// Posts to all channels at once and gives every failure.
pub(crate) async fn post_to_each(manager: &Manager, channels: &[&str]) -> Vec<String> {
    let results = join_all(channels.iter().map(|channel| post(manager, channel))).await;
    results.into_iter().filter_map(|result| Some(result.err()?.to_string())).collect()
}

async fn post(manager: &Manager, channel: &str) -> Result<(), ManagerError> {
    let message = json!({ "channel": channel, "text": "Payments fail" });
    manager.call_tool("slack", "post_message", &message).await.map(drop)
}

/// Waits one second after the first attempt and two after the second.
pub(crate) fn workflow() -> Result<Workflow, WorkflowError> {
    let retry = RetryPolicy::new(3).with_delay(Duration::from_secs(1)).with_growth(Growth::Linear);
    let line = "${{ run.date }} ${{ inputs.subject }}: ${{ steps.case.error.message }}";
    let case = call("salesforce/create_case")
        .with(json!({ "subject": "${{ inputs.subject }}", "origin": "Web", "status": "New" }))
        .retry(&retry)
        .fallback("local/append_file", json!({ "path": "failed-cases.log", "text": line }));
    let subject = json!({ "type": "string", "minLength": 1, "default": "Cannot log in" });
    Workflow::builder("retry-with-fallback")
        .description("File a case, or keep it in a log until the service is back.")
        .input("subject", subject)
        .step("case", case)
        .output("case", json!("${{ steps.case.output.id | default(none) }}"))
        .output("log", json!("${{ steps.case.output.path | default(none) }}"))
        .build()
}
