//! Steps in order, side by side, skipped; what a run gives and stores.

use super::*;

#[tokio::test(start_paused = true)]
async fn support_ticket_takes_three_stages() {
    let script = Script::new().on("send_message", 300, Ok(json!({})));

    let ended = run(script, TICKET).await;

    assert_eq!(ended.report.state, RunEnd::Succeeded);
    assert_eq!(ended.duration_ms(), 100 + 300 + 100);
    assert_eq!(json!(ended.report.outputs), json!({ "issue": 7, "case": 5 }));
    assert_eq!(ended.report.step("slack").unwrap().output, Some(json!({ "text": "New: #7" })));
    let notion = json!({ "created": "2026-11-22", "issue": 7 });
    assert_eq!(ended.report.step("notion").unwrap().output, Some(notion));
    insta::assert_snapshot!(ended.trace(), @r"
        0 run_started
        0 step_started issue
        0 attempt_started issue #1 github/create_issue
      100 attempt_ended issue
      100 step_ended issue succeeded
      100 step_started slack
      100 attempt_started slack #1 slack/post_message
      100 step_started email
      100 attempt_started email #1 gmail/send_message
      100 step_started notion
      100 attempt_started notion #1 notion/create_page
      200 attempt_ended slack
      200 step_ended slack succeeded
      200 attempt_ended notion
      200 step_ended notion succeeded
      400 attempt_ended email
      400 step_ended email succeeded
      400 step_started crm
      400 attempt_started crm #1 salesforce/create_case
      500 attempt_ended crm
      500 step_ended crm succeeded
      500 run_ended Succeeded
    ");
}

#[tokio::test(start_paused = true)]
async fn tolerated_failure_makes_the_run_partial() {
    let script = Script::new().on("create_case", 100, no("no such object"));

    let ended = run(script, TICKET).await;

    assert_eq!(ended.report.state, RunEnd::Partial);
    assert_eq!(ended.state("crm"), StepState::Tolerated);
    assert_eq!(ended.report.outputs["case"], Value::Null);
    insta::assert_snapshot!(ended.errors(), @"crm: no such object (tool_error)");
}

#[tokio::test(start_paused = true)]
async fn failing_fast_starts_nothing_new_and_waits_for_what_counts() {
    let script = Script::new().on("fail", 100, no("no")).on("get_slow", 1_000, Ok(json!({}))).on(
        "post_slow",
        1_000,
        Ok(json!({})),
    );

    let ended = run(
        script,
        "
steps:
  bad: { call: a/fail }
  read: { call: b/get_slow }
  write: { call: c/post_slow }
  pause: { wait: 1h }
  later: { call: d/anything, needs: [write] }
",
    )
    .await;

    assert_eq!(ended.report.state, RunEnd::Failed);
    assert_eq!(ended.duration_ms(), 1_000);
    assert_eq!(ended.state("bad"), StepState::Failed);
    assert_eq!(ended.state("read"), StepState::Cancelled);
    assert_eq!(ended.report.step("read").unwrap().ended.unwrap().as_millis(), 100);
    assert_eq!(ended.state("write"), StepState::Succeeded);
    assert_eq!(ended.state("pause"), StepState::Cancelled);
    assert_eq!(ended.state("later"), StepState::Skipped);
    insta::assert_snapshot!(ended.errors(), @"bad: no (tool_error)");
}

#[tokio::test(start_paused = true)]
async fn finishing_reports_every_error() {
    let script = Script::new().on("fail", 100, no("no"));

    let ended = run(
        script,
        "
on_error: finish
steps:
  one: { call: a/fail }
  two: { call: b/fail }
  good: { call: c/work }
  after_good: { call: c/work, needs: [good] }
  after_one: { call: c/work, needs: [one] }
  after_that: { call: c/work, needs: [after_one] }
",
    )
    .await;

    assert_eq!(ended.report.state, RunEnd::Failed);
    assert_eq!(ended.state("after_good"), StepState::Succeeded);
    assert_eq!(ended.state("after_one"), StepState::Skipped);
    assert_eq!(ended.state("after_that"), StepState::Skipped);
    insta::assert_snapshot!(ended.errors(), @r"
    one: no (tool_error)
    two: no (tool_error)
    ");
}

#[tokio::test(start_paused = true)]
async fn false_condition_skips_and_lets_needs_through() {
    let ended = run(
        Script::new(),
        "
steps:
  maybe: { set: 1, if: '${{ 1 > 2 }}' }
  after: { set: '${{ steps.maybe.status }}', needs: [maybe] }
  reads: { set: '${{ steps.maybe.output }}', on_error: continue }
  guarded: { set: '${{ steps.maybe.output | default(0) }}' }
",
    )
    .await;

    assert_eq!(ended.report.state, RunEnd::Partial);
    assert_eq!(ended.report.step("after").unwrap().output, Some(json!("skipped")));
    assert_eq!(ended.state("reads"), StepState::Tolerated);
    assert_eq!(ended.report.step("guarded").unwrap().output, Some(json!(0)));
}

#[tokio::test(start_paused = true)]
async fn output_that_cannot_be_rendered_fails_the_run() {
    let ended = run(
        Script::new(),
        "
steps: { one: { set: { a: 1 } } }
outputs: { good: '${{ steps.one.output.a }}', bad: '${{ steps.one.output.b }}' }
",
    )
    .await;

    assert_eq!(ended.report.state, RunEnd::Failed);
    assert_eq!(json!(ended.report.outputs), json!({ "good": 1 }));
    assert_eq!(ended.report.errors[0].failure.kind, FailureKind::Expression);
}

#[tokio::test(start_paused = true)]
async fn events_survive_their_stored_form() {
    let script = Script::new().on("create_case", 100, no("no such object"));
    let ended = run(script, TICKET).await;
    let mut state = RunState::default();

    for event in &ended.events {
        let stored = serde_json::to_string(event).unwrap();
        let read: Event = serde_json::from_str(&stored).unwrap();
        assert_eq!(&read, event);
        state.apply(&read).unwrap();
    }

    assert_eq!(RunReport::new(&state), Some(ended.report));
    let skipped = EventKind::StepEnded { step: "a[1].b".parse().unwrap(), end: StepEnd::Cancelled };
    let event = Event { sequence: 3, at: Duration::from_millis(2), kind: skipped };
    insta::assert_snapshot!(
        serde_json::to_string(&event).unwrap(),
        @r#"{"sequence":3,"at_us":2000,"event":"step_ended","step":"a[1].b","end":{"state":"cancelled"}}"#
    );
}
