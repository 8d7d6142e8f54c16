//! What a build without HTTP says when it is asked for it.

use std::io::Write;

use clap::ArgMatches;

use super::error::CommandError;
use super::setup::Setup;
use crate::cassette::Replay;
use crate::server::MockServer;
use crate::world::World;

/// This build cannot listen on a port.
#[derive(Debug, thiserror::Error)]
#[error(
    "this build serves over standard input and output only; \
     build with `--features http` to serve over HTTP"
)]
pub(super) struct HttpError;

pub(super) async fn serve(
    _setup: Setup,
    _stage: (World, Vec<MockServer>),
    _matches: &ArgMatches,
    _out: &mut dyn Write,
) -> Result<(), CommandError> {
    Err(HttpError.into())
}

pub(super) async fn serve_stdio(
    _setup: Setup,
    _stage: (World, Vec<MockServer>),
    _matches: &ArgMatches,
    _err: &mut dyn Write,
) -> Result<(), CommandError> {
    Err(HttpError.into())
}

pub(super) async fn conformance(
    _matches: &ArgMatches,
    _out: &mut dyn Write,
) -> Result<(), CommandError> {
    Err(HttpError.into())
}

pub(super) async fn replay(
    _replay: &Replay,
    _matches: &ArgMatches,
    _out: &mut dyn Write,
) -> Result<(), CommandError> {
    Err(HttpError.into())
}
