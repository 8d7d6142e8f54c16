//! What a client wants to hear of: log messages, and changes in either era's way.

use bytes::Bytes;
use serde_json::json;

use super::{parse, unknown_method};
use crate::jsonrpc::{RpcError, code};
use crate::protocol::{
    Extra, ListenParams, ResourceParams, ServerInfo, SetLevelParams, SubscriptionFilter, key,
    method,
};
use crate::server::caller::Caller;
use crate::server::handler::Handler;
use crate::session::Request;

/// Resources that one client may subscribe to.
const RESOURCES_MAX: usize = 1024;

pub(super) fn set_level(
    handler: &impl Handler,
    request: &Request,
    caller: &Caller,
) -> Result<Bytes, RpcError> {
    if !offers(&handler.info(), "logging") {
        return Err(unknown_method(method::SET_LEVEL));
    }
    let SetLevelParams { level } = parse(request)?;
    caller.set_log_level(level);
    Ok(request.answer(&json!({})))
}

pub(super) fn subscribe(
    handler: &impl Handler,
    request: &Request,
    caller: &Caller,
) -> Result<Bytes, RpcError> {
    let uri = resource(handler, request)?;
    if caller.watch(&uri, RESOURCES_MAX) {
        return Ok(request.answer(&json!({})));
    }
    let message = format!("more than {RESOURCES_MAX} resources are subscribed to already");
    Err(RpcError::new(code::INVALID_PARAMS, message))
}

pub(super) fn unsubscribe(
    handler: &impl Handler,
    request: &Request,
    caller: &Caller,
) -> Result<Bytes, RpcError> {
    caller.unwatch(&resource(handler, request)?);
    Ok(request.answer(&json!({})))
}

fn resource(handler: &impl Handler, request: &Request) -> Result<String, RpcError> {
    if !declares(&handler.info(), "resources", "subscribe") {
        return Err(unknown_method(&request.method));
    }
    let params: ResourceParams = parse(request)?;
    Ok(params.uri)
}

/// Runs until the client ends it; changes are announced meanwhile (2026-07-28, "Subscriptions").
pub(super) async fn listen(
    handler: &impl Handler,
    request: &Request,
    caller: &Caller,
) -> Result<Bytes, RpcError> {
    let Some(changes) = handler.changes() else {
        return Err(unknown_method(method::LISTEN));
    };
    let ListenParams { notifications: wanted, .. } = parse(request)?;
    if !wanted.task_ids.is_empty() && !request.client_capabilities().has_tasks() {
        return Err(super::task::missing());
    }
    let honoured = honoured(wanted, &handler.info());
    let acknowledged = json!({
        "notifications": honoured,
        "_meta": { key::SUBSCRIPTION_ID: request.id },
    });
    // Before anything that is announced from now on.
    caller.notify(method::ACKNOWLEDGED, &acknowledged);
    let _listener = changes.listen(caller.clone(), request.id.clone(), honoured);
    std::future::pending().await
}

/// The part of a filter that the server can serve.
fn honoured(mut filter: SubscriptionFilter, info: &ServerInfo) -> SubscriptionFilter {
    filter.tools_list_changed &= declares(info, "tools", "listChanged");
    filter.prompts_list_changed &= declares(info, "prompts", "listChanged");
    filter.resources_list_changed &= declares(info, "resources", "listChanged");
    if !declares(info, "resources", "subscribe") {
        filter.resource_subscriptions.clear();
    }
    filter.resource_subscriptions.truncate(RESOURCES_MAX);
    // Wishes that this server does not know are not acknowledged.
    filter.extra = Extra::default();
    filter
}

fn offers(info: &ServerInfo, capability: &str) -> bool {
    info.capabilities.contains_key(capability)
}

fn declares(info: &ServerInfo, capability: &str, detail: &str) -> bool {
    let capability = info.capabilities.get(capability);
    capability.and_then(|capability| capability.get(detail)) == Some(&json!(true))
}
