//! The fixture as a client sees it, message by message.

use mcp_client::transport::memory::{self, MemoryTransport};
use mcp_core::Transport;
use mcp_core::server::{Dispatch, serve};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::Fixture;

/// A client that says everything itself.
struct Peer {
    transport: MemoryTransport,
    capabilities: Value,
    _serving: JoinHandle<()>,
}

impl Peer {
    fn new() -> Self {
        Self::with(&json!({
            "elicitation": { "form": {} }, "sampling": {}, "roots": {},
            "extensions": { "io.modelcontextprotocol/tasks": {} },
        }))
    }

    fn with(capabilities: &Value) -> Self {
        let (transport, there) = memory::pair();
        let service = Dispatch(Fixture::start());
        let serving = tokio::spawn(async move { drop(serve(&service, &there).await) });
        Self { transport, capabilities: capabilities.clone(), _serving: serving }
    }

    async fn send(&self, message: &Value) {
        self.transport.send(message.to_string().into()).await.unwrap();
    }

    async fn next(&self) -> Value {
        let received = self.transport.recv().await.unwrap();
        serde_json::from_slice(&received.into_message().unwrap()).unwrap()
    }

    /// Sends a modern request, without waiting.
    async fn begin(&self, id: u64, method: &str, mut params: Value) {
        params["_meta"] = json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": self.capabilities,
        });
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })).await;
    }

    async fn ask(&self, method: &str, params: Value) -> Value {
        self.begin(1, method, params).await;
        self.next().await
    }

    async fn call(&self, tool: &str, more: Value) -> Value {
        let mut params = json!({ "name": tool, "arguments": {} });
        params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.ask("tools/call", params).await
    }

    async fn begin_task(&self, tool: &str, arguments: Value) -> String {
        let begun = self.call(tool, json!({ "arguments": arguments })).await;
        assert_eq!(begun["result"]["resultType"], "task", "{begun}");
        begun["result"]["taskId"].as_str().unwrap().to_owned()
    }

    async fn task(&self, id: &str) -> Value {
        self.ask("tasks/get", json!({ "taskId": id })).await["result"].take()
    }
}

/// A form that was filled in.
fn accepted(key: &str, content: &Value) -> Value {
    json!({ key: { "action": "accept", "content": content } })
}

fn text(answer: &Value) -> &str {
    answer["result"]["content"][0]["text"].as_str().unwrap_or_else(|| panic!("no text in {answer}"))
}

#[tokio::test(start_paused = true)]
async fn every_tool_that_is_listed_can_be_called() {
    let peer = Peer::new();
    let arguments =
        json!({ "message": "m", "prompt": "p", "name": "n", "value": "v", "seconds": 0 });

    let listed = peer.ask("tools/list", json!({})).await;
    let tools = listed["result"]["tools"].as_array().unwrap();

    assert_eq!(tools.len(), 35);
    for tool in tools {
        let name = tool["name"].as_str().unwrap();
        let answer = peer.call(name, json!({ "arguments": arguments })).await;
        assert!(answer.get("result").is_some(), "{name}: {answer}");
    }
}

#[tokio::test]
async fn every_prompt_and_resource_that_is_listed_can_be_had() {
    let peer = Peer::new();
    let arguments = json!({ "arg1": "a", "arg2": "b", "resourceUri": "test://r" });

    let prompts = peer.ask("prompts/list", json!({})).await;
    let resources = peer.ask("resources/list", json!({})).await;

    for prompt in prompts["result"]["prompts"].as_array().unwrap() {
        let params = json!({ "name": prompt["name"], "arguments": arguments });
        let answer = peer.ask("prompts/get", params).await;
        assert!(answer.get("result").is_some(), "{answer}");
    }
    for resource in resources["result"]["resources"].as_array().unwrap() {
        let answer = peer.ask("resources/read", json!({ "uri": resource["uri"] })).await;
        assert_eq!(answer["result"]["contents"][0]["uri"], resource["uri"], "{answer}");
    }
}

#[tokio::test]
async fn template_fills_in_one_segment_and_no_more() {
    let peer = Peer::new();

    let one = peer.ask("resources/read", json!({ "uri": "test://template/7/data" })).await;
    let two = peer.ask("resources/read", json!({ "uri": "test://template/7/8/data" })).await;

    let data = one["result"]["contents"][0]["text"].as_str().unwrap();
    assert!(data.contains("Data for ID: 7"), "{data}");
    let error = &two["error"];
    assert_eq!(
        (&error["code"], &error["data"]["uri"]),
        (&json!(-32602), &json!("test://template/7/8/data"))
    );
}

