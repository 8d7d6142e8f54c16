//! Rules, expectations, and the texts for a person whose test failed.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use mcp_client::CallError;
use mcp_core::jsonrpc::code;
use mcp_core::protocol::CallToolResult;
use mcp_mock::{Fault, Latency, MockServer, Rules, RulesError, World, any_tool, tool};
use proptest::prelude::*;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{client_of, new_issue};

/// The text that an assertion panics with.
#[track_caller]
fn panic_text(assertion: impl FnOnce()) -> String {
    let payload = catch_unwind(AssertUnwindSafe(assertion)).unwrap_err();
    *payload.downcast::<String>().unwrap()
}

async fn number_of_new_issue(client: &mcp_client::Client) -> Value {
    let issue: Value = client.call("create_issue", new_issue()).await.unwrap();
    issue["number"].clone()
}

#[tokio::test]
async fn used_up_rule_falls_through_to_the_next_and_to_the_service() {
    let github = World::new(1).github();
    github.on("create_issue").times(1).reply(json!({ "number": 100 }));
    github.on("create_issue").times(1).reply(json!({ "number": 200 }));
    let client = client_of(&github).await;

    let mut numbers = Vec::new();
    for _ in 0..3 {
        numbers.push(number_of_new_issue(&client).await);
    }

    assert_eq!(numbers, [100, 200, 3]);
}

#[tokio::test]
async fn higher_priority_wins_over_the_order() {
    let github = World::new(1).github();
    github.on("create_issue").reply(json!({ "number": 100 }));
    github.on("create_issue").priority(1).times(1).reply(json!({ "number": 200 }));
    let client = client_of(&github).await;

    let first = number_of_new_issue(&client).await;
    let second = number_of_new_issue(&client).await;

    assert_eq!((first, second), (json!(200), json!(100)));
}

#[tokio::test]
async fn rule_of_other_arguments_does_not_apply() {
    let github = World::new(1).github();
    github.on(tool("create_issue").arg("owner", "acme")).fault(Fault::Hang);
    let client = client_of(&github).await;

    assert_eq!(number_of_new_issue(&client).await, 3);
}

#[tokio::test]
async fn reply_is_made_from_the_arguments() {
    let github = World::new(1).github();
    github.on("create_issue").reply_with(|arguments| {
        CallToolResult::text(format!("no room for {}", arguments["title"])).into_error()
    });
    let client = client_of(&github).await;

    let error = client.call_raw("create_issue", new_issue()).await.unwrap_err();

    assert_eq!(
        error.to_string(),
        "tool `create_issue` failed: no room for \"Cannot access dashboard\""
    );
}

#[tokio::test]
async fn rule_about_an_alias_is_about_its_tool() {
    let slack = World::new(1).slack();
    slack.on("send_message").expect(2).reply(json!({ "ts": "1.0" }));
    let client = client_of(&slack).await;
    let arguments = json!({ "channel": "#general", "text": "hi" });

    for name in ["post_message", "send_message"] {
        client.call_raw(name, &arguments).await.unwrap();
    }

    slack.verify();
    slack.assert_called("send_message", 2);
}

#[tokio::test]
async fn expectation_counts_what_the_service_answers() {
    let github = World::new(1).github();
    github.on("create_issue").expect(1..=2).pass();
    let client = client_of(&github).await;

    assert_eq!(number_of_new_issue(&client).await, 3);

    github.verify();
}

#[test]
#[should_panic(
    expected = "github: expected 1 call of create_issue with /owner = \"acme\", got 0 calls\n\
                           github received no calls"
)]
fn unmet_expectation_is_told_on_drop() {
    let github = World::new(1).github();
    github.on(tool("create_issue").arg("owner", "acme")).expect(1).pass();
}

