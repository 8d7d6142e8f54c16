//! The program `mcp-mock`: as a process, its documents, its control plane.
#![expect(clippy::unwrap_used, reason = "a failed helper is a failed test")]

#[cfg(unix)]
mod binary;
#[cfg(unix)]
mod cassette;
mod docs;
#[cfg(unix)]
mod faults_process;
#[cfg(unix)]
mod http;
#[cfg(unix)]
mod rules_file;

use serde_json::{Value, json};

/// Arguments that `create_issue` takes in the demo world.
fn new_issue() -> Value {
    json!({ "owner": "company", "repo": "support", "title": "Cannot access dashboard" })
}
