//! The fake servers as a client sees them, in memory, over streams and over HTTP.
#![expect(clippy::unwrap_used, reason = "a failed helper is a failed test")]

mod catalog;
mod differences;
mod faults;
mod faults_malformed;
mod faults_requests;
mod faults_stream;
#[cfg(feature = "http")]
mod http;
mod limits;
mod refusals;
mod revisions;
mod rules;
mod streams;
mod worlds;

use mcp_client::Client;
use mcp_mock::MockServer;
use serde_json::{Value, json};

async fn client_of(server: &MockServer) -> Client {
    Client::connect(server.transport()).await.unwrap()
}

/// Arguments that `create_issue` takes in the demo world.
fn new_issue() -> Value {
    json!({ "owner": "company", "repo": "support", "title": "Cannot access dashboard" })
}
