//! Retries, fallbacks, doubts, and callers and journals that break.

use super::*;

#[tokio::test(start_paused = true)]
async fn linear_retries_come_at_exact_times_and_end_in_the_fallback() {
    let folder = tempfile::tempdir().unwrap();
    let script = Arc::new(Script::new().on("create_case", 100, busy()));
    let caller = Arc::new(LocalServer::new(folder.path(), script));

    let ended = run_with(
        options(),
        caller,
        "
steps:
  crm:
    call: salesforce/create_case
    retry: { attempts: 3, delay: 1s, growth: linear }
    fallback:
      - call: local/append_file
        with: { path: failed.log, text: 'crm: ${{ steps.crm.error.message }}' }
",
    )
    .await;

    assert_eq!(ended.report.state, RunEnd::Succeeded);
    assert_eq!(ended.attempts_ms("crm"), [0, 1_100, 3_200, 3_300]);
    assert_eq!(ended.report.step("crm").unwrap().fallback(), Some(0));
    let log = std::fs::read_to_string(folder.path().join("failed.log")).unwrap();
    assert_eq!(log, "crm: too many requests\n");
}

#[tokio::test(start_paused = true)]
async fn retry_that_succeeds_leaves_no_error() {
    let script = Script::new().on("get_it", 10, busy()).on("get_it", 10, Ok(json!(1)));

    let ended = run(
        script,
        "steps: { read: { call: a/get_it, retry: { attempts: 2, delay: 1s, growth: constant } } }",
    )
    .await;

    assert_eq!(ended.report.state, RunEnd::Succeeded);
    assert_eq!(ended.attempts_ms("read"), [0, 1_010]);
    assert_eq!(ended.errors(), "");
}

#[tokio::test(start_paused = true)]
async fn unsafe_call_without_an_answer_is_in_doubt_and_has_no_fallback() {
    let script = Script::new().on("charge", 60_000, never());

    let ended = run(
        script,
        "
steps:
  pay:
    call: bank/charge
    timeout: 2s
    retry: { attempts: 3, delay: 1s }
    fallback: [{ call: other/charge }]
  ship: { call: post/send, needs: [pay] }
",
    )
    .await;

    assert_eq!(ended.report.state, RunEnd::InDoubt);
    assert_eq!(ended.state("pay"), StepState::InDoubt);
    assert_eq!(ended.attempts_ms("pay"), [0]);
    assert_eq!(ended.state("ship"), StepState::Skipped);
    insta::assert_snapshot!(ended.errors(), @"pay: no answer within 2s (timeout)");
}

#[tokio::test(start_paused = true)]
async fn tolerated_doubt_lets_the_run_go_on_and_stays_a_doubt() {
    let script = Script::new().on("charge", 60_000, never());

    let ended = run(
        script,
        "
steps:
  pay: { call: bank/charge, timeout: 2s, on_error: continue }
  ship: { call: post/send, needs: [pay], with: { paid: '${{ steps.pay.status }}' } }
",
    )
    .await;

    assert_eq!(ended.report.state, RunEnd::InDoubt);
    assert_eq!(ended.report.step("ship").unwrap().output, Some(json!({ "paid": "in_doubt" })));
}

#[tokio::test(start_paused = true)]
async fn caller_that_panics_fails_its_own_step() {
    #[derive(Debug)]
    struct Panics;

    impl KnownTools for Panics {
        fn facts(&self, _tool: &ToolRef) -> Option<ToolFacts> {
            Some(ToolFacts { input_schema: None, effect: Effect::Read })
        }
    }

    #[async_trait]
    impl ToolCaller for Panics {
        async fn call(
            &self,
            _tool: &ToolRef,
            _arguments: Map<String, Value>,
            _deadline: Deadline,
        ) -> Result<Value, CallFailure> {
            panic!("on purpose")
        }
    }

    let ended = run_with(options(), Arc::new(Panics), "steps: { one: { call: a/b } }").await;

    assert_eq!(ended.report.state, RunEnd::Failed);
    assert_eq!(ended.report.errors[0].failure.kind, FailureKind::Internal);
}

#[tokio::test(start_paused = true)]
async fn caller_that_ignores_its_timeout_is_cut_off() {
    let yaml = "steps: { one: { call: a/b, timeout: 1s } }";

    let ended = run_with(options(), Arc::new(Hangs(Effect::Unsafe)), yaml).await;

    assert_eq!(ended.report.state, RunEnd::InDoubt);
    assert_eq!(ended.duration_ms(), 1_250);
}

#[tokio::test(start_paused = true)]
async fn journal_that_fails_ends_the_run_before_the_call() {
    #[derive(Debug)]
    struct Full;

    #[async_trait]
    impl Journal for Full {
        async fn append(&self, events: &[Event]) -> Result<(), JournalError> {
            let is_intent = |event: &Event| matches!(event.kind, EventKind::AttemptStarted { .. });
            if events.iter().any(is_intent) {
                return Err(JournalError { operation: "append", message: "disk full".to_owned() });
            }
            Ok(())
        }
    }

    let caller = Arc::new(Script::new().on("work", 1, Ok(json!(1))).on("work", 1, Ok(json!(2))));
    let run = Run::new(Arc::clone(&caller) as Arc<dyn ToolCaller>, Arc::new(Full), options());

    let workflow = parse("steps: { one: { call: a/work } }");
    let plan = workflow.check(&*caller).unwrap();

    let error = run.execute(plan, inputs(&workflow)).await.unwrap_err();

    assert!(matches!(error, ExecuteError::Journal(_)), "{error:?}");
    assert_eq!(caller.replies.lock().unwrap()["work"].len(), 2);
}
