//! Requests for which the handler wants something from the client.

use serde_json::{Value, json};

use super::fixture::{Conversation, modern, poll};
use crate::server::Service;

fn elicitation() -> Value {
    json!({ "elicitation": { "form": {} } })
}

fn greet() -> Value {
    json!({ "name": "greet", "arguments": {} })
}

#[test]
fn a_modern_client_comes_again_with_answers_and_state() {
    let mut client = modern(&elicitation());

    let first = client.ask("tools/call", &greet());
    let mut again = greet();
    again["inputResponses"] = json!({ "name": { "action": "accept" }, "unknown": 1 });
    again["requestState"] = first["result"]["requestState"].clone();
    let second = client.ask("tools/call", &again);

    let result = &first["result"];
    assert_eq!(result["resultType"], "input_required");
    assert_eq!(result["inputRequests"]["name"]["method"], "elicitation/create");
    assert!(result["inputRequests"]["name"].get("id").is_none());
    assert_eq!(second["result"]["resultType"], "complete");
    assert_eq!(second["result"]["content"][0]["text"], r#"{"action":"accept"} (asked once)"#);
}

#[test]
fn a_legacy_client_is_asked_and_the_handler_does_not_notice() {
    let mut client = Conversation::legacy(&elicitation());
    let request = client.admit("tools/call", &greet()).unwrap();
    let service = std::mem::take(&mut client.service.0);
    let (service, caller) = (crate::server::Dispatch(service), client.caller.clone());
    let mut working = service.answer(request, &caller);

    assert_eq!(poll(&mut working), None);
    let asked = client.said();
    client.reply(&asked[0], &json!({ "action": "decline" }));
    let answer = poll(&mut working).unwrap();

    assert_eq!((asked.len(), &asked[0]["method"]), (1, &json!("elicitation/create")));
    assert_eq!(answer["id"], 7);
    assert_eq!(answer["result"]["content"][0]["text"], r#"{"action":"decline"} (asked once)"#);
    assert!(answer["result"].get("resultType").is_none());
}

#[test]
fn nothing_undeclared_is_asked_in_either_era() {
    for mut client in [modern(&json!({})), Conversation::legacy(&json!({}))] {
        let answer = client.ask("tools/call", &greet());

        assert_eq!(answer["error"]["code"], -32021);
        let needed = &answer["error"]["data"]["requiredCapabilities"];
        assert_eq!(needed, &json!({ "elicitation": { "form": {} } }));
        assert_eq!(client.said(), [] as [Value; 0]);
    }
}

#[test]
fn malformed_answers_are_refused() {
    let mut call = greet();
    call["inputResponses"] = json!("yes");

    let answer = modern(&elicitation()).ask("tools/call", &call);

    assert_eq!(answer["error"]["code"], -32602);
}

#[test]
fn a_handler_that_never_has_enough_is_stopped() {
    let mut client = Conversation::legacy(&elicitation());
    let call = json!({ "name": "insatiable", "arguments": {} });
    let request = client.admit("tools/call", &call).unwrap();
    let service = crate::server::Dispatch(std::mem::take(&mut client.service.0));
    let caller = client.caller.clone();
    let mut working = service.answer(request, &caller);

    let mut questions = 0;
    let answer = loop {
        if let Some(answer) = poll(&mut working) {
            break answer;
        }
        let asked = client.said().remove(0);
        questions += 1;
        client.reply(&asked, &json!({ "action": "cancel" }));
    };

    assert_eq!((questions, &answer["error"]["code"]), (8, &json!(-32603)));
}

#[test]
fn a_question_is_withdrawn_when_its_request_is_cancelled() {
    let mut client = Conversation::legacy(&elicitation());
    let request = client.admit("tools/call", &greet()).unwrap();
    let service = crate::server::Dispatch(std::mem::take(&mut client.service.0));
    let caller = client.caller.clone();
    let mut working = service.answer(request, &caller);
    assert_eq!(poll(&mut working), None);

    drop(working);

    let said = client.said();
    assert_eq!(said[1]["method"], "notifications/cancelled");
    assert_eq!(said[1]["params"]["requestId"], said[0]["id"]);
    client.reply(&said[0], &json!({ "action": "accept" }));
}
