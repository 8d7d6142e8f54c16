//! The workflows for published servers, on fakes that speak as those servers do.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use mcp_core::schema::violations;
use mcp_mock::{Fault, MockServer, ServiceName, World};
use orchestrator::call::NothingKnown;
use orchestrator::config::{Config, Launch};
use orchestrator::manager::{Manager, ServerSpec};
use orchestrator::run::{RunEnd, RunReport};
use serde_json::{Map, Value, json};

use super::files::{last_mail, last_message, last_page, last_record, only_new_issue};
use super::{examples, run_with, told, workflow};

pub(super) const FILES: [&str; 3] =
    ["vendor/leads.yaml", "vendor/release.yaml", "vendor/support-ticket.yaml"];

/// The servers of `examples/vendor/mcp.json`, in its order.
const DIALECTS: [(ServiceName, &str); 5] = [
    (ServiceName::GitHub, "npm-2025.4.8"),
    (ServiceName::Slack, "npm-2025.4.25"),
    (ServiceName::Gmail, "npm-1.1.11"),
    (ServiceName::Notion, "npm-2.5.2"),
    (ServiceName::Salesforce, "tsmztech-0.0.6"),
];

/// The fakes, in the order of [`DIALECTS`].
fn servers(world: &World) -> [MockServer; 5] {
    DIALECTS.map(|(service, dialect)| {
        let dialect = mcp_mock_dialects::named(service, dialect).unwrap();
        world.server(service).in_dialect(dialect)
    })
}

async fn run(servers: &[MockServer], file: &str) -> RunReport {
    let specs = servers.iter().map(ServerSpec::mock).collect();
    run_with(Arc::new(Manager::connect(specs).await), file, Map::new()).await
}