#[tokio::test]
async fn rounds_go_on_with_the_state_of_the_one_before() {
    let (peer, tool) = (Peer::new(), "test_input_required_result_multi_round");

    let first = peer.call(tool, json!({})).await["result"].take();
    let step = accepted("step1", &json!({ "name": "Ada" }));
    let more = json!({ "inputResponses": step, "requestState": first["requestState"] });
    let second = peer.call(tool, more).await["result"].take();
    let step = accepted("step2", &json!({ "color": "blue" }));
    let more = json!({ "inputResponses": step, "requestState": second["requestState"] });
    let third = peer.call(tool, more).await;

    assert_eq!(first["resultType"], "input_required");
    assert_ne!(first["requestState"], second["requestState"]);
    assert_eq!(text(&third), "Ada likes blue.");
}

#[tokio::test]
async fn state_is_good_for_the_request_it_was_sealed_for_and_as_it_was_sealed() {
    let (peer, tool) = (Peer::new(), "test_input_required_result_tampered_state");
    let begun = peer.call(tool, json!({})).await;
    let state = begun["result"]["requestState"].as_str().unwrap();
    let answered = accepted("confirm", &json!({ "ok": true }));
    let with = |state: &str| json!({ "inputResponses": answered, "requestState": state });

    let other_arguments = json!({
        "inputResponses": answered, "requestState": state, "arguments": { "amount": 1000 },
    });
    let answers = [
        peer.call(tool, with(state)).await,
        peer.call(tool, with(&format!("{state}-TAMPERED"))).await,
        peer.call(tool, with(&state.replace("asked", "asker"))).await,
        peer.call(tool, with("")).await,
        peer.call("test_input_required_result_request_state", with(state)).await,
        peer.call(tool, other_arguments).await,
    ];

    let codes: Vec<_> = answers.iter().map(|answer| answer["error"]["code"].as_i64()).collect();
    let refused = Some(-32602);
    assert_eq!(codes, [None, refused, refused, refused, refused, refused]);
}

#[tokio::test]
async fn only_what_the_client_declared_is_asked() {
    let (sampling, nothing) = (Peer::with(&json!({ "sampling": {} })), Peer::with(&json!({})));
    let tool = "test_input_required_result_capabilities";

    let asked = sampling.call(tool, json!({})).await["result"]["inputRequests"].take();
    let done = nothing.call(tool, json!({})).await;
    let refused = nothing.call("test_missing_capability", json!({})).await["error"].take();

    let keys: Vec<_> = asked.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["greeting"]);
    assert_eq!(done["result"]["resultType"], "complete");
    assert_eq!(refused["data"], json!({ "requiredCapabilities": { "sampling": {} } }));
}

#[tokio::test]
async fn answer_that_does_not_fit_is_asked_for_again() {
    let (peer, tool) = (Peer::new(), "test_input_required_result_elicitation");
    let unfit = [
        json!({ "user_name": 12345 }),
        json!({ "user_name": { "action": "accept" } }),
        json!({ "somebody": { "action": "accept", "content": { "name": "Ada" } } }),
    ];

    for responses in unfit {
        let answer = peer.call(tool, json!({ "inputResponses": responses })).await;
        assert_eq!(answer["result"]["resultType"], "input_required", "{responses}");
    }
    let declined = json!({ "inputResponses": { "user_name": { "action": "decline" } } });
    assert_eq!(text(&peer.call(tool, declined).await), "Hello, whoever you are!");
}

#[tokio::test]
async fn legacy_client_is_asked_by_requests_of_the_server() {
    let peer = Peer::new();
    let initialize = json!({
        "protocolVersion": "2025-11-25", "capabilities": { "elicitation": {} },
        "clientInfo": { "name": "c", "version": "1" },
    });
    peer.send(&json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": initialize }))
        .await;
    peer.next().await;
    let params = json!({ "name": "test_elicitation", "arguments": { "message": "Who?" } });

    peer.send(&json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params }))
        .await;
    let question = peer.next().await;
    let answer = json!({ "action": "accept", "content": { "username": "ada", "email": "a@b.c" } });
    peer.send(&json!({ "jsonrpc": "2.0", "id": question["id"], "result": answer })).await;
    let answer = peer.next().await;

    assert_eq!(question["method"], "elicitation/create");
    assert_eq!(question["params"]["message"], "Who?");
    let expected = r#"User response: action=accept, content={"email":"a@b.c","username":"ada"}"#;
    assert_eq!((&answer["id"], text(&answer)), (&json!(1), expected));
}

