//! Failures that look like successes, which a client that looks at `isError` alone takes for done.

use std::panic::{AssertUnwindSafe, catch_unwind};

use mcp_mock::{CallOutcome, MockServer, World};
use serde_json::{Value, json};

use super::{client_of, in_dialect};

/// Calls a tool of a vendor's server in vain: whether the client saw a success, and what was recorded.
async fn failed(server: MockServer, dialect: &str, tool: &str, arguments: Value) -> MockServer {
    let server = in_dialect(&server, dialect);
    let client = client_of(&server).await;

    let seen = client.call_raw(tool, arguments).await;

    assert!(seen.is_ok(), "{dialect} {tool}: {seen:?}");
    server
}

#[tokio::test]
async fn failures_that_look_like_successes_are_recorded_as_what_they_are() {
    let world = World::new(1);
    let lead = json!({ "operation": "insert", "objectName": "Lead", "records": [{ "Email": "a@b.example" }] });
    let post = json!({ "channel_id": "C0NOWHERE1", "text": "hi" });
    let page = json!({ "page_id": "00000000-0000-4000-8000-000000000000" });
    let mail = json!({ "messageId": "0000000000000000" });
    let mails = json!({ "messageIds": ["0000000000000000"], "addLabelIds": ["STARRED"] });
    let servers = [
        failed(world.slack(), "npm-2025.4.25", "slack_post_message", post.clone()).await,
        failed(world.slack(), "npm-2025.4.25", "slack_post_message", json!({ "text": "hi" })).await,
        failed(world.slack(), "zencoder-0.0.1", "slack_post_message", post).await,
        failed(world.gmail(), "npm-1.1.11", "read_email", mail).await,
        failed(world.gmail(), "npm-1.1.11", "batch_modify_emails", mails).await,
        failed(world.notion(), "npm-2.5.2", "API-retrieve-a-page", page).await,
        failed(world.salesforce(), "tsmztech-0.0.6", "salesforce_dml_records", lead).await,
    ];

    for server in servers {
        assert_eq!(server.calls()[0].outcome, CallOutcome::Disguised, "{server:?}");
    }
}

#[tokio::test]
async fn lint_names_the_calls_and_is_silent_about_what_is_marked() {
    let slack = World::new(1).slack();
    let post = json!({ "channel_id": "C0NOWHERE1", "text": "hi" });
    let vendor = failed(slack.clone(), "npm-2025.4.25", "slack_post_message", post).await;
    let client = client_of(&slack).await;
    let marked = client.call_raw("post_message", json!({ "channel": "C0", "text": "hi" })).await;

    let told = catch_unwind(AssertUnwindSafe(|| vendor.assert_no_failure_in_disguise()));

    assert!(marked.is_err());
    slack.assert_no_failure_in_disguise();
    let told = told.unwrap_err().downcast::<String>().unwrap();
    insta::assert_snapshot!(told, @r#"
    slack: failures are answered as successes; a client has to look into them
    slack received 1 call:
      #1 slack_post_message {"channel_id":"C0NOWHERE1","text":"hi"}: failed, not marked as an error
    "#);
}
