//! Rules, expectations, and the texts for a person whose test failed.

use std::panic::{AssertUnwindSafe, catch_unwind};

use mcp_client::CallError;
use mcp_core::jsonrpc::code;
use mcp_core::protocol::CallToolResult;
use mcp_mock::{Fault, World, any_tool, tool};
use serde_json::{Value, json};

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
