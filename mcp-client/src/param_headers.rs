//! Arguments that headers repeat (2026-07-28, "Custom Headers from Tool Parameters").

use std::collections::HashMap;
use std::sync::Arc;

use mcp_core::http::ParamHeaders;
use mcp_core::jsonrpc::code;
use mcp_core::protocol::Era;
use serde::Serialize;
use serde_json::value::to_raw_value;
use tokio::time::timeout;

use crate::client::Client;
use crate::error::Failure;
use crate::tools::{KnownTools, ToolList};

/// The tools that mirror arguments, by name.
pub(crate) type ParamHeaderTable = HashMap<String, ParamHeaders>;

/// Takes out the tools that cannot be called over HTTP, and notes what the others mirror.
pub(crate) fn take_out(client: &Client, list: &mut ToolList) -> ParamHeaderTable {
    let mut table = ParamHeaderTable::new();
    if !is_needed(client) {
        return table;
    }
    let ToolList { entries, rejected } = list;
    entries.retain(|tool| match ParamHeaders::of_schema(&tool.input_schema) {
        Ok(mirrors) => {
            if !mirrors.is_empty() {
                table.insert(tool.name.clone(), mirrors);
            }
            true
        }
        Err(error) => {
            rejected.push(format!("tool `{}`: {error}", tool.name));
            false
        }
    });
    table
}

/// The last known tools, when headers are needed. A server that was never asked is asked once; if it
/// does not say, calls go out without headers and the server is the judge.
pub(crate) async fn last_known(client: &Client) -> Option<Arc<KnownTools>> {
    if !is_needed(client) {
        return None;
    }
    match client.lists().tools.last() {
        Some(known) => Some(known),
        None => Some(Box::pin(refreshed(client)).await),
    }
}

/// The tools as the server lists them now: for the call that it refused because of its headers.
pub(crate) async fn refreshed(client: &Client) -> Arc<KnownTools> {
    let listed = timeout(client.options().list_timeout, client.fetch_tools()).await;
    match listed {
        Ok(Ok(known)) => known,
        _ => client.known_tools(),
    }
}

/// Whether the server turned a call down, unread, because its headers do not fit.
pub(crate) fn is_outdated(failure: &Failure) -> bool {
    matches!(failure, Failure::Rpc(failure) if failure.error.code == code::HEADER_MISMATCH)
}

/// The headers of one call.
pub(crate) fn headers(
    known: Option<&KnownTools>,
    tool: &str,
    arguments: &impl Serialize,
) -> Option<Vec<(String, String)>> {
    let mirrors = known?.param_headers.get(tool)?;
    // Arguments that cannot be written are found by whoever writes the call.
    let arguments = to_raw_value(arguments).ok()?;
    Some(mirrors.of_call(&arguments))
}

fn is_needed(client: &Client) -> bool {
    client.version().era() == Era::Modern && client.link().transport().has_headers()
}
