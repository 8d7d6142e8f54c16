use std::time::Duration;

use mcp_client::{Client, ClientOptions, ListError};
use serde_json::{Value, json};

use crate::peer::{Peer, legacy, modern};

fn page(names: &[&str], next: Option<&str>) -> Value {
    let tools: Vec<Value> =
        names.iter().map(|name| json!({ "name": name, "inputSchema": {} })).collect();
    match next {
        Some(next) => json!({ "tools": tools, "nextCursor": next }),
        None => json!({ "tools": tools }),
    }
}

/// Lists against a peer that answers with `pages` in turn; returns names or the error.
async fn list(client: &Client, peer: &Peer, pages: Vec<Value>) -> Result<Vec<String>, ListError> {
    let (list, ()) = tokio::join!(client.list_tools(), async {
        for page in pages {
            let request = peer.expect("tools/list").await;
            peer.answer(&request, page).await;
        }
    });
    list.map(|list| list.entries.iter().map(|tool| tool.name.clone()).collect())
}

#[tokio::test(start_paused = true)]
async fn all_pages_are_read_and_an_empty_cursor_is_a_cursor() {
    let (client, peer) = modern(ClientOptions::default()).await;

    let names = list(&client, &peer, vec![page(&["a"], Some("")), page(&["b"], None)]).await;

    assert_eq!(names.unwrap(), ["a", "b"]);
}

#[tokio::test(start_paused = true)]
async fn a_tool_that_is_malformed_or_doubled_is_left_out_and_named() {
    let (client, peer) = modern(ClientOptions::default()).await;
    let pages = vec![json!({ "tools": [
        { "name": "a", "inputSchema": {} }, { "inputSchema": {} }, { "name": "a", "inputSchema": {} },
    ]})];

    let names = list(&client, &peer, pages.clone()).await.unwrap();
    let (again, ()) = tokio::join!(client.list_tools(), async {
        let request = peer.expect("tools/list").await;
        peer.answer(&request, pages[0].clone()).await;
    });

    assert_eq!(names, ["a"]);
    insta::assert_snapshot!(again.unwrap().rejected.join("\n"), @r"
    tool 1 of the page: missing field `name`
    tool `a` is listed twice
    ");
}

#[tokio::test(start_paused = true)]
async fn endless_lists_end() {
    let mut options = ClientOptions::default();
    (options.pages_max, options.tools_max) = (3, 4);
    let (client, peer) = modern(options).await;
    let distinct = ["1", "2", "3"].map(|cursor| page(&[cursor], Some(cursor)));

    let told = [
        list(&client, &peer, vec![page(&[], Some("x")), page(&[], Some("x"))]).await,
        list(&client, &peer, distinct.into()).await,
        list(&client, &peer, vec![page(&["a", "b", "c", "d", "e"], None)]).await,
    ]
    .map(|outcome| outcome.unwrap_err().to_string());

    insta::assert_snapshot!(told.join("\n"), @r#"
    the list of tools goes round in a circle: cursor "x" came twice
    the list of tools has more than 3 pages
    the list of tools has more than 4 tools
    "#);
}

#[tokio::test(start_paused = true)]
async fn a_legacy_list_is_kept_until_its_time_or_a_notice() {
    let (client, peer) = legacy(ClientOptions::default()).await;
    list(&client, &peer, vec![page(&["old"], None)]).await.unwrap();

    let kept = client.list_tools().await.unwrap();
    peer.say(&json!({ "jsonrpc": "2.0", "method": "notifications/tools/list_changed" })).await;
    tokio::time::sleep(Duration::from_millis(1)).await;
    let noticed = list(&client, &peer, vec![page(&["new"], None)]).await.unwrap();
    tokio::time::sleep(ClientOptions::default().list_ttl).await;
    let aged = list(&client, &peer, vec![page(&["newest"], None)]).await.unwrap();

    assert_eq!(kept.entries[0].name, "old");
    assert_eq!((noticed, aged), (vec!["new".to_owned()], vec!["newest".to_owned()]));
}

#[tokio::test(start_paused = true)]
async fn a_modern_list_is_kept_for_as_long_as_the_server_says() {
    let (client, peer) = modern(ClientOptions::default()).await;
    let mut first = page(&["a"], None);
    first["ttlMs"] = 1000.into();
    list(&client, &peer, vec![first]).await.unwrap();

    let kept = client.list_tools().await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let fresh = list(&client, &peer, vec![page(&["b"], None)]).await.unwrap();

    assert_eq!((kept.entries[0].name.as_str(), fresh[0].as_str()), ("a", "b"));
}
