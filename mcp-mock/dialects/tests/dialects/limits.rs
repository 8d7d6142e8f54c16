//! Rate limits that a world enforces, as clients run into them.

use std::time::Duration;

use mcp_client::{CallError, Client};
use mcp_mock::{
    Fault, GitHubLimits, GmailLimits, Limits, MockServer, NotionLimits, SalesforceLimits, Seed,
    SlackLimits, World,
};
use serde_json::{Value, json};

use super::{client_of, in_dialect, new_issue};

/// One call of each kind, and then no more.
fn one_each() -> Limits {
    Limits {
        github: Some(GitHubLimits {
            requests_per_hour: 2,
            code_searches_per_minute: 1,
            content_per_minute: 1,
            ..GitHubLimits::default()
        }),
        gmail: Some(GmailLimits { units_per_minute: 1 }),
        notion: Some(NotionLimits { requests_per_minute: 1 }),
        salesforce: Some(SalesforceLimits { requests_per_day: 1 }),
        slack: Some(SlackLimits { post_burst: 1, ..SlackLimits::default() }),
    }
}

fn limited() -> World {
    let world = World::new(1);
    world.enforce_limits(one_each());
    world
}

/// What a client gets: the text of a success, or how the call failed.
async fn told(client: &Client, tool: &str, arguments: &Value) -> String {
    match client.call_raw(tool, arguments).await {
        Ok(result) => format!("success {}", result.to_value()),
        Err(CallError::Tool(error)) => {
            format!("isError {}", error.result.content[0].as_text().unwrap())
        }
        Err(CallError::Rpc(failure)) => {
            format!("error {} {}", failure.error.code, failure.error.message)
        }
        Err(other) => panic!("{other}"),
    }
}

/// What the second of two calls gets.
async fn second_told(server: &MockServer, tool: &str, arguments: Value) -> String {
    let client = client_of(server).await;
    let first = told(&client, tool, &arguments).await;
    assert!(!first.contains("imit"), "{first}");
    told(&client, tool, &arguments).await
}

#[tokio::test]
async fn client_is_refused_until_the_clock_has_moved_on() {
    let world = limited();
    let client = client_of(&world.github()).await;
    let before = world.state();
    let is_refused = async || client.call_raw("create_issue", new_issue()).await.is_err();

    let first = is_refused().await;
    let second = is_refused().await;
    world.advance(Duration::from_secs(59));
    let too_early = is_refused().await;
    world.advance(Duration::from_secs(1));
    let in_time = is_refused().await;

    assert_eq!([first, second, too_early, in_time], [false, true, true, false]);
    let two = ["added github.repos[*].issues[3]", "added github.repos[*].issues[4]"];
    world.diff(&before).assert_only(two);
}

#[tokio::test]
async fn npm_server_of_github_takes_the_primary_limit_for_a_lack_of_permission() {
    let world = limited();
    let npm = in_dialect(&world.github(), "npm-2025.4.8");
    let issue = json!({ "owner": "company", "repo": "support", "issue_number": 1 });
    let query = json!({ "q": "login" });

    let client = client_of(&npm).await;
    client.call_raw("get_issue", &issue).await.unwrap();
    let primary = second_told(&npm, "get_issue", issue).await;
    let search = second_told(&npm, "search_code", query).await;

    let words = "error -32603 Permission Denied: API rate limit exceeded for user ID ";
    assert!(primary.starts_with(words), "{primary}");
    assert!(search.starts_with(words), "{search}");
}

