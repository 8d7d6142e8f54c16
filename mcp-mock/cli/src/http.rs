//! Serving on a port: one ready line, then requests until the end.

use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;

use clap::ArgMatches;
use mcp_core::server::Dispatch;
use serde_json::{Map, Value, json};
use tokio::io::AsyncReadExt;

use super::arguments::{CONTROL, HTTP, KEEP_RUNNING, TLS, TOKEN};
use super::error::CommandError;
use super::setup::WorldSetup;
use super::signals::Signals;
use crate::control::{self, Control};
use mcp_mock::world::World;
use mcp_mock::{MockHttpOptions, MockHttpServer, MockServer};
use mcp_mock_cassette::Replay;
use mcp_mock_conformance::Fixture;

pub(super) use mcp_mock::MockHttpError as HttpError;

/// Bytes of standard input that are read, and thrown away, at a time.
const INPUT_BYTES: usize = 1024;

/// Serves these servers until the end. Their world is the first of those that the control plane knows.
pub(super) async fn serve(
    setup: WorldSetup,
    (world, servers): (World, Vec<MockServer>),
    matches: &ArgMatches,
    out: &mut dyn Write,
) -> Result<(), CommandError> {
    let is_only = servers.len() == 1;
    let server = Control::open(Arc::new(setup), world, servers, options(matches, HTTP)).await?;
    let mut ready = ready(&server);
    if is_only {
        ready["url"] = json!(server.url());
    }
    serve_until_the_end(server, matches, &ready, out).await
}

/// Serves the client at standard input and output, which belong to the protocol; so the ready line of the
/// control plane is on standard error.
pub(super) async fn serve_stdio(
    setup: WorldSetup,
    (world, servers): (World, Vec<MockServer>),
    matches: &ArgMatches,
    err: &mut dyn Write,
) -> Result<(), CommandError> {
    let Some(server) = servers.first().cloned() else { return Ok(()) };
    let control = Control::open(Arc::new(setup), world, servers, options(matches, CONTROL)).await?;
    writeln!(err, "{}", ready(&control))?;
    err.flush()?;
    let served = server.serve_stdio().await;
    control.close().await;
    Ok(served?)
}

/// The ready line: where everything is served.
fn ready(server: &MockHttpServer) -> Value {
    let urls = server.urls().map(|(name, url)| (name.to_owned(), json!({ "url": url })));
    let mut ready = json!({
        "ready": true,
        "pid": std::process::id(),
        "control": format!("{}{}", server.origin(), control::PREFIX),
        "services": urls.collect::<Map<_, _>>(),
    });
    if let Some(root) = server.root_certificate() {
        ready["root_certificate"] = json!(root);
    }
    ready
}

/// Serves the fixture of the conformance suite until the end.
pub(super) async fn conformance(
    matches: &ArgMatches,
    out: &mut dyn Write,
) -> Result<(), CommandError> {
    let fixture = Arc::new(Dispatch(Fixture::start()));
    let server =
        MockHttpServer::serving(vec![(String::new(), fixture)], options(matches, HTTP)).await?;
    let ready = json!({ "ready": true, "pid": std::process::id(), "url": server.url() });
    serve_until_the_end(server, matches, &ready, out).await
}

/// Serves a tape until the end.
pub(super) async fn replay(
    replay: &Replay,
    matches: &ArgMatches,
    out: &mut dyn Write,
) -> Result<(), CommandError> {
    let server = replay.serve_http(options(matches, HTTP)).await?;
    let ready = json!({ "ready": true, "pid": std::process::id(), "url": server.url() });
    serve_until_the_end(server, matches, &ready, out).await
}

/// Listens where the argument of that name says.
fn options(matches: &ArgMatches, name: &str) -> MockHttpOptions {
    let mut options = MockHttpOptions::default();
    if let Some(address) = matches.get_one::<SocketAddr>(name) {
        options = options.with_address(*address);
    }
    let certificate = matches.try_get_one::<String>(TLS).ok().flatten();
    options.certificate = certificate.and_then(|name| name.parse().ok());
    match matches.get_one::<String>(TOKEN) {
        Some(token) => options.with_token(token),
        None => options,
    }
}

async fn serve_until_the_end(
    server: MockHttpServer,
    matches: &ArgMatches,
    ready: &Value,
    out: &mut dyn Write,
) -> Result<(), CommandError> {
    // Signals are handled from here on: whoever reads the line may send one at once.
    let mut signals = Signals::new()?;
    writeln!(out, "{ready}")?;
    out.flush()?;
    if matches.get_flag(KEEP_RUNNING) {
        signals.came().await;
    } else {
        tokio::select! {
            () = input_ended() => {}
            () = signals.came() => {}
        }
    }
    server.close().await;
    Ok(())
}

/// Waits for the end of standard input. What comes before it says nothing.
async fn input_ended() {
    let (mut input, mut ignored) = (tokio::io::stdin(), [0; INPUT_BYTES]);
    while input.read(&mut ignored).await.is_ok_and(|count| count > 0) {}
}
