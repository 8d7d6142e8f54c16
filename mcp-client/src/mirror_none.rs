//! Stands in for `mirror` where no binding has headers.

use std::sync::Arc;

use serde::Serialize;

use crate::client::Client;
use crate::error::Failure;
use crate::tools::{KnownTools, ToolList};

/// Nothing is mirrored.
#[derive(Debug, Default)]
pub(crate) struct MirrorTable;

pub(crate) fn take_out(_: &Client, _: &mut ToolList) -> MirrorTable {
    MirrorTable
}

pub(crate) async fn last_known(_: &Client) -> Option<Arc<KnownTools>> {
    None
}

pub(crate) async fn anew(client: &Client) -> Arc<KnownTools> {
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
    let MirrorTable = known?.mirrors;
    None
}
