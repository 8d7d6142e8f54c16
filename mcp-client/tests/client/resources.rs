//! Lists other than tools, resources, prompts, completion.

use std::sync::Arc;
use std::time::Duration;

use mcp_client::{Client, ClientOptions, ListError, RequestError};
use mcp_core::protocol::{
    CompleteParams, CompletionReference, GetPromptParams, ReadResourceResult,
};
use serde_json::{Value, json};

use crate::peer::{Peer, legacy, modern, modern_as};

async fn read(client: &Client, peer: &Peer, ttl_ms: Value) -> Arc<ReadResourceResult> {
    let (read, ()) = tokio::join!(client.read_resource("file:///a"), async {
        let request = peer.expect("resources/read").await;
        assert_eq!(request["params"]["uri"], "file:///a");
        let contents = json!([{ "uri": "file:///a", "text": "hello" }]);
        peer.answer(&request, json!({ "contents": contents, "ttlMs": ttl_ms })).await;
    });
    read.expect("the peer answers")
}

/// Answers the next request, which must be of this method.
async fn answers(peer: &Peer, method: &str, result: Value) -> Value {
    let request = peer.expect(method).await;
    peer.answer(&request, result).await;
    request
}

#[tokio::test(start_paused = true)]
async fn every_list_reads_its_pages() {
    let (client, peer) = modern(ClientOptions::default()).await;

    let (resources, ()) = tokio::join!(client.list_resources(), async {
        let entries = json!([{ "uri": "u:a", "name": "a" }, { "uri": "u:a", "name": "a" }]);
        let page = json!({ "resources": entries, "nextCursor": "" });
        answers(&peer, "resources/list", page).await;
        let page = json!({ "resources": [{ "uri": "u:b", "name": "b" }] });
        let request = answers(&peer, "resources/list", page).await;
        assert_eq!(request["params"]["cursor"], "");
    });
    let (templates, _) = tokio::join!(client.list_resource_templates(), {
        let page = json!({ "resourceTemplates": [{ "uriTemplate": "u:{x}", "name": "x" }, {}] });
        answers(&peer, "resources/templates/list", page)
    });
    let page = json!({ "prompts": [{ "name": "greet" }] });
    let (prompts, _) = tokio::join!(client.list_prompts(), answers(&peer, "prompts/list", page));

    let resources = resources.unwrap();
    assert_eq!(resources.entries.len(), 2);
    assert_eq!(resources.rejected, ["resource `u:a` is listed twice"]);
    let templates = templates.unwrap();
    assert_eq!((templates.entries.len(), templates.rejected.len()), (1, 1));
    assert_eq!(prompts.unwrap().entries[0].name, "greet");
}

