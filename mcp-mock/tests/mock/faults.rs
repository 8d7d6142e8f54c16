//! The fault matrix: what a client sees of each fault, and whether the call took effect.

use std::time::Duration;

use mcp_client::{CallError, Client, ClientOptions, ConnectionErrorKind};
use mcp_core::Delivery;
use mcp_mock::{CallOutcome, Fault, World, tool};

use super::new_issue;

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
