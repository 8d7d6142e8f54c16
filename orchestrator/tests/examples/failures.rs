//! What the examples do when a service does not do its part.

use std::time::Duration;

use mcp_mock::{Fault, World, tool};
use orchestrator::run::{RunEnd, StepState};
use serde_json::{Map, json};

use super::{run, run_in, told};

fn refusal(message: &str) -> Fault {
    Fault::ToolError { status: 400, message: message.to_owned() }
}

fn busy() -> Fault {
    Fault::ToolError { status: 429, message: "too many requests".to_owned() }
}

#[tokio::test(start_paused = true)]
async fn failing_fast_leaves_the_rest_undone() {
    let world = World::new(42);
    world.slack().on("post_message").fault(refusal("channel is locked"));

    let report = run(&world, "error-handling/fail-fast.yaml").await;

    insta::assert_snapshot!(told(&report), @r"
    Failed after 0 ms
      issue: succeeded, github/create_issue at 0 ms
      slack: failed, slack/post_message at 0 ms
      email: skipped
    outputs: {}
    error: slack: channel is locked (tool_error)
    ");
    world.gmail().assert_called("send_message", 0);
}

#[tokio::test(start_paused = true)]
async fn collecting_reports_every_failure() {
    let world = World::new(42);
    world.github().on("create_issue").fault(refusal("repository is locked"));
    world.gmail().on("send_message").fault(refusal("mailbox is full"));

    let report = run(&world, "error-handling/collect-errors.yaml").await;

    insta::assert_snapshot!(told(&report), @r"
    Failed after 0 ms
      issue: failed, github/create_issue at 0 ms
      slack: succeeded, slack/post_message at 0 ms
      email: failed, gmail/send_message at 0 ms
      comment: skipped
    outputs: {}
    error: issue: repository is locked (tool_error)
    error: email: mailbox is full (tool_error)
    ");
    world.slack().assert_called("post_message", 1);
}

#[tokio::test(start_paused = true)]
async fn three_attempts_end_in_a_line_of_the_log() {
    let (world, folder) = (World::new(42), tempfile::tempdir().unwrap());
    world.salesforce().on("create_case").fault(busy());

    let file = "error-handling/retry-with-fallback.yaml";
    let report = run_in(folder.path(), &world, file, Map::new()).await;

    insta::assert_snapshot!(told(&report), @r#"
    Succeeded after 3000 ms
      case: succeeded, salesforce/create_case at 0 ms, salesforce/create_case at 1000 ms, salesforce/create_case at 3000 ms, local/append_file at 3000 ms
    outputs: {
      "case": null,
      "log": "failed-cases.log"
    }
    "#);
    world.salesforce().assert_called("create_case", 3);
    let log = std::fs::read_to_string(folder.path().join("failed-cases.log")).unwrap();
    assert_eq!(log, "2026-01-05 Cannot log in: too many requests\n");
}

#[tokio::test(start_paused = true)]
async fn a_service_that_recovers_needs_no_log() {
    let (world, folder) = (World::new(42), tempfile::tempdir().unwrap());
    world.salesforce().on("create_case").times(2).fault(busy());

    let file = "error-handling/retry-with-fallback.yaml";
    let report = run_in(folder.path(), &world, file, Map::new()).await;

    assert_eq!((report.state, report.duration), (RunEnd::Succeeded, Duration::from_secs(3)));
    assert_eq!(report.step("case").unwrap().fallback(), None);
    assert!(!folder.path().join("failed-cases.log").exists());
}

#[tokio::test(start_paused = true)]
async fn a_failing_crm_only_warns() {
    let world = World::new(42);
    world.salesforce().on("create_case").fault(refusal("no storage left"));

    let report = run(&world, "support-ticket.yaml").await;

    assert_eq!(report.state, RunEnd::Partial);
    assert_eq!(report.step("crm").unwrap().state, StepState::Tolerated);
    assert_eq!(report.outputs["case"], json!(null));
    assert_eq!(report.errors[0].to_string(), "no storage left");
    world.notion().assert_called("create_page", 1);
}

#[tokio::test(start_paused = true)]
async fn an_issue_that_nobody_heard_of_again_is_in_doubt_and_not_sent_twice() {
    let world = World::new(42);
    world.github().on("create_issue").fault(Fault::Hang);

    let report = run(&world, "support-ticket.yaml").await;

    insta::assert_snapshot!(told(&report), @r"
    InDoubt after 15000 ms
      issue: in_doubt, github/create_issue at 0 ms
      slack: skipped
      email: skipped
      notion: skipped
      crm: skipped
    outputs: {}
    error: issue: `create_issue` failed: no answer within 15s (timeout)
    ");
    world.github().assert_called("create_issue", 1);
}

#[tokio::test(start_paused = true)]
async fn an_announcement_says_which_service_failed() {
    let world = World::new(42);
    world.gmail().on("send_message").fault(refusal("mailbox is full"));

    let report = run(&world, "announce.yaml").await;

    assert_eq!(report.state, RunEnd::Partial);
    let expected = json!({ "status": "tolerated", "id": null, "error": "mailbox is full" });
    assert_eq!(report.outputs["email"], expected);
    assert_eq!(report.outputs["slack"]["status"], "succeeded");
}

#[tokio::test(start_paused = true)]
async fn a_service_that_is_down_does_not_hide_the_others() {
    let world = World::new(42);
    world.notion().on("list_databases").fault(Fault::Close);

    let report = run(&world, "connect.yaml").await;

    assert_eq!(report.state, RunEnd::Partial);
    assert_eq!(report.outputs["databases"], json!([]));
    assert_eq!(report.outputs["repositories"], json!(["company/app", "company/support"]));
}

#[tokio::test(start_paused = true)]
async fn without_an_email_there_is_no_lead() {
    let world = World::empty(42);

    let report = run(&world, "email-to-lead.yaml").await;

    assert_eq!(report.state, RunEnd::Succeeded);
    assert_eq!(report.step("file").unwrap().state, StepState::Skipped);
    assert_eq!(json!(report.outputs), json!({ "page": null, "lead": null }));
}

#[tokio::test(start_paused = true)]
async fn without_a_pull_request_there_is_no_digest() {
    let (world, folder) = (World::new(42), tempfile::tempdir().unwrap());
    let inputs = Map::from_iter([("repo".to_owned(), json!("support"))]);

    let report = run_in(folder.path(), &world, "pr-digest.yaml", inputs).await;

    assert_eq!(report.state, RunEnd::Succeeded);
    assert_eq!(json!(report.outputs), json!({ "count": 0, "message": null }));
    world.slack().assert_called("post_message", 0);
}

#[tokio::test(start_paused = true)]
async fn a_lead_that_cannot_be_written_to_stays_for_tomorrow() {
    let world = World::new(42);
    let to_omar = tool("send_message").arg("to", "omar@initech.example");
    world.gmail().on(to_omar).fault(refusal("no such address"));

    let report = run(&world, "daily-leads.yaml").await;

    assert_eq!((report.state, report.duration), (RunEnd::Partial, Duration::from_secs(2)));
    assert_eq!(report.outputs["contacted"], json!(["Globex", "Fjord Foods"]));
    let state = world.state();
    let leads = state.salesforce.records("Lead");
    let omar = leads.iter().find(|lead| lead.text("LastName") == "Haddad").unwrap();
    assert_eq!(omar.text("Status"), "Open - Not Contacted");
}

#[tokio::test(start_paused = true)]
async fn a_small_customer_gets_no_deal() {
    let (world, folder) = (World::new(42), tempfile::tempdir().unwrap());
    let inputs =
        Map::from_iter([("seats".to_owned(), json!(5)), ("plan".to_owned(), json!("Team"))]);

    let report = run_in(folder.path(), &world, "onboarding.yaml", inputs).await;

    assert_eq!(report.state, RunEnd::Succeeded);
    assert_eq!(report.outputs["deal"], json!(null));
    world.salesforce().assert_called("create_opportunity", 0);
}
