//! What must hold whatever happens in a world.

mod faces;
mod pages;
mod replay;

use mcp_client::Client;
use mcp_mock::{Seed, World};
use serde_json::Value;

/// A world in which every list is longer than a small page.
fn world(seed: u64) -> World {
    World::seeded(seed, Seed::from_json(include_str!("world.json")).unwrap()).unwrap()
}

/// The JSON that a tool answers with, as its text.
async fn body(client: &Client, tool: &str, arguments: Value) -> Value {
    let text = told(client, tool, arguments).await;
    serde_json::from_str(&text).unwrap_or_else(|_| panic!("{tool}: {text}"))
}

/// The words that a tool answers with.
async fn told(client: &Client, tool: &str, arguments: Value) -> String {
    let result = match client.call_raw(tool, &arguments).await {
        Ok(result) => result,
        Err(error) => panic!("{tool} {arguments}: {error}"),
    };
    result.content[0].as_text().unwrap().to_owned()
}

/// Runs what a case of a property does.
fn block_on<T>(life: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(life)
}
