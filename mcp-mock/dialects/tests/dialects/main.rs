//! The dialects of published servers, as a client sees them.
#![expect(clippy::unwrap_used, reason = "a failed helper is a failed test")]

mod catalogues;
mod costs;
mod disguise;
mod github_costs;
mod laws;
mod limits;
mod lost_answers;
mod search_lag;
mod words;

use mcp_client::Client;
use mcp_mock::MockServer;
use serde_json::{Value, json};

async fn client_of(server: &MockServer) -> Client {
    Client::connect(server.transport()).await.unwrap()
}

/// The same server in the dialect of this name.
#[track_caller]
fn in_dialect(server: &MockServer, name: &str) -> MockServer {
    let service = server.name().parse().unwrap();
    server.in_dialect(mcp_mock_dialects::named(service, name).unwrap())
}

/// Arguments that `create_issue` takes in the demo world.
fn new_issue() -> Value {
    json!({ "owner": "company", "repo": "support", "title": "Cannot access dashboard" })
}
