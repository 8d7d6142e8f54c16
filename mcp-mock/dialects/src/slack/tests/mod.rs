//! Slack over all dialects.

mod rules;

use mcp_client::Client;
use mcp_core::Delivery;
use mcp_core::protocol::ProtocolVersion;
use proptest::prelude::*;
use serde_json::Map;

use super::*;
use crate::tests::seeded;
use crate::{slack_npm, slack_zencoder};
use mcp_mock::dialect::{Dialect, simple};
use mcp_mock::service::ServiceName;
use mcp_mock::world::State;
use mcp_mock::{Fault, World, tool};

/// The content of the only text block, which all these dialects answer with.
fn call(state: &mut State, dialect: &dyn Dialect, tool: &str, arguments: Value) -> Value {
    let arguments: Map<String, Value> = serde_json::from_value(arguments).unwrap();
    let result = dialect.call(state, tool, Some(arguments)).reply.unwrap();
    assert_ne!(result.is_error, Some(true), "{tool}: {result:?}");
    let result = serde_json::to_value(&result).unwrap();
    serde_json::from_str(result["content"][0]["text"].as_str().unwrap()).unwrap()
}

/// The demo content, and the id of `#general`.
fn demo() -> (State, String) {
    let state = crate::tests::demo();
    let general = state.slack.channel("general").unwrap().id.clone();
    (state, general)
}

#[test]
fn posting_by_name_works_and_reading_by_name_does_not() {
    for dialect in [slack_npm::dialect(), slack_zencoder::dialect()] {
        let (mut state, general) = demo();
        let read = |channel: &str| json!({ "channel_id": channel });

        let post = json!({ "channel_id": "#general", "text": "hi" });
        let posted = call(&mut state, &*dialect, "slack_post_message", post);
        let by_name = call(&mut state, &*dialect, "slack_get_channel_history", read("#general"));
        let by_id = call(&mut state, &*dialect, "slack_get_channel_history", read(&general));
        let listed = call(&mut state, &*dialect, "slack_list_channels", json!({}));

        assert_eq!((&posted["ok"], &posted["channel"]), (&json!(true), &json!(general)));
        assert_eq!(by_name, json!({ "ok": false, "error": "channel_not_found" }));
        assert_eq!(by_id["messages"][0]["ts"], posted["ts"]);
        let entry = listed["channels"].as_array().unwrap().iter().find(|c| c["id"] == general);
        assert_eq!(entry.unwrap()["name"], "general");
    }
}

