//! Whole runs over a scripted caller, in virtual time.

use std::collections::{HashMap, VecDeque};
use std::fmt::Write as _;
use std::sync::Mutex;

use async_trait::async_trait;
use mcp_core::Delivery;
use serde_json::json;
use tokio::time::sleep;

use super::*;
use crate::journal::MemoryJournal;
use crate::run::caller::CallFailure;
use crate::run::error::FailureKind;
use crate::run::event::{RunEnd, StepEnd};
use crate::run::local::WithLocal;
use crate::run::state::StepState;
use crate::workflow::definition::{Effect, StepKind};
use crate::workflow::diagnostic::{Source, Style};

/// Every call takes this long unless the script says otherwise.
const CALL: Duration = Duration::from_millis(100);

/// Answers by script; a tool without one gives its own arguments back.
#[derive(Debug, Default)]
struct Script {
    replies: Mutex<HashMap<String, VecDeque<Reply>>>,
}

#[derive(Debug, Clone)]
struct Reply {
    after: Duration,
    result: Result<Value, CallFailure>,
}

impl Script {
    fn new() -> Self {
        Self::default()
    }

    /// The next reply of a tool; the last one stays.
    fn on(self, tool: &str, after_ms: u64, result: Result<Value, CallFailure>) -> Self {
        let reply = Reply { after: Duration::from_millis(after_ms), result };
        self.replies.lock().unwrap().entry(tool.to_owned()).or_default().push_back(reply);
        self
    }

    fn reply(&self, tool: &str, arguments: &Map<String, Value>) -> Reply {
        let mut replies = self.replies.lock().unwrap();
        match replies.get_mut(tool) {
            Some(queue) if queue.len() > 1 => queue.pop_front().unwrap(),
            Some(queue) => queue[0].clone(),
            None => Reply { after: CALL, result: Ok(Value::Object(arguments.clone())) },
        }
    }
}

#[async_trait]
impl ToolCaller for Script {
    /// `get_…` reads, `put_…` may be repeated, everything else counts.
    fn describe(&self, tool: &ToolRef) -> Option<ToolFacts> {
        let effect = match tool.tool.split('_').next() {
            Some("get") => Effect::Read,
            Some("put") => Effect::Idempotent,
            _ => Effect::Unsafe,
        };
        Some(ToolFacts { input_schema: None, effect })
    }

    async fn call(
        &self,
        tool: &ToolRef,
        arguments: Map<String, Value>,
        timeout: Duration,
    ) -> Result<Value, CallFailure> {
        let Reply { after, result } = self.reply(&tool.tool, &arguments);
        match tokio::time::timeout(timeout, sleep(after)).await {
            Ok(()) => result,
            Err(_) => {
                let message = format!("no answer within {timeout:?}");
                Err(CallFailure::new(FailureKind::Timeout, Delivery::Unknown, message).transient())
            }
        }
    }
}

fn no(message: &str) -> Result<Value, CallFailure> {
    Err(CallFailure::new(FailureKind::ToolError, Delivery::Executed, message))
}

fn busy() -> Result<Value, CallFailure> {
    let failure =
        CallFailure::new(FailureKind::RateLimited, Delivery::Refused, "too many requests");
    Err(failure.transient())
}

fn never() -> Result<Value, CallFailure> {
    Ok(Value::Null)
}

/// A run that ended: its report and its events.
struct Ended {
    report: RunReport,
    events: Vec<Event>,
}

impl Ended {
    fn state(&self, step: &str) -> StepState {
        self.report.step(step).map_or(StepState::Pending, |step| step.state)
    }

    /// When each attempt of a step began, in milliseconds.
    fn attempts_ms(&self, step: &str) -> Vec<u128> {
        let step = self.report.step(step).unwrap();
        step.attempts.iter().map(|attempt| attempt.started.as_millis()).collect()
    }

    fn started_ms(&self, step: &str) -> u128 {
        self.report.step(step).unwrap().started.unwrap().as_millis()
    }

    fn duration_ms(&self) -> u128 {
        self.report.duration.as_millis()
    }

    fn errors(&self) -> String {
        self.report.errors.iter().fold(String::new(), |mut text, error| {
            let step = error.step.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
            writeln!(text, "{step}: {} ({})", error, error.kind).unwrap();
            text
        })
    }

