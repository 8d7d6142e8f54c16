//! Every tool: listed whole, and true to what it declares.

use std::collections::BTreeSet;

use mcp_core::protocol::Tool;
use mcp_core::schema::violations;
use mcp_mock::{ServiceName, World};
use serde_json::{Value, json};

use super::client_of;

/// One call for each tool of a service, to be made in this order.
pub(super) fn calls(world: &World, service: ServiceName) -> Vec<(&'static str, Value)> {
    match service {
        ServiceName::GitHub => github_calls(),
        ServiceName::Gmail => gmail_calls(&world.state().gmail.messages[0].id),
        ServiceName::Notion => notion_calls(&ticket(world)),
        ServiceName::Salesforce => {
            salesforce_calls(&world.state().salesforce.records("Lead")[0].id)
        }
        ServiceName::Slack => slack_calls(world),
        other => panic!("no calls for {other}"),
    }
}

fn github_calls() -> Vec<(&'static str, Value)> {
    let app = |more: Value| {
        let mut arguments = json!({ "owner": "company", "repo": "app" });
        arguments.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        arguments
    };
    vec![
        ("create_issue", app(json!({ "title": "New", "labels": ["bug"] }))),
        ("get_issue", app(json!({ "number": 1 }))),
        ("list_issues", app(json!({ "state": "all" }))),
        ("update_issue", app(json!({ "number": 1, "title": "Newer" }))),
        ("add_comment", app(json!({ "number": 1, "body": "Seen." }))),
        ("close_issue", app(json!({ "number": 1 }))),
        ("list_prs", app(json!({ "state": "open" }))),
        ("merge_pr", app(json!({ "number": 3 }))),
        (
            "create_or_update_file",
            app(
                json!({ "path": "NEWS.md", "content": "1.5", "message": "Add", "branch": "develop" }),
            ),
        ),
        ("create_pr", app(json!({ "title": "News", "head": "develop" }))),
        ("get_repo", app(json!({}))),
        ("list_repos", json!({ "owner": "company" })),
        ("create_release", app(json!({ "tag": "v1.5.0", "name": "1.5.0", "body": "New." }))),
        ("get_file", app(json!({ "path": "README.md" }))),
        ("search_code", json!({ "query": "login" })),
    ]
}

fn gmail_calls(id: &str) -> Vec<(&'static str, Value)> {
    let mail = json!({ "to": "ann@acme.example", "subject": "Hello", "body": "Text" });
    vec![
        ("get_latest", json!({})),
        ("send_message", mail.clone()),
        ("get_message", json!({ "id": id })),
        ("list_messages", json!({ "limit": 2 })),
        ("search", json!({ "query": "is:unread" })),
        ("list_labels", json!({})),
        ("create_label", json!({ "name": "Sales" })),
        ("modify_labels", json!({ "id": id, "add": ["STARRED"] })),
        ("create_draft", mail),
        ("trash_message", json!({ "id": id })),
    ]
}

fn notion_calls(id: &str) -> Vec<(&'static str, Value)> {
    let database = "support-tickets-db";
    let ticket =
        json!({ "database_id": database, "properties": { "Ticket ID": 1, "Status": "Open" } });
    vec![
        ("create_page", ticket),
        ("get_page", json!({ "page_id": id })),
        ("update_page", json!({ "page_id": id, "properties": { "Status": "Open" } })),
        ("query_database", json!({ "database_id": database, "filter": { "Status": "Open" } })),
        ("search", json!({ "query": "support" })),
        ("append_text", json!({ "page_id": id, "text": "One.\n\nTwo." })),
        ("archive_page", json!({ "page_id": id })),
        ("list_databases", json!({})),
        ("get_database", json!({ "database_id": database })),
    ]
}

fn salesforce_calls(lead: &str) -> Vec<(&'static str, Value)> {
    vec![
        ("create_lead", json!({ "email": "ann@acme.example", "company": "Acme" })),
        ("get_lead", json!({ "id": lead })),
        ("update_lead", json!({ "id": lead, "score": 80, "phone": null })),
        ("create_case", json!({ "subject": "Broken", "priority": "high" })),
        ("query", json!({ "soql": "SELECT Id, Name FROM Lead ORDER BY Name LIMIT 2" })),
        (
            "create_opportunity",
            json!({ "name": "Deal", "stage": "Prospecting", "close_date": "2026-03-01" }),
        ),
        ("create_contact", json!({ "last_name": "Lee" })),
        ("get_record", json!({ "object": "Lead", "id": lead })),
        ("describe_object", json!({ "object": "Lead" })),
        ("delete_record", json!({ "object": "Lead", "id": lead })),
    ]
}

/// The id of a support ticket in Notion.
fn ticket(world: &World) -> String {
    world.state().notion.page_titled("Password reset mail never arrives").unwrap().id.clone()
}

