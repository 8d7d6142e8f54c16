use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use mcp_core::{Transport, TransportError};
use mcp_mock::{Fault, MockServer, World, any_tool, tool};
use serde_json::json;

use super::*;
use crate::call::FailureKind;

fn hello() -> Value {
    json!({ "channel": "#support", "text": "hello" })
}

/// A server that counts how often it is opened, and the first `refusals` times refuses.
fn counted(server: &MockServer, refusals: usize) -> (ServerSpec, Arc<AtomicUsize>) {
    let (server, opened) = (server.clone(), Arc::new(AtomicUsize::new(0)));
    let counter = Arc::clone(&opened);
    let open = move || {
        let count = counter.fetch_add(1, Ordering::SeqCst);
        let transport = server.transport();
        async move {
            if count < refusals {
                let message = "no such program".to_owned();
                return Err(TransportError::NotOpened { message });
            }
            Ok(Box::new(transport) as Box<dyn Transport>)
        }
    };
    (ServerSpec::new("slack", open), opened)
}

#[tokio::test(start_paused = true)]
async fn the_manager_goes_on_past_a_server_that_fails() {
    let world = World::new(1);
    let (broken, _) = counted(&world.slack(), usize::MAX);
    let manager = Manager::connect(vec![broken, ServerSpec::mock(&world.github())]).await;

    let states: Vec<String> = manager
        .list_servers()
        .iter()
        .map(|status| match &status.state {
            ServerState::Connected { version, tools, .. } => {
                format!("{}: {version}, {tools} tools", status.name)
            }
            ServerState::Failed { reason, .. } => format!("{}: {reason}", status.name),
            ServerState::Idle => format!("{}: idle", status.name),
        })
        .collect();

    insta::assert_snapshot!(states.join("\n"), @r"
    slack: no such program
    github: 2026-07-28, 15 tools
    ");
}

#[tokio::test(start_paused = true)]
async fn a_failed_start_is_not_repeated_before_its_pause() {
    let world = World::new(1);
    let (spec, opened) = counted(&world.slack(), 1);
    let manager = Manager::connect(vec![spec]).await;

    let early = manager.call_tool("slack", "post_message", &hello()).await.unwrap_err();
    tokio::time::sleep(Duration::from_millis(500)).await;
    let later = manager.call_tool("slack", "post_message", &hello()).await;

    assert_eq!(
        (early.failure.kind, early.failure.delivery),
        (FailureKind::Connection, mcp_core::Delivery::NotSent)
    );
    assert!(early.failure.transient);
    assert!(later.is_ok(), "{later:?}");
    assert_eq!(opened.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn callers_that_come_together_share_one_start() {
    let world = World::new(1);
    let (spec, opened) = counted(&world.slack(), 0);
    let manager = Manager::idle(vec![spec]);

    let arguments = hello();
    let calls = (0..20).map(|_| manager.call_tool("slack", "post_message", &arguments));
    let answers = futures_util::future::join_all(calls).await;

    assert!(answers.iter().all(Result::is_ok));
    assert_eq!(opened.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn a_lost_connection_fails_its_call_and_is_replaced_at_the_next() {
    let world = World::new(1);
    world.slack().on("post_message").times(1).fault(Fault::Close);
    let (spec, opened) = counted(&world.slack(), 0);
    let manager = Manager::connect(vec![spec]).await;

    let lost = manager.call_tool("slack", "post_message", &hello()).await.unwrap_err();
    let next = manager.call_tool("slack", "post_message", &hello()).await;

    assert_eq!(lost.failure.delivery, mcp_core::Delivery::Unknown);
    assert!(next.is_ok(), "{next:?}");
    assert_eq!(opened.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn a_server_gets_no_more_calls_at_once_than_it_may() {
    let world = World::new(1);
    world.slack().on(any_tool()).fault(Fault::Delay(Duration::from_secs(1)));
    let spec = ServerSpec::mock(&world.slack()).with_concurrency(NonZeroUsize::new(2).unwrap());
    let manager = Manager::connect(vec![spec]).await;

    let (arguments, start) = (hello(), tokio::time::Instant::now());
    let calls = (0..6).map(|_| manager.call_tool("slack", "post_message", &arguments));
    let answers = futures_util::future::join_all(calls).await;

    assert!(answers.iter().all(Result::is_ok));
    assert_eq!(start.elapsed().as_secs(), 3);
}

#[tokio::test(start_paused = true)]
async fn calls_take_the_connection_with_the_least_to_do() {
    let world = World::new(1);
    world.slack().on(any_tool()).fault(Fault::Delay(Duration::from_secs(1)));
    let (spec, opened) = counted(&world.slack(), 0);
    let manager = Manager::idle(vec![spec.with_connections(NonZeroUsize::new(3).unwrap())]);

    let arguments = hello();
    let mut calls = Vec::new();
    for _ in 0..3 {
        calls.push(Box::pin(manager.call_tool("slack", "post_message", &arguments)));
        let started = futures_util::future::join_all(&mut calls);
        assert!(tokio::time::timeout(Duration::from_millis(10), started).await.is_err());
    }

    assert_eq!(opened.load(Ordering::SeqCst), 3);
}

#[tokio::test(start_paused = true)]
async fn one_stuck_server_does_not_slow_another() {
    let world = World::new(1);
    world.slack().on(any_tool()).fault(Fault::Hang);
    let manager = Manager::connect(ServerSpec::mocks(&world)).await;

    let (arguments, repo) = (hello(), json!({ "owner": "company", "repo": "support" }));
    let start = tokio::time::Instant::now();
    let stuck = manager.call_tool("slack", "post_message", &arguments);
    let quick = async {
        let answer = manager.call_tool("github", "get_repo", &repo).await;
        (answer, start.elapsed())
    };
    let (stuck, (quick, took)) = futures_util::future::join(stuck, quick).await;

    assert_eq!(stuck.unwrap_err().failure.kind, FailureKind::Timeout);
    assert!(quick.is_ok());
    assert_eq!(took, Duration::ZERO);
}

#[tokio::test]
async fn names_resolve_bare_qualified_and_by_server() {
    let manager = Manager::connect(ServerSpec::mocks(&World::new(1))).await;

    for name in ["create_issue", "mcp_github_create_issue", "github/create_issue"] {
        assert_eq!(manager.resolve(name).unwrap().to_string(), "github/create_issue", "{name}");
    }
}

#[tokio::test]
async fn tool_of_a_named_server_may_be_qualified() {
    let manager = Manager::connect(vec![ServerSpec::mock(&World::new(1).slack())]).await;

    for name in ["post_message", "mcp_slack_post_message", "slack/post_message"] {
        let answer = manager.call_tool("slack", name, &hello()).await;

        assert!(answer.is_ok(), "{name}: {answer:?}");
    }
}

#[tokio::test]
async fn unknown_names_come_with_what_may_have_been_meant() {
    let manager = Manager::connect(ServerSpec::mocks(&World::new(1))).await;

    let server = manager.call_tool("githup", "x", &json!({})).await.unwrap_err();
    let tool = manager.call_tool("github", "create_isue", &json!({})).await.unwrap_err();

    insta::assert_snapshot!(format!("{server}\n{tool}"), @r"
    there is no server `githup` (did you mean `github`?)
    server `github` has no tool `create_isue` (did you mean `create_issue`?)
    ");
}

#[tokio::test]
async fn a_tool_that_says_no_is_told_in_its_own_words() {
    let world = World::new(1);
    world
        .slack()
        .on(tool("post_message"))
        .fault(Fault::ToolError { status: 429, message: "slow down".to_owned() });
    let manager = Manager::connect(ServerSpec::mocks(&world)).await;

    let error = manager.call_tool("slack", "post_message", &hello()).await.unwrap_err();
    let failure = CallFailure::from(error);

    assert_eq!(failure.message, "slow down");
    assert_eq!(failure.kind, FailureKind::RateLimited);
    assert!(failure.transient && failure.delivery.is_certainly_without_effect());
}

#[tokio::test(start_paused = true)]
async fn server_that_refuses_to_connect_says_when_to_come_back() {
    let opened = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&opened);
    let open = move || {
        counter.fetch_add(1, Ordering::SeqCst);
        let retry_after = Some(Duration::from_secs(20));
        async move { Err(TransportError::Status { status: 503, retry_after, message: String::new() }) }
    };
    let manager = Manager::connect(vec![ServerSpec::new("slack", open)]).await;

    let early = manager.call_tool("slack", "post_message", &hello()).await.unwrap_err();
    tokio::time::sleep(Duration::from_secs(20)).await;
    drop(manager.call_tool("slack", "post_message", &hello()).await);

    assert_eq!(
        (early.failure.kind, early.failure.retry_after),
        (FailureKind::Connection, Some(Duration::from_secs(20)))
    );
    assert_eq!(opened.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn server_that_wants_a_login_is_not_tried_again_by_a_step() {
    let open = || async { Err(TransportError::Unauthorized { message: "log in".to_owned() }) };
    let manager = Manager::connect(vec![ServerSpec::new("slack", open)]).await;

    let error = manager.call_tool("slack", "post_message", &hello()).await.unwrap_err();

    assert_eq!((error.failure.kind, error.failure.transient), (FailureKind::Auth, false));
    assert_eq!(error.failure.delivery, mcp_core::Delivery::NotSent);
}