    /// The events, one a line.
    fn trace(&self) -> String {
        self.events.iter().fold(String::new(), |mut text, event| {
            let step = event.kind.step().map_or_else(String::new, |step| format!(" {step}"));
            let detail = match &event.kind {
                EventKind::AttemptStarted { attempt, tool, .. } => format!(" #{attempt} {tool}"),
                EventKind::AttemptEnded { outcome: AttemptOutcome::Failed { error }, .. } => {
                    format!(" {}", error.kind)
                }
                EventKind::RetryScheduled { due, .. } => format!(" due {}", due.as_millis()),
                EventKind::ItemStarted { item, .. } | EventKind::ItemEnded { item, .. } => {
                    format!(" [{item}]")
                }
                EventKind::StepEnded { end, .. } => format!(" {}", StepState::of(end).as_str()),
                EventKind::StopRequested { cause } => format!(" {cause:?}"),
                EventKind::RunEnded { state, .. } => format!(" {state:?}"),
                _ => String::new(),
            };
            writeln!(text, "{:>5} {}{step}{detail}", event.at.as_millis(), event.kind.name())
                .unwrap();
            text
        })
    }
}

fn parse(yaml: &str) -> Workflow {
    let text = format!("workflow: test\n{yaml}");
    Workflow::parse(Source::new("test.yaml", text))
        .unwrap_or_else(|error| panic!("{}", error.render(Style::Plain)))
}

fn options() -> RunOptions {
    let started_at = "2026-11-22T09:30:00Z".parse().unwrap();
    RunOptions::new(RunId::new(started_at, 1), started_at)
}

async fn run_with(options: RunOptions, caller: Arc<dyn ToolCaller>, yaml: &str) -> Ended {
    let journal = Arc::new(MemoryJournal::new());
    let executor = Executor::new(caller, Arc::clone(&journal) as Arc<dyn Journal>, options);
    let report = executor.run(&parse(yaml), Map::new()).await.unwrap();
    Ended { report, events: journal.events() }
}

async fn run(script: Script, yaml: &str) -> Ended {
    run_with(options(), Arc::new(script), yaml).await
}

const TICKET: &str = "
inputs: { title: { type: string, default: Broken } }
steps:
  issue: { call: github/create_issue, with: { title: '${{ inputs.title }}', number: 7 } }
  slack: { call: slack/post_message, with: { text: 'New: #${{ steps.issue.output.number }}' }, on_error: continue }
  email: { call: gmail/send_message, with: { body: '${{ steps.issue.output.title }}' }, on_error: continue }
  notion: { call: notion/create_page, with: { created: '${{ run.date }}', issue: '${{ steps.issue.output.number }}' }, on_error: continue }
  crm: { needs: [slack, email, notion], call: salesforce/create_case, with: { id: 5 }, on_error: continue }
outputs:
  issue: ${{ steps.issue.output.number }}
  case: ${{ steps.crm.output.id | default(none) }}
