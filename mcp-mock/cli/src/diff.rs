//! `mcp-mock diff`: how far the catalogue of a real server is from that of a dialect.

use std::io::Write;

use clap::{Arg, ArgMatches, Command};
use mcp_client::{Client, ClientOptions};
use mcp_core::protocol::ProtocolVersion;

use super::arguments::{DIALECT, SERVICE, services};
use super::error::CommandError;
use super::real_server::{self, RealServer};
use mcp_mock::dialect::Dialect;
use mcp_mock::service::ServiceName;
use mcp_mock_cassette::drift::{Catalogue, Drift};

pub(super) const DIFF: &str = "diff";

const ABOUT: &str = "\
Compare the catalogue of a real server with that of a dialect

Prints what the real server has otherwise: tools, arguments and what their schemas demand, annotations, \
its name, its version and the protocol revision. Descriptions are not compared. Ends with 0 when nothing \
differs, with 1 when something does, and with 2 when there is nothing to compare.";

pub(super) fn command() -> Command {
    let command = Command::new(DIFF)
        .about("Compare the catalogue of a real server with that of a dialect")
        .long_about(ABOUT)
        .arg(
            Arg::new(SERVICE)
                .value_name("SERVICE")
                .help("Of which service the real server is")
                .required(true)
                .value_parser(services()),
        )
        .arg(
            Arg::new(DIALECT)
                .long(DIALECT)
                .value_name("NAME")
                .help("Which dialect to compare with, if not the first of a vendor"),
        );
    real_server::arguments(command)
}

pub(super) async fn run(matches: &ArgMatches, out: &mut dyn Write) -> Result<(), CommandError> {
    let (service, dialect) = dialect(matches)?;
    let real = RealServer::of(matches)?;
    let client = Client::open(&*real.connector, ClientOptions::default())
        .await
        .map_err(CommandError::real)?;
    let listed = client.list_tools().await;
    let (server, revision) = (client.server().clone(), client.version());
    client.close().await;
    let listed = listed.map_err(CommandError::real)?;
    let shipped = Catalogue {
        server: &dialect.info(),
        revision: dialect.versions().into_iter().max().unwrap_or(ProtocolVersion::LATEST_LEGACY),
        tools: dialect.tools(),
    };
    let drift =
        Drift::between(shipped, Catalogue { server: &server, revision, tools: &listed.entries });
    let (name, provenance) = (dialect.name(), dialect.provenance());
    writeln!(out, "{service} `{name}` ({provenance}) -> `{}`", real.name)?;
    for rejected in &listed.rejected {
        writeln!(out, "! {rejected}")?;
    }
    write!(out, "{drift}")?;
    if drift.is_none() { Ok(()) } else { Err(CommandError::Differs) }
}

fn dialect(matches: &ArgMatches) -> Result<(ServiceName, Box<dyn Dialect>), CommandError> {
    let service = matches.get_one::<String>(SERVICE).and_then(|name| name.parse().ok());
    let service = service.expect("the parser takes names of services only");
    let known = mcp_mock_dialects::names(service);
    // The first one is our own, which no real server speaks.
    let vendor = known.get(1).or_else(|| known.first()).copied().unwrap_or_default();
    let name = matches.get_one::<String>(DIALECT).map_or(vendor, String::as_str);
    let dialect = mcp_mock_dialects::named(service, name);
    let dialect =
        dialect.ok_or(CommandError::UnknownDialect { service, name: name.to_owned(), known })?;
    Ok((service, dialect))
}
