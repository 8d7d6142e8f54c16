//! What a retry after a lost answer leaves behind.

use mcp_mock::{Fault, MockServer, World};
use serde_json::{Value, json};

use super::{client_of, in_dialect};

/// Calls twice, since the answer to the first call is lost together with the connection.
async fn called_again(server: &MockServer, tool: &str, arguments: Value) -> Value {
    server.on(tool).times(1).fault(Fault::LoseAnswerAndClose);

    client_of(server).await.call_raw(tool, &arguments).await.unwrap_err();
    let answer = client_of(server).await.call_raw(tool, &arguments).await;

    let texts = answer.unwrap().content;
    Value::from(texts[0].as_text().unwrap())
}

#[tokio::test]
async fn a_retry_makes_a_second_lead_where_no_rule_forbids_it() {
    let world = World::empty(1);
    let lead = json!({ "email": "dana@acme.example", "company": "Acme" });

    called_again(&world.salesforce(), "create_lead", lead).await;

    assert_eq!(world.state().salesforce.records("Lead").len(), 2);
}

#[tokio::test]
async fn a_duplicate_rule_stops_the_second_lead_and_looks_like_a_success() {
    let world = World::empty(1);
    world.with_state(|state| {
        state.salesforce.add_duplicate_rule("Lead", &["Email".to_owned()]).unwrap();
    });
    let server = in_dialect(&world.salesforce(), "tsmztech-0.0.6");
    let lead = json!({ "LastName": "Ash", "Company": "Acme", "Email": "ash@acme.example" });
    let insert = json!({ "operation": "insert", "objectName": "Lead", "records": [lead] });

    let answer = called_again(&server, "salesforce_dml_records", insert).await;

    assert!(answer.as_str().unwrap().contains("[DUPLICATES_DETECTED]"), "{answer}");
    assert_eq!(world.state().salesforce.records("Lead").len(), 1);
}

#[tokio::test]
async fn an_upsert_may_be_sent_again() {
    let world = World::empty(1);
    let server = in_dialect(&world.salesforce(), "tsmztech-0.0.6");
    let lead = json!({ "LastName": "Ash", "Company": "Acme", "Score__c": 7 });
    let upsert = json!({
        "operation": "upsert", "objectName": "Lead", "externalIdField": "Score__c",
        "records": [lead],
    });

    called_again(&server, "salesforce_dml_records", upsert).await;

    assert_eq!(world.state().salesforce.records("Lead").len(), 1);
}

#[tokio::test]
async fn a_retry_makes_a_second_page() {
    let world = World::new(1);
    let before = world.state();
    let page = json!({ "database_id": "support-tickets-db", "properties": { "Name": "Again" } });

    called_again(&world.notion(), "create_page", page).await;

    world.diff(&before).assert_only(["added notion.pages[*]", "added notion.pages[*]"]);
}
