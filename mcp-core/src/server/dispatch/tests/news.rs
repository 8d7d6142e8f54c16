//! Progress, log messages and changes: who hears what.

use serde_json::{Map, Value, json};

use super::fixture::{Conversation, modern, poll};
use crate::server::{Change, Service};

fn busy() -> Value {
    json!({ "name": "busy", "arguments": {} })
}

/// What a client heard, one word each.
fn heard(client: &Conversation) -> String {
    let words = client.said().into_iter().map(|frame| match frame["method"].as_str().unwrap() {
        "notifications/message" => frame["params"]["level"].as_str().unwrap().to_owned(),
        "notifications/progress" => format!("progress({})", frame["params"]["progressToken"]),
        other => other.rsplit('/').take(2).collect::<Vec<_>>().join(" "),
    });
    words.collect::<Vec<_>>().join(", ")
}

#[test]
fn a_modern_client_hears_what_it_asked_for_with_the_request() {
    let level = "io.modelcontextprotocol/logLevel";
    let cases = [
        (modern(&json!({})), ""),
        (modern(&json!({})).with_meta("progressToken", json!("p")), "progress(\"p\")"),
        (modern(&json!({})).with_meta(level, json!("warning")), "warning"),
        (modern(&json!({})).with_meta(level, json!("debug")), "debug, warning"),
        (modern(&json!({})).with_meta(level, json!("loud")), ""),
    ];
    for (mut client, expected) in cases {
        client.ask("tools/call", &busy());

        assert_eq!(heard(&client), expected);
    }
}

#[test]
fn a_legacy_client_sets_the_level_once() {
    let mut client = Conversation::legacy(&json!({})).with_meta("progressToken", json!(3));

    client.ask("tools/call", &busy());
    let before = heard(&client);
    let set = client.ask("logging/setLevel", &json!({ "level": "error" }));
    client.ask("tools/call", &busy());

    assert_eq!(before, "progress(3), debug, warning");
    assert_eq!(set["result"], json!({}));
    assert_eq!(heard(&client), "progress(3)");
    assert_eq!(
        client.ask("logging/setLevel", &json!({ "level": "loud" }))["error"]["code"],
        -32602
    );
}

#[test]
fn a_listener_hears_what_it_asked_for_and_its_own_id_on_it() {
    let mut client = modern(&json!({}));
    let wish = json!({ "notifications": {
        "toolsListChanged": true, "promptsListChanged": true, "somethingElse": true,
        "resourceSubscriptions": ["test://one"],
    }});
    let request = client.admit("subscriptions/listen", &wish).unwrap();
    let changes = client.service.0.changes.clone();
    let mut working = client.service.answer(request, &client.caller);

    let pending = poll(&mut working);
    for change in [
        Change::Tools,
        Change::Prompts,
        Change::Resources,
        Change::Resource("test://one".to_owned()),
        Change::Resource("test://two".to_owned()),
    ] {
        changes.announce(&change);
    }
    drop(working);
    changes.announce(&Change::Tools);

    assert_eq!(pending, None);
    let said = client.said();
    let tags: Vec<_> = said
        .iter()
        .map(|frame| &frame["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"])
        .collect();
    assert_eq!(tags, [&json!(7), &json!(7), &json!(7)]);
    let honoured = json!({ "toolsListChanged": true, "resourceSubscriptions": ["test://one"] });
    assert_eq!(said[0]["method"], "notifications/subscriptions/acknowledged");
    assert_eq!(said[0]["params"]["notifications"], honoured);
    assert_eq!(said[1]["method"], "notifications/tools/list_changed");
    assert_eq!(said[2]["params"]["uri"], "test://one");
}

#[test]
fn a_legacy_client_hears_of_lists_and_of_the_resources_that_it_subscribed_to() {
    let mut client = Conversation::legacy(&json!({}));
    let changes = client.service.0.changes.clone();
    let _listener = changes.listen_legacy(client.caller.clone());
    let resource = json!({ "uri": "test://one" });
    let announce = || {
        changes.announce(&Change::Tools);
        changes.announce(&Change::Resource("test://one".to_owned()));
        changes.announce(&Change::Task(Map::new()));
    };

    announce();
    let before = heard(&client);
    client.ask("resources/subscribe", &resource);
    announce();
    let during = heard(&client);
    client.ask("resources/unsubscribe", &resource);
    announce();

    assert_eq!(before, "list_changed tools");
    assert_eq!(during, "list_changed tools, updated resources");
    assert_eq!(heard(&client), "list_changed tools");
}

#[test]
fn listening_to_tasks_needs_the_extension() {
    let wish = json!({ "notifications": { "taskIds": ["t1"] } });

    let answer = modern(&json!({})).ask("subscriptions/listen", &wish);

    assert_eq!(answer["error"]["code"], -32021);
}
