//! Searches that see a change some time after it was made.

use std::time::Duration;

use mcp_client::Client;
use mcp_mock::{MockServer, Seed, World};
use serde_json::{Value, json};

use super::{client_of, in_dialect};

/// A world with some content of each kind that is searched; searches lag by ten seconds.
fn lagging() -> World {
    let seed = json!({
        "search_lag_seconds": 10,
        "github": { "repos": [{
            "owner": "acme", "name": "app",
            "files": { "README.md": "old words" },
            "issues": [{ "title": "Old title" }],
        }] },
        "notion": { "pages": [{ "title": "Old page" }] },
    });
    World::seeded(1, Seed::from_json(&seed.to_string()).unwrap()).unwrap()
}

async fn vendor(server: &MockServer, dialect: &str) -> Client {
    client_of(&in_dialect(server, dialect)).await
}

/// How much a search of GitHub's npm server finds.
async fn found(client: &Client, tool: &str, query: &str) -> u64 {
    let name = if tool == "search_repositories" { "query" } else { "q" };
    let answer: Value = client.call(tool, json!({ name: query })).await.unwrap();
    answer["total_count"].as_u64().unwrap()
}

#[tokio::test]
async fn content_of_a_seed_is_found_at_once() {
    let world = lagging();
    let github = vendor(&world.github(), "npm-2025.4.8").await;

    assert_eq!(found(&github, "search_issues", "old").await, 1);
    assert_eq!(found(&github, "search_code", "old").await, 1);
    assert_eq!(found(&github, "search_repositories", "app").await, 1);
}

#[tokio::test]
async fn new_issue_is_read_at_once_and_found_when_the_lag_has_passed() {
    let world = lagging();
    let github = vendor(&world.github(), "npm-2025.4.8").await;
    let new = json!({ "owner": "acme", "repo": "app", "title": "New title" });
    github.call_raw("create_issue", new).await.unwrap();

    let read = json!({ "owner": "acme", "repo": "app", "issue_number": 2 });
    let read: Value = github.call("get_issue", read).await.unwrap();
    let list = json!({ "owner": "acme", "repo": "app" });
    let listed: Value = github.call("list_issues", list).await.unwrap();
    let at_once = found(&github, "search_issues", "new").await;
    world.advance(Duration::from_secs(9));
    let too_early = found(&github, "search_issues", "new").await;
    world.advance(Duration::from_secs(1));
    let in_time = found(&github, "search_issues", "new").await;

    assert_eq!((&read["title"], &listed[0]["title"]), (&json!("New title"), &json!("New title")));
    assert_eq!([at_once, too_early, in_time], [0, 0, 1]);
}

#[tokio::test]
async fn changed_file_and_issue_are_found_under_what_they_were() {
    let world = lagging();
    let github = vendor(&world.github(), "npm-2025.4.8").await;
    let issue =
        json!({ "owner": "acme", "repo": "app", "issue_number": 1, "title": "Other title" });
    let files = json!([{ "path": "README.md", "content": "other words" }]);
    let push = json!({
        "owner": "acme", "repo": "app", "branch": "main", "message": "Reword", "files": files,
    });
    github.call_raw("update_issue", issue).await.unwrap();
    github.call_raw("push_files", push).await.unwrap();
    let hits = async || {
        [
            found(&github, "search_issues", "old").await,
            found(&github, "search_issues", "other").await,
            found(&github, "search_code", "old").await,
            found(&github, "search_code", "other").await,
        ]
    };

    let before = hits().await;
    world.advance(Duration::from_secs(10));
    let after = hits().await;

    assert_eq!((before, after), ([1, 0, 1, 0], [0, 1, 0, 1]));
}

#[tokio::test]
async fn new_repository_and_what_is_in_it_are_found_when_the_lag_has_passed() {
    let world = lagging();
    let github = vendor(&world.github(), "npm-2025.4.8").await;
    let new = json!({ "name": "fresh" });
    let owner = world.state().github.viewer;
    github.call_raw("create_repository", new).await.unwrap();
    let issue = json!({ "owner": owner, "repo": "fresh", "title": "First" });
    github.call_raw("create_issue", issue).await.unwrap();
    let query = format!("first repo:{owner}/fresh");
    let hits = async || {
        [
            found(&github, "search_repositories", "fresh").await,
            found(&github, "search_issues", &query).await,
        ]
    };

    let at_once = hits().await;
    world.advance(Duration::from_secs(10));
    let later = hits().await;

    assert_eq!((at_once, later), ([0, 0], [1, 1]));
}

#[tokio::test]
async fn notion_lags_in_every_dialect_and_its_pages_are_read_at_once() {
    let world = lagging();
    let (simple, npm) =
        (client_of(&world.notion()).await, vendor(&world.notion(), "npm-2.5.2").await);
    let page_id = world.state().notion.page_titled("Old page").unwrap().id.clone();
    let title = json!([{ "text": { "content": "New page" } }]);
    let change = json!({ "page_id": page_id, "properties": { "title": { "title": title } } });
    npm.call_raw("API-patch-page", change).await.unwrap();
    let hits = async |query: &str| {
        let simple: Value = simple.call("search", json!({ "query": query })).await.unwrap();
        let npm: Value = npm.call("API-post-search", json!({ "query": query })).await.unwrap();
        [simple, npm].map(|answer| answer["results"].as_array().unwrap().len())
    };

    let read: Value = simple.call("get_page", json!({ "page_id": page_id })).await.unwrap();
    let before = [hits("new").await, hits("old").await];
    world.advance(Duration::from_secs(10));
    let after = [hits("new").await, hits("old").await];

    assert!(read.to_string().contains("New page"), "{read}");
    assert_eq!((before, after), ([[0, 0], [1, 1]], [[1, 1], [0, 0]]));
}

#[tokio::test]
async fn lag_belongs_to_the_state_and_is_no_difference() {
    let world = lagging();
    let before = world.state();
    let github = vendor(&world.github(), "npm-2025.4.8").await;
    world.advance(Duration::from_secs(5));
    let nothing = world.diff(&before);
    let new = json!({ "owner": "acme", "repo": "app", "title": "New title" });
    github.call_raw("create_issue", new).await.unwrap();
    let middle = world.state();

    let mut futures = Vec::new();
    for state in [None, Some(middle)] {
        world.restore(state.unwrap_or_else(|| world.state()));
        let early = found(&github, "search_issues", "new").await;
        world.advance(Duration::from_secs(10));
        futures.push((early, found(&github, "search_issues", "new").await));
    }

    assert!(nothing.is_empty(), "{nothing}");
    assert_eq!(futures, [(0, 1), (0, 1)]);
}

#[tokio::test]
async fn search_sees_the_present_unless_told_to_lag() {
    let world = World::new(1);
    let github = vendor(&world.github(), "npm-2025.4.8").await;
    let new = |title: &str| json!({ "owner": "company", "repo": "support", "title": title });

    github.call_raw("create_issue", new("Quokka")).await.unwrap();
    let at_once = found(&github, "search_issues", "quokka").await;
    world.lag_search(Duration::from_secs(60));
    github.call_raw("create_issue", new("Wombat")).await.unwrap();
    let lagging = found(&github, "search_issues", "wombat").await;
    world.lag_search(Duration::ZERO);
    let again = found(&github, "search_issues", "wombat").await;

    assert_eq!([at_once, lagging, again], [1, 0, 1]);
}
