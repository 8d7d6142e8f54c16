//! The tools over the demo org.

use serde_json::{Value, json};

use super::{fields, tools};
use crate::dialect::simple::tests::Demo;

fn new_lead() -> Value {
    json!({
        "email": "dana.reyes@acme.example", "company": "Acme", "notes": "Wants a quote.",
        "source": "Email",
    })
}

#[test]
fn a_lead_without_a_name_is_called_after_its_address() {
    let mut demo = Demo::new(tools());

    let made = demo.call("create_lead", new_lead()).unwrap();
    let lead = demo.call("get_lead", json!({ "id": made["id"] })).unwrap();

    assert_eq!(made["last_name"], "dana.reyes");
    assert_eq!(lead["name"], "dana.reyes");
    assert_eq!(lead["notes"], "Wants a quote.");
    assert_eq!(lead["source"], "Email");
    assert_eq!(lead["status"], "Open - Not Contacted");
}

#[test]
fn a_lead_with_a_bad_address_is_refused() {
    let mut demo = Demo::new(tools());
    let mut lead = new_lead();
    lead["email"] = json!("Dana Reyes");

    assert_eq!(demo.call("create_lead", lead).unwrap_err().code, "INVALID_EMAIL_ADDRESS");
}

#[test]
fn the_support_ticket_becomes_a_case() {
    let mut demo = Demo::new(tools());
    let ticket = json!({
        "subject": "Cannot access dashboard",
        "description": "When I try to access the dashboard, I get a 404 error.",
        "priority": "high",
        "origin": "Web",
        "status": "New",
    });

    let case = demo.call("create_case", ticket).unwrap();

    assert_eq!(case["case_number"], "00001002");
    let record = demo.state.salesforce.record(case["id"].as_str().unwrap()).unwrap();
    assert_eq!(record.text("Priority"), "high");
}

#[test]
fn the_daily_loop_finds_leads_and_updates_them() {
    let mut demo = Demo::new(tools());
    let soql = "SELECT Id, Email FROM Lead WHERE Status = 'Open - Not Contacted' AND \
                CreatedDate = TODAY ORDER BY LastName";

    let found = demo.call("query", json!({ "soql": soql })).unwrap();
    assert_eq!(found["total_size"], 3);
    for row in found["records"].as_array().unwrap() {
        let change = json!({ "id": row["Id"], "status": "Working - Contacted", "score": 70 });
        demo.call("update_lead", change).unwrap();
    }

    assert_eq!(demo.call("query", json!({ "soql": soql })).unwrap()["total_size"], 0);
}

#[test]
fn an_empty_text_empties_a_field_and_what_is_left_out_stays() {
    let mut demo = Demo::new(tools());
    let leads = demo.state.salesforce.records("Lead");
    let globex = leads.iter().find(|lead| lead.text("Company") == "Globex").unwrap();
    let id = globex.id.clone();

    let lead = demo.call("update_lead", json!({ "id": id, "title": "" })).unwrap();

    assert_eq!((&lead["title"], &lead["company"]), (&Value::Null, &json!("Globex")));
}

#[test]
fn a_long_result_goes_on_at_its_cursor() {
    let mut demo = Demo::new(tools());
    for _ in 0..2_001 {
        demo.call("create_contact", json!({ "last_name": "Lee" })).unwrap();
    }
    let soql = "SELECT Id FROM Contact WHERE LastName = 'Lee'";

    let first = demo.call("query", json!({ "soql": soql })).unwrap();
    let rest = json!({ "soql": soql, "cursor": first["next_cursor"] });
    let second = demo.call("query", rest).unwrap();

    assert_eq!((&first["done"], &second["done"]), (&json!(false), &json!(true)));
    assert_eq!(second["records"].as_array().unwrap().len(), 1);
    let strange = json!({ "soql": soql, "cursor": "x" });
    assert_eq!(demo.call("query", strange).unwrap_err().code, "INVALID_QUERY_LOCATOR");
}

#[test]
fn a_deleted_record_is_not_the_same_as_one_that_was_never_there() {
    let mut demo = Demo::new(tools());
    let id = demo.call("create_lead", new_lead()).unwrap()["id"].clone();
    let short = json!({ "object": "Lead", "id": &id.as_str().unwrap()[..15] });

    assert_eq!(demo.call("get_record", short.clone()).unwrap()["id"], id);
    demo.call("delete_record", short.clone()).unwrap();
    let deleted = demo.call("get_record", short).unwrap_err();
    let never = json!({ "object": "Lead", "id": "00Q000000000000" });
    let never = demo.call("get_record", never).unwrap_err();

    assert_eq!((deleted.status, deleted.code.as_str()), (404, "ENTITY_IS_DELETED"));
    assert_eq!((never.status, never.code.as_str()), (404, "NOT_FOUND"));
}

#[test]
fn children_are_read_with_their_parents() {
    let mut demo = Demo::new(tools());

    let soql = "SELECT Name, (SELECT LastName FROM Contacts), (SELECT Id FROM Cases) FROM \
                Account WHERE Name = 'Northwind'";
    let found = demo.call("query", json!({ "soql": soql })).unwrap();

    let row = &found["records"][0];
    assert_eq!(row["Contacts"]["totalSize"], 1);
    assert_eq!(row["Contacts"]["records"][0]["LastName"], "Shah");
    assert_eq!(row["Cases"], Value::Null);
}

#[test]
fn every_argument_of_a_tool_that_writes_is_the_short_name_of_a_field() {
    for tool in tools() {
        let listed = &tool.listed;
        let writes = ["create_", "update_"].iter().any(|verb| listed.name.starts_with(verb));
        let schema: Value = serde_json::from_str(listed.input_schema.get()).unwrap();
        let names = schema["properties"].as_object().unwrap().keys().filter(|_| writes);
        for name in names {
            assert!(fields::api_name(name).is_some(), "{} {name}", listed.name);
        }
    }
}
