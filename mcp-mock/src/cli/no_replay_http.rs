//! What a build without HTTP says when a tape is to be served over it.

use std::io::Write;

use clap::ArgMatches;

use super::error::CommandError;
use super::no_http::HttpError;
use crate::cassette::Replay;

pub(super) async fn serve(
    _replay: &Replay,
    _matches: &ArgMatches,
    _out: &mut dyn Write,
) -> Result<(), CommandError> {
    Err(HttpError.into())
}
