//! What the calls of recorded servers cost.

use mcp_mock::world::State;
use mcp_mock::{
    GmailLimits, Limits, MockServer, NotionLimits, SalesforceLimits, Seed, ServiceName, World,
};
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

const SERVERS: [Server; 7] = [
    Server {
        service: ServiceName::Gmail,
        dialect: "npm-1.1.11",
        calls: |world| gmail_calls(&world.state().gmail.inbox()[0].id),
        words: "User-rate limit exceeded.",
    },
    Server {
        service: ServiceName::Notion,
        dialect: "simple",
        calls: simple_notion_calls,
        words: "You have been rate limited.",
    },
    Server {
        service: ServiceName::Notion,
        dialect: "npm-2.5.2",
        calls: |world| notion_calls(&world.state()),
        words: "You have been rate limited.",
    },
    Server {
        service: ServiceName::Slack,
        dialect: "simple",
        calls: |_| simple_slack_calls(),
        words: "too many requests",
    },
    Server {
        service: ServiceName::Slack,
        dialect: "npm-2025.4.25",
        calls: |_| slack_calls(),
        words: "ratelimited",
    },
    Server {
        service: ServiceName::Slack,
        dialect: "zencoder-0.0.1",
        calls: |_| slack_calls(),
        words: "ratelimited",
    },
    Server {
        service: ServiceName::Salesforce,
        dialect: "tsmztech-0.0.6",
        calls: |_| salesforce_calls(),
        words: "TotalRequests Limit exceeded.",
    },
];

/// Limits under which no request passes.
const NOTHING: &str = r#"{ "limits": {
    "gmail": { "units_per_minute": 0 },
    "notion": { "requests_per_minute": 0 },
    "salesforce": { "requests_per_day": 0 },
    "slack": {
        "tier_2_per_minute": 0, "tier_3_per_minute": 0, "tier_4_per_minute": 0,
        "history_per_minute": 0, "post_burst": 0
    }
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

fn simple_notion_calls(world: &World) -> Vec<(&'static str, Value)> {
    let page =
        world.state().notion.page_titled("Re: Your trial ends next week").unwrap().id.clone();
    let database = json!({ "database_id": "leads-db" });
    let name = json!({ "Name": "Ann" });
    vec![
        ("create_page", json!({ "database_id": "leads-db", "properties": name })),
        ("get_page", json!({ "page_id": page })),
        ("update_page", json!({ "page_id": page, "properties": name })),
        ("query_database", database.clone()),
        ("search", json!({ "query": "" })),
        ("archive_page", json!({ "page_id": page })),
        ("list_databases", json!({})),
        ("get_database", database),
        ("append_text", json!({ "page_id": page, "text": "One." })),
    ]
}

fn notion_calls(state: &State) -> Vec<(&'static str, Value)> {
    let id = &state.notion.page_titled("Re: Your trial ends next week").unwrap().id;
    let database = state.notion.database("leads-db").unwrap();
    let source = json!({ "data_source_id": database.sources[0].id });
    let (page, block) = (json!({ "page_id": id }), json!({ "block_id": id }));
    let with = |known: &Value, more: Value| {
        let mut arguments = known.clone();
        arguments.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        arguments
    };
    let title = json!({ "Name": { "title": {} } });
    let content = json!({ "type": "replace_content", "replace_content": { "new_str": "One." } });
    vec![
        ("API-get-user", json!({ "user_id": id })),
        ("API-get-users", json!({})),
        ("API-get-self", json!({})),
        ("API-post-search", json!({})),
        ("API-get-block-children", block.clone()),
        ("API-patch-block-children", with(&block, json!({ "children": [] }))),
        ("API-retrieve-a-block", block.clone()),
        ("API-update-a-block", block.clone()),
        ("API-delete-a-block", block.clone()),
        ("API-retrieve-a-page", page.clone()),
        ("API-patch-page", page.clone()),
        ("API-post-page", json!({ "parent": page, "properties": {} })),
        ("API-retrieve-a-page-property", with(&page, json!({ "property_id": "title" }))),
        ("API-retrieve-a-comment", block),
        ("API-create-a-comment", json!({ "parent": page, "rich_text": [] })),
        ("API-query-data-source", source.clone()),
        ("API-retrieve-a-data-source", source.clone()),
        ("API-update-a-data-source", source.clone()),
        (
            "API-create-a-data-source",
            json!({ "parent": { "database_id": database.id }, "properties": title }),
        ),
        ("API-list-data-source-templates", source),
        ("API-retrieve-a-database", json!({ "database_id": database.id })),
        ("API-move-page", with(&page, json!({ "parent": { "workspace": true } }))),
        ("API-retrieve-page-markdown", page.clone()),
        ("API-update-page-markdown", with(&page, content)),
    ]
}

