//! `mcp-mock serve`: one service over standard input and output.

use std::path::{Path, PathBuf};

use clap::ArgMatches;
use mcp_core::protocol::ProtocolVersion;

use super::arguments::{FAULT, PROTOCOL, RANDOM_SEED, SEED, SERVICE};
use super::error::CommandError;
use super::fault_rule::FaultRule;
use crate::dialect::unknown_tool;
use crate::script::{any_tool, tool};
use crate::server::MockServer;
use crate::service::ServiceName;
use crate::world::{Seed, World};

pub(super) async fn run(matches: &ArgMatches) -> Result<(), CommandError> {
    let service = only_service(matches)?;
    let world = world(matches)?;
    let server = world.server(service).speaking(versions(matches));
    for rule in matches.get_many::<FaultRule>(FAULT).into_iter().flatten() {
        set(&server, rule)?;
    }
    server.serve_stdio().await?;
    Ok(())
}

fn only_service(matches: &ArgMatches) -> Result<ServiceName, CommandError> {
    let named = matches.get_many::<String>(SERVICE).into_iter().flatten();
    let services: Vec<_> = named.filter_map(|name| ServiceName::parse(name)).collect();
    match services.as_slice() {
        [service] => Ok(*service),
        several => {
            let services = several.iter().map(|service| service.as_str()).collect();
            Err(CommandError::SeveralServices { services })
        }
    }
}

fn world(matches: &ArgMatches) -> Result<World, CommandError> {
    let random_seed = matches.get_one::<u64>(RANDOM_SEED).copied().unwrap_or_default();
    let Some(path) = matches.get_one::<PathBuf>(SEED) else { return Ok(World::new(random_seed)) };
    World::seeded(random_seed, read(path)?)
        .map_err(|error| CommandError::SeedContent { path: path.clone(), error })
}

fn read(path: &Path) -> Result<Seed, CommandError> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| CommandError::SeedFile { path: path.to_owned(), error })?;
    Seed::from_json(&text).map_err(|error| CommandError::seed_text(path.to_owned(), &error))
}

/// The revisions that were asked for; all when none was.
fn versions(matches: &ArgMatches) -> Vec<ProtocolVersion> {
    match matches.get_many::<String>(PROTOCOL) {
        Some(dates) => dates.filter_map(|date| ProtocolVersion::parse(date)).collect(),
        None => ProtocolVersion::ALL.to_vec(),
    }
}

fn set(server: &MockServer, rule: &FaultRule) -> Result<(), CommandError> {
    let matcher = match &rule.tool {
        None => any_tool(),
        Some(name) if server.dialect().listed_name(name).is_some() => tool(name),
        Some(name) => {
            let message = unknown_tool(name, server.name(), server.tools());
            return Err(CommandError::UnknownTool { message });
        }
    };
    let on = server.on(matcher);
    let on = match rule.times {
        Some(times) => on.times(times),
        None => on,
    };
    on.fault(rule.fault.clone());
    Ok(())
}