#[tokio::test(start_paused = true)]
async fn task_works_and_then_has_its_result() {
    let peer = Peer::new();
    let id = peer.begin_task("slow_compute", json!({ "seconds": 2, "label": "two" })).await;

    let working = peer.task(&id).await;
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    let completed = peer.task(&id).await;

    assert_eq!((&working["status"], &working["result"]), (&json!("working"), &Value::Null));
    assert_eq!(completed["status"], "completed");
    assert_eq!(completed["result"]["content"][0]["text"], "Computed for 2000 ms (two)");
    let times = (&completed["createdAt"], &completed["lastUpdatedAt"]);
    assert_eq!(times, (&json!("2026-01-05T09:00:00Z"), &json!("2026-01-05T09:00:02Z")));
}

#[tokio::test(start_paused = true)]
async fn task_tells_an_error_of_a_tool_from_one_of_the_protocol() {
    let peer = Peer::new();
    let failing = peer.begin_task("failing_job", json!({})).await;
    let breaking = peer.begin_task("protocol_error_job", json!({})).await;

    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    let (failed, broken) = (peer.task(&failing).await, peer.task(&breaking).await);

    assert_eq!(
        (&failed["status"], &failed["result"]["isError"]),
        (&json!("completed"), &json!(true))
    );
    assert_eq!((&broken["status"], &broken["error"]["code"]), (&json!("failed"), &json!(-32603)));
}

#[tokio::test(start_paused = true)]
async fn cancelled_task_stays_cancelled() {
    let peer = Peer::new();
    let id = peer.begin_task("slow_compute", json!({ "seconds": 2 })).await;

    let cancel = json!({ "taskId": id });
    let first = peer.ask("tasks/cancel", cancel.clone()).await;
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    let second = peer.ask("tasks/cancel", cancel).await;

    assert_eq!(
        (&first["result"], &second["result"]),
        (&json!({ "resultType": "complete" }), &first["result"])
    );
    assert_eq!(peer.task(&id).await["status"], "cancelled");
}

#[tokio::test]
async fn task_asks_until_every_question_is_answered() {
    let peer = Peer::new();
    let id = peer.begin_task("multi_input", json!({})).await;
    let update = |responses: Value| json!({ "taskId": id, "inputResponses": responses });
    let keys = |task: &Value| -> Vec<String> {
        let requests = task["inputRequests"].as_object();
        requests.into_iter().flat_map(|requests| requests.keys().cloned()).collect()
    };

    let both = peer.task(&id).await;
    peer.ask("tasks/update", update(json!({ "first": 7, "third": {} }))).await;
    let still_both = peer.task(&id).await;
    peer.ask("tasks/update", update(accepted("first", &json!({ "name": "Ada" })))).await;
    let one = peer.task(&id).await;
    peer.ask("tasks/update", update(accepted("second", &json!({ "name": "Bob" })))).await;
    let done = peer.task(&id).await;

    assert_eq!(
        (keys(&both), keys(&still_both)),
        (keys(&both), vec!["first".into(), "second".into()])
    );
    assert_eq!((keys(&one), &one["status"]), (vec!["second".to_owned()], &json!("input_required")));
    assert_eq!((&done["status"], keys(&done)), (&json!("completed"), Vec::new()));
}

#[tokio::test]
async fn client_without_tasks_gets_none() {
    let peer = Peer::with(&json!({ "elicitation": {} }));

    let computed = peer.call("slow_compute", json!({ "arguments": { "seconds": 0 } })).await;
    let refused = peer.call("failing_job", json!({})).await["error"].take();

    assert_eq!(computed["result"]["resultType"], "complete");
    let needed = json!({ "extensions": { "io.modelcontextprotocol/tasks": {} } });
    assert_eq!(
        (&refused["code"], &refused["data"]["requiredCapabilities"]),
        (&json!(-32021), &needed)
    );
}

#[tokio::test(start_paused = true)]
async fn end_of_a_task_is_announced_to_those_who_listen() {
    let peer = Peer::new();
    let id = peer.begin_task("slow_compute", json!({ "seconds": 1 })).await;

    peer.begin(9, "subscriptions/listen", json!({ "notifications": { "taskIds": [id] } })).await;
    let (acknowledged, news) = (peer.next().await, peer.next().await);

    assert_eq!(acknowledged["method"], "notifications/subscriptions/acknowledged");
    assert_eq!(news["method"], "notifications/tasks");
    assert_eq!(
        (&news["params"]["taskId"], &news["params"]["status"]),
        (&json!(id), &json!("completed"))
    );
}

#[tokio::test]
async fn completion_offers_what_begins_like_that() {
    let peer = Peer::new();
    let reference = json!({ "type": "ref/prompt", "name": "test_prompt_with_arguments" });
    let argument = json!({ "name": "arg1", "value": "par" });

    let answer =
        peer.ask("completion/complete", json!({ "ref": reference, "argument": argument })).await;

    assert_eq!(answer["result"]["completion"]["values"], json!(["paris", "park", "party"]));
}
