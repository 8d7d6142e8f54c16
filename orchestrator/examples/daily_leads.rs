//! Case 10: works through the new leads, one a second. The twin of `examples/daily-leads.yaml`.
#![expect(clippy::print_stdout, reason = "an example prints what it did")]

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use mcp_mock::World;
use orchestrator::engine::journal::MemoryJournal;
use orchestrator::engine::{Run, RunOptions};
use orchestrator::manager::{Manager, ServerSpec};
use orchestrator::workflow::builder::{StepBuilder, call, group, set};
use orchestrator::workflow::{Workflow, WorkflowError};
use serde_json::{Map, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let manager = Arc::new(Manager::connect(ServerSpec::mocks(&World::new(42))).await);
    let plan = workflow()?.check(&*manager)?;
    let inputs = plan.workflow().bind_inputs(Map::new())?;
    let run = Run::new(manager.clone(), Arc::new(MemoryJournal::new()), RunOptions::default());
    let report = run.execute(plan, inputs).await?;
    println!("contacted in {:?}: {}", report.duration, report.outputs["contacted"]);
    manager.close().await;
    Ok(())
}

/// Queries the new leads, takes each through [`lead`], and tells the sales team.
pub(crate) fn workflow() -> Result<Workflow, WorkflowError> {
    let most = json!({ "type": "integer", "minimum": 1, "maximum": 200, "default": 50 });
    let soql = "SELECT Id FROM Lead WHERE Status = 'Open - Not Contacted' \
                ORDER BY CreatedDate LIMIT ${{ inputs.most }}";
    let summary = "Leads written to today: \
                   ${{ steps.leads.output | selectattr('update') | list | length }} of \
                   ${{ steps.leads.output | length }}";
    let contacted = "${{ steps.leads.output | selectattr(\"update\") | map(attribute=\"update\") \
                     | map(attribute=\"company\") | list }}";
    let message = json!({ "channel": "#sales", "text": summary });
    Workflow::builder("daily-leads")
        .description("Work through the new leads.")
        .input("most", most)
        .step("new", call("salesforce/query").with(json!({ "soql": soql })))
        .step("leads", lead().pause(Duration::from_secs(1)))
        .step("summary", call("slack/post_message").with(message))
        .output("contacted", json!(contacted))
        .build()
}

/// Read, score, write, update; for each record.
fn lead() -> StepBuilder {
    let size = "${{ steps.lead.output.employees or 0 }}";
    let points = "${{ (50 if steps.size.output >= 1000 else 30 if steps.size.output >= 100 else 10) \
                  + (40 if steps.lead.output.title in [\"CEO\", \"CTO\", \"Owner\"] else 10) }}";
    let body = "Hello ${{ steps.lead.output.first_name }},\n\n\
                {% if steps.score.output.points >= 70 %}may we call you this week?\
                {% else %}here is what we can do for you.{% endif %}";
    let mail = json!({
        "to": "${{ steps.lead.output.email }}",
        "subject": "${{ steps.lead.output.company }} and us",
        "body": body,
    });
    let rating = "${{ \"Hot\" if steps.score.output.points >= 70 \
                  else \"Warm\" if steps.score.output.points >= 40 else \"Cold\" }}";
    let update = json!({
        "id": "${{ record.Id }}",
        "status": "Working - Contacted",
        "score": "${{ steps.score.output.points }}",
        "rating": rating,
    });
    group()
        .each("steps.new.output.records")
        .item_name("record")
        .step("lead", call("salesforce/get_lead").with(json!({ "id": "${{ record.Id }}" })))
        .step("size", set(json!(size)))
        .step("score", set(json!({ "points": points })))
        .step("mail", call("gmail/send_message").with(mail).on_error_continue())
        .step(
            "update",
            call("salesforce/update_lead")
                .condition("steps.mail.status == \"succeeded\"")
                .with(update),
        )
}
