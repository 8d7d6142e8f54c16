//! The list of tools: all pages, within caps, kept for as long as the server allows.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use mcp_core::protocol::{ListToolsResult, Tool, method};
use serde::Serialize;
use tokio::time::Instant;

use crate::client::Client;
use crate::driver::Patience;
use crate::error::ListError;
use crate::request::Meta;

/// All tools of a server.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct ToolList {
    /// The tools, in the server's order; a name that came twice is here once.
    pub tools: Vec<Tool>,
    /// What was left out and why, in words.
    pub rejected: Vec<String>,
}

/// A list and how long it may be used.
#[derive(Debug, Default)]
pub(crate) struct ToolCache(Mutex<Option<Kept>>);

#[derive(Debug)]
struct Kept {
    list: Arc<ToolList>,
    fresh_until: Instant,
    generation: u64,
}

impl ToolCache {
    fn fresh(&self, generation: u64) -> Option<Arc<ToolList>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = kept.as_ref()?;
        let is_fresh = kept.generation == generation && Instant::now() < kept.fresh_until;
        is_fresh.then(|| Arc::clone(&kept.list))
    }

    fn keep(&self, kept: Kept) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(kept);
    }
}

#[derive(Serialize)]
struct ListParams<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    cursor: Option<&'a str>,
    #[serde(rename = "_meta", skip_serializing_if = "Option::is_none")]
    meta: Option<Meta<'a>>,
}

/// The list from the cache, or from the server.
pub(crate) async fn list(client: &Client, cache: &ToolCache) -> Result<Arc<ToolList>, ListError> {
    // Read first: a change notice that comes while the pages do makes them old at once.
    let generation = client.tools_generation();
    if let Some(list) = cache.fresh(generation) {
        return Ok(list);
    }
    let (list, ttl) = fetch(client).await?;
    let list = Arc::new(list);
    let fresh_until = Instant::now() + ttl;
    cache.keep(Kept { list: Arc::clone(&list), fresh_until, generation });
    Ok(list)
}

async fn fetch(client: &Client) -> Result<(ToolList, Duration), ListError> {
    let options = client.options();
    let (mut list, mut names) = (ToolList::default(), HashSet::new());
    let (mut cursors, mut cursor) = (HashSet::new(), None::<String>);
    let mut ttl = None;
    for _ in 0..options.pages_max {
        let page = fetch_page(client, cursor.as_deref()).await?;
        ttl = shorter(ttl, page.ttl_ms.map(Duration::from_millis));
        list.rejected.extend(page.rejected);
        for tool in page.tools {
            if list.tools.len() >= options.tools_max {
                return Err(ListError::TooLong { limit: options.tools_max, what: "tools" });
            }
            if names.insert(tool.name.clone()) {
                list.tools.push(tool);
            } else {
                list.rejected.push(format!("tool `{}` is listed twice", tool.name));
            }
        }
        let Some(next) = page.next_cursor else {
            return Ok((list, ttl.unwrap_or_else(|| client.tools_ttl())));
        };
        if !cursors.insert(next.clone()) {
            return Err(ListError::CursorLoop { cursor: next });
        }
        cursor = Some(next);
    }
    Err(ListError::TooLong { limit: options.pages_max, what: "pages" })
}

async fn fetch_page(client: &Client, cursor: Option<&str>) -> Result<ListToolsResult, ListError> {
    let patience = Patience::fixed(client.options().list_timeout);
    let request = client.request(method::TOOLS_LIST, method::TOOLS_LIST);
    let answer = request.send(|meta| ListParams { cursor, meta }, patience).await?;
    Ok(answer.parse()?)
}

fn shorter(one: Option<Duration>, other: Option<Duration>) -> Option<Duration> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
