mod audit;
mod schema;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::probes::{Probe, shown};
use crate::tests::{demo, seeded};
use mcp_mock::dialect::simple;
use mcp_mock::service::ServiceName;
use mcp_mock::world::State;

/// The page that the recorded requests name.
const KNOWN_PAGE: &str = "11111111-2222-3333-4444-555555555555";

fn world(notion: Option<Value>) -> State {
    notion.map_or_else(demo, |part| seeded(&json!({ "notion": part })))
}

/// The body of an answer, which never says that it failed. Every one has the id of its request, which is
/// left out when all went well, so that bodies can be compared.
#[track_caller]
fn body(state: &mut State, name: &str, arguments: &Value) -> Value {
    let result = dialect().call(state, name, arguments.as_object().cloned()).reply.unwrap();
    assert_eq!(result.is_error, None);
    let mut body: Value = serde_json::from_str(result.content[0].as_text().unwrap()).unwrap();
    assert_eq!(body["request_id"].as_str().unwrap().len(), 36);
    if body["object"] != "error" {
        body.as_object_mut().unwrap().remove("request_id");
    }
    body
}

fn source_id(state: &State, alias: &str) -> String {
    state.notion.database(alias).unwrap().sources[0].id.clone()
}

fn title(text: &str) -> Value {
    json!({ "title": [{ "text": { "content": text } }] })
}

/// The answer with the body read, without the id of the request.
fn normalised(mut answer: Value) -> Value {
    if let Some(text) = answer.pointer_mut("/result/content/0/text") {
        let mut body: Value = serde_json::from_str(text.as_str().unwrap()).unwrap();
        body["request_id"].take();
        *text = body;
    }
    answer
}

#[test]
fn recorded_requests_get_the_recorded_answers() {
    let mut state = world(Some(json!({ "pages": [{ "title": "Home" }] })));
    KNOWN_PAGE.clone_into(&mut state.notion.pages[0].id);

    for probe in Probe::all(include_str!("probes.json")) {
        let mut recorded = normalised(probe.response.clone());
        let body = recorded.pointer("/result/content/0/text").cloned().unwrap_or_default();
        // No state refuses like this: the recording had an upstream that always gave one answer.
        let is_canned =
            ["object_not_found", "rate_limited"].map(Value::from).contains(&body["code"]);
        let answer = if is_canned {
            let status = u16::try_from(body["status"].as_u64().unwrap()).unwrap();
            let text = |name: &str| body[name].as_str().unwrap();
            let refused = ApiError::new(status, text("code"), text("message"));
            shown(&dialect().refuse(&probe.request.name, &refused))
        } else {
            probe.replay(&*dialect(), &mut state)
        };
        if let Some(message) = recorded.pointer_mut("/result/content/0/text/message") {
            // The upstream named a property that the request does not have.
            *message = message.as_str().unwrap().replace("Stat ", "bad ").into();
        }

        assert_eq!(normalised(answer), recorded, "{:?}", probe.request);
    }
}

#[test]
fn every_tool_has_a_title_and_reads_or_destroys() {
    for tool in dialect().tools() {
        let hints = tool.annotations.as_ref().unwrap();
        assert!(hints.title.is_some(), "{}", tool.name);
        assert_ne!(hints.read_only_hint, hints.destructive_hint, "{}", tool.name);
    }
}

#[test]
fn a_refusal_looks_like_a_success() {
    let missing = json!({ "page_id": "0a1b2c3d4e5f4a6b8c7d9e0f1a2b3c4d" });

    let refused = body(&mut world(None), "API-retrieve-a-page", &missing);

    assert_eq!(refused["status"], 404);
    assert_eq!(refused["object"], "error");
    assert_eq!(refused["code"], "object_not_found");
    assert_eq!(refused["request_id"].as_str().unwrap().len(), 36);
}

#[test]
fn a_missing_id_is_sent_as_undefined() {
    for arguments in [json!({}), Value::Null] {
        let refused = body(&mut world(None), "API-retrieve-a-page", &arguments);

        let expected = "body failed validation: path.page_id should be a valid uuid, instead was \
                        `\"undefined\"`.";
        assert_eq!((&refused["status"], &refused["message"]), (&json!(400), &json!(expected)));
    }
}

