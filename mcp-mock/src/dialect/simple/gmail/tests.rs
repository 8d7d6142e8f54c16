//! The tools over the demo mailbox.

use serde_json::{Value, json};

use super::tools;
use crate::dialect::simple::tests::Demo;

#[test]
fn the_latest_message_is_the_newest_of_the_inbox() {
    let mut demo = Demo::new(tools());
    let sent = json!({ "to": "a@x.example", "subject": "Hello", "body": "Text" });
    demo.call("send_message", sent).unwrap();

    let latest = demo.call("get_latest", json!({})).unwrap();

    assert_eq!(latest["message"]["from"], "dana.reyes@acme.example");
    assert_eq!(latest["message"]["subject"], "Interested in the enterprise plan");
}

#[test]
fn no_message_is_null() {
    let mut demo = Demo::new(tools());

    let latest = demo.call("get_latest", json!({ "query": "from:nobody" })).unwrap();

    assert_eq!(latest, json!({ "message": null }));
}

#[test]
fn recipients_are_a_string_or_an_array() {
    let mut demo = Demo::new(tools());
    let mail = |to: Value| json!({ "to": to, "subject": "Hello", "body": "Text" });

    demo.call("send_message", mail(json!("a@x.example, b@x.example"))).unwrap();
    demo.call("send_message", mail(json!(["a@x.example", "b@x.example"]))).unwrap();

    let sent = demo.state.gmail.sent();
    assert!(sent.iter().rev().take(2).all(|m| m.to == ["a@x.example", "b@x.example"]));
}

#[test]
fn labels_go_by_name_as_well() {
    let mut demo = Demo::new(tools());
    let messages = &demo.state.gmail.messages;
    let build = messages.iter().find(|it| it.subject == "Nightly build is green").unwrap();
    let id = build.id.clone();

    let change = json!({ "id": id, "add": ["customers"], "remove": ["inbox"] });
    let changed = demo.call("modify_labels", change).unwrap();

    assert_eq!(changed["labels"], json!(["CATEGORY_UPDATES", "Customers"]));
}

#[test]
fn pages_of_the_list_follow_each_other() {
    let mut demo = Demo::new(tools());

    let first = demo.call("list_messages", json!({ "limit": 2 })).unwrap();
    let rest = json!({ "limit": 10, "cursor": first["next_cursor"] });
    let second = demo.call("list_messages", rest).unwrap();

    assert_eq!(first["messages"].as_array().unwrap().len(), 2);
    assert_eq!(second["messages"].as_array().unwrap().len(), 2);
    assert_eq!(second["next_cursor"], Value::Null);
}
