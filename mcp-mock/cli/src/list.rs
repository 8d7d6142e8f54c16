//! `mcp-mock list`: the services with their dialects, or the tools of one.

use std::io::Write;

use clap::ArgMatches;
use mcp_core::protocol::Tool;

use super::arguments::{DIALECT, SERVICE};
use super::error::CommandError;
use super::setup::known_dialect;
use mcp_mock::dialect::{Dialect, SIMPLE};
use mcp_mock::service::ServiceName;

/// The columns of the table.
const HEAD: [&str; 6] = ["service", "dialect", "tools", "backed", "cases", "facts"];

pub(super) fn run(matches: &ArgMatches, out: &mut dyn Write) -> Result<(), CommandError> {
    let named = matches.get_one::<String>(SERVICE).and_then(|name| name.parse().ok());
    let Some(service) = named else { return services(out) };
    let name = match matches.get_one::<String>(DIALECT) {
        Some(name) => known_dialect(service, name)?,
        None => SIMPLE,
    };
    match mcp_mock_dialects::named(service, name) {
        Some(dialect) => tools(&*dialect, out),
        None => Ok(()),
    }
}

/// A line for each dialect of each service.
fn services(out: &mut dyn Write) -> Result<(), CommandError> {
    let mut rows = vec![HEAD.map(str::to_owned)];
    for service in ServiceName::ALL {
        let dialects = mcp_mock_dialects::all(service);
        rows.extend(dialects.iter().map(|dialect| row(&**dialect)));
    }
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
    };
    let [first, second, third, fourth, fifth] = [0, 1, 2, 3, 4].map(width);
    for [service, name, tools, backed, cases, facts] in &rows {
        writeln!(
            out,
            "{service:first$}  {name:second$}  {tools:>third$}  {backed:>fourth$}  {cases:fifth$}  \
             {facts}"
        )?;
    }
    Ok(())
}

/// A dialect, in the order of [`HEAD`].
fn row(dialect: &dyn Dialect) -> [String; 6] {
    let (name, tools) = (dialect.name(), dialect.tools());
    let backed = tools.iter().filter(|tool| dialect.is_backed(&tool.name)).count();
    let cases: Vec<_> = dialect.cases().iter().map(u8::to_string).collect();
    let facts = dialect.provenance().to_string();
    let (tools, backed) = (tools.len().to_string(), backed.to_string());
    [dialect.service().to_string(), name.to_owned(), tools, backed, cases.join(","), facts]
}

/// A line for each tool of a dialect.
fn tools(dialect: &dyn Dialect, out: &mut dyn Write) -> Result<(), CommandError> {
    let service = dialect.service();
    let (tools, name, provenance) = (dialect.tools(), dialect.name(), dialect.provenance());
    writeln!(out, "{service}: {} tools, dialect `{name}` ({provenance})", tools.len())?;
    let width = tools.iter().map(|tool| tool.name.len()).max().unwrap_or_default();
    for tool in tools {
        let effect = if dialect.is_backed(&tool.name) { effect(tool) } else { "not backed" };
        let description = tool.description.as_deref().unwrap_or_default();
        let line = format!("  {:width$}  {effect:10}  {description}", tool.name);
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// What a call does to the state, in one word, as the server says; many vendors say nothing.
fn effect(tool: &Tool) -> &'static str {
    let hints = tool.annotations.clone().unwrap_or_default();
    match (hints.read_only_hint, hints.destructive_hint, hints.idempotent_hint) {
        (Some(true), _, _) => "reads",
        (_, Some(true), _) => "replaces",
        (_, _, Some(true)) => "sets",
        (_, Some(false), _) => "adds",
        _ => "-",
    }
}