#[test]
fn refusal_of_slack_is_a_result_like_any_other() {
    for dialect in [slack_npm::dialect(), slack_zencoder::dialect()] {
        let limit = ApiError::new(429, "scripted", "slow down");

        let result = dialect.refuse("slack_post_message", &limit).unwrap();

        let result = serde_json::to_value(&result).unwrap();
        let block = json!({ "type": "text", "text": r#"{"error":"ratelimited","ok":false}"# });
        assert_eq!(result, json!({ "content": [block] }));
    }
}

#[test]
fn ts_that_was_read_as_a_number_names_no_message() {
    let mut state = seeded(&json!({ "slack": { "channels": [{ "id": "C1", "name": "dev" }] } }));
    let npm = slack_npm::dialect();

    let post = json!({ "channel_id": "C1", "text": "hi" });
    let ts = call(&mut state, &*npm, "slack_post_message", post)["ts"].clone();
    let number: f64 = ts.as_str().unwrap().parse().unwrap();
    let react = |ts: Value| json!({ "channel_id": "C1", "timestamp": ts, "reaction": "eyes" });
    let by_number = call(&mut state, &*npm, "slack_add_reaction", react(json!(number)));
    let by_text = call(&mut state, &*npm, "slack_add_reaction", react(ts));

    assert_eq!(by_number, json!({ "ok": false, "error": "message_not_found" }));
    assert_eq!(by_text["ok"], true);
}

#[test]
fn private_channels_are_listed_by_zencoder_only() {
    let mut state = seeded(&json!({ "slack": { "channels": [
        { "name": "open" }, { "name": "board", "private": true },
        { "name": "secret", "private": true, "joined": false }, { "name": "old", "archived": true },
    ] } }));
    let mut names = |dialect: Box<dyn Dialect>| {
        let listed = call(&mut state, &*dialect, "slack_list_channels", json!({}));
        let channels = listed["channels"].as_array().unwrap().clone();
        channels.iter().map(|c| c["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };

    assert_eq!(names(slack_npm::dialect()), ["open"]);
    assert_eq!(names(slack_zencoder::dialect()), ["open", "board"]);
}

#[test]
fn thread_is_read_with_its_first_message_and_hides_from_the_history() {
    let (mut state, general) = demo();
    let npm = slack_npm::dialect();
    let mut ask = |tool: &str, arguments: Value| call(&mut state, &*npm, tool, arguments);

    let post = json!({ "channel_id": general, "text": "question" });
    let ts = ask("slack_post_message", post)["ts"].clone();
    let answer = json!({ "channel_id": general, "thread_ts": ts, "text": "answer" });
    let reply = ask("slack_reply_to_thread", answer);
    let of_reply = json!({ "channel_id": general, "thread_ts": reply["ts"] });
    let thread = ask("slack_get_thread_replies", of_reply);
    let history = ask("slack_get_channel_history", json!({ "channel_id": general, "limit": 1 }));

    let messages = thread["messages"].as_array().unwrap();
    let texts: Vec<_> = messages.iter().map(|message| message["text"].as_str().unwrap()).collect();
    assert_eq!(texts, ["question", "answer"]);
    assert_eq!(messages[1]["parent_user_id"], messages[0]["user"]);
    assert_eq!(messages[0]["reply_count"], 1);
    assert_eq!((&history["messages"][0]["ts"], &history["has_more"]), (&ts, &json!(true)));
    assert_ne!(history["response_metadata"]["next_cursor"], "");
}

#[test]
fn users_and_profiles_are_slacks_own_bodies() {
    let (mut state, _) = demo();
    let npm = slack_npm::dialect();
    let ada = state.slack.user("ada").unwrap().id.clone();

    let page = call(&mut state, &*npm, "slack_get_users", json!({ "limit": 2 }));
    let profile = call(&mut state, &*npm, "slack_get_user_profile", json!({ "user_id": ada }));
    let unknown = call(&mut state, &*npm, "slack_get_user_profile", json!({ "user_id": "ada" }));

    assert_eq!(page["members"][0]["id"], "USLACKBOT");
    assert_eq!(page["members"].as_array().unwrap().len(), 2);
    assert_ne!(page["response_metadata"]["next_cursor"], "");
    assert_eq!(profile["profile"]["email"], "ada@company.example");
    assert_eq!(unknown, json!({ "ok": false, "error": "user_not_found" }));
}

#[tokio::test(start_paused = true)]
async fn client_of_today_copes_with_the_old_revision() {
    let slack = World::new(1).slack().in_dialect(slack_npm::dialect());
    let client = Client::connect(slack.transport()).await.unwrap();

    let listed = client.list_tools().await.unwrap();
    let posted: Value = client
        .call("slack_post_message", json!({ "channel_id": "#support", "text": "hi" }))
        .await
        .unwrap();
    let refused: Value = client
        .call("slack_get_channel_history", json!({ "channel_id": "#support" }))
        .await
        .unwrap();

    assert_eq!((client.version(), listed.entries.len()), (ProtocolVersion::V2024_11_05, 8));
    assert_eq!((&posted["ok"], &refused["ok"]), (&json!(true), &json!(false)));
}

#[tokio::test(start_paused = true)]
async fn post_whose_answer_is_lost_stands_in_the_channel_once() {
    let world = World::new(1);
    let slack = world.slack().in_dialect(slack_zencoder::dialect());
    slack.on(tool("slack_post_message")).times(1).fault(Fault::LoseAnswer);
    let client = Client::connect(slack.transport()).await.unwrap();

    let post = json!({ "channel_id": "#sales", "text": "hi" });
    let lost = client.call_raw("slack_post_message", post).await.unwrap_err();

    assert_eq!(lost.delivery(), Delivery::Unknown);
    assert_eq!(world.state().slack.messages("sales").len(), 1);
}

proptest! {
    #[test]
    fn what_one_dialect_writes_the_others_read(texts in prop::collection::vec(("[a-z<>&]{1,12}", 0_usize..3), 1..8)) {
        let (mut state, general) = demo();
        let dialects =
            [slack_npm::dialect(), slack_zencoder::dialect(), simple(ServiceName::Slack)];

        for (text, writer) in &texts {
            let (tool, name) =
                if *writer == 2 { ("post_message", "channel") } else { ("slack_post_message", "channel_id") };
            call(&mut state, &*dialects[*writer], tool, json!({ name: general, "text": text }));
        }
        let mut read = |reader: usize| {
            let (tool, name) =
                if reader == 2 { ("get_channel_history", "channel") } else { ("slack_get_channel_history", "channel_id") };
            let history = call(&mut state, &*dialects[reader], tool, json!({ name: general, "limit": 50 }));
            let messages = history["messages"].as_array().unwrap().clone();
            messages.iter().map(|m| (m["ts"].clone(), m["text"].clone())).collect::<Vec<_>>()
        };

        let seen = read(0);
        prop_assert!(seen.len() > texts.len());
        prop_assert_eq!(&seen, &read(1));
        prop_assert_eq!(&seen, &read(2));
    }
}
