//! The fake servers as a client sees them, in memory, over streams and as a process.
#![expect(clippy::unwrap_used, reason = "a failed helper is a failed test")]

#[cfg(unix)]
mod binary;
#[cfg(unix)]
mod cassette;
mod catalog;
mod differences;
mod disguise;
mod docs;
mod faults;
mod faults_malformed;
#[cfg(all(unix, feature = "http"))]
mod faults_process;
mod faults_requests;
mod faults_stream;
#[cfg(feature = "http")]
mod http;
mod laws;
mod limits;
mod lost_answers;
mod refusals;
mod revisions;
mod rules;
#[cfg(unix)]
mod rules_file;
mod search_lag;
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
