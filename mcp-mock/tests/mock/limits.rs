//! What calls of the `simple` dialect cost.

use mcp_mock::{
    GitHubLimits, GmailLimits, Limits, NotionLimits, SalesforceLimits, ServiceName, SlackLimits,
    World,
};
use serde_json::{Value, json};

use super::catalog::calls;
use super::client_of;

/// Limits under which no request passes.
fn nothing() -> Limits {
    Limits {
        github: Some(GitHubLimits {
            requests_per_hour: 0,
            searches_per_minute: 0,
            code_searches_per_minute: 0,
            content_per_minute: 0,
            content_per_hour: 0,
        }),
        gmail: Some(GmailLimits { units_per_minute: 0 }),
        notion: Some(NotionLimits { requests_per_minute: 0 }),
        salesforce: Some(SalesforceLimits { requests_per_day: 0 }),
        slack: Some(SlackLimits {
            tier_2_per_minute: 0,
            tier_3_per_minute: 0,
            tier_4_per_minute: 0,
            history_per_minute: 0,
            post_burst: 0,
        }),
    }
}

#[tokio::test]
async fn every_tool_is_refused_where_no_request_passes() {
    for service in ServiceName::ALL {
        let world = World::new(1);
        world.enforce_limits(nothing());
        let before = world.state();
        let client = client_of(&world.server(service)).await;

        for (tool, arguments) in calls(&world, service) {
            let refused = client.call_raw(tool, arguments).await.unwrap_err().to_string();

            let words = ["imit", "too many requests"];
            assert!(words.iter().any(|word| refused.contains(word)), "{service} {tool}: {refused}");
            assert_eq!(world.state(), before, "{service} {tool}");
        }
    }
}

#[tokio::test]
async fn gmail_weighs_requests_by_its_table() {
    let id = World::new(1).state().gmail.inbox()[0].id.clone();
    let mail = json!({ "to": "ann@acme.example", "subject": "Hello", "body": "Text" });
    let cases = [
        ("send_message", mail.clone(), 100),
        ("create_draft", mail, 10),
        ("get_message", json!({ "id": id }), 20),
        ("get_latest", json!({}), 5 + 20),
        ("get_latest", json!({ "query": "from:nobody" }), 5),
        ("list_messages", json!({ "limit": 2 }), 5 + 2 * 20),
        ("list_messages", json!({}), 5 + 4 * 20),
        ("search", json!({ "query": "in:inbox" }), 5 + 3 * 20),
        ("modify_labels", json!({ "id": id, "add": ["STARRED"] }), 5),
        ("trash_message", json!({ "id": id }), 5),
        ("list_labels", json!({}), 1),
        ("create_label", json!({ "name": "Sales" }), 5),
    ];

    for (tool, arguments, units) in cases {
        assert_eq!(gmail_units(tool, arguments).await, units, "{tool}");
    }
}

/// The quota units of a call: by how many fewer requests of one unit pass after it.
async fn gmail_units(tool: &str, arguments: Value) -> u32 {
    let world = World::new(1);
    let units_per_minute = 200;
    let gmail = Some(GmailLimits { units_per_minute });
    world.enforce_limits(Limits { gmail, ..Limits::default() });
    let client = client_of(&world.gmail()).await;

    client.call_raw(tool, arguments).await.unwrap();

    let mut left = 0;
    while client.call_raw("list_labels", json!({})).await.is_ok() {
        left += 1;
    }
    units_per_minute - left
}
