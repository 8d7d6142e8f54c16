//! What faults say in the words of the vendors.

use std::time::Duration;

use mcp_mock::{Fault, MockServer, World};
use serde_json::{Value, json};

use super::{client_of, in_dialect};

/// What a vendor's server says to a call under a rate limit.
async fn limited(server: MockServer, tool_name: &str, arguments: Value) -> String {
    server.on(tool_name).fault(Fault::RateLimit { lasting: Duration::from_secs(30) });
    let client = client_of(&server).await;
    match client.call_raw(tool_name, arguments).await {
        Ok(result) => result.to_value().to_string(),
        Err(error) => error.to_string(),
    }
}

#[tokio::test(start_paused = true)]
async fn rate_limit_is_said_in_the_words_of_the_vendor() {
    let world = World::new(1);
    let channel = json!({ "channel_id": "C1", "text": "hi" });
    let told = [
        limited(in_dialect(&world.github(), "npm-2025.4.8"), "get_issue", json!({})).await,
        limited(world.gmail(), "list_labels", json!({})).await,
        limited(in_dialect(&world.notion(), "npm-2.5.2"), "API-get-self", json!({})).await,
        limited(world.salesforce(), "query", json!({ "soql": "SELECT Id FROM Lead" })).await,
        limited(in_dialect(&world.slack(), "npm-2025.4.25"), "slack_post_message", channel).await,
    ];

    let words = [
        "Rate Limit Exceeded: You have exceeded a secondary rate limit.",
        "User-rate limit exceeded.  Retry after 2026-01-05T09:00:30.000Z",
        "You have been rate limited.",
        "TotalRequests Limit exceeded.",
        "\"error\":\"ratelimited\",\"ok\":false",
    ];
    for (told, words) in told.iter().zip(words) {
        assert!(told.contains(words), "{told}");
    }
}

#[tokio::test(start_paused = true)]
async fn missing_scope_is_said_in_the_words_of_the_vendor() {
    let world = World::new(1);
    let servers = [
        (
            in_dialect(&world.github(), "npm-2025.4.8"),
            "get_issue",
            "Permission Denied: Resource not",
        ),
        (world.gmail(), "list_labels", "Request had insufficient authentication scopes."),
        (in_dialect(&world.notion(), "npm-2.5.2"), "API-get-self", "restricted_resource"),
        (world.salesforce(), "query", "insufficient access rights"),
        (
            in_dialect(&world.slack(), "npm-2025.4.25"),
            "slack_get_users",
            r#""error":"missing_scope""#,
        ),
    ];
    for (server, tool_name, words) in servers {
        server.on(tool_name).fault(Fault::MissingScope);
        let client = client_of(&server).await;
        let told = match client.call_raw(tool_name, json!({ "soql": "SELECT Id FROM Lead" })).await
        {
            Ok(result) => result.to_value().to_string(),
            Err(error) => error.to_string(),
        };

        assert!(told.contains(words), "{told}");
    }
}