#[test]
fn expectation_is_verified_when_the_last_handle_is_dropped() {
    let world = World::new(1);
    world.github().on("create_issue").expect(1).pass();
    let github = world.github();

    drop(world);

    insta::assert_snapshot!(panic_text(|| drop(github)), @"
    github: expected 1 call of create_issue, got 0 calls
    github received no calls
    ");
}

#[tokio::test]
async fn unmet_expectation_shows_the_closest_call() {
    let github = World::new(1).github();
    github.on(tool("create_issue").arg("owner", "acme").arg("repo", "app")).expect(1..).pass();
    let client = client_of(&github).await;
    client.call_raw("create_issue", new_issue()).await.unwrap();
    client.call_raw("list_repos", json!({ "owner": "acme" })).await.unwrap();

    let text = panic_text(|| github.verify());

    insta::assert_snapshot!(text, @r#"
    github: expected at least 1 call of create_issue with /owner = "acme" and /repo = "app", got 0 calls
      closest call: #1 create_issue
        /owner: expected "acme", got "company"
        /repo: expected "app", got "support"
    github received 2 calls:
      #1 create_issue {"owner":"company","repo":"support","title":"Cannot access dashboard"}: answered
      #2 list_repos {"owner":"acme"}: answered
    "#);
    github.reset();
}

#[tokio::test]
async fn wrong_count_lists_the_calls() {
    let github = World::new(1).github();
    github.on("get_repo").fault(Fault::ToolError { status: 503, message: "down".to_owned() });
    let client = client_of(&github).await;
    client.call_raw("create_issue", new_issue()).await.unwrap();
    client.call_raw("get_repo", json!({ "owner": "company", "repo": "app" })).await.unwrap_err();
    client.call_raw("create_isue", json!({})).await.unwrap_err();

    let text = panic_text(|| github.assert_called("create_issue", 2));

    insta::assert_snapshot!(text, @r#"
    github: expected 2 calls of create_issue, got 1 call
      closest call: #3 create_isue
        tool: expected `create_issue`, got `create_isue`
    github received 3 calls:
      #1 create_issue {"owner":"company","repo":"support","title":"Cannot access dashboard"}: answered
      #2 get_repo {"owner":"company","repo":"app"}: tool-error
      #3 create_isue {}: refused
    "#);
}

#[tokio::test]
async fn unexpected_call_is_refused_with_the_closest_rule_and_told_again() {
    let github = World::new(1).github().strict();
    github.on(tool("create_issue").arg("owner", "acme")).reply(json!({ "number": 1 }));
    let client = client_of(&github).await;

    let error = client.call_raw("create_issue", new_issue()).await.unwrap_err();

    let CallError::Rpc(failure) = error else { panic!("carried out: {error}") };
    assert_eq!(failure.error.code, code::INVALID_PARAMS);
    insta::assert_snapshot!(failure.error.message, @r#"
    unexpected call create_issue {"owner":"company","repo":"support","title":"Cannot access dashboard"}
      closest rule: create_issue with /owner = "acme"
        /owner: expected "acme", got "company"
    "#);
    let told = panic_text(|| github.verify());
    assert!(told.contains(&failure.error.message), "{told}");
    github.reset();
    client.call_raw("create_issue", new_issue()).await.unwrap_err();
    github.reset();
}

#[tokio::test]
async fn calls_are_remembered_with_their_arguments() {
    let github = World::new(1).github();
    let client = client_of(&github).await;
    client.call_raw("create_issue", new_issue()).await.unwrap();

    let calls = github.calls();

    assert_eq!((calls.len(), calls[0].number, calls[0].tool.as_str()), (1, 1, "create_issue"));
    assert_eq!(calls[0].arguments, new_issue());
    github.assert_called(any_tool().arg_where("title", |title| title.is_string()), 1);
    github.assert_called(tool("create_issue").arg("owner", "acme"), 0);
}

/// Which of so many calls went well.
async fn outcomes(server: &MockServer, count: usize) -> Vec<bool> {
    let client = client_of(server).await;
    let mut outcomes = Vec::new();
    for _ in 0..count {
        outcomes.push(client.call_raw("create_issue", new_issue()).await.is_ok());
    }
    outcomes
}

#[tokio::test]
async fn rule_of_call_numbers_counts_the_calls_that_fit() {
    let github = World::new(1).github();
    github.on("create_issue").nth(2).fault(Fault::http_status(503));
    github.on("create_issue").nth(4..=5).fault(Fault::http_status(503));
    github.on(tool("create_issue").arg("owner", "acme")).nth(1..).fault(Fault::Close);

    assert_eq!(outcomes(&github, 6).await, [true, false, true, false, false, true]);
}

#[tokio::test]
async fn scenario_goes_from_state_to_state() {
    let github = World::new(1).github();
    let issue = |title: &str| json!({ "owner": "o", "repo": "r", "title": title });
    let to = |number: u32| json!({ "number": number });
    github
        .on("create_issue")
        .when_state("order", "started")
        .then_state("order", "paid")
        .reply(to(1));
    github.on("create_issue").when_state("order", "paid").then_state("order", "sent").reply(to(2));
    github.on("create_issue").when_state("order", "sent").reply(to(3));
    let client = client_of(&github).await;

    let mut numbers = Vec::new();
    for title in ["a", "b", "c", "d"] {
        let answer: Value = client.call("create_issue", issue(title)).await.unwrap();
        numbers.push(answer["number"].clone());
    }

    assert_eq!(numbers, [1, 2, 3, 3]);
}

#[tokio::test]
async fn unexpected_call_says_why_the_rule_does_not_apply() {
    let github = World::new(1).github().strict();
    github.on("create_issue").when_state("order", "paid").reply(1);
    let client = client_of(&github).await;

    let error = client.call_raw("create_issue", new_issue()).await.unwrap_err();

    let told = "closest rule: create_issue (for state `paid` of `order`, which is `started`)";
    assert!(error.to_string().contains(told), "{error}");
    github.reset();
}

#[tokio::test]
async fn closure_sees_the_call() {
    let github = World::new(1).github();
    github.on(any_tool().when(|call| call.number % 2 == 0)).fault(Fault::http_status(503));

    assert_eq!(outcomes(&github, 4).await, [true, false, true, false]);
}

#[tokio::test]
async fn probability_is_a_share_of_the_calls() {
    let github = World::new(1).github();
    github.on("create_issue").probability(0.2).fault(Fault::http_status(503));

    let failed = outcomes(&github, 300).await.into_iter().filter(|is_ok| !is_ok).count();

    assert!((40..80).contains(&failed), "{failed} of 300");
}

#[tokio::test]
async fn chances_of_a_rule_do_not_depend_on_other_calls() {
    let (quiet, busy) = (World::new(1).github(), World::new(1).github());
    for github in [&quiet, &busy] {
        github.on("create_issue").probability(0.5).fault(Fault::http_status(503));
    }
    let alone = outcomes(&quiet, 20).await;
    let client = client_of(&busy).await;

    let mut beside = Vec::new();
    for _ in 0..20 {
        client.call_raw("list_repos", json!({ "owner": "acme" })).await.unwrap();
        beside.extend(outcomes(&busy, 1).await);
    }

    assert_eq!(alone, beside);
    quiet.reset();
    quiet.on("create_issue").probability(0.5).fault(Fault::http_status(503));
    assert_eq!(outcomes(&quiet, 20).await, alone);
}

#[tokio::test(start_paused = true)]
async fn latency_holds_the_answer_back() {
    let github = World::new(1).github();
    let ms = Duration::from_millis;
    github.on("create_issue").times(1).delay(ms(70)).reply(1);
    github.on("create_issue").delay(Latency::uniform(ms(100), ms(200))).pass();
    let client = client_of(&github).await;

    let mut times = Vec::new();
    for _ in 0..3 {
        let started = Instant::now();
        client.call_raw("create_issue", new_issue()).await.unwrap();
        times.push(started.elapsed());
    }

    assert_eq!(times[0], ms(70));
    assert!(times[1..].iter().all(|time| (ms(100)..=ms(201)).contains(time)), "{times:?}");
    assert_ne!(times[1], times[2]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn same_seed_has_the_same_outcomes_at_the_same_times(seed: u64, probability in 0.0..1.0) {
        let life = || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_time()
                .start_paused(true)
                .build()
                .unwrap();
            runtime.block_on(async {
                let github = World::new(seed).github();
                let latency = Latency::log_normal(Duration::from_millis(50), 0.5);
                github.on("create_issue").probability(probability).delay(latency).fault(Fault::http_status(503));
                let started = Instant::now();
                (outcomes(&github, 20).await, started.elapsed())
            })
        };

        prop_assert_eq!(life(), life());
    }
}

#[tokio::test]
async fn rules_from_a_text_do_what_the_builder_does() {
    let world = World::new(1);
    let rules = json!({ "rules": [
        { "on": { "tool": "create_issue", "args": { "owner": "acme" } }, "fault": "close" },
        { "on": { "tool": "create_issue", "nth": { "from": 4 } }, "reply": null },
        { "on": { "tool": "create_issue", "nth": 2 }, "fault": { "tool-error": { "status": 404 } } },
        { "on": { "tool": "create_issue", "state": { "s": "done" } }, "priority": 1, "times": 1,
          "fault": "rpc-error" },
        { "on": { "nth": 3 }, "then_state": { "s": "done" } },
        { "on": { "service": "slack", "tool": "no_tool_of_github" }, "fault": "hang" },
    ] });

    world.github().add_rules(&Rules::from_value(&rules).unwrap()).unwrap();

    assert_eq!(outcomes(&world.github(), 5).await, [true, false, true, false, true]);
    assert_eq!(world.state().github.issues("company", "support").len(), 4);
}

#[test]
fn rule_about_an_unknown_tool_is_refused_and_none_is_added() {
    let github = World::new(1).github().strict();
    let rules = json!({ "rules": [
        { "on": { "tool": "create_issue" } },
        { "on": { "tool": "create_isue" } },
    ] });

    let error = github.add_rules(&Rules::from_value(&rules).unwrap()).unwrap_err();

    assert!(matches!(error, RulesError::UnknownTool { .. }));
    insta::assert_snapshot!(
        error,
        @"/rules/1/on/tool: tool `create_isue` is unknown on server `github` (did you mean `create_issue`?)"
    );
}
