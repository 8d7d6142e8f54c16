//! Worlds: seeded, apart from each other, and to be put back.

use std::time::Duration;

use mcp_mock::{Seed, World};
use serde_json::{Value, json};

use super::{client_of, new_issue};

/// Changes something in every service.
async fn live(world: &World) {
    let lead = json!({ "email": "ann@acme.example", "company": "Acme" });
    let mail = json!({ "to": "ann@acme.example", "subject": "Hello", "body": "Text" });
    let page = json!({ "database_id": "leads-db", "properties": { "Name": "Ann" } });
    let text = json!({ "channel": "#general", "text": "hi" });
    for (server, tool, arguments) in [
        (world.github(), "create_issue", new_issue()),
        (world.gmail(), "send_message", mail),
        (world.notion(), "create_page", page),
        (world.salesforce(), "create_lead", lead),
        (world.slack(), "post_message", text),
    ] {
        client_of(&server).await.call_raw(tool, &arguments).await.unwrap();
    }
}

#[tokio::test]
async fn same_seed_lives_the_same_life() {
    let (one, other, stranger) = (World::new(7), World::new(7), World::new(8));

    for world in [&one, &other, &stranger] {
        live(world).await;
    }

    assert_eq!(one.state(), other.state());
    assert_ne!(one.state(), stranger.state());
}

#[tokio::test]
async fn worlds_know_nothing_of_each_other() {
    let (one, other) = (World::new(7), World::new(7));
    let untouched = other.state();

    live(&one).await;

    assert_eq!(other.state(), untouched);
    other.github().assert_called("create_issue", 0);
}

#[tokio::test]
async fn restored_world_lives_the_same_life_again() {
    let world = World::new(7);
    let before = world.state();
    live(&world).await;
    let after = world.state();

    world.restore(before.clone());

    assert_eq!(world.state(), before);
    live(&world).await;
    assert_eq!(world.state(), after);
}

#[tokio::test]
async fn time_stands_still_until_it_is_moved() {
    let world = World::new(7);
    let client = client_of(&world.github()).await;

    let first: Value = client.call("create_issue", new_issue()).await.unwrap();
    world.advance(Duration::from_secs(90));
    let second: Value = client.call("create_issue", new_issue()).await.unwrap();

    assert_eq!(first["created_at"], "2026-01-05T09:00:00Z");
    assert_eq!(second["created_at"], "2026-01-05T09:01:30Z");
}

#[test]
fn seed_that_contradicts_itself_names_the_service() {
    let seed = r##"{ "slack": { "channels": [{ "name": "a" }, { "name": "a" }] } }"##;

    let error = World::seeded(1, Seed::from_json(seed).unwrap()).unwrap_err();

    assert!(error.to_string().starts_with("`slack` refuses its part of the seed: "), "{error}");
}

#[tokio::test]
async fn calls_at_once_take_numbers_of_their_own() {
    let world = World::new(7);
    let client = client_of(&world.github()).await;

    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let client = client.clone();
        calls
            .spawn(async move { client.call::<Value>("create_issue", new_issue()).await.unwrap() });
    }
    let issues = calls.join_all().await;

    let mut numbers: Vec<_> = issues.iter().filter_map(|issue| issue["number"].as_u64()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (3..23).collect::<Vec<_>>());
}
