//! The fault matrix: what a client sees of each fault, and whether the call took effect.

use std::time::Duration;

use mcp_client::{CallError, Client, ClientOptions, ConnectionErrorKind};
use mcp_core::Delivery;
use mcp_core::session::EraChoice;
use mcp_mock::{CallOutcome, Fault, ProcessFault, World, tool};
use serde_json::json;

use super::{client_of, new_issue};

/// How a call ended, as a caller tells it.
struct Seen {
    world: World,
    client: Client,
    outcome: Result<(), CallError>,
    effects: usize,
}

/// Creates an issue under a fault, in a client that waits for a second.
async fn seen(fault: Fault) -> Seen {
    let world = World::new(1);
    let github = world.github();
    let before = world.state().github.issues("company", "support").len();
    github.on(tool("create_issue")).times(1).fault(fault);
    let options = ClientOptions::default().with_call_timeout(Duration::from_secs(1));
    let client = Client::connect_with(github.transport(), options).await.unwrap();

    let outcome = client.call_raw("create_issue", new_issue()).await.map(drop);

    let effects = world.state().github.issues("company", "support").len() - before;
    Seen { world, client, outcome, effects }
}

impl Seen {
    #[track_caller]
    fn assert_failed(&self, transient: bool, delivery: Delivery, effects: usize) -> &CallError {
        let error = self.outcome.as_ref().unwrap_err();
        assert_eq!(
            (error.is_transient(), error.delivery(), self.effects),
            (transient, delivery, effects),
            "{error}"
        );
        error
    }

    #[track_caller]
    fn assert_deadline(&self) {
        let CallError::Connection(error) = self.outcome.as_ref().unwrap_err() else {
            panic!("no deadline: {:?}", self.outcome)
        };
        assert_eq!(error.kind, ConnectionErrorKind::Deadline { after: Duration::from_secs(1) });
        assert!(self.client.ended().is_none(), "the connection is of use still");
    }

    #[track_caller]
    fn assert_ended(&self) {
        let CallError::Connection(error) = self.outcome.as_ref().unwrap_err() else {
            panic!("not ended: {:?}", self.outcome)
        };
        assert!(error.is_end_of_connection(), "{error}");
        assert!(self.client.ended().is_some());
    }

    /// What the server made of the call.
    fn recorded(&self) -> CallOutcome {
        self.world.github().calls()[0].outcome
    }
}

#[tokio::test(start_paused = true)]
async fn close_ends_the_connection_and_commits_nothing() {
    let seen = seen(Fault::Close).await;

    seen.assert_failed(true, Delivery::Unknown, 0);
    seen.assert_ended();
}

#[tokio::test(start_paused = true)]
async fn crash_in_process_ends_the_connection_and_commits_nothing() {
    let seen = seen(Fault::Crash).await;

    seen.assert_failed(true, Delivery::Unknown, 0);
    seen.assert_ended();
}

#[tokio::test(start_paused = true)]
async fn short_delay_is_only_slow() {
    let started = tokio::time::Instant::now();

    let seen = seen(Fault::Delay(Duration::from_millis(900))).await;

    assert!(seen.outcome.is_ok());
    assert_eq!((seen.effects, started.elapsed()), (1, Duration::from_millis(900)));
    assert_eq!(seen.recorded(), CallOutcome::Faulted("delay"));
}

#[tokio::test(start_paused = true)]
async fn delay_beyond_the_deadline_is_cancelled_before_it_commits() {
    let seen = seen(Fault::Delay(Duration::from_secs(5))).await;

    seen.assert_failed(true, Delivery::Unknown, 0);
    seen.assert_deadline();
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert_eq!(seen.world.state().github.issues("company", "support").len(), 2);
    assert_eq!(seen.recorded(), CallOutcome::Unanswered);
}

