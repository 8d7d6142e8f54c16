//! What the calls of recorded servers cost.

use mcp_mock::{GmailLimits, Limits, Seed, ServiceName, World};
use serde_json::{Value, json};

use super::{client_of, in_dialect};

/// A recorded server, and for each of its tools arguments with which the vendor gets a request.
struct Server {
    service: ServiceName,
    dialect: &'static str,
    calls: fn(&World) -> Vec<(&'static str, Value)>,
    /// What the vendor says to a request that is one too many.
    words: &'static str,
}

const SERVERS: [Server; 1] = [Server {
    service: ServiceName::Gmail,
    dialect: "npm-1.1.11",
    calls: |world| gmail_calls(&world.state().gmail.inbox()[0].id),
    words: "User-rate limit exceeded.",
}];

/// Limits under which no request passes.
const NOTHING: &str = r#"{ "limits": {
    "gmail": { "units_per_minute": 0 },
    "salesforce": { "requests_per_day": 0 }
} }"#;

fn gmail_calls(id: &str) -> Vec<(&'static str, Value)> {
    let mail = json!({ "to": ["ann@acme.example"], "subject": "s", "body": "b" });
    let label = json!({ "messageId": id, "addLabelIds": ["STARRED"] });
    let attachment = json!({ "messageId": id, "attachmentId": "a" });
    let filter = json!({ "criteria": { "from": "ann" }, "action": { "addLabelIds": ["STARRED"] } });
    let template = json!({ "template": "withAttachments", "parameters": {} });
    vec![
        ("send_email", mail.clone()),
        ("draft_email", mail),
        ("read_email", json!({ "messageId": id })),
        ("search_emails", json!({ "query": "" })),
        ("modify_email", label),
        ("delete_email", json!({ "messageId": id })),
        ("list_email_labels", json!({})),
        ("batch_modify_emails", json!({ "messageIds": [id], "addLabelIds": ["STARRED"] })),
        ("batch_delete_emails", json!({ "messageIds": [id] })),
        ("create_label", json!({ "name": "Sales" })),
        ("update_label", json!({ "id": "Label_1", "name": "Sales" })),
        ("delete_label", json!({ "id": "Label_1" })),
        ("get_or_create_label", json!({ "name": "Sales" })),
        ("create_filter", filter),
        ("list_filters", json!({})),
        ("get_filter", json!({ "filterId": "f" })),
        ("delete_filter", json!({ "filterId": "f" })),
        ("create_filter_from_template", template),
        ("download_attachment", attachment),
    ]
}

#[tokio::test]
async fn every_tool_is_refused_where_no_request_passes() {
    for Server { service, dialect, calls, words } in SERVERS {
        let world = World::new(1);
        world.with_state(|state| state.plant(Seed::from_json(NOTHING).unwrap()).unwrap());
        let before = world.state();
        let server = in_dialect(&world.server(service), dialect);
        let client = client_of(&server).await;
        let calls = calls(&world);

        for (tool, arguments) in &calls {
            let told = match client.call_raw(tool, arguments).await {
                Ok(result) => result.to_value().to_string(),
                Err(error) => error.to_string(),
            };

            assert!(told.contains(words), "{dialect} {tool}: {told}");
            assert_eq!(world.state(), before, "{dialect} {tool}");
        }
        let backed = server.tools().iter().map(|tool| tool.name.as_str());
        let named = mcp_mock_dialects::named(service, dialect).unwrap();
        let backed: Vec<_> = backed.filter(|tool| named.is_backed(tool)).collect();
        assert_eq!(calls.iter().map(|(tool, _)| *tool).collect::<Vec<_>>(), backed, "{dialect}");
    }
}

#[tokio::test]
async fn gmail_counts_each_request_that_a_tool_sends() {
    let id = World::new(1).state().gmail.inbox()[0].id.clone();
    let missing = "0123456789abcdef";
    let mail = json!({ "to": ["ann@acme.example"], "subject": "s", "body": "b" });
    let cases = [
        ("send_email", mail, 100),
        ("read_email", json!({ "messageId": id }), 20),
        ("search_emails", json!({ "query": "", "maxResults": 1 }), 5 + 20),
        ("search_emails", json!({ "query": "in:inbox" }), 5 + 3 * 20),
        ("search_emails", json!({ "query": "", "maxResults": -1 }), 0),
        ("modify_email", json!({ "messageId": id, "addLabelIds": ["STARRED"] }), 5),
        ("delete_email", json!({ "messageId": id }), 10),
        ("batch_modify_emails", json!({ "messageIds": [id], "addLabelIds": ["STARRED"] }), 5),
        // The batch fails, and each of its requests is sent again.
        ("batch_delete_emails", json!({ "messageIds": [id, missing] }), 4 * 10),
        ("create_label", json!({ "name": "Sales" }), 5),
        ("update_label", json!({ "id": "Label_1", "name": "Sales" }), 1 + 5),
        ("update_label", json!({ "id": "Label_9", "name": "Sales" }), 1),
        ("delete_label", json!({ "id": "Label_1" }), 1 + 5),
        ("get_or_create_label", json!({ "name": "Customers" }), 1),
        ("get_or_create_label", json!({ "name": "Sales" }), 1 + 5),
        ("list_email_labels", json!({}), 1),
        ("list_filters", json!({}), 1),
    ];

    for (tool, arguments, units) in cases {
        assert_eq!(gmail_units(tool, &arguments).await, units, "{tool} {arguments}");
    }
}

#[tokio::test]
async fn what_was_done_before_a_refused_request_of_the_same_tool_stays() {
    let world = World::new(1);
    let gmail = Some(GmailLimits { units_per_minute: 7 });
    world.enforce_limits(Limits { gmail, ..Limits::default() });
    let ids: Vec<_> = world.state().gmail.inbox().iter().map(|mail| mail.id.clone()).collect();
    let client = client_of(&in_dialect(&world.gmail(), "npm-1.1.11")).await;

    let change = json!({ "messageIds": ids[..2], "addLabelIds": ["STARRED"] });
    client.call_raw("batch_modify_emails", change).await.unwrap();

    let state = world.state();
    let starred =
        ids.iter().filter(|id| state.gmail.message(id).unwrap().labels.contains("STARRED"));
    assert_eq!(starred.collect::<Vec<_>>(), [&ids[0]]);
}

/// The quota units of a call: by how many fewer requests of one unit pass after it.
async fn gmail_units(tool: &str, arguments: &Value) -> u32 {
    let world = World::new(1);
    let units_per_minute = 200;
    let gmail = Some(GmailLimits { units_per_minute });
    world.enforce_limits(Limits { gmail, ..Limits::default() });
    let client = client_of(&in_dialect(&world.gmail(), "npm-1.1.11")).await;

    client.call_raw(tool, arguments).await.unwrap();

    let simple = client_of(&world.gmail()).await;
    let mut left = 0;
    while simple.call_raw("list_labels", json!({})).await.is_ok() {
        left += 1;
    }
    units_per_minute - left
}