#[tokio::test(start_paused = true)]
async fn ticket_is_everywhere() {
    let world = World::new(42);
    let before = world.state();

    let report = run(&servers(&world), "vendor/support-ticket.yaml").await;

    insta::assert_snapshot!(told(&report), @r#"
    Succeeded after 0 ms
      issue: succeeded, github/create_issue at 0 ms
      slack: succeeded
      email: succeeded
      notion: succeeded
      slack.channels: succeeded, slack/slack_list_channels at 0 ms
      email.message: succeeded, gmail/send_email at 0 ms
      notion.databases: succeeded, notion/API-post-search at 0 ms
      slack.message: succeeded, slack/slack_post_message at 0 ms
      email.id: succeeded
      notion.page: succeeded, notion/API-post-page at 0 ms
      slack.ts: succeeded
      notion.url: succeeded
      crm: succeeded
      crm.case: succeeded, salesforce/salesforce_dml_records at 0 ms
      crm.filed: succeeded
    outputs: {
      "issue": "https://github.com/company/support/issues/3"
    }
    "#);
    world.diff(&before).assert_only([
        "added github.repos[company/support].issues[3]",
        "added gmail.messages[*]",
        "added notion.pages[*]",
        "added salesforce.records.Case[*]",
        "added slack.channels[*].messages[*]",
    ]);
    let after = world.state();
    let issue = only_new_issue(&before, &after, "support");
    assert_eq!(issue["labels"], json!(["support", "high"]));
    let url = issue["html_url"].as_str().unwrap();
    assert_eq!(last_message(&after, "support"), format!("New ticket #12345: {url}"));
    assert_eq!(last_mail(&after), ("customer@example.com", "Ticket #12345 received"));
    let page = last_page(&after, "support-tickets-db");
    assert_eq!((&page["Ticket ID"], &page["Status"]), (&json!(12345), &json!("Open")));
    assert_eq!((&page["Created"], &page["Name"]), (&json!("2026-01-05"), &issue["title"]));
    let case = last_record(&after, "Case");
    assert_eq!((&case["Subject"], &case["Priority"]), (&issue["title"], &json!("High")));
}

#[tokio::test(start_paused = true)]
async fn release_is_announced() {
    let world = World::new(42);
    let before = world.state();

    let report = run(&servers(&world), "vendor/release.yaml").await;

    assert_eq!((report.state, &report.outputs["announced"]), (RunEnd::Succeeded, &json!(3)));
    world.diff(&before).assert_only([
        "added github.repos[company/app].branches.main.commits[*]",
        "added gmail.messages[*]",
        "added notion.pages[*]",
        "added slack.channels[*].messages[*]",
    ]);
    let (after, url) = (world.state(), &report.outputs["notes"]);
    let expected = format!("v1.5.0 is out: {}", url.as_str().unwrap());
    assert_eq!(last_message(&after, "releases"), expected);
    assert_eq!(last_mail(&after), ("newsletter@company.example", "Version v1.5.0"));
    let page = last_page(&after, "releases-db");
    assert_eq!((&page["URL"], &page["Status"]), (url, &json!("Published")));
}

#[tokio::test(start_paused = true)]
async fn new_leads_are_contacted() {
    let world = World::new(42);
    let before = world.state();

    let report = run(&servers(&world), "vendor/leads.yaml").await;

    assert_eq!((report.state, report.duration), (RunEnd::Succeeded, Duration::from_secs(2)));
    assert_eq!(report.outputs["contacted"], json!(["Globex", "Initech", "Fjord Foods"]));
    let for_each_lead = [
        "added gmail.messages[*]",
        "added salesforce.records.Lead[*].fields.Rating",
        "added salesforce.records.Lead[*].fields.Score__c",
        "changed salesforce.records.Lead[*].fields.Status",
    ];
    let once = ["added slack.channels[*].messages[*]"];
    world.diff(&before).assert_only([&for_each_lead.repeat(3)[..], &once].concat());
    let after = world.state();
    let leads = after.salesforce.records("Lead");
    let scores: Vec<String> = leads
        .iter()
        .take(3)
        .map(|lead| format!("{} {}", lead.value("Score__c"), lead.text("Rating")))
        .collect();
    assert_eq!(scores, ["90 Hot", "40 Warm", "50 Warm"]);
    assert_eq!(last_message(&after, "sales"), "Leads written to today: 3 of 3");
    assert_eq!(last_mail(&after), ("mia.olsen@fjord.example", "Fjord Foods and us"));
}

/// Slack, Gmail and Notion do not flag a failure, and Salesforce not that of a record.
#[tokio::test(start_paused = true)]
async fn a_failure_that_looks_like_an_answer_is_noticed() {
    let world = World::new(42);
    let [github, slack, gmail, notion, salesforce] = servers(&world);
    let refusal = |message: &str| Fault::ToolError { status: 400, message: message.to_owned() };
    slack.on("slack_post_message").fault(refusal("is_archived"));
    gmail.on("send_email").fault(refusal("Mail is full"));
    notion.on("API-post-page").fault(refusal("no such status"));
    let counted =
        "INSERT operation completed.\nProcessed 1 records:\n- Successful: 0\n- Failed: 1\n\n";
    salesforce.on("salesforce_dml_records").reply(Value::from(counted));

    let servers = [github, slack, gmail, notion, salesforce];
    let report = run(&servers, "vendor/support-ticket.yaml").await;

    assert_eq!(report.state, RunEnd::Partial);
    let failed: BTreeSet<String> =
        report.errors.iter().filter_map(|error| Some(error.step.as_ref()?.to_string())).collect();
    let expected = ["crm.filed", "email.id", "notion.url", "slack.ts"].map(str::to_owned);
    assert_eq!(failed, BTreeSet::from(expected));
}

#[tokio::test(start_paused = true)]
async fn a_lead_whose_mail_was_refused_stays_as_it_is() {
    let world = World::new(42);
    let before = world.state();
    let servers = servers(&world);
    let refusal = Fault::ToolError { status: 400, message: "Mail is full".to_owned() };
    servers[2].on("send_email").fault(refusal);

    let report = run(&servers, "vendor/leads.yaml").await;

    assert_eq!(report.state, RunEnd::Partial);
    world.diff(&before).assert_only(["added slack.channels[*].messages[*]"]);
    servers[4].assert_called("salesforce_dml_records", 0);
}

#[tokio::test(start_paused = true)]
async fn arguments_are_those_of_the_listed_tools() {
    for file in FILES {
        let servers = servers(&World::new(42));

        run(&servers, file).await;

        for server in &servers {
            let tools: BTreeMap<_, _> =
                server.tools().iter().map(|tool| (&tool.name, tool)).collect();
            for call in server.calls() {
                let schema = serde_json::from_str(tools[&call.tool].input_schema.get()).unwrap();
                let found = violations(&schema, &call.arguments);
                assert!(found.is_empty(), "{file}: {}: {found:?}", call.tool);
            }
        }
    }
}

#[test]
fn vendor_examples_give_rise_to_no_word() {
    for file in FILES {
        assert_eq!(workflow(file).check(&NothingKnown).unwrap().warnings(), [], "{file}");
    }
}

#[test]
fn configuration_starts_the_tested_dialects() {
    let path = examples().join("vendor/mcp.json");
    let config = Config::read(&[&path], &|_| None).unwrap();

    let started: Vec<Vec<String>> = config
        .servers
        .iter()
        .map(|server| {
            let Ok(Launch::Process(process)) = &server.launch else { panic!("{server:?}") };
            process.args.iter().map(ToString::to_string).collect()
        })
        .collect();

    let expected = DIALECTS.map(|(service, dialect)| {
        ["serve", service.as_str(), "--dialect", dialect].map(str::to_owned)
    });
    assert_eq!(started, expected);
}