#[test]
fn objects_may_be_sent_as_texts() {
    let mut state = world(None);
    let source = source_id(&state, "leads-db");
    let parent = json!({ "data_source_id": source }).to_string();
    let properties = Value::from(json!({ "Name": title("Dana") }).to_string()).to_string();

    let page =
        body(&mut state, "API-post-page", &json!({ "parent": parent, "properties": properties }));

    assert_eq!(page["properties"]["Name"]["title"][0]["plain_text"], "Dana");
}

#[test]
fn a_new_row_has_all_its_properties() {
    let mut state = world(None);
    let source = source_id(&state, "support-tickets-db");
    let parent = json!({ "type": "data_source_id", "data_source_id": source });
    let properties = json!({
        "Name": title("Cannot log in"),
        "Ticket ID": { "number": 12345 },
        "Status": { "status": { "name": "Open" } },
        "Created": { "date": { "start": "2026-11-22" } },
    });

    let page =
        body(&mut state, "API-post-page", &json!({ "parent": parent, "properties": properties }));

    assert_eq!(page["object"], "page");
    assert_eq!(page["created_time"], "2026-01-05T09:00:00.000Z");
    assert_eq!(page["parent"]["data_source_id"], parent["data_source_id"]);
    assert!(page["parent"]["database_id"].is_string());
    let values = &page["properties"];
    assert_eq!(values["Ticket ID"]["number"], 12345);
    assert_eq!(values["Status"]["status"]["name"], "Open");
    assert_eq!(
        values["Created"]["date"],
        json!({ "start": "2026-11-22", "end": null, "time_zone": null })
    );
    assert_eq!(values["Customer"]["email"], Value::Null);
    assert_eq!(values["Name"]["id"], "title");
}

#[test]
fn a_database_with_two_data_sources_wants_one_of_them() {
    let mut state = world(Some(json!({ "databases": [
        { "name": "twins", "data_sources": [{ "name": "One" }, { "name": "Two" }] },
    ] })));
    let id = state.notion.databases[0].id.clone();
    let new = |parent: Value| json!({ "parent": parent, "properties": { "Name": title("x") } });

    let refused = body(&mut state, "API-post-page", &new(json!({ "database_id": id })));
    let database = body(&mut state, "API-retrieve-a-database", &json!({ "database_id": id }));
    let second = database["data_sources"][1].clone();
    let page = body(&mut state, "API-post-page", &new(json!({ "data_source_id": second["id"] })));

    assert_eq!(refused["code"], "validation_error");
    assert_eq!(refused["additional_data"]["error_type"], "multiple_data_sources_for_database");
    assert_eq!(second["name"], "Two");
    assert_eq!(page["parent"]["data_source_id"], second["id"]);
}

#[test]
fn wait_of_a_rate_limit_is_in_no_body() {
    let details = json!({ "rate_limit_reason": "integration_rate_limit", "retry_after": 60 });
    let limit = ApiError::new(429, "rate_limited", "Slow down.").with_details(details);

    let refused = dialect().refuse("API-get-self", &limit).unwrap();

    let body: Value = serde_json::from_str(refused.content[0].as_text().unwrap()).unwrap();
    let reason = json!({ "rate_limit_reason": "integration_rate_limit" });
    assert_eq!(body["additional_data"], reason);
}

#[test]
fn what_does_not_fit_the_schema_is_refused() {
    let mut state = world(None);
    let parent = json!({ "data_source_id": source_id(&state, "support-tickets-db") });
    let mut message = |properties: Value| {
        let new = json!({ "parent": parent, "properties": properties });
        let refused = body(&mut state, "API-post-page", &new);
        assert_eq!(refused["status"], 400);
        assert!(refused.get("additional_data").is_none());
        refused["message"].as_str().unwrap().to_owned()
    };

    assert_eq!(message(json!({ "Colour": {} })), "Colour is not a property that exists.");
    assert_eq!(
        message(json!({ "Status": { "status": { "name": "Lost" } } })),
        "Invalid status option. Status option \"Lost\" does not exist."
    );
    assert_eq!(
        message(json!({ "Ticket ID": { "number": "5" } })),
        "Ticket ID is expected to be number."
    );
    assert_eq!(
        message(json!("x")),
        "body failed validation: body.properties should be an object, instead was `\"x\"`."
    );
    let parentless = body(&mut world(None), "API-post-page", &json!({ "properties": {} }));
    assert_eq!(
        parentless["message"],
        "body failed validation: body.parent should be defined, instead was `undefined`."
    );
}

