//! A build without HTTP, in which every binding is a stream.

use mcp_core::server::Reply;

use super::FaultContext;
use crate::script::Fault;

pub(super) fn failed(_: &FaultContext<'_>, _: &Fault) -> Option<Reply> {
    None
}
