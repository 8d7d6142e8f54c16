//! `mcp-mock list`: the services and their tools.

use std::io::{self, Write};

use mcp_core::protocol::Tool;

use crate::server::MockServer;
use crate::service::ServiceName;
use crate::world::World;

pub(super) fn run(out: &mut dyn Write) -> io::Result<()> {
    let world = World::empty(0);
    for (index, service) in ServiceName::ALL.into_iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        show(&world.server(service), out)?;
    }
    Ok(())
}

fn show(server: &MockServer, out: &mut dyn Write) -> io::Result<()> {
    let (dialect, tools) = (server.dialect(), server.tools());
    let (name, provenance, count) = (dialect.name(), dialect.provenance(), tools.len());
    writeln!(out, "{}: {count} tools, dialect `{name}` ({provenance})", server.name())?;
    let width = tools.iter().map(|tool| tool.name.len()).max().unwrap_or_default();
    for tool in tools {
        let description = tool.description.as_deref().unwrap_or_default();
        writeln!(out, "  {:width$}  {:8}  {description}", tool.name, effect(tool))?;
    }
    Ok(())
}

/// What a call does to the state, in one word.
fn effect(tool: &Tool) -> &'static str {
    let hints = tool.annotations.clone().unwrap_or_default();
    let is = |hint: Option<bool>| hint == Some(true);
    if is(hints.read_only_hint) {
        "reads"
    } else if is(hints.destructive_hint) {
        "replaces"
    } else if is(hints.idempotent_hint) {
        "sets"
    } else {
        "adds"
    }
}
