//! Case 4: one announcement to three services at the same time, in code. The twin of
//! `examples/announce.yaml`.
#![expect(clippy::print_stdout, reason = "an example prints what it did")]

use std::error::Error;
use std::sync::Arc;

use mcp_mock::World;
use orchestrator::engine::journal::MemoryJournal;
use orchestrator::engine::{Run, RunOptions};
use orchestrator::manager::{Manager, ServerSpec};
use orchestrator::workflow::builder::call;
use orchestrator::workflow::{Workflow, WorkflowError};
use serde_json::{Map, Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let manager = Arc::new(Manager::connect(ServerSpec::mocks(&World::new(42))).await);
    let plan = workflow()?.check(&*manager)?;
    let inputs = plan.workflow().bind_inputs(Map::new())?;
    let run = Run::new(manager.clone(), Arc::new(MemoryJournal::new()), RunOptions::default());
    let report = run.execute(plan, inputs).await?;
    for (service, result) in &report.outputs {
        println!("{service}: {result}");
    }
    manager.close().await;
    Ok(())
}

/// No step reads another one, so all three start at once.
pub(crate) fn workflow() -> Result<Workflow, WorkflowError> {
    let text = |default: &str| json!({ "type": "string", "minLength": 1, "default": default });
    let slack = json!({
        "channel": "#announcements",
        "text": "*${{ inputs.title }}*\n${{ inputs.message }}",
    });
    let email = json!({
        "to": "${{ inputs.to }}",
        "subject": "${{ inputs.title }}",
        "body": "${{ inputs.message }}",
    });
    let properties = json!({
        "Name": "${{ inputs.title }}",
        "Type": "Announcement",
        "Message": "${{ inputs.message }}",
        "Date": "${{ run.date }}",
        "Status": "Published",
    });
    let notion = json!({ "database_id": "releases-db", "properties": properties });
    Workflow::builder("announce")
        .description("Tell everyone, wherever they read.")
        .input("title", text("Office closed on Friday"))
        .input("message", text("The heating is being repaired; please work from home."))
        .input(
            "to",
            json!({ "type": "string", "format": "email", "default": "everyone@company.example" }),
        )
        .step("slack", call("slack/post_message").with(slack).on_error_continue())
        .step("email", call("gmail/send_message").with(email).on_error_continue())
        .step("notion", call("notion/create_page").with(notion).on_error_continue())
        .output("slack", result_of("slack", "ts"))
        .output("email", result_of("email", "id"))
        .output("notion", result_of("notion", "id"))
        .build()
}

/// What became of a step: how it ended, the id that its service gave, and why it failed.
fn result_of(step: &str, id: &str) -> Value {
    json!({
        "status": format!("${{{{ steps.{step}.status }}}}"),
        id: format!("${{{{ steps.{step}.output.{id} | default(none) }}}}"),
        "error": format!("${{{{ steps.{step}.error.message | default(none) }}}}"),
    })
}
