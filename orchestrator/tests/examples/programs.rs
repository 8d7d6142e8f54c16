//! The Rust programs: those in builder form say the same as their files, and the others do what they
//! say. Each is a part of this binary, so that nothing but its `main` goes untested.
#![expect(dead_code, reason = "the `main` of each program is for `cargo run --example`")]

use std::path::Path;

use mcp_client::transport::stdio::ChildCommand;
use mcp_mock::{Fault, World};
use orchestrator::manager::{Manager, ServerSpec};
use orchestrator::workflow::{Workflow, WorkflowError};

use super::{connected, files_below, workflow};

#[path = "../../examples/announce.rs"]
mod announce;
#[path = "../../examples/connect.rs"]
mod connect;
#[path = "../../examples/daily_leads.rs"]
mod daily_leads;
#[path = "../../examples/email_to_lead.rs"]
mod email_to_lead;
#[path = "../../examples/error_handling.rs"]
mod error_handling;
#[path = "../../examples/issue_to_slack.rs"]
mod issue_to_slack;
#[path = "../../examples/onboarding.rs"]
mod onboarding;
#[path = "../../examples/pr_digest.rs"]
mod pr_digest;
#[path = "../../examples/release.rs"]
mod release;
#[path = "../../examples/support_ticket.rs"]
mod support_ticket;

type Build = fn() -> Result<Workflow, WorkflowError>;

const TWINS: [(&str, Build); 5] = [
    ("announce.yaml", announce::workflow),
    ("daily-leads.yaml", daily_leads::workflow),
    ("error-handling/retry-with-fallback.yaml", error_handling::workflow),
    ("onboarding.yaml", onboarding::workflow),
    ("support-ticket.yaml", support_ticket::workflow),
];

#[test]
fn twins_say_the_same() {
    for (file, build) in TWINS {
        let built = build().unwrap_or_else(|error| panic!("{error}"));

        assert_eq!(built.without_spans(), workflow(file).without_spans(), "{file}");
    }
}

#[test]
fn no_program_is_left_out() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let this_file = include_str!("programs.rs");

    for file in files_below(&folder, "rs") {
        assert!(this_file.contains(&format!("examples/{file}\"")), "{file}");
    }
}

// In real time: a process is started, and virtual time would leap to the end of the handshake meanwhile.
#[tokio::test]
async fn overview_goes_on_past_a_server_that_is_not_there() {
    let world = World::new(42);
    let missing = ChildCommand::new("no-such-program");
    let mut servers = ServerSpec::mocks(&world);
    servers.push(ServerSpec::new("crm", missing));

    let overview = connect::overview(&Manager::connect(servers).await).await.unwrap();

    insta::assert_snapshot!(overview, @r"
    github      15 tools: add_comment, close_issue, create_issue, …
    gmail       10 tools: get_latest, send_message, get_message, …
    notion      9 tools: create_page, get_page, update_page, …
    salesforce  10 tools: create_lead, get_lead, update_lead, …
    slack       8 tools: add_reaction, get_channel_history, get_thread_replies, …
    crm         not available: failed to start `no-such-program`: not found in PATH
    ");
}

#[tokio::test(start_paused = true)]
async fn issue_is_opened_and_told() {
    let world = World::new(42);
    let manager = connected(&world).await;

    let issue = issue_to_slack::open_and_tell(&manager, "Broken").await.unwrap();

    let state = world.state();
    let opened = state.github.issue("company", "app", issue.number).unwrap();
    assert_eq!(opened.html_url, issue.html_url);
    let message = &state.slack.messages("engineering").pop().unwrap().text;
    assert_eq!(*message, format!("Issue #{}: Broken {}", issue.number, issue.html_url));
}

#[tokio::test(start_paused = true)]
async fn latest_mail_becomes_a_lead() {
    let world = World::new(42);
    let manager = connected(&world).await;

    let lead = email_to_lead::lead_from_latest(&manager, "in:inbox").await.unwrap();
    let none = email_to_lead::lead_from_latest(&manager, "subject:unheard").await.unwrap();

    let state = world.state();
    let made = state.salesforce.record(&lead.unwrap()).unwrap();
    assert_eq!((made.text("Company"), made.text("LeadSource")), ("acme", "Email"));
    assert_eq!(state.notion.pages_of("leads-db").len(), 2);
    assert_eq!(none, None);
}

#[tokio::test(start_paused = true)]
async fn posting_to_all_stops_and_posting_to_each_goes_on() {
    let world = World::new(42);
    let manager = connected(&world).await;
    let channels = ["#nowhere", "#support", "#elsewhere"];

    let first = error_handling::post_to_all(&manager, &channels).await.unwrap_err();
    let all = error_handling::post_to_each(&manager, &channels).await;

    assert_eq!(all.len(), 2, "{all:?}");
    assert_eq!(all[0], first.to_string());
}

#[tokio::test(start_paused = true)]
async fn digest_is_posted() {
    let world = World::new(42);
    let manager = connected(&world).await;

    let text = pr_digest::post_digest(&manager, "company", "app").await.unwrap();

    insta::assert_snapshot!(text, @r"
    Open pull requests in company/app: 3
    - #5 Update dependencies (grace)
    - #4 Dark theme (linus)
    - #3 Refuse names of blanks (ada)
    ");
    assert_eq!(world.state().slack.messages("engineering").pop().unwrap().text, text);
}

#[tokio::test(start_paused = true)]
async fn release_counts_although_an_announcement_fails() {
    let world = World::new(42);
    world.slack().on("post_message").fault(Fault::Close);
    let manager = connected(&world).await;

    let published = release::publish(&manager, "v2.0.0", "New.").await.unwrap();

    let state = world.state();
    let made = state.github.releases("company", "app").pop().unwrap().clone();
    assert_eq!((made.tag.as_str(), &made.html_url), ("v2.0.0", &published.url));
    assert_eq!(published.failures.len(), 1);
    world.gmail().assert_called("send_message", 1);
    world.notion().assert_called("create_page", 1);
}
