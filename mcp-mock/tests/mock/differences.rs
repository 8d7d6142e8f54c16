//! What a test can say about a world before and after.

use mcp_client::Client;
use mcp_mock::World;
use serde_json::{Value, json};

#[tokio::test]
async fn exactly_what_happened_is_said() {
    let world = World::new(42);
    let before = world.state();
    let github = Client::connect(world.github().transport()).await.unwrap();
    let issue = json!({ "owner": "company", "repo": "support", "title": "Printer on fire" });

    github.call::<Value>("create_issue", &issue).await.unwrap();

    world.diff(&before).assert_only(["added github.repos[company/support].issues[*]"]);
}

#[tokio::test]
async fn reading_changes_nothing_and_restoring_undoes_everything() {
    let world = World::new(42);
    let before = world.state();
    let slack = Client::connect(world.slack().transport()).await.unwrap();

    slack.call::<Value>("list_channels", json!({})).await.unwrap();
    let after_reading = world.diff(&before);
    slack
        .call::<Value>("post_message", json!({ "channel": "#general", "text": "x" }))
        .await
        .unwrap();
    let after_posting = world.diff(&before);
    world.restore(before.clone());

    assert!(after_reading.is_empty(), "{after_reading}");
    assert_eq!(after_posting.changes().len(), 1, "{after_posting}");
    assert!(world.diff(&before).is_empty());
}

#[tokio::test]
async fn one_entity_a_creation_in_every_service() {
    let world = World::new(42);
    let calls = [
        (
            world.gmail(),
            "send_message",
            json!({ "to": "a@b.example", "subject": "s", "body": "b" }),
            "added gmail.messages[*]",
        ),
        (
            world.notion(),
            "create_page",
            json!({ "database_id": "support-tickets-db", "properties": { "Status": "Open" } }),
            "added notion.pages[*]",
        ),
        (
            world.salesforce(),
            "create_case",
            json!({ "subject": "s", "origin": "Web" }),
            "added salesforce.records.Case[*]",
        ),
    ];
    for (server, tool, arguments, pattern) in calls {
        let before = world.state();
        let client = Client::connect(server.transport()).await.unwrap();

        client.call::<Value>(tool, arguments).await.unwrap();

        world.diff(&before).assert_only([pattern]);
    }
}