fn slack_calls(world: &World) -> Vec<(&'static str, Value)> {
    let state = world.state();
    let channel = &state.slack.channel("support").unwrap().id;
    let messages = state.slack.messages("support");
    let ts = &messages.iter().find(|message| message.reply_count > 0).unwrap().ts;
    let user = &state.slack.user("ada").unwrap().id;
    vec![
        ("post_message", json!({ "channel": "#support", "text": "New ticket" })),
        ("reply_to_thread", json!({ "channel": channel, "thread_ts": ts, "text": "On it" })),
        ("add_reaction", json!({ "channel": channel, "timestamp": ts, "reaction": "eyes" })),
        ("list_channels", json!({})),
        ("get_channel_history", json!({ "channel": channel })),
        ("get_thread_replies", json!({ "channel": channel, "thread_ts": ts })),
        ("list_users", json!({})),
        ("get_user_profile", json!({ "user": user })),
    ]
}

/// The hints of a tool as letters, in the order of the specification; a dash is a no, a dot nothing.
fn hints(tool: &Tool) -> String {
    let hints = tool.annotations.clone().unwrap();
    let letter = |hint: Option<bool>, yes: &'static str| match hint {
        Some(true) => yes,
        Some(false) => "-",
        None => ".",
    };
    [
        letter(hints.read_only_hint, "r"),
        letter(hints.destructive_hint, "d"),
        letter(hints.idempotent_hint, "i"),
        letter(hints.open_world_hint, "o"),
    ]
    .concat()
}

#[tokio::test]
async fn every_tool_is_listed_with_schemas_and_hints() {
    let world = World::new(1);
    let mut shown = String::new();

    for service in ServiceName::ALL {
        let list = client_of(&world.server(service)).await.list_tools().await.unwrap();

        assert_eq!(
            (list.entries.len(), list.rejected.len()),
            (world.server(service).tools().len(), 0)
        );
        for tool in &list.entries {
            let input: Value = serde_json::from_str(tool.input_schema.get()).unwrap();
            let output: Value =
                serde_json::from_str(tool.output_schema.as_ref().unwrap().get()).unwrap();
            assert_eq!((&input["type"], &output["type"]), (&json!("object"), &json!("object")));
            assert!(
                tool.description.as_ref().is_some_and(|text| text.ends_with('.')),
                "{}",
                tool.name
            );
            shown.push_str(&format!("{} {service}/{}\n", hints(tool), tool.name));
        }
    }

    insta::assert_snapshot!(shown);
}

#[tokio::test]
async fn every_answer_is_what_the_tool_declares_as_json_and_as_text() {
    for service in ServiceName::ALL {
        let world = World::new(1);
        let client = client_of(&world.server(service)).await;
        let tools = client.list_tools().await.unwrap();
        let mut called = BTreeSet::new();

        for (name, arguments) in calls(&world, service) {
            let result = client.call_raw(name, &arguments).await.unwrap();

            let structured = result.structured_content.as_ref().unwrap().get();
            let texts: Vec<_> = result.content.iter().filter_map(|block| block.as_text()).collect();
            assert_eq!(texts, [structured], "{service}/{name}");
            let tool = tools.entries.iter().find(|tool| tool.name == name).unwrap();
            let schema = serde_json::from_str(tool.output_schema.as_ref().unwrap().get()).unwrap();
            let found = violations(&schema, &serde_json::from_str(structured).unwrap());
            assert!(found.is_empty(), "{service}/{name}: {found:?}");
            called.insert(name);
        }

        assert_eq!(called, tools.entries.iter().map(|tool| tool.name.as_str()).collect());
    }
}

#[tokio::test]
async fn readers_change_nothing() {
    for service in ServiceName::ALL {
        let world = World::new(1);
        let server = world.server(service);
        let client = client_of(&server).await;
        let is_reader = |name: &str| {
            let mut tools = server.tools().iter();
            tools.any(|tool| tool.name == name && hints(tool).starts_with('r'))
        };

        for (name, arguments) in
            calls(&world, service).into_iter().filter(|(name, _)| is_reader(name))
        {
            let before = world.state();
            client.call_raw(name, &arguments).await.unwrap();
            assert_eq!(world.state(), before, "{service}/{name}");
        }
    }
}

#[tokio::test]
async fn aliases_resolve_and_are_not_listed() {
    let world = World::new(1);
    let page = ticket(&world);
    let mail = json!({ "to": "ann@acme.example", "subject": "Hello", "body": "Text" });
    let aliases = [
        (ServiceName::Gmail, "send_email", "send_message", mail),
        (
            ServiceName::Notion,
            "append_blocks",
            "append_text",
            json!({ "page_id": page, "text": "x" }),
        ),
        (ServiceName::Slack, "get_users", "list_users", json!({})),
        (
            ServiceName::Slack,
            "send_message",
            "post_message",
            json!({ "channel": "#general", "text": "x" }),
        ),
    ];

    for (service, alias, name, arguments) in aliases {
        let server = world.server(service);
        client_of(&server).await.call_raw(alias, &arguments).await.unwrap();

        assert!(server.tools().iter().all(|tool| tool.name != alias), "{alias}");
        server.assert_called(name, 1);
        server.assert_called(alias, 1);
    }
}