#[tokio::test(start_paused = true)]
async fn endless_lists_of_any_kind_end() {
    let mut options = ClientOptions::default();
    (options.pages_max, options.entries_max) = (2, 1);
    let (client, peer) = modern(options).await;
    let prompt = |name: &str| json!({ "name": name });

    let (long, _) = tokio::join!(client.list_prompts(), {
        let page = json!({ "prompts": [prompt("a"), prompt("b")] });
        answers(&peer, "prompts/list", page)
    });
    let (round, ()) = tokio::join!(client.list_prompts(), async {
        for _ in 0..2 {
            let page = json!({ "prompts": [], "nextCursor": "x" });
            answers(&peer, "prompts/list", page).await;
        }
    });
    let (paged, ()) = tokio::join!(client.list_resources(), async {
        for cursor in ["1", "2"] {
            let page = json!({ "resources": [], "nextCursor": cursor });
            answers(&peer, "resources/list", page).await;
        }
    });

    let told = [long.unwrap_err(), round.unwrap_err(), paged.unwrap_err()];
    insta::assert_snapshot!(told.map(|error| error.to_string()).join("\n"), @r#"
    the list of prompts has more than 1 prompts
    the list of prompts goes round in a circle: cursor "x" came twice
    the list of resources has more than 2 pages
    "#);
}

#[tokio::test(start_paused = true)]
async fn reasons_for_leaving_entries_out_are_capped() {
    let (client, peer) = modern(ClientOptions::default()).await;
    let doubled = vec![json!({ "name": "a" }); 2];
    let prompts: Vec<Value> = std::iter::repeat_n(json!(7), 1500).chain(doubled).collect();

    let (list, _) = tokio::join!(client.list_prompts(), {
        answers(&peer, "prompts/list", json!({ "prompts": prompts }))
    });

    let list = list.unwrap();
    assert_eq!((list.entries.len(), list.rejected.len()), (1, 1000));
}

#[tokio::test(start_paused = true)]
async fn a_cursor_that_the_server_forgot_starts_the_list_anew_once() {
    let (client, peer) = modern(ClientOptions::default()).await;
    let first = json!({ "prompts": [{ "name": "old" }], "nextCursor": "2" });

    let (list, ()) = tokio::join!(client.list_prompts(), async {
        answers(&peer, "prompts/list", first.clone()).await;
        let request = peer.expect("prompts/list").await;
        peer.refuse(&request, -32602).await;
        let page = json!({ "prompts": [{ "name": "new" }] });
        let request = answers(&peer, "prompts/list", page).await;
        assert_eq!(request["params"].get("cursor"), None);
    });
    let (again, ()) = tokio::join!(client.list_prompts(), async {
        for _ in 0..2 {
            answers(&peer, "prompts/list", first.clone()).await;
            let request = peer.expect("prompts/list").await;
            peer.refuse(&request, -32602).await;
        }
    });

    let list = list.unwrap();
    assert_eq!((list.entries.len(), list.entries[0].name.as_str()), (1, "new"));
    assert!(matches!(again.unwrap_err(), ListError::Rpc(_)));
}

#[tokio::test(start_paused = true)]
async fn a_notice_makes_the_matching_list_old_and_no_other() {
    let (client, peer) = legacy(ClientOptions::default()).await;
    for _ in 0..2 {
        tokio::join!(
            async { client.list_prompts().await.unwrap() },
            answers(&peer, "prompts/list", json!({ "prompts": [] })),
        );
        client.list_prompts().await.unwrap();
        peer.tell("notifications/prompts/list_changed", json!({})).await;
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    tokio::join!(
        async { client.list_resources().await.unwrap() },
        answers(&peer, "resources/list", json!({ "resources": [] })),
    );
    peer.tell("notifications/tools/list_changed", json!({})).await;
    tokio::time::sleep(Duration::from_millis(1)).await;

    let kept = client.list_resources().await;

    assert!(kept.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_resource_is_kept_for_as_long_as_the_server_says() {
    let (client, peer) = modern(ClientOptions::default()).await;
    read(&client, &peer, json!(1000)).await;

    let kept = client.read_resource("file:///a").await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let unkept = read(&client, &peer, json!(0)).await;
    let negative = read(&client, &peer, json!(-1)).await;
    read(&client, &peer, Value::Null).await;

    assert_eq!(kept.contents[0].text.as_deref(), Some("hello"));
    assert_eq!((unkept.contents.len(), negative.contents.len()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_change_of_a_resource_makes_it_old() {
    let (client, peer) = modern(ClientOptions::default()).await;
    read(&client, &peer, json!(60_000)).await;

    peer.tell("notifications/resources/updated", json!({ "uri": "file:///b" })).await;
    tokio::time::sleep(Duration::from_millis(1)).await;
    client.read_resource("file:///a").await.unwrap();
    peer.tell("notifications/resources/updated", json!({ "uri": "file:///a" })).await;
    tokio::time::sleep(Duration::from_millis(1)).await;

    read(&client, &peer, json!(60_000)).await;
}

#[tokio::test(start_paused = true)]
async fn a_ttl_without_end_is_cut_to_a_day() {
    let (client, peer) = modern(ClientOptions::default()).await;
    read(&client, &peer, json!(i64::MAX)).await;

    tokio::time::sleep(Duration::from_secs(24 * 60 * 60)).await;

    read(&client, &peer, json!(0)).await;
}

#[tokio::test(start_paused = true)]
async fn prompts_are_filled_in_and_arguments_completed() {
    let (client, peer) = legacy(ClientOptions::default()).await;
    let prompt = GetPromptParams::new("greet").with_argument("who", "Ann");
    let argument =
        CompleteParams::new(CompletionReference::Prompt { name: "greet".to_owned() }, "who", "A");

    let (filled, prompt) = tokio::join!(client.get_prompt(&prompt), {
        let message = json!({ "role": "user", "content": { "type": "text", "text": "Hi" } });
        answers(&peer, "prompts/get", json!({ "messages": [message] }))
    });
    let (completed, request) = tokio::join!(client.complete(&argument), {
        let completion = json!({ "values": ["Ann"], "hasMore": false });
        answers(&peer, "completion/complete", json!({ "completion": completion }))
    });

    assert_eq!(filled.unwrap().messages[0].content.as_text(), Some("Hi"));
    assert_eq!(prompt["params"]["arguments"], json!({ "who": "Ann" }));
    assert_eq!(completed.unwrap().completion.values, ["Ann"]);
    assert_eq!(request["params"]["argument"], json!({ "name": "who", "value": "A" }));
}

#[tokio::test(start_paused = true)]
async fn what_a_server_does_not_offer_is_not_asked_for() {
    let (client, _peer) = modern_as(ClientOptions::default(), json!({ "tools": {} })).await;
    let prompt = GetPromptParams::new("greet");
    let argument =
        CompleteParams::new(CompletionReference::Prompt { name: "greet".to_owned() }, "who", "");

    let told = [
        client.list_resources().await.unwrap_err().to_string(),
        client.list_resource_templates().await.unwrap_err().to_string(),
        client.list_prompts().await.unwrap_err().to_string(),
        client.read_resource("u:a").await.unwrap_err().to_string(),
        client.get_prompt(&prompt).await.unwrap_err().to_string(),
        client.complete(&argument).await.unwrap_err().to_string(),
    ];

    insta::assert_snapshot!(told.join("\n"), @r"
    the server offers no resources
    the server offers no resources
    the server offers no prompts
    the server offers no resources
    the server offers no prompts
    the server offers no completions
    ");
    let error = client.read_resource("u:a").await.unwrap_err();
    assert!(matches!(error, RequestError::NotOffered { .. }) && !error.is_transient());
}

#[tokio::test(start_paused = true)]
async fn a_task_is_no_answer_to_a_read() {
    let (client, peer) = modern(ClientOptions::default()).await;

    let (read, _) = tokio::join!(client.read_resource("u:a"), {
        let task = json!({ "resultType": "task", "taskId": "t", "status": "working" });
        answers(&peer, "resources/read", task)
    });

    insta::assert_snapshot!(read.unwrap_err(), @r#"`u:a` failed: the server's answer breaks the protocol: unexpected result type "task""#);
}
