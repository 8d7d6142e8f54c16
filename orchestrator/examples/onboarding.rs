//! Case 9: nine steps for a new customer, in code. The twin of `examples/onboarding.yaml`.
#![expect(clippy::print_stdout, reason = "an example prints what it did")]

use std::error::Error;
use std::sync::Arc;

use mcp_mock::World;
use orchestrator::engine::journal::MemoryJournal;
use orchestrator::engine::{Run, RunOptions};
use orchestrator::manager::{Manager, ServerSpec};
use orchestrator::workflow::builder::{StepBuilder, WorkflowBuilder, call, group, set};
use orchestrator::workflow::{Workflow, WorkflowError};
use serde_json::{Map, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let manager = Arc::new(Manager::connect(ServerSpec::mocks(&World::new(42))).await);
    let plan = workflow()?.check(&*manager)?;
    let inputs = plan.workflow().bind_inputs(Map::new())?;
    let run = Run::new(manager.clone(), Arc::new(MemoryJournal::new()), RunOptions::default());
    let report = run.execute(plan, inputs).await?;
    for (name, value) in &report.outputs {
        println!("{name}: {value}");
    }
    manager.close().await;
    Ok(())
}

/// The order follows from what each step reads.
pub(crate) fn workflow() -> Result<Workflow, WorkflowError> {
    let query = |soql: &str| call("salesforce/query").with(json!({ "soql": soql }));
    let contact = "${{ steps.contacts.output.records | selectattr(\"Email\", \"eq\", inputs.email) | first }}";
    inputs(Workflow::builder("onboarding"))
        .description("Set a customer up in every service.")
        .step("contacts", query("SELECT Id, FirstName, Name, Email, AccountId FROM Contact"))
        .step("accounts", query("SELECT Id, Name, Industry FROM Account"))
        .step("contact", set(json!(contact)))
        .step("customer", customer())
        .step("page", page())
        .step("issue", issue())
        .step("deal", deal())
        .step("tell", tell())
        .step("link", link())
        .output("page", json!("${{ steps.link.output.url }}"))
        .output("issue", json!("${{ steps.issue.output.number }}"))
        .output("deal", json!("${{ steps.deal.output.id | default(none) }}"))
        .output("message", json!("${{ steps.tell.output.team.ts }}"))
        .build()
}

fn inputs(workflow: WorkflowBuilder) -> WorkflowBuilder {
    let email =
        json!({ "type": "string", "format": "email", "default": "tom.becker@acme.example" });
    let plans = json!({ "enum": ["Trial", "Team", "Enterprise"], "default": "Enterprise" });
    let tasks = ["Create the workspace", "Import the users", "Book the training"];
    let tasks = json!({ "type": "array", "items": { "type": "string" }, "default": tasks });
    workflow
        .input("email", email)
        .input("plan", plans)
        .input("seats", json!({ "type": "integer", "minimum": 1, "default": 200 }))
        .input("owner", json!({ "type": "string", "default": "ada" }))
        .input("tasks", tasks)
}

/// What the later steps want to know, from two answers.
fn customer() -> StepBuilder {
    let company = "${{ (steps.accounts.output.records | selectattr(\"Id\", \"eq\", \
                   steps.contact.output.AccountId) | first).Name }}";
    set(json!({
        "company": company,
        "account_id": "${{ steps.contact.output.AccountId }}",
        "is_large": "${{ inputs.seats >= 100 }}",
        "tags": [
            "${{ inputs.plan | lower }}",
            "${{ 'large' if inputs.seats >= 100 else 'small' }}",
        ],
    }))
}

fn page() -> StepBuilder {
    let properties = json!({
        "Name": "${{ steps.customer.output.company }}",
        "Company": "${{ steps.customer.output.company }}",
        "Email": "${{ inputs.email }}",
        "Plan": "${{ inputs.plan }}",
        "Stage": "Onboarding",
        "Seats": "${{ inputs.seats }}",
        "Started": "${{ run.date }}",
        "Owner": "${{ inputs.owner }}",
        "Account ID": "${{ steps.customer.output.account_id }}",
        "Tags": "${{ steps.customer.output.tags }}",
    });
    call("notion/create_page")
        .with(json!({ "database_id": "customers-db", "properties": properties }))
}

fn issue() -> StepBuilder {
    let body = "${{ steps.contact.output.Name }}, ${{ inputs.seats }} seats, \
                ${{ steps.page.output.url }}\n\
                {% for task in inputs.tasks %}\n- [ ] ${{ task }}\n{%- endfor %}";
    call("github/create_issue").with(json!({
        "owner": "company",
        "repo": "support",
        "title": "Onboard ${{ steps.customer.output.company }}",
        "body": body,
        "labels": "${{ [\"onboarding\"] + steps.customer.output.tags }}",
        "assignees": ["${{ inputs.owner }}"],
    }))
}

fn deal() -> StepBuilder {
    call("salesforce/create_opportunity").condition("steps.customer.output.is_large").with(json!({
        "name": "${{ steps.customer.output.company }}, ${{ inputs.seats }} seats",
        "stage": "Prospecting",
        "close_date": "${{ run.date }}",
        "amount": "${{ inputs.seats * 240 }}",
        "account_id": "${{ steps.customer.output.account_id }}",
    }))
}

fn tell() -> StepBuilder {
    let body = "Your plan is ${{ inputs.plan }}. \
                We begin with: ${{ inputs.tasks | join(', ') | lower }}.";
    let text = "${{ steps.customer.output.company }} starts on ${{ inputs.plan }}: \
                ${{ steps.issue.output.html_url }}";
    let welcome = json!({
        "to": "${{ inputs.email }}",
        "subject": "Welcome, ${{ steps.contact.output.FirstName }}",
        "body": body,
    });
    group()
        .step("welcome", call("gmail/send_message").with(welcome))
        .step("team", call("slack/post_message").with(json!({ "channel": "#sales", "text": text })))
}

fn link() -> StepBuilder {
    let properties =
        json!({ "Stage": "Active", "Issue URL": "${{ steps.issue.output.html_url }}" });
    let arguments = json!({ "page_id": "${{ steps.page.output.id }}", "properties": properties });
    call("notion/update_page").needs(["tell"]).with(arguments)
}