fn simple_slack_calls() -> Vec<(&'static str, Value)> {
    let (channel, thread) = (json!({ "channel": "C1" }), "1.000000");
    vec![
        ("add_reaction", json!({ "channel": "C1", "timestamp": thread, "reaction": "eyes" })),
        ("get_channel_history", channel),
        ("get_thread_replies", json!({ "channel": "C1", "thread_ts": thread })),
        ("get_user_profile", json!({ "user": "U1" })),
        ("list_channels", json!({})),
        ("list_users", json!({})),
        ("post_message", json!({ "channel": "#general", "text": "hi" })),
        ("reply_to_thread", json!({ "channel": "#general", "thread_ts": thread, "text": "hi" })),
    ]
}

fn slack_calls() -> Vec<(&'static str, Value)> {
    let (id, thread) = ("#general", "1.000000");
    vec![
        ("slack_list_channels", json!({})),
        ("slack_post_message", json!({ "channel_id": id, "text": "hi" })),
        ("slack_reply_to_thread", json!({ "channel_id": id, "thread_ts": thread, "text": "hi" })),
        (
            "slack_add_reaction",
            json!({ "channel_id": id, "timestamp": thread, "reaction": "eyes" }),
        ),
        ("slack_get_channel_history", json!({ "channel_id": id })),
        ("slack_get_thread_replies", json!({ "channel_id": id, "thread_ts": thread })),
        ("slack_get_users", json!({})),
        ("slack_get_user_profile", json!({ "user_id": "U1" })),
    ]
}

#[tokio::test]
async fn notion_counts_a_request_whose_body_it_cannot_read() {
    let world = World::new(1);
    let notion = Some(NotionLimits { requests_per_minute: 1 });
    world.enforce_limits(Limits { notion, ..Limits::default() });
    let client = client_of(&in_dialect(&world.notion(), "npm-2.5.2")).await;
    let mut codes = Vec::new();

    for _ in 0..2 {
        let sorted = json!({ "sort": { "direction": "up" } });
        let told: Value = client.call("API-post-search", sorted).await.unwrap();
        codes.push(told["code"].as_str().unwrap().to_owned());
    }

    assert_eq!(codes, ["validation_error", "rate_limited"]);
}

fn salesforce_calls() -> Vec<(&'static str, Value)> {
    let groups = json!({
        "objectName": "Lead", "selectFields": ["Rating", "COUNT(Id)"], "groupByFields": ["Rating"],
    });
    let insert = json!({ "operation": "insert", "objectName": "Task", "records": [{}] });
    let object = json!({
        "operation": "create", "objectName": "Thing", "label": "Thing", "pluralLabel": "Things",
    });
    let view = json!({ "operation": "view", "objectName": "Lead", "fieldName": "Score" });
    let words = json!({ "searchTerm": "acme", "objects": [{ "name": "Lead", "fields": ["Id"] }] });
    let trigger = json!({
        "operation": "create", "triggerName": "T", "objectName": "Lead",
        "body": "trigger T on Lead { }",
    });
    let logs = json!({ "operation": "retrieve", "username": "admin@org.example" });
    vec![
        ("salesforce_search_objects", json!({ "searchPattern": "Lead" })),
        ("salesforce_describe_object", json!({ "objectName": "Lead" })),
        ("salesforce_query_records", json!({ "objectName": "Lead", "fields": ["Id"] })),
        ("salesforce_aggregate_query", groups),
        ("salesforce_dml_records", insert),
        ("salesforce_manage_object", object),
        ("salesforce_manage_field", new_field()),
        ("salesforce_manage_field_permissions", view),
        ("salesforce_search_all", words),
        ("salesforce_read_apex", json!({})),
        ("salesforce_write_apex", new_class()),
        ("salesforce_read_apex_trigger", json!({})),
        ("salesforce_write_apex_trigger", trigger),
        ("salesforce_manage_debug_logs", logs),
    ]
}

