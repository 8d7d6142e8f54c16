//! Both eras against one handler that is written once.

mod fixture;
mod news;
mod rounds;

use serde_json::json;

use fixture::{Conversation, modern};

#[test]
fn cacheable_results_say_for_how_long_and_for_whom_in_the_modern_era() {
    let methods = [
        ("tools/list", json!({})),
        ("prompts/list", json!({})),
        ("resources/list", json!({})),
        ("resources/templates/list", json!({})),
        ("resources/read", json!({ "uri": "test://one" })),
    ];
    for (method, params) in methods {
        let new = modern(&json!({})).ask(method, &params);
        let old = Conversation::legacy(&json!({})).ask(method, &params);

        let marks = (&new["result"]["ttlMs"], &new["result"]["cacheScope"]);
        assert_eq!(marks, (&json!(0), &json!("private")), "{method}: {new}");
        assert_eq!(new["result"]["resultType"], "complete", "{method}");
        assert!(old["result"].is_object() && old["result"].get("ttlMs").is_none(), "{old}");
    }
}

#[test]
fn each_era_knows_its_own_methods_only() {
    let legacy_only = ["ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe"];
    let modern_only = ["subscriptions/listen", "tasks/get", "tasks/update", "tasks/cancel"];

    for method in legacy_only {
        assert_eq!(modern(&json!({})).ask(method, &json!({}))["error"]["code"], -32601, "{method}");
    }
    for method in modern_only {
        let answer = Conversation::legacy(&json!({})).ask(method, &json!({}));
        assert_eq!(answer["error"]["code"], -32601, "{method}");
    }
}

#[test]
fn a_missing_resource_is_named() {
    let answer = modern(&json!({})).ask("resources/read", &json!({ "uri": "test://none" }));

    assert_eq!(answer["error"]["code"], -32602);
    assert_eq!(answer["error"]["data"]["uri"], "test://none");
}

#[test]
fn what_the_handler_does_not_offer_is_refused_by_name() {
    let answer = modern(&json!({})).ask(
        "completion/complete",
        &json!({ "ref": { "type": "ref/prompt", "name": "p" }, "argument": { "name": "a", "value": "" } }),
    );

    assert_eq!(answer["error"]["message"], "this server offers no completions");
}

#[test]
fn tasks_are_for_clients_that_declared_them() {
    let declared = json!({ "extensions": { "io.modelcontextprotocol/tasks": {} } });
    let call = json!({ "name": "task", "arguments": {} });

    let plain = modern(&json!({})).ask("tools/call", &call);
    let task = modern(&declared).ask("tools/call", &call);
    let asked = modern(&declared).ask("tasks/get", &json!({ "taskId": "t1" }));
    let refused = modern(&json!({})).ask("tasks/get", &json!({ "taskId": "t1" }));

    let needed = &plain["error"]["data"]["requiredCapabilities"];
    assert_eq!(needed, &declared);
    assert_eq!(
        (&task["result"]["resultType"], &task["result"]["taskId"]),
        (&json!("task"), &json!("t1"))
    );
    assert_eq!(task["result"]["ttlMs"], json!(null));
    assert_eq!(asked["result"]["status"], "working");
    assert_eq!(refused["error"]["code"], -32021);
}
