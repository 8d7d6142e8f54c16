//! Case 7: the open pull requests of a repository as one message. The loop is an ordinary loop.
#![expect(clippy::print_stdout, reason = "an example prints what it did")]

use std::error::Error;

use mcp_mock::World;
use orchestrator::manager::{Manager, ServerSpec};
use serde::Deserialize;
use serde_json::json;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let manager = Manager::connect(ServerSpec::mocks(&World::new(42))).await;
    println!("{}", post_digest(&manager, "company", "app").await?);
    manager.close().await;
    Ok(())
}

#[derive(Debug, Deserialize)]
struct PullRequests {
    prs: Vec<PullRequest>,
}

#[derive(Debug, Deserialize)]
struct PullRequest {
    number: u64,
    title: String,
    author: String,
}

/// Posts the digest and returns its text.
pub(crate) async fn post_digest(
    manager: &Manager,
    owner: &str,
    repo: &str,
) -> Result<String, Box<dyn Error>> {
    let query = json!({ "owner": owner, "repo": repo, "state": "open" });
    let open: PullRequests = manager.call_tool("github", "list_prs", &query).await?.decode()?;

    let mut lines = vec![format!("Open pull requests in {owner}/{repo}: {}", open.prs.len())];
    lines.extend(
        open.prs
            .iter()
            .map(|PullRequest { number, title, author }| format!("- #{number} {title} ({author})")),
    );
    let text = lines.join("\n");

    let message = json!({ "channel": "#engineering", "text": text });
    manager.call_tool("slack", "post_message", &message).await?;
    Ok(text)
}
