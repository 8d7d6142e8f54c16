//! Gmail in the `simple` dialect.

mod create_draft;
mod create_label;
mod get_latest;
mod get_message;
mod list_labels;
mod list_messages;
mod modify_labels;
mod render;
mod search;
mod send_message;
mod trash_message;

use crate::dialect::simple::tool::Tool;
use crate::service::gmail::Gmail;

/// Every tool, in the order of the list.
pub(crate) fn tools() -> Vec<Tool<Gmail>> {
    vec![
        get_latest::tool(),
        send_message::tool(),
        get_message::tool(),
        list_messages::tool(),
        search::tool(),
        list_labels::tool(),
        create_label::tool(),
        modify_labels::tool(),
        create_draft::tool(),
        trash_message::tool(),
    ]
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::dialect::simple::demo::Demo;

    #[test]
    fn every_tool_answers_in_its_declared_shape() {
        let mut demo = Demo::new(tools());
        let id = demo.state.gmail.messages[0].id.clone();
        let calls = [
            ("get_latest", json!({ "query": "is:unread" })),
            ("send_message", json!({ "to": "a@x.example", "subject": "Hello", "body": "Text" })),
            ("get_message", json!({ "id": id })),
            ("list_messages", json!({ "limit": 2 })),
            ("search", json!({ "query": "build" })),
            ("list_labels", json!({})),
            ("create_label", json!({ "name": "Sales" })),
            ("modify_labels", json!({ "id": id, "add": ["STARRED"], "remove": ["INBOX"] })),
            ("create_draft", json!({ "subject": "Later", "body": "Text" })),
            ("trash_message", json!({ "id": id })),
        ];
        let names: Vec<_> = tools().iter().map(|tool| tool.name).collect();
        assert_eq!(names, calls.each_ref().map(|(name, _)| *name));

        for (name, arguments) in calls {
            demo.call(name, arguments).unwrap();
        }
    }

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
    fn a_recipient_is_a_text_or_a_list() {
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
        let id = demo.state.gmail.messages[0].id.clone();

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
}
