//! A server of `mcp-core` against clients of this crate, and against frames written by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use mcp_client::transport::memory;
use mcp_client::{CallOptions, Client, ClientOptions};
use mcp_core::jsonrpc::RpcError;
use mcp_core::protocol::{CallToolResult, Era, ListToolsResult, ProtocolVersion, ServerInfo, Tool};
use mcp_core::server::{Answer, Dispatch, Handler, ToolCall, serve};
use mcp_core::session::EraChoice;
use mcp_core::{Transport, TransportError};
use serde_json::value::to_raw_value;
use serde_json::{Value, json};

/// A server with a tool that waits and one that does not.
struct Sleeper {
    dropped: Arc<AtomicUsize>,
}

/// Counts futures that were dropped before their end.
struct Guard(Arc<AtomicUsize>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[async_trait]
impl Handler for Sleeper {
    fn info(&self) -> ServerInfo {
        ServerInfo::new("sleeper", "1")
    }

    async fn list_tools(
        &self,
        _: Option<&str>,
        _: ProtocolVersion,
    ) -> Result<ListToolsResult, RpcError> {
        let mut page = ListToolsResult::default();
        page.entries =
            vec![Tool::new("sleep", to_raw_value(&json!({})).expect("an empty object is JSON"))];
        Ok(page)
    }

    async fn call_tool(&self, call: ToolCall<'_>) -> Result<Answer<CallToolResult>, RpcError> {
        if call.name == "sleep" {
            let guard = Guard(Arc::clone(&self.dropped));
            tokio::time::sleep(Duration::from_secs(5)).await;
            std::mem::forget(guard);
        }
        Ok(CallToolResult::text(call.name).into())
    }
}

/// Starts the server and returns the client's end of the connection.
fn started() -> (memory::MemoryTransport, Arc<AtomicUsize>) {
    let (here, there) = memory::pair();
    let dropped = Arc::new(AtomicUsize::new(0));
    let service = Dispatch(Sleeper { dropped: Arc::clone(&dropped) });
    tokio::spawn(async move { serve(&service, &there).await });
    (here, dropped)
}

#[tokio::test(start_paused = true)]
async fn a_slow_request_does_not_hold_up_a_quick_one() {
    let client = Client::connect(started().0).await.unwrap();
    let start = tokio::time::Instant::now();

    let (slow, quick) = tokio::join!(client.call::<String>("sleep", json!({})), async {
        let answer = client.call::<String>("quick", json!({})).await;
        (answer, start.elapsed())
    });

    assert_eq!(slow.unwrap(), "sleep");
    assert_eq!((quick.0.unwrap().as_str(), quick.1), ("quick", Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_request_is_dropped_and_not_answered() {
    let (here, dropped) = started();
    let client = Client::connect(here).await.unwrap();

    let options = CallOptions::default().with_timeout(Duration::from_secs(1));
    let call = client.call_with("sleep", json!({}), &options);
    call.await.unwrap_err();
    tokio::time::sleep(Duration::from_secs(10)).await;

    assert_eq!(dropped.load(Ordering::SeqCst), 1);
    assert_eq!(client.counters().late, 0);
}

#[tokio::test(start_paused = true)]
async fn requests_at_work_are_dropped_when_the_client_leaves() {
    let (here, dropped) = started();
    let client = Client::connect(here).await.unwrap();
    let options = CallOptions::default().with_timeout(Duration::from_secs(3));
    let call = client.call_with("sleep", json!({}), &options);
    assert!(tokio::time::timeout(Duration::from_secs(1), call).await.is_err());

    client.close().await;
    tokio::time::sleep(Duration::from_millis(1)).await;

    assert_eq!(dropped.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn one_server_speaks_both_eras() {
    for (choice, era) in [(EraChoice::Modern, Era::Modern), (EraChoice::Legacy, Era::Legacy)] {
        let options = ClientOptions::default().with_era(choice);
        let client = Client::connect_with(started().0, options).await.unwrap();

        let list = client.list_tools().await.unwrap();

        assert_eq!(client.version().era(), era);
        assert_eq!(list.entries[0].name, "sleep");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_not_a_request_is_answered_by_the_rules() {
    let (here, _) = started();
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let request = |id: i64, method: &str| {
        json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": { "_meta": meta } })
            .to_string()
    };
    let frames = [
        "not json".to_owned(),
        request(1, "resources/list"),
        request(2, "tools/call"),
        request(3, "tools/list"),
    ];

    let mut answers = Vec::new();
    for frame in frames {
        here.send(frame.into()).await.unwrap();
        let answer: Value =
            serde_json::from_slice(&here.recv().await.unwrap().into_message().unwrap()).unwrap();
        answers.push(answer.to_string());
    }

    insta::assert_snapshot!(answers.join("\n"), @r#"
    {"error":{"code":-32700,"message":"message is not a JSON object"},"id":null,"jsonrpc":"2.0"}
    {"error":{"code":-32601,"message":"this server offers no resources"},"id":1,"jsonrpc":"2.0"}
    {"error":{"code":-32602,"message":"parameters of `tools/call` cannot be read: missing field `name` at line 1 column 114"},"id":2,"jsonrpc":"2.0"}
    {"id":3,"jsonrpc":"2.0","result":{"cacheScope":"private","resultType":"complete","tools":[{"inputSchema":{},"name":"sleep"}],"ttlMs":0}}
    "#);
}

#[tokio::test(start_paused = true)]
async fn serving_ends_in_good_order_when_the_client_leaves() {
    let (here, there) = memory::pair();
    let service = Dispatch(Sleeper { dropped: Arc::default() });
    let server = tokio::spawn(async move { serve(&service, &there).await });

    drop(here);

    let ended: Result<(), TransportError> = server.await.unwrap();
    assert_eq!(ended, Ok(()));
}