#[tokio::test(start_paused = true)]
async fn duplicate_answer_is_counted_and_dropped() {
    let seen = seen(Fault::DuplicateAnswer).await;
    let again = seen.client.call_raw("create_issue", new_issue()).await;

    assert!(seen.outcome.is_ok() && again.is_ok());
    assert_eq!((seen.effects, seen.client.counters().late), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn answer_after_a_cancellation_is_dropped_and_harms_no_later_call() {
    let seen = seen(Fault::LateAnswer { after: Duration::from_secs(3) }).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let again = seen.client.call_raw("create_issue", new_issue()).await.unwrap();

    seen.assert_failed(true, Delivery::Unknown, 1);
    assert_eq!((again.to_value()["number"].clone(), seen.client.counters().late), (json!(4), 1));
}

#[tokio::test(start_paused = true)]
async fn garbage_is_no_answer_and_commits_nothing() {
    let seen = seen(Fault::Garbage).await;

    seen.assert_failed(true, Delivery::Unknown, 0);
    seen.assert_deadline();
}

#[tokio::test(start_paused = true)]
async fn hang_ends_at_the_deadline_and_commits_nothing() {
    let seen = seen(Fault::Hang).await;

    seen.assert_failed(true, Delivery::Unknown, 0);
    seen.assert_deadline();
}

#[tokio::test(start_paused = true)]
async fn lost_answer_ends_at_the_deadline_and_commits() {
    let seen = seen(Fault::LoseAnswer).await;

    seen.assert_failed(true, Delivery::Unknown, 1);
    seen.assert_deadline();
}

#[tokio::test(start_paused = true)]
async fn lost_answer_and_close_ends_the_connection_and_commits() {
    let seen = seen(Fault::LoseAnswerAndClose).await;

    seen.assert_failed(true, Delivery::Unknown, 1);
    seen.assert_ended();
}

#[tokio::test(start_paused = true)]
async fn rpc_error_is_passed_on_and_commits_nothing() {
    let seen = seen(Fault::RpcError { code: -32603, message: "out of order".to_owned() }).await;

    let error = seen.assert_failed(true, Delivery::Unknown, 0);
    assert!(matches!(error, CallError::Rpc(failure) if failure.error.message == "out of order"));
}

#[tokio::test(start_paused = true)]
async fn tool_error_is_passed_on_and_commits_nothing() {
    let seen = seen(Fault::ToolError { status: 503, message: "try later".to_owned() }).await;

    let error = seen.assert_failed(false, Delivery::Executed, 0);
    let CallError::Tool(error) = error else { panic!("not of the tool: {error}") };
    let body = serde_json::json!({ "error": { "status": 503, "code": "scripted", "message": "try later" } });
    assert_eq!(error.result.to_value(), body);
}

#[tokio::test(start_paused = true)]
async fn wrong_id_is_no_answer_and_commits() {
    let seen = seen(Fault::WrongId).await;

    seen.assert_failed(true, Delivery::Unknown, 1);
    seen.assert_deadline();
    assert_eq!(seen.client.counters().late, 1);
}

#[tokio::test(start_paused = true)]
async fn expired_token_in_memory_is_the_refusal_of_the_tool() {
    let seen = seen(Fault::AuthExpiry).await;

    let error = seen.assert_failed(false, Delivery::Executed, 0);
    assert!(error.to_string().contains("Bad credentials"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn flood_comes_before_the_answer_and_the_answer_arrives() {
    let seen = seen(Fault::Flood { messages: 5_000 }).await;

    assert!(seen.outcome.is_ok());
    assert_eq!(seen.effects, 1);
}

#[tokio::test(start_paused = true)]
async fn http_status_in_memory_is_an_rpc_error() {
    let seen = seen(Fault::http_status(502)).await;

    let error = seen.assert_failed(true, Delivery::Unknown, 0);
    assert!(matches!(error, CallError::Rpc(it) if it.error.message == "HTTP status 502"));
}

#[tokio::test(start_paused = true)]
async fn tool_vanishes_with_its_answer_and_the_list_is_asked_for_anew() {
    let world = World::new(1);
    world.github().on("create_issue").times(1).fault(Fault::ListChange);
    // A legacy client hears of changes without asking to.
    let options = ClientOptions::default().with_era(EraChoice::Legacy);
    let client = Client::connect_with(world.github().transport(), options).await.unwrap();
    let has_tool = async || {
        let tools = &client.list_tools().await.unwrap().entries;
        tools.iter().any(|tool| tool.name == "create_issue")
    };
    let had_tool = has_tool().await;

    let first = client.call_raw("create_issue", new_issue()).await;
    let second = client.call_raw("create_issue", new_issue()).await;

    assert!(had_tool && !has_tool().await);
    assert!(first.is_ok());
    assert!(matches!(second, Err(CallError::Rpc(_))), "{second:?}");
    assert_eq!(world.state().github.issues("company", "support").len(), 3);
    world.github().reset();
    client.call_raw("create_issue", new_issue()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn noise_comes_before_the_answer_and_the_answer_arrives() {
    let seen = seen(Fault::Noise { lines: 3 }).await;

    assert!(seen.outcome.is_ok());
    assert_eq!(seen.effects, 1);
}

#[tokio::test(start_paused = true)]
async fn oversize_answer_is_a_text_of_that_length() {
    let github = World::new(1).github();
    github.on("create_issue").fault(Fault::Oversize { bytes: 100_000 });
    let client = client_of(&github).await;

    let text: String = client.call("create_issue", new_issue()).await.unwrap();

    assert_eq!(text.len(), 100_000);
}

#[tokio::test(start_paused = true)]
async fn rate_limit_ends_when_the_clock_of_the_world_has_moved_on() {
    let world = World::new(1);
    world.github().on("create_issue").fault(Fault::RateLimit { lasting: Duration::from_secs(30) });
    let client = client_of(&world.github()).await;
    let wait = async || {
        let error = client.call_raw("create_issue", new_issue()).await.err()?;
        let CallError::Tool(error) = error else { panic!("not of the tool: {error}") };
        Some(error.result.to_value()["error"]["details"]["retry_after"].clone())
    };

    let at_once = wait().await;
    world.advance(Duration::from_millis(29_500));
    let too_early = wait().await;
    world.advance(Duration::from_millis(500));
    let in_time = wait().await;
    let later = wait().await;

    assert_eq!([at_once, too_early, in_time, later], [Some(json!(30)), Some(json!(1)), None, None]);
}

#[tokio::test(start_paused = true)]
async fn raw_answer_may_be_anything() {
    let raw = |text: &str| Fault::Raw { text: text.to_owned() };

    let whole = seen(raw(r#"{"jsonrpc":"2.0","id":$id,"result":{"content":[]}}"#)).await;
    let twofold = seen(raw(r#"{"jsonrpc":"2.0","id":$id,"result":{},"error":{}}"#)).await;
    let batch = seen(raw(r#"[{"jsonrpc":"2.0","id":$id,"result":{}}]"#)).await;

    assert!(whole.outcome.is_ok());
    let CallError::Connection(error) = twofold.outcome.as_ref().unwrap_err() else {
        panic!("an answer: {:?}", twofold.outcome)
    };
    assert!(matches!(error.kind, ConnectionErrorKind::Answer { .. }), "{error}");
    batch.assert_deadline();
}

#[tokio::test(start_paused = true)]
async fn lost_session_in_memory_is_the_end_of_the_connection() {
    let seen = seen(Fault::SessionLoss).await;

    seen.assert_failed(true, Delivery::Unknown, 0);
    seen.assert_ended();
}

#[tokio::test(start_paused = true)]
async fn slow_answer_in_memory_is_only_late() {
    let started = tokio::time::Instant::now();

    let seen = seen(Fault::SlowDrip { bytes_per_second: 10_000 }).await;

    assert!(seen.outcome.is_ok());
    assert!((50..1000).contains(&started.elapsed().as_millis()), "{:?}", started.elapsed());
}

#[tokio::test(start_paused = true)]
async fn truncated_answer_ends_the_connection_and_commits() {
    let seen = seen(Fault::Truncate).await;

    seen.assert_failed(true, Delivery::Unknown, 1);
    seen.assert_ended();
}

#[tokio::test(start_paused = true)]
async fn answer_before_a_close_arrives_on_a_stream_and_not_in_memory() {
    let seen = seen(Fault::AnswerAndClose).await;

    // In memory nothing arrives that is no whole message.
    seen.assert_failed(true, Delivery::Unknown, 1);
    seen.assert_ended();
}

#[tokio::test(start_paused = true)]
async fn progress_without_end_does_not_keep_a_call_alive() {
    let seen = seen(Fault::EndlessProgress).await;

    seen.assert_failed(true, Delivery::Unknown, 1);
    assert!(seen.client.ended().is_none());
}

#[tokio::test(start_paused = true)]
async fn rounds_without_end_are_given_up_and_commit_nothing() {
    let world = World::new(1);
    let before = world.state();
    world.github().on("create_issue").fault(Fault::EndlessRounds);
    let client = client_of(&world.github()).await;

    let error = client.call_raw("create_issue", new_issue()).await.unwrap_err();

    assert!(error.to_string().contains("rounds"), "{error}");
    assert!(world.diff(&before).is_empty());
}

#[tokio::test(start_paused = true)]
async fn forged_answers_are_never_delivered() {
    let seen = seen(Fault::Forge { answers: 50 }).await;
    let later = seen.client.call_raw("create_issue", new_issue()).await.unwrap();

    assert!(seen.outcome.is_ok());
    assert_eq!(later.to_value()["number"], 4);
}

#[tokio::test(start_paused = true)]
async fn floods_come_before_the_answer_and_the_answer_arrives() {
    for fault in [Fault::ListChangeFlood { messages: 5_000 }, Fault::PingFlood { messages: 500 }] {
        let seen = seen(fault).await;

        assert!(seen.outcome.is_ok());
        assert_eq!(seen.effects, 1);
    }
}

#[tokio::test(start_paused = true)]
async fn server_in_process_has_no_process_to_behave_badly() {
    let seen = seen(Fault::Process(ProcessFault::Freeze)).await;

    assert!(seen.outcome.is_ok());
    assert_eq!(seen.effects, 1);
}
