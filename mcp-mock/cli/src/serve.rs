//! `mcp-mock serve`: one service over standard input and output, or several over HTTP.

use std::io::Write;

use clap::ArgMatches;

use super::arguments::{CONTROL, HTTP};
use super::error::CommandError;
use super::http;
#[cfg(unix)]
use super::process;
use super::setup::WorldSetup;
use mcp_mock::MockServer;

pub(super) async fn run(
    matches: &ArgMatches,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<(), CommandError> {
    let setup = WorldSetup::of(matches)?;
    let (world, servers) = setup.stage()?;
    #[cfg(unix)]
    let misbehave = process::misbehave;
    #[cfg(not(unix))]
    let misbehave = |_| Err(std::io::Error::other("it needs signals, which only Unix has"));
    servers.iter().for_each(|server| server.own_process(misbehave));
    if matches.contains_id(HTTP) {
        return http::serve(setup, (world, servers), matches, out).await;
    }
    let [server] = servers.as_slice() else {
        let services = servers.iter().map(MockServer::name).collect();
        return Err(CommandError::SeveralServices { services });
    };
    if matches.contains_id(CONTROL) {
        return http::serve_stdio(setup, (world, servers), matches, err).await;
    }
    Ok(server.serve_stdio().await?)
}
