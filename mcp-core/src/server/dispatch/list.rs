//! Lists, page by page.

use bytes::Bytes;
use serde::Deserialize;

use super::parse;
use crate::jsonrpc::RpcError;
use crate::protocol::{Extra, Listed, Page, ProtocolVersion, Tool};
use crate::server::handler::Handler;
use crate::session::Request;

/// Pages that are looked through for a tool: as many as a client of ours reads of a list.
const PAGES_MAX: usize = 200;

/// Parameters of every list request.
#[derive(Debug, Default, Deserialize)]
struct ListParams {
    cursor: Option<String>,
}

pub(super) async fn tools(handler: &impl Handler, request: &Request) -> Result<Bytes, RpcError> {
    let page = handler.list_tools(cursor(request)?.as_deref(), request.version).await?;
    Ok(answer(request, page))
}

pub(super) async fn resources(
    handler: &impl Handler,
    request: &Request,
) -> Result<Bytes, RpcError> {
    Ok(answer(request, handler.list_resources(cursor(request)?.as_deref()).await?))
}

pub(super) async fn resource_templates(
    handler: &impl Handler,
    request: &Request,
) -> Result<Bytes, RpcError> {
    Ok(answer(request, handler.list_resource_templates(cursor(request)?.as_deref()).await?))
}

pub(super) async fn prompts(handler: &impl Handler, request: &Request) -> Result<Bytes, RpcError> {
    Ok(answer(request, handler.list_prompts(cursor(request)?.as_deref()).await?))
}

/// Where the page that is asked for begins.
fn cursor(request: &Request) -> Result<Option<String>, RpcError> {
    Ok(parse::<ListParams>(request)?.cursor)
}

fn answer<T: Listed>(request: &Request, mut page: Page<T>) -> Bytes {
    mark_cacheable(request, &mut page.ttl_ms, &mut page.extra);
    request.answer(&page)
}

/// Looks through the list of tools for one, as a modern client sees it.
pub(super) async fn find_tool(handler: &impl Handler, name: &str) -> Option<Tool> {
    let mut cursor = None;
    for _ in 0..PAGES_MAX {
        let version = ProtocolVersion::LATEST_MODERN;
        let page = handler.list_tools(cursor.as_deref(), version).await.ok()?;
        if let Some(tool) = page.entries.into_iter().find(|tool| tool.name == name) {
            return Some(tool);
        }
        cursor = Some(page.next_cursor?);
    }
    None
}

/// Cacheable results must say for how long and for whom (2026-07-28, "Caching"): not at all, and for
/// the one who asked, unless the handler says more.
pub(super) fn mark_cacheable(request: &Request, ttl_ms: &mut Option<u64>, extra: &mut Extra) {
    if !request.version.has_cache_hints() {
        return;
    }
    ttl_ms.get_or_insert(0);
    if extra.member("cacheScope").is_none() {
        let scope = serde_json::value::to_raw_value("private").expect("a text is JSON");
        extra.insert("cacheScope", scope);
    }
}