#[test]
fn rows_are_filtered_sorted_and_paged() {
    let rows = json!([
        { "Name": "a", "Points": 1 }, { "Name": "b", "Points": 3 }, { "Name": "c", "Points": 2 },
    ]);
    let mut state = world(Some(json!({ "databases": [
        { "name": "tasks", "properties": { "Points": "number" }, "pages": rows },
    ] })));
    let mut query = json!({
        "data_source_id": source_id(&state, "tasks"),
        "filter": { "property": "Points", "number": { "greater_than": 0 } },
        "sorts": [{ "property": "Points", "direction": "descending" }],
        "page_size": 2,
    });

    let first = body(&mut state, "API-query-data-source", &query);
    query["start_cursor"] = first["next_cursor"].clone();
    let second = body(&mut state, "API-query-data-source", &query);

    let points = |list: &Value| -> Vec<i64> {
        let rows = list["results"].as_array().unwrap().iter();
        rows.map(|row| row["properties"]["Points"]["number"].as_i64().unwrap()).collect()
    };
    assert_eq!((points(&first), points(&second)), (vec![3, 2], vec![1]));
    assert_eq!((&first["object"], &first["has_more"]), (&json!("list"), &json!(true)));
    assert_eq!((&second["next_cursor"], &second["has_more"]), (&Value::Null, &json!(false)));
}

#[test]
fn search_tells_pages_from_data_sources() {
    let mut state = world(None);
    let mut kinds = |filter: Value| {
        let found = body(&mut state, "API-post-search", &json!({ "query": "e", "filter": filter }));
        let mut kinds: Vec<_> =
            found["results"].as_array().unwrap().iter().map(|one| one["object"].clone()).collect();
        kinds.dedup();
        kinds
    };

    assert_eq!(kinds(json!(null)), ["data_source", "page"]);
    assert_eq!(kinds(json!({ "property": "object", "value": "page" })), ["page"]);
    assert_eq!(kinds(json!({ "property": "object", "value": "data_source" })), ["data_source"]);
    let old = json!({ "filter": { "property": "object", "value": "database" } });
    assert_eq!(body(&mut state, "API-post-search", &old)["code"], "validation_error");
}

#[test]
fn blocks_are_added_changed_and_trashed() {
    let mut state = world(None);
    let page = state.notion.pages.iter().find(|page| page.title() == "Support handbook").unwrap();
    let page = page.id.clone();
    let text = |text: &str| json!({ "rich_text": [{ "text": { "content": text } }] });

    let new = json!({ "block_id": page, "children": [{ "to_do": text("Call") }] });
    let added = body(&mut state, "API-patch-block-children", &new);
    let block = added["results"][0].clone();
    assert_eq!((&block["type"], &block["to_do"]["checked"]), (&json!("to_do"), &json!(false)));
    assert_eq!(block["parent"], json!({ "type": "page_id", "page_id": page }));

    let change = json!({ "block_id": block["id"], "to_do": { "checked": true } });
    let changed = body(&mut state, "API-update-a-block", &change);
    assert_eq!(changed["to_do"]["checked"], true);
    assert_eq!(changed["to_do"]["rich_text"][0]["plain_text"], "Call");

    let content = body(&mut state, "API-retrieve-page-markdown", &json!({ "page_id": page }));
    assert_eq!(content["markdown"], "Answer within one working day.\nBe kind.\n- [x] Call");

    let id = json!({ "block_id": block["id"] });
    assert_eq!(body(&mut state, "API-delete-a-block", &id)["in_trash"], true);
    assert_eq!(body(&mut state, "API-retrieve-a-block", &id)["archived"], true);
    let again = body(&mut state, "API-update-a-block", &change);
    assert!(again["message"].as_str().unwrap().starts_with("Can't edit block that is archived."));
    let home = body(&mut state, "API-retrieve-a-block", &json!({ "block_id": page }));
    assert_eq!(home["child_page"]["title"], "Support handbook");
    let left = body(&mut state, "API-get-block-children", &json!({ "block_id": page }));
    assert_eq!(left["results"].as_array().unwrap().len(), 2);
}