#[tokio::test]
async fn npm_server_of_github_names_the_secondary_limit_and_when_it_ends() {
    let world = World::new(1);
    let limits = GitHubLimits { content_per_minute: 1, ..GitHubLimits::default() };
    world.enforce_limits(Limits { github: Some(limits), ..Limits::default() });
    let npm = in_dialect(&world.github(), "npm-2025.4.8");
    let branch = |name: &str| json!({ "owner": "company", "repo": "app", "branch": name });

    let client = client_of(&npm).await;
    client.call_raw("create_branch", branch("one")).await.unwrap();
    let secondary = told(&client, "create_branch", &branch("two")).await;

    insta::assert_snapshot!(secondary, @r"
    error -32603 Rate Limit Exceeded: You have exceeded a secondary rate limit. Please wait a few minutes before you try again.
    Resets at: 2026-01-05T09:01:00.000Z
    ");
}

#[tokio::test]
async fn official_server_of_github_tells_primary_from_secondary() {
    let official = in_dialect(&limited().github(), "official");
    let query = json!({ "query": "login" });

    let client = client_of(&official).await;
    let primary = second_told(&official, "search_code", query).await;
    let mut create = new_issue();
    create["method"] = json!("create");
    client.call_raw("issue_write", &create).await.unwrap();
    let secondary = told(&client, "issue_write", &create).await;

    insta::assert_snapshot!(format!("{primary}\n{secondary}"), @r"
    isError failed to search code with query 'login': GitHub API rate limit exceeded. Retry after 1m0s.
    isError failed to create issue: GitHub secondary rate limit exceeded. Retry after 1m0s.
    ");
}

#[tokio::test]
async fn servers_of_the_other_services_say_it_in_their_own_ways() {
    let world = limited();
    let post = json!({ "channel_id": "#general", "text": "hi" });
    let slack = in_dialect(&world.slack(), "npm-2025.4.25");
    let zencoder = in_dialect(&world.slack(), "zencoder-0.0.1");
    let gmail = in_dialect(&world.gmail(), "npm-1.1.11");
    let notion = in_dialect(&world.notion(), "npm-2.5.2");
    let salesforce = in_dialect(&world.salesforce(), "tsmztech-0.0.6");
    let query = json!({ "objectName": "Lead", "fields": ["Id"] });

    let told = [
        second_told(&slack, "slack_post_message", post.clone()).await,
        told(&client_of(&zencoder).await, "slack_post_message", &post).await,
        second_told(&gmail, "list_email_labels", json!({})).await,
        second_told(&notion, "API-get-self", json!({})).await,
        second_told(&salesforce, "salesforce_query_records", query).await,
    ];

    insta::assert_snapshot!(told.join("\n"), @r#"
    success {"error":"ratelimited","ok":false}
    success {"error":"ratelimited","ok":false}
    success "Error: Failed to list labels: User-rate limit exceeded.  Retry after 2026-01-05T09:01:00.000Z"
    success {"additional_data":{"rate_limit_reason":"integration_rate_limit"},"code":"rate_limited","message":"You have been rate limited. Please try again in a few minutes.","object":"error","request_id":"b007bef9-f681-413d-9b8f-7224a45248db","status":429}
    isError Error executing query: TotalRequests Limit exceeded.
    "#);
}

#[tokio::test]
async fn simple_dialect_shows_what_the_vendor_sends_in_headers() {
    let world = limited();
    let post = json!({ "channel": "#general", "text": "hi" });

    let told = [
        second_told(&world.github(), "search_code", json!({ "query": "login" })).await,
        second_told(&world.gmail(), "list_labels", json!({})).await,
        second_told(&world.notion(), "list_databases", json!({})).await,
        second_told(&world.salesforce(), "query", json!({ "soql": "SELECT Id FROM Lead" })).await,
        second_told(&world.slack(), "post_message", post).await,
    ];

    insta::assert_snapshot!(told.join("\n"), @r#"
    isError {"error":{"code":"rate_limited","details":{"retry_after":60,"x-ratelimit-limit":1,"x-ratelimit-remaining":0,"x-ratelimit-reset":1767603660,"x-ratelimit-resource":"code_search","x-ratelimit-used":1},"message":"API rate limit exceeded for user ID 218103418.","status":403}}
    isError {"error":{"code":"rateLimitExceeded","details":{"errors":[{"domain":"usageLimits","message":"User-rate limit exceeded.  Retry after 2026-01-05T09:01:00.000Z","reason":"rateLimitExceeded"}],"retry_after":60,"status":"RESOURCE_EXHAUSTED"},"message":"User-rate limit exceeded.  Retry after 2026-01-05T09:01:00.000Z","status":429}}
    isError {"error":{"code":"rate_limited","details":{"rate_limit_reason":"integration_rate_limit","retry_after":60},"message":"You have been rate limited. Please try again in a few minutes.","status":429}}
    isError {"error":{"code":"REQUEST_LIMIT_EXCEEDED","details":{"Sforce-Limit-Info":"api-usage=1/1"},"message":"TotalRequests Limit exceeded.","status":403}}
    isError {"error":{"code":"ratelimited","details":{"retry_after":1},"message":"too many requests","status":429}}
    "#);
}

#[tokio::test]
async fn servers_of_a_service_share_its_limits() {
    let world = limited();
    let official = client_of(&in_dialect(&world.github(), "official")).await;
    let npm = client_of(&in_dialect(&world.github(), "npm-2025.4.8")).await;

    let found = official.call_raw("search_code", json!({ "query": "login" })).await;
    let refused = npm.call_raw("search_code", json!({ "q": "login" })).await;

    assert!(found.is_ok());
    assert!(refused.is_err());
}

#[tokio::test]
async fn calls_that_do_not_reach_the_vendor_are_not_counted() {
    let world = limited();
    let github = in_dialect(&world.github(), "official");
    github.on("list_tags").fault(Fault::ToolError { status: 500, message: "scripted".to_owned() });
    let client = client_of(&github).await;

    for (tool, arguments) in [
        ("search_code", json!({ "query": 7 })),
        ("search_codes", json!({ "query": "login" })),
        ("delete_repository", json!({ "owner": "company", "repo": "app" })),
        ("list_tags", json!({ "owner": "company", "repo": "app" })),
    ] {
        assert!(client.call_raw(tool, arguments).await.is_err(), "{tool}");
    }

    assert!(client.call_raw("search_code", json!({ "query": "login" })).await.is_ok());
    let branches = json!({ "owner": "company", "repo": "app" });
    assert!(client.call_raw("list_branches", &branches).await.is_ok());
    assert!(client.call_raw("list_branches", &branches).await.is_ok());
    assert!(client.call_raw("list_branches", &branches).await.is_err());
}

#[tokio::test]
async fn what_was_used_is_put_back_with_the_state_and_is_no_difference() {
    let world = limited();
    let before = world.state();
    let client = client_of(&world.gmail()).await;

    let first = client.call_raw("list_labels", json!({})).await;
    let nothing = world.diff(&before);
    world.restore(before);
    let again = client.call_raw("list_labels", json!({})).await;

    assert!(first.is_ok() && again.is_ok());
    assert!(nothing.is_empty(), "{nothing}");
    assert!(client.call_raw("list_labels", json!({})).await.is_err());
}

#[tokio::test]
async fn seed_says_which_limits_are_enforced() {
    let seed = r#"{ "limits": { "notion": { "requests_per_minute": 1 } } }"#;
    let world = World::seeded(1, Seed::from_json(seed).unwrap()).unwrap();
    let (notion, gmail) = (client_of(&world.notion()).await, client_of(&world.gmail()).await);

    let mut passed = Vec::new();
    for _ in 0..2 {
        passed.push(notion.call_raw("list_databases", json!({})).await.is_ok());
        passed.push(gmail.call_raw("list_labels", json!({})).await.is_ok());
    }

    assert_eq!(passed, [true, true, false, true]);
}

#[tokio::test]
async fn worlds_enforce_nothing_unless_told_to() {
    let world = World::new(1);
    let client = client_of(&world.github()).await;
    world.enforce_limits(one_each());
    world.enforce_limits(Limits::default());

    for _ in 0..12 {
        client.call_raw("search_code", json!({ "query": "login" })).await.unwrap();
    }
}
