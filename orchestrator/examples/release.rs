//! Case 8: a release first, then three announcements of it at once: `await` and `join!` together.
#![expect(clippy::print_stdout, reason = "an example prints what it did")]

use std::error::Error;

use mcp_mock::World;
use orchestrator::manager::{Manager, ManagerError, ServerSpec};
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let manager = Manager::connect(ServerSpec::mocks(&World::new(42))).await;
    let Published { url, failures } = publish(&manager, "v1.5.0", "Dark theme.").await?;
    println!("released {url}");
    for failure in failures {
        println!("warning: {failure}");
    }
    manager.close().await;
    Ok(())
}

/// A release, and the announcements of it that failed.
#[derive(Debug)]
pub(crate) struct Published {
    pub(crate) url: String,
    pub(crate) failures: Vec<ManagerError>,
}

/// Publishes a release and tells everyone. Only the release itself must succeed.
pub(crate) async fn publish(
    manager: &Manager,
    tag: &str,
    notes: &str,
) -> Result<Published, Box<dyn Error>> {
    let name = format!("Version {tag}");
    let release =
        json!({ "owner": "company", "repo": "app", "tag": tag, "name": name, "body": notes });
    let release: Value = manager.call_tool("github", "create_release", &release).await?.decode()?;
    let url = release["html_url"].as_str().unwrap_or_default().to_owned();

    let message = json!({ "channel": "#releases", "text": format!("{tag} is out: {url}") });
    let body = format!("{notes}\n\n{url}");
    let mail = json!({ "to": "newsletter@company.example", "subject": name, "body": body });
    let properties = json!({ "Name": name, "Type": "Release", "Version": tag, "URL": url });
    let page = json!({ "database_id": "releases-db", "properties": properties });
    let (slack, newsletter, notion) = tokio::join!(
        manager.call_tool("slack", "post_message", &message),
        manager.call_tool("gmail", "send_message", &mail),
        manager.call_tool("notion", "create_page", &page),
    );

    let failures = [slack, newsletter, notion].into_iter().filter_map(Result::err).collect();
    Ok(Published { url, failures })
}
