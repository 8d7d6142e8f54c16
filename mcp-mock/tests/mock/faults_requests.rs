//! Faults of requests that are no calls: how a conversation begins, and the list of tools.

use std::time::Duration;

use mcp_client::{Client, ClientOptions, ConnectError};
use mcp_core::session::EraChoice;
use mcp_mock::{Fault, MockServer, RequestKind, ToolListFault, World, request};
use serde_json::json;

use super::{client_of, new_issue};

/// A server whose list of tools is wrong.
async fn client_of_list(fault: ToolListFault) -> Client {
    let github = World::new(1).github();
    github.on(request(RequestKind::ListTools)).fault(Fault::ToolList(fault));
    client_of(&github).await
}

/// How many tools a client takes, and how many entries it leaves out.
async fn listed(fault: ToolListFault) -> Result<(usize, usize), String> {
    let list = client_of_list(fault).await.list_tools().await;
    list.map(|list| (list.entries.len(), list.rejected.len())).map_err(|error| error.to_string())
}

#[tokio::test(start_paused = true)]
async fn lists_are_read_within_the_caps_of_the_client() {
    assert_eq!(listed(ToolListFault::Empty).await, Ok((0, 0)));
    assert_eq!(listed(ToolListFault::EmptyCursor).await, Ok((15, 0)));
    assert_eq!(listed(ToolListFault::DuplicateNames).await, Ok((15, 15)));
    assert_eq!(listed(ToolListFault::MalformedTool).await, Ok((15, 1)));
    let odd = listed(ToolListFault::OddDescription).await.unwrap();
    assert!(odd == (15, 0) || odd == (14, 1), "{odd:?}");
    for endless in [ToolListFault::Endless, ToolListFault::Huge, ToolListFault::SameCursor] {
        let told = listed(endless).await.unwrap_err();

        assert!(told.contains("more than") || told.contains("cursor"), "{endless:?}: {told}");
    }
}

#[tokio::test(start_paused = true)]
async fn calls_go_on_when_the_list_hangs() {
    let github = World::new(1).github();
    github.on(request(RequestKind::ListTools)).times(1).fault(Fault::Hang);
    let client = client_of(&github).await;

    let list = client.list_tools().await;
    let called = client.call_raw("create_issue", new_issue()).await;

    assert!(list.is_err() && called.is_ok(), "{list:?}");
    client.list_tools().await.unwrap();
    github.assert_called(request(RequestKind::ListTools), 2);
    github.assert_called("create_issue", 1);
}

#[tokio::test(start_paused = true)]
async fn a_list_may_be_scripted_whole() {
    let github = World::new(1).github();
    let tool = json!({ "name": "ping", "inputSchema": { "type": "object" } });
    github.on(request(RequestKind::ListTools)).reply(json!({ "tools": [tool] }));
    let client = client_of(&github).await;

    let list = client.list_tools().await.unwrap();

    assert_eq!(list.entries.iter().map(|tool| tool.name.as_str()).collect::<Vec<_>>(), ["ping"]);
}

async fn connected(server: &MockServer, era: EraChoice) -> Result<Client, ConnectError> {
    let options = ClientOptions::default().with_era(era);
    Client::connect_with(server.transport(), options).await
}

#[tokio::test(start_paused = true)]
async fn revision_that_nobody_knows_is_refused_in_both_eras() {
    let github = World::new(1).github();
    let fault = Fault::WrongRevision { revision: "1999-01-01".to_owned() };
    github.on(request(RequestKind::Initialize)).fault(fault.clone());
    github.on(request(RequestKind::Discover)).fault(fault);

    for era in [EraChoice::Legacy, EraChoice::Modern] {
        let error = connected(&github, era).await.unwrap_err();

        assert!(error.to_string().contains("1999-01-01"), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn server_that_does_not_answer_discover_is_spoken_to_as_before() {
    let github = World::new(1).github();
    github.on(request(RequestKind::Discover)).fault(Fault::Hang);

    let client = client_of(&github).await;

    assert_eq!(client.version().as_str(), "2025-11-25");
    client.call_raw("create_issue", new_issue()).await.unwrap();
    github.assert_called(request(RequestKind::Initialize), 1);
}

#[tokio::test(start_paused = true)]
async fn server_that_dies_at_its_start_fails_the_connection_at_once() {
    let github = World::new(1).github();
    github.on(request(RequestKind::Discover)).fault(Fault::Crash);
    let started = tokio::time::Instant::now();

    let error = connected(&github, EraChoice::default()).await.unwrap_err();

    assert_eq!(started.elapsed(), Duration::ZERO, "{error}");
}

#[tokio::test(start_paused = true)]
async fn misplaced_fault_says_where_it_belongs() {
    let github = World::new(1).github();
    github.on("create_issue").fault(Fault::ToolList(ToolListFault::Endless));
    github.on(request(RequestKind::ListTools)).fault(Fault::ListChange);
    let client = client_of(&github).await;

    let called = client.call_raw("create_issue", new_issue()).await.unwrap_err().to_string();
    let listed = client.list_tools().await.unwrap_err().to_string();

    let told =
        "mcp-mock: fault `tool-list` is about requests of `tools/list` and not about `tools/call`";
    assert!(called.contains(told), "{called}");
    assert!(listed.contains("fault `list-change` is about calls of tools"), "{listed}");
}

#[tokio::test(start_paused = true)]
async fn rules_about_any_tool_leave_requests_alone() {
    let github = World::new(1).github().strict();
    github.on(mcp_mock::any_tool()).fault(Fault::Hang);
    let client = client_of(&github).await;

    assert_eq!(client.list_tools().await.unwrap().entries.len(), 15);
}
