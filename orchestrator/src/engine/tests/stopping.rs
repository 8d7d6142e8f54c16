//! Deadlines, and runs that are told to stop.

use super::*;

#[tokio::test(start_paused = true)]
async fn deadline_of_a_step_covers_its_attempts_and_waits() {
    let script = Script::new().on("get_it", 400, busy());

    let ended = run(
        script,
        "
steps:
  read: { call: a/get_it, deadline: 2s, retry: { attempts: 9, delay: 500ms, growth: constant } }
",
    )
    .await;

    // The third attempt has 200 ms left; a fourth would have none.
    assert_eq!(ended.attempts_ms("read"), [0, 900, 1_800]);
    assert_eq!(ended.duration_ms(), 2_000);
    insta::assert_snapshot!(ended.errors(), @"read: no answer within 200ms (timeout)");
}

#[tokio::test(start_paused = true)]
async fn deadline_of_the_run_ends_everything() {
    let script = Script::new().on("get_slow", 60_000, never());

    let ended = run(
        script,
        "
deadline: 3s
steps:
  read: { call: a/get_slow }
  wait: { wait: 1h }
  after: { call: b/work, needs: [wait] }
",
    )
    .await;

    assert_eq!(ended.report.state, RunEnd::Failed);
    assert_eq!(ended.report.stopped_by, Some(StopCause::Deadline));
    assert_eq!(ended.duration_ms(), 3_000);
    assert_eq!(ended.state("wait"), StepState::Cancelled);
    assert_eq!(ended.state("after"), StepState::Skipped);
}

/// Stops the run as soon as `step` calls.
async fn interrupt_when_called(script: Script, yaml: &str, grace: Duration) -> Ended {
    let stop = StopHandle::new();
    let used = stop.clone();
    let options = options().with_stop(stop).with_observer(move |event| {
        if matches!(event.kind, EventKind::AttemptStarted { .. }) {
            used.stop(StopCause::Interrupted);
        }
    });
    run_with(RunOptions { stop_grace: grace, ..options }, Arc::new(script), yaml).await
}

#[tokio::test(start_paused = true)]
async fn interrupted_run_cancels_what_only_reads() {
    let script = Script::new().on("get_slow", 60_000, never());

    let ended = interrupt_when_called(
        script,
        "steps: { read: { call: a/get_slow }, after: { call: b/work, needs: [read] } }",
        STOP_GRACE,
    )
    .await;

    assert_eq!(ended.report.state, RunEnd::Interrupted);
    assert_eq!(ended.duration_ms(), 0);
    assert_eq!(ended.state("read"), StepState::Cancelled);
    assert_eq!(ended.state("after"), StepState::Skipped);
}

#[tokio::test(start_paused = true)]
async fn handle_that_was_used_before_the_start_lets_nothing_start() {
    let stop = StopHandle::new();
    stop.stop(StopCause::Cancelled);
    stop.stop(StopCause::Interrupted);

    let options = options().with_stop(stop);
    let ended = run_with(options, Arc::new(Script::new()), "steps: { one: { call: a/b } }").await;

    assert_eq!(ended.report.state, RunEnd::Cancelled);
    assert_eq!(ended.state("one"), StepState::Skipped);
}

#[tokio::test(start_paused = true)]
async fn wait_beyond_every_clock_is_cut_by_the_deadline() {
    let mut workflow = parse("deadline: 72h\nsteps: { long: { wait: 1h } }");
    workflow.steps[0].kind = StepKind::Wait(Duration::MAX);
    let journal = Arc::new(MemoryJournal::new());
    let run = Run::new(Arc::new(Script::new()), journal, options());

    let report =
        run.execute(workflow.check(&Script::new()).unwrap(), inputs(&workflow)).await.unwrap();

    assert_eq!(report.state, RunEnd::Failed);
    assert_eq!(report.duration, Duration::from_secs(72 * 60 * 60));
}

#[tokio::test(start_paused = true)]
async fn interrupted_run_waits_for_an_unsafe_call() {
    let script = Script::new().on("charge", 2_000, Ok(json!(1)));

    let ended =
        interrupt_when_called(script, "steps: { pay: { call: bank/charge } }", STOP_GRACE).await;

    assert_eq!(ended.report.state, RunEnd::Succeeded);
    assert_eq!(ended.duration_ms(), 2_000);
}

#[tokio::test(start_paused = true)]
async fn unsafe_call_that_outlasts_the_grace_is_in_doubt() {
    let script = Script::new().on("charge", 30_000, Ok(json!(1)));
    let grace = Duration::from_secs(3);

    let ended = interrupt_when_called(script, "steps: { pay: { call: bank/charge } }", grace).await;

    assert_eq!(ended.report.state, RunEnd::InDoubt);
    assert_eq!(ended.duration_ms(), 3_000);
    assert_eq!(ended.state("pay"), StepState::InDoubt);
}

#[tokio::test(start_paused = true)]
async fn deadline_of_the_run_cancels_a_read_on_the_spot() {
    let yaml = "deadline: 3s\nsteps: { one: { call: a/b } }";

    let ended = run_with(options(), Arc::new(Hangs(Effect::Read)), yaml).await;

    assert_eq!(ended.report.state, RunEnd::Failed);
    assert_eq!(ended.duration_ms(), 3_000);
    assert_eq!(ended.state("one"), StepState::Cancelled);
}