fn new_field() -> Value {
    json!({ "operation": "create", "objectName": "Lead", "fieldName": "Paid", "type": "Checkbox" })
}

fn new_class() -> Value {
    json!({ "operation": "create", "className": "A", "body": "class A { }" })
}

#[tokio::test]
async fn every_tool_is_refused_where_no_request_passes() {
    for Server { service, dialect, calls, words } in SERVERS {
        let world = World::new(1);
        world.with_state(|state| state.apply_seed(Seed::from_json(NOTHING).unwrap()).unwrap());
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

    units_per_minute - passed(&world.gmail(), "list_labels", &json!({})).await
}

#[tokio::test]
async fn salesforce_counts_each_request_that_a_tool_sends() {
    let access = |operation: &str, profile: &str| {
        json!({
            "operation": operation, "objectName": "Lead", "fieldName": "Score",
            "profileNames": [profile],
        })
    };
    let change = json!({ "operation": "update", "objectName": "Thing", "label": "Other" });
    let logs = |operation: &str, username: &str| json!({ "operation": operation, "username": username, "logLevel": "INFO" });
    let update = json!({ "operation": "update", "className": "A", "body": "class A { int i; }" });
    let class = new_class();
    let cases: [(&str, &[&Value], u32); 13] = [
        ("salesforce_describe_object", &[&json!({ "objectName": "Lead" })], 1),
        ("salesforce_manage_object", &[&change], 2),
        ("salesforce_manage_field", &[&new_field()], 1 + 1 + 3),
        ("salesforce_manage_field_permissions", &[&access("view", "")], 1),
        ("salesforce_manage_field_permissions", &[&access("grant", "System Administrator")], 3),
        ("salesforce_manage_field_permissions", &[&access("grant", "Standard User")], 4),
        ("salesforce_manage_field_permissions", &[&access("revoke", "Standard User")], 2),
        ("salesforce_write_apex", &[&class], 2),
        ("salesforce_write_apex", &[&class, &update], 2 + 3),
        ("salesforce_manage_debug_logs", &[&logs("retrieve", "admin@org.example")], 2),
        ("salesforce_manage_debug_logs", &[&logs("disable", "admin")], 3),
        ("salesforce_manage_debug_logs", &[&logs("enable", "admin@org.example")], 4),
        (
            "salesforce_manage_debug_logs",
            &[&logs("enable", "admin@org.example"), &logs("enable", "admin@org.example")],
            4 + 3,
        ),
    ];

    for (tool, calls, requests) in cases {
        assert_eq!(salesforce_requests(tool, calls).await, requests, "{tool} {calls:?}");
    }
}

/// The requests of calls: by how many fewer pass after them.
async fn salesforce_requests(tool: &str, calls: &[&Value]) -> u32 {
    let world = World::new(1);
    let requests_per_day = 20;
    let salesforce = Some(SalesforceLimits { requests_per_day });
    world.enforce_limits(Limits { salesforce, ..Limits::default() });
    let client = client_of(&in_dialect(&world.salesforce(), "tsmztech-0.0.6")).await;

    for call in calls {
        // An object that is not there fails after the requests.
        drop(client.call_raw(tool, call).await);
    }

    let query = json!({ "soql": "SELECT Id FROM Lead" });
    requests_per_day - passed(&world.salesforce(), "query", &query).await
}

/// How many of these calls pass before the limit.
async fn passed(server: &MockServer, tool: &str, arguments: &Value) -> u32 {
    let client = client_of(server).await;
    let mut passed = 0;
    while client.call_raw(tool, arguments).await.is_ok() {
        passed += 1;
    }
    passed
}
