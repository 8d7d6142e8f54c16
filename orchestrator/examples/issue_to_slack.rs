//! Case 2: an issue, then a message about it. One call after the other is one `await` after the other.
#![expect(clippy::print_stdout, reason = "an example prints what it did")]

use std::error::Error;

use mcp_mock::World;
use orchestrator::manager::{Manager, ServerSpec};
use serde::Deserialize;
use serde_json::json;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let manager = Manager::connect(ServerSpec::mocks(&World::new(42))).await;
    let issue = open_and_tell(&manager, "Login button does not react").await?;
    println!("issue #{}: {}", issue.number, issue.html_url);
    manager.close().await;
    Ok(())
}

/// The part of the answer that is used here.
#[derive(Debug, Deserialize)]
pub(crate) struct Issue {
    pub(crate) number: u64,
    pub(crate) html_url: String,
}

/// Opens an issue and tells the engineers.
pub(crate) async fn open_and_tell(manager: &Manager, title: &str) -> Result<Issue, Box<dyn Error>> {
    let issue = json!({ "owner": "company", "repo": "app", "title": title, "labels": ["bug"] });
    let issue: Issue = manager.call_tool("github", "create_issue", &issue).await?.decode()?;

    let text = format!("Issue #{}: {title} {}", issue.number, issue.html_url);
    let message = json!({ "channel": "#engineering", "text": text });
    manager.call_tool("slack", "post_message", &message).await?;
    Ok(issue)
}
