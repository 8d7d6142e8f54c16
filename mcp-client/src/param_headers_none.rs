//! Stands in for `mirror` where no binding has headers.

use std::sync::Arc;

use serde::Serialize;

use crate::client::Client;
use crate::error::Failure;
use crate::tools::{KnownTools, ToolList};

/// No argument has a header.
#[derive(Debug, Default)]
pub(crate) struct ParamHeaderTable;

pub(crate) fn take_out(_: &Client, _: &mut ToolList) -> ParamHeaderTable {
    ParamHeaderTable
}

pub(crate) async fn last_known(_: &Client) -> Option<Arc<KnownTools>> {
    None
}

pub(crate) async fn refreshed(client: &Client) -> Arc<KnownTools> {
    client.known_tools()
}

pub(crate) fn is_outdated(_: &Failure) -> bool {
    false
}

pub(crate) fn headers(
    known: Option<&KnownTools>,
    _: &str,
    _: &impl Serialize,
) -> Option<Vec<(String, String)>> {
    let ParamHeaderTable = known?.param_headers;
    None
}