#[test]
fn content_is_written_as_markdown() {
    let mut state = world(Some(json!({ "pages": [{ "title": "Notes", "content": "Old." }] })));
    let id = state.notion.pages[0].id.clone();
    let text = json!({ "new_str": "# A\nb" });
    let all = json!({ "page_id": id, "type": "replace_content", "replace_content": text });
    let pieces = json!({ "content_updates": [{ "old_str": "b", "new_str": "c" }] });
    let some = json!({ "page_id": id, "type": "update_content", "update_content": pieces });

    assert_eq!(body(&mut state, "API-update-page-markdown", &all)["markdown"], "# A\nb");
    assert_eq!(body(&mut state, "API-update-page-markdown", &some)["markdown"], "# A\nc");
    assert_eq!(body(&mut state, "API-update-page-markdown", &some)["code"], "validation_error");
}

#[test]
fn pages_are_changed_decorated_and_trashed() {
    let mut state = world(None);
    let id = state.notion.page_titled("Northwind").unwrap().id.clone();
    let change = json!({
        "page_id": id, "properties": { "Seats": { "number": 50 } }, "icon": { "emoji": "🎉" },
    });

    let page = body(&mut state, "API-patch-page", &change);
    let seats = json!({ "page_id": id, "property_id": page["properties"]["Seats"]["id"] });
    let seats = body(&mut state, "API-retrieve-a-page-property", &seats);
    let name = json!({ "page_id": id, "property_id": "title" });
    let name = body(&mut state, "API-retrieve-a-page-property", &name);
    let gone = body(&mut state, "API-patch-page", &json!({ "page_id": id, "in_trash": true }));

    assert_eq!(page["icon"], json!({ "emoji": "🎉" }));
    assert_eq!((&seats["object"], &seats["number"]), (&json!("property_item"), &json!(50)));
    assert_eq!(name["results"][0]["title"]["plain_text"], "Northwind");
    assert_eq!((&gone["in_trash"], &gone["archived"]), (&json!(true), &json!(true)));
    let bad = body(&mut state, "API-patch-page", &json!({ "page_id": id, "icon": "x" }));
    assert_eq!(bad["code"], "validation_error");
}

#[test]
fn people_comment_and_are_listed() {
    let mut state = world(Some(json!({
        "users": { "mia@acme.example": "Mia" }, "pages": [{ "title": "Notes" }],
    })));
    let page = state.notion.pages[0].id.clone();
    let text = json!([{ "text": { "content": "Nice." } }]);
    let new = json!({ "parent": { "page_id": page }, "rich_text": text });

    let made = body(&mut state, "API-create-a-comment", &new);
    let comments = body(&mut state, "API-retrieve-a-comment", &json!({ "block_id": page }));
    let users = body(&mut state, "API-get-users", &json!({ "page_size": "10" }));
    let mia = users["results"][0].clone();
    let bot = body(&mut state, "API-get-self", &json!({}));

    assert_eq!(comments["results"], json!([made]));
    assert_eq!(users["results"], json!([mia, bot]));
    assert_eq!(body(&mut state, "API-get-user", &json!({ "user_id": mia["id"] })), mia);
}

proptest! {
    #[test]
    fn both_dialects_see_the_same_pages(number in -9_999_i64..9_999, name in "[A-Za-z ]{0,20}") {
        let mut state = world(None);
        let simple = simple(ServiceName::Notion);
        let properties = json!({ "Name": name, "Ticket ID": number });
        let new = json!({ "database_id": "support-tickets-db", "properties": properties });
        let source = source_id(&state, "support-tickets-db");
        let properties = json!({ "Name": title(&name), "Ticket ID": { "number": number } });
        let row = json!({ "parent": { "data_source_id": source }, "properties": properties });

        let made = simple.call(&mut state, "create_page", new.as_object().cloned()).reply.unwrap();
        let made = made.to_value();
        let row = body(&mut state, "API-post-page", &row);

        let seen = body(&mut state, "API-retrieve-a-page", &json!({ "page_id": made["id"] }));
        let page = json!({ "page_id": row["id"] });
        let page = simple.call(&mut state, "get_page", page.as_object().cloned()).reply.unwrap();
        let page = page.to_value();
        prop_assert_eq!(&seen["properties"], &row["properties"]);
        prop_assert_eq!(&page["properties"]["Name"], &json!(name));
        prop_assert_eq!(&page["properties"]["Ticket ID"], &json!(number));
    }
}
