//! What a call gets that cannot be carried out.

use mcp_client::CallError;
use mcp_core::Delivery;
use mcp_core::jsonrpc::code;
use mcp_mock::{ServiceName, World};
use serde_json::{Value, json};

use super::client_of;

/// The body of the refusal that a tool answers with.
async fn refused(service: ServiceName, tool: &str, arguments: Value) -> Value {
    let client = client_of(&World::new(1).server(service)).await;

    match client.call_raw(tool, &arguments).await.unwrap_err() {
        CallError::Tool(error) => {
            let body = error.result.to_value();
            let text = error.result.content[0].as_text().unwrap();
            assert_eq!(serde_json::from_str::<Value>(text).unwrap(), body);
            body
        }
        other => panic!("not refused by the tool: {other}"),
    }
}

#[tokio::test]
async fn arguments_that_do_not_fit_are_all_named() {
    let arguments = json!({ "owner": "company", "repo": 7, "titel": "New" });

    let body = refused(ServiceName::GitHub, "create_issue", arguments).await;

    assert_eq!(
        (&body["error"]["status"], &body["error"]["code"]),
        (&json!(400), &json!("invalid_arguments"))
    );
    insta::assert_snapshot!(
        body["error"]["message"].as_str().unwrap(),
        @"arguments do not fit: `title` is required; /repo: expected string, got integer; /titel: `titel` is unknown (did you mean `title`?)"
    );
}

#[tokio::test]
async fn each_service_refuses_in_its_own_words() {
    let missing_repo = json!({ "owner": "company", "repo": "nothing", "title": "New" });
    let ticket = json!({ "database_id": "support-tickets-db", "properties": { "Ticket ID": "7" } });

    let github = refused(ServiceName::GitHub, "create_issue", missing_repo).await;
    let gmail =
        refused(ServiceName::Gmail, "get_message", json!({ "id": "00000000deadbeef" })).await;
    let notion = refused(ServiceName::Notion, "create_page", ticket).await;
    let salesforce =
        refused(ServiceName::Salesforce, "query", json!({ "soql": "SELECT Nope FROM Lead" })).await;
    let slack =
        refused(ServiceName::Slack, "get_channel_history", json!({ "channel": "#general" })).await;

    let shown = [github, gmail, notion, salesforce, slack].map(|body| {
        let error = &body["error"];
        format!("{} {} {}", error["status"], error["code"], error["message"])
    });
    insta::assert_snapshot!(shown.join("\n"), @r#"
    404 "not_found" "Not Found"
    404 "notFound" "Requested entity was not found."
    400 "validation_error" "Ticket ID is expected to be number."
    400 "INVALID_FIELD" "\nSELECT Nope FROM Lead\n       ^\nERROR at Row:1:Column:8\nNo such column 'Nope' on entity 'Lead'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names."
    200 "channel_not_found" "channel `#general` was not found; names work only when posting, use the id"
    "#);
}

#[tokio::test]
async fn unknown_tool_is_a_protocol_error_with_the_nearest_name() {
    let github = World::new(1).github();
    let client = client_of(&github).await;

    let error = client.call_raw("create_isue", json!({})).await.unwrap_err();

    assert_eq!((error.is_transient(), error.delivery()), (false, Delivery::Refused));
    let CallError::Rpc(failure) = error else { panic!("not a protocol error: {error}") };
    assert_eq!(failure.error.code, code::INVALID_PARAMS);
    assert_eq!(
        failure.error.message,
        "tool `create_isue` is unknown on server `github` (did you mean `create_issue`?)"
    );
}

#[tokio::test]
async fn null_empties_a_field_of_a_lead() {
    let world = World::new(1);
    let client = client_of(&world.salesforce()).await;
    let id = world.state().salesforce.records("Lead")[0].id.clone();

    let change = json!({ "id": id, "title": null, "rating": "Hot" });
    let lead: Value = client.call("update_lead", &change).await.unwrap();

    assert_eq!((&lead["title"], &lead["rating"]), (&Value::Null, &json!("Hot")));
    let refused = client.call_raw("update_lead", json!({ "id": id, "company": null })).await;
    assert!(refused.unwrap_err().to_string().contains("/company: expected string, got null"));
}
