//! What the arguments of `serve` make: a world, its servers and their rules.

use std::path::{Path, PathBuf};

use clap::ArgMatches;
use mcp_core::protocol::ProtocolVersion;

use super::arguments::{DIALECT, FAULT, LIMITS, PROTOCOL, RANDOM_SEED, SEED, SERVICE};
use super::error::CommandError;
use super::fault_rule::{FaultRule, Subject};
use super::rules::RulesFile;
use mcp_mock::Notation;
use mcp_mock::dialect::SIMPLE;
use mcp_mock::service::ServiceName;
use mcp_mock::world::{Seed, State, World};
use mcp_mock::{MockServer, servers_matching};
use mcp_mock::{any_tool, request, tool};

/// What separates a service from its dialect.
const OF: char = '=';

/// Everything that a world of the process begins with.
#[derive(Debug)]
pub(super) struct WorldSetup {
    random_seed: u64,
    state: State,
    /// What is served, each in its dialect.
    served: Vec<(ServiceName, String)>,
    versions: Option<Vec<ProtocolVersion>>,
    faults: Vec<FaultRule>,
    rules: Vec<RulesFile>,
}

impl WorldSetup {
    pub(super) fn of(matches: &ArgMatches) -> Result<Self, CommandError> {
        let random_seed = matches.get_one::<u64>(RANDOM_SEED).copied().unwrap_or_default();
        let faults = matches.get_many(FAULT).into_iter().flatten();
        Ok(Self {
            random_seed,
            state: state(matches, random_seed)?,
            served: served(matches)?,
            versions: versions(matches),
            faults: faults.cloned().collect(),
            rules: RulesFile::of(matches)?,
        })
    }

    /// A world as it begins, with those of its servers that are served.
    pub(super) fn stage(&self) -> Result<(World, Vec<MockServer>), CommandError> {
        let world = World::empty(self.random_seed);
        world.restore(self.state.clone());
        let servers = self.servers(&world);
        self.script(&servers)?;
        Ok((world, servers))
    }

    fn servers(&self, world: &World) -> Vec<MockServer> {
        let server = |(service, dialect): &(ServiceName, String)| {
            let server = world.server(*service);
            let server = match mcp_mock_dialects::named(*service, dialect) {
                Some(dialect) => server.in_dialect(dialect),
                None => server,
            };
            match &self.versions {
                Some(versions) => server.speaking(versions.clone()),
                None => server,
            }
        };
        self.served.iter().map(server).collect()
    }

    /// Sets the rules that the servers begin with.
    fn script(&self, servers: &[MockServer]) -> Result<(), CommandError> {
        self.faults.iter().try_for_each(|rule| set(servers, rule))?;
        self.rules.iter().try_for_each(|file| file.set(servers))
    }
}

impl crate::control::WorldFactory for WorldSetup {
    fn random_seed(&self) -> u64 {
        self.random_seed
    }

    fn state(&self) -> State {
        self.state.clone()
    }

    fn servers(&self, world: &World) -> Vec<MockServer> {
        self.servers(world)
    }

    fn script(&self, servers: &[MockServer]) {
        self.script(servers).expect("the same rules were set in the first world");
    }
}

/// What was named, each once, in the dialect that was asked for.
fn served(matches: &ArgMatches) -> Result<Vec<(ServiceName, String)>, CommandError> {
    let named = matches.get_many::<String>(SERVICE).into_iter().flatten();
    let mut served: Vec<(ServiceName, String)> = Vec::new();
    for service in named.filter_map(|name| name.parse().ok()) {
        if !served.iter().any(|(known, _)| *known == service) {
            served.push((service, SIMPLE.to_owned()));
        }
    }
    for wish in matches.get_many::<String>(DIALECT).into_iter().flatten() {
        let (place, name) = match (wish.split_once(OF), served.as_mut_slice()) {
            (Some((service, name)), served) => {
                (served.iter_mut().find(|it| it.0.as_str() == service), name)
            }
            (None, [only]) => (Some(only), wish.as_str()),
            (None, _) => return Err(CommandError::DialectOfWhich { name: wish.clone() }),
        };
        let place = place.ok_or_else(|| CommandError::DialectNotServed { wish: wish.clone() })?;
        place.1 = known_dialect(place.0, name)?.to_owned();
    }
    Ok(served)
}

/// The name of a dialect of the service.
pub(super) fn known_dialect(
    service: ServiceName,
    name: &str,
) -> Result<&'static str, CommandError> {
    let known = mcp_mock_dialects::names(service);
    let found = known.iter().copied().find(|known| *known == name);
    found.ok_or_else(|| CommandError::UnknownDialect { service, name: name.to_owned(), known })
}

fn state(matches: &ArgMatches, random_seed: u64) -> Result<State, CommandError> {
    let mut state = content(matches, random_seed)?;
    if matches.get_flag(LIMITS) {
        state.enforce_vendor_limits();
    }
    Ok(state)
}

fn content(matches: &ArgMatches, random_seed: u64) -> Result<State, CommandError> {
    let Some(path) = matches.get_one::<PathBuf>(SEED) else {
        return Ok(World::new(random_seed).state());
    };
    let mut state = State::empty(random_seed);
    let seeded = state.apply_seed(read(path)?);
    seeded.map_err(|error| CommandError::SeedContent { path: path.clone(), error })?;
    Ok(state)
}

fn read(path: &Path) -> Result<Seed, CommandError> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| CommandError::SeedFile { path: path.to_owned(), error })?;
    let read = Notation::of(path).read(&text);
    read.map_err(|error| CommandError::SeedText { path: path.to_owned(), error })
}

/// The revisions that were asked for, if any were.
fn versions(matches: &ArgMatches) -> Option<Vec<ProtocolVersion>> {
    let dates = matches.get_many::<String>(PROTOCOL)?;
    Some(dates.filter_map(|date| date.parse().ok()).collect())
}

/// Sets a fault on every server that has the tool.
fn set(servers: &[MockServer], rule: &FaultRule) -> Result<(), CommandError> {
    let (matcher, name) = match &rule.subject {
        Subject::AnyTool => (any_tool(), None),
        Subject::Request(kind) => (request(*kind), None),
        Subject::Tool(name) => (tool(name), Some(name.as_str())),
    };
    let servers = servers_matching(servers, None, name)
        .map_err(|message| CommandError::UnknownTool { message })?;
    for server in servers {
        let on = server.on(matcher.clone());
        let on = match rule.times {
            Some(times) => on.times(times),
            None => on,
        };
        on.fault(rule.fault.clone());
    }
    Ok(())
}
