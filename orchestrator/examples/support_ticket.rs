//! Case 5: the support ticket in code. The twin of `examples/support-ticket.yaml`.
#![expect(clippy::print_stdout, reason = "an example prints what it did")]

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use mcp_mock::{Fault, World};
use orchestrator::call::RetryPolicy;
use orchestrator::engine::journal::MemoryJournal;
use orchestrator::engine::{Run, RunOptions};
use orchestrator::manager::{Manager, ServerSpec};
use orchestrator::workflow::builder::{StepBuilder, WorkflowBuilder, call};
use orchestrator::workflow::{Workflow, WorkflowError};
use serde_json::{Map, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let world = World::new(42);
    // The CRM is down today: the run warns and goes on.
    let down = Fault::ToolError { status: 400, message: "no storage left".to_owned() };
    world.salesforce().on("create_case").fault(down);

    let manager = Arc::new(Manager::connect(ServerSpec::mocks(&world)).await);
    let plan = workflow()?.check(&*manager)?;
    let inputs = plan.workflow().bind_inputs(Map::new())?;
    let run = Run::new(manager.clone(), Arc::new(MemoryJournal::new()), RunOptions::default());
    let report = run.execute(plan, inputs).await?;
    for step in &report.steps {
        println!("{}: {:?}", step.step, step.state);
    }
    for warning in &report.errors {
        println!("warning: {warning}");
    }
    manager.close().await;
    Ok(())
}

/// An issue first, then three services at once, then the CRM.
pub(crate) fn workflow() -> Result<Workflow, WorkflowError> {
    inputs(Workflow::builder("support-ticket"))
        .description("Open an issue, tell everyone, file a case.")
        .default_timeout(Duration::from_secs(15))
        .default_retry(&RetryPolicy::new(3))
        .step("issue", issue())
        .step("slack", slack())
        .step("email", email())
        .step("notion", notion())
        .step("crm", crm())
        .output("issue", json!("${{ steps.issue.output.html_url }}"))
        .output("case", json!("${{ steps.crm.output.id | default(none) }}"))
        .build()
}

fn inputs(workflow: WorkflowBuilder) -> WorkflowBuilder {
    let title = json!({ "type": "string", "minLength": 1, "default": "Cannot access dashboard" });
    let body = "When I try to access the dashboard, I get a 404 error.";
    let customer =
        json!({ "type": "string", "format": "email", "default": "customer@example.com" });
    workflow
        .input("id", json!({ "type": "integer", "default": 12345 }))
        .input("title", title)
        .input("body", json!({ "type": "string", "default": body }))
        .input("customer", customer)
        .input("priority", json!({ "enum": ["low", "normal", "high"], "default": "high" }))
}

fn issue() -> StepBuilder {
    let body = "**Customer:** ${{ inputs.customer }}\n**Priority:** ${{ inputs.priority }}\n\n\
                ${{ inputs.body }}\n";
    call("github/create_issue")
        .with(json!({
            "owner": "company",
            "repo": "support",
            "title": "${{ inputs.title }}",
            "body": body,
            "labels": ["support", "${{ inputs.priority }}"],
        }))
        .undo(
            "github/close_issue",
            json!({ "owner": "company", "repo": "support", "number": "${{ output.number }}" }),
        )
}

fn slack() -> StepBuilder {
    let text = "New ticket #${{ inputs.id }}: ${{ steps.issue.output.html_url }}";
    call("slack/post_message")
        .with(json!({ "channel": "#support", "text": text }))
        .on_error_continue()
}

fn email() -> StepBuilder {
    call("gmail/send_message")
        .with(json!({
            "to": "${{ inputs.customer }}",
            "subject": "Ticket #${{ inputs.id }} received",
            "body": "Track it: ${{ steps.issue.output.html_url }}",
        }))
        .on_error_continue()
}

fn notion() -> StepBuilder {
    let properties = json!({
        "Ticket ID": "${{ inputs.id }}",
        "Customer": "${{ inputs.customer }}",
        "GitHub Issue": "${{ steps.issue.output.number }}",
        "Status": "Open",
        "Created": "${{ run.date }}",
    });
    call("notion/create_page")
        .with(json!({ "database_id": "support-tickets-db", "properties": properties }))
        .on_error_continue()
}

fn crm() -> StepBuilder {
    call("salesforce/create_case")
        .needs(["slack", "email", "notion"])
        .with(json!({
            "subject": "${{ inputs.title }}",
            "description": "${{ inputs.body }}",
            "priority": "${{ inputs.priority }}",
            "origin": "Web",
            "status": "New",
        }))
        .on_error_continue()
}