";

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
async fn linear_retries_come_at_exact_times_and_end_in_the_fallback() {
    let folder = tempfile::tempdir().unwrap();
    let script = Arc::new(Script::new().on("create_case", 100, busy()));
    let caller = Arc::new(WithLocal::new(folder.path(), script));

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
async fn items_go_through_the_steps_with_pauses() {
    let ended = run(
        Script::new(),
        "
inputs: { names: { type: array, default: [ann, ben, cid] } }
steps:
  leads:
    each: ${{ inputs.names }}
    as: lead
    pause: 1s
    steps:
      get: { call: crm/get_lead, with: { name: '${{ lead }}' } }
      mail: { call: gmail/send, with: { to: '${{ steps.get.output.name }}', run: '${{ run.id }}' } }
outputs: { first: '${{ steps.leads.output[0].mail.to }}', count: '${{ steps.leads.output | length }}' }
",
    )
    .await;

    assert_eq!(ended.report.state, RunEnd::Succeeded);
    let starts = ["leads[0].get", "leads[0].mail", "leads[1].get", "leads[2].get"];
    assert_eq!(starts.map(|step| ended.started_ms(step)), [0, 100, 1_200, 2_400]);
    assert_eq!(json!(ended.report.outputs), json!({ "first": "ann", "count": 3 }));
}

#[tokio::test(start_paused = true)]
async fn items_overlap_up_to_the_concurrency() {
    let ended = run(
        Script::new(),
        "
steps:
  all:
    each: ${{ range(5) | list }}
    as: n
    concurrency: 2
    steps: { work: { call: a/work, with: { n: '${{ n }}' } } }
",
    )
    .await;

    let starts: Vec<_> = (0..5).map(|n| ended.started_ms(&format!("all[{n}].work"))).collect();
    assert_eq!(starts, [0, 0, 100, 100, 200]);
    let output = json!((0..5).map(|n| json!({ "work": { "n": n } })).collect::<Vec<_>>());
    assert_eq!(ended.report.step("all").unwrap().output, Some(output));
}

#[tokio::test(start_paused = true)]
async fn failing_item_fails_the_group_and_stops_the_others() {
    let script = Script::new().on("work", 100, Ok(json!(1))).on("work", 100, no("full"));

    let ended = run(
        script,
        "
steps:
  all:
    each: ${{ range(4) | list }}
    as: n
    steps: { work: { call: a/work } }
    on_error: continue
  after: { call: b/work2, needs: [all] }
",
    )
    .await;

    assert_eq!(ended.report.state, RunEnd::Partial);
    assert_eq!(ended.state("all"), StepState::Tolerated);
    assert_eq!(ended.state("all[1].work"), StepState::Failed);
    assert_eq!(ended.state("all[2].work"), StepState::Pending);
    assert_eq!(ended.state("after"), StepState::Succeeded);
    insta::assert_snapshot!(ended.errors(), @"all[1].work: full (tool_error)");
}

#[tokio::test(start_paused = true)]
async fn group_without_a_list_gives_a_map_and_sees_the_steps_around() {
    let ended = run(
        Script::new(),
        "
steps:
  base: { set: { n: 3 } }
  digest:
    steps:
      twice: { set: '${{ steps.base.output.n * 2 }}' }
      more: { set: '${{ steps.twice.output + 1 }}' }
outputs: { all: '${{ steps.digest.output }}' }
",
    )
    .await;

    assert_eq!(json!(ended.report.outputs), json!({ "all": { "twice": 6, "more": 7 } }));
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

#[tokio::test(start_paused = true)]
async fn deadline_of_a_group_fails_the_group() {
    let ended = run(
        Script::new(),
        "
steps:
  group: { deadline: 1s, on_error: continue, steps: { long: { wait: 1h }, next: { set: 1, needs: [long] } } }
  after: { set: '${{ steps.group.error.kind }}' }
",
    )
    .await;

    assert_eq!(ended.duration_ms(), 1_000);
    assert_eq!(ended.report.step("after").unwrap().output, Some(json!("deadline")));
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
    let executor = Executor::new(Arc::new(Script::new()), journal, options());

    let report = executor.run(&workflow, Map::new()).await.unwrap();

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
    assert_eq!(ended.report.errors[0].kind, FailureKind::Expression);
}

#[tokio::test(start_paused = true)]
async fn caller_that_panics_fails_its_own_step() {
    #[derive(Debug)]
    struct Panics;

    #[async_trait]
    impl ToolCaller for Panics {
        fn describe(&self, _tool: &ToolRef) -> Option<ToolFacts> {
            Some(ToolFacts { input_schema: None, effect: Effect::Read })
        }

        async fn call(
            &self,
            _tool: &ToolRef,
            _arguments: Map<String, Value>,
            _timeout: Duration,
        ) -> Result<Value, CallFailure> {
            panic!("on purpose")
        }
    }

    let ended = run_with(options(), Arc::new(Panics), "steps: { one: { call: a/b } }").await;

    assert_eq!(ended.report.state, RunEnd::Failed);
    assert_eq!(ended.report.errors[0].kind, FailureKind::Internal);
}

/// Never answers, whatever the timeout; what it is asked for has this effect.
#[derive(Debug)]
struct Hangs(Effect);

#[async_trait]
impl ToolCaller for Hangs {
    fn describe(&self, _tool: &ToolRef) -> Option<ToolFacts> {
        Some(ToolFacts { input_schema: None, effect: self.0 })
    }

    async fn call(
        &self,
        _tool: &ToolRef,
        _arguments: Map<String, Value>,
        _timeout: Duration,
    ) -> Result<Value, CallFailure> {
        std::future::pending().await
    }
}

#[tokio::test(start_paused = true)]
async fn caller_that_ignores_its_timeout_is_cut_off() {
    let yaml = "steps: { one: { call: a/b, timeout: 1s } }";

    let ended = run_with(options(), Arc::new(Hangs(Effect::Unsafe)), yaml).await;

    assert_eq!(ended.report.state, RunEnd::InDoubt);
    assert_eq!(ended.duration_ms(), 1_250);
}

#[tokio::test(start_paused = true)]
async fn deadline_of_the_run_cancels_a_read_on_the_spot() {
    let yaml = "deadline: 3s\nsteps: { one: { call: a/b } }";

    let ended = run_with(options(), Arc::new(Hangs(Effect::Read)), yaml).await;

    assert_eq!(ended.report.state, RunEnd::Failed);
    assert_eq!(ended.duration_ms(), 3_000);
    assert_eq!(ended.state("one"), StepState::Cancelled);
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
    let executor =
        Executor::new(Arc::clone(&caller) as Arc<dyn ToolCaller>, Arc::new(Full), options());

    let error =
        executor.run(&parse("steps: { one: { call: a/work } }"), Map::new()).await.unwrap_err();

    assert!(matches!(error, ExecuteError::Journal(_)), "{error:?}");
    assert_eq!(caller.replies.lock().unwrap()["work"].len(), 2);
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
