//! Arguments that headers repeat (2026-07-28, "Custom Headers from Tool Parameters").

use std::collections::HashMap;

use mcp_core::jsonrpc::code;
use mcp_core::protocol::ParamHeaders;
use serde_json::value::RawValue;

use crate::error::Failure;
use crate::lists::{KnownTools, ToolList};

/// Takes out the tools that cannot be called with headers, and notes which arguments of the others headers
/// repeat.
pub(crate) fn take_from(list: &mut ToolList) -> HashMap<String, ParamHeaders> {
    let mut table = HashMap::new();
    let ToolList { entries, rejected } = list;
    entries.retain(|tool| match ParamHeaders::of_schema(&tool.input_schema) {
        Ok(headers) => {
            if !headers.is_empty() {
                table.insert(tool.name.clone(), headers);
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

/// The headers of one call.
pub(crate) fn of_call(
    known: &KnownTools,
    tool: &str,
    arguments: &RawValue,
) -> Vec<(String, String)> {
    known.param_headers.get(tool).map(|headers| headers.of_call(arguments)).unwrap_or_default()
}

/// Whether the server turned a call down, unread, because its headers do not fit.
pub(crate) fn is_outdated(failure: &Failure) -> bool {
    matches!(failure, Failure::Rpc(failure) if failure.error.code == code::HEADER_MISMATCH)
}
