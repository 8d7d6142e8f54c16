//! `mcp-mock replay`: serves a tape.

use std::io::Write;
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgMatches, Command, value_parser};

use super::arguments::{HTTP, TOKEN, http, keep_running};
use super::error::CommandError;
use super::http;
use mcp_mock_cassette::{Matching, Replay, Tape};

pub(super) const REPLAY: &str = "replay";

const MATCH: &str = "match";
const TAPE: &str = "tape";

const ABOUT: &str = "\
Serve what `mcp-mock record` wrote, over standard input and output, or over HTTP

A call that is not on the tape is answered by an error that shows the closest one and where it differs. \
Clients of every protocol revision are served, whatever was recorded.";

pub(super) fn command() -> Command {
    Command::new(REPLAY)
        .about("Serve what `mcp-mock record` wrote, over standard input and output, or over HTTP")
        .long_about(ABOUT)
        .arg(
            Arg::new(TAPE)
                .value_name("TAPE")
                .help("The file")
                .required(true)
                .value_parser(value_parser!(PathBuf)),
        )
        .arg(
            Arg::new(MATCH)
                .long(MATCH)
                .value_name("HOW")
                .help(
                    "How a call finds its recording: in the order of the tape and all equal, by tool \
                     and arguments, or by the tool alone",
                )
                .default_value(Matching::default().as_str())
                .value_parser(PossibleValuesParser::new(Matching::ALL.map(Matching::as_str))),
        )
        .arg(http().help("Serve over HTTP at this address instead, such as `127.0.0.1:0`"))
        .arg(
            Arg::new(TOKEN)
                .long(TOKEN)
                .value_name("TOKEN")
                .help("Demand this bearer token with every request")
                .requires(HTTP),
        )
        .arg(keep_running().requires(HTTP))
}

pub(super) async fn run(matches: &ArgMatches, out: &mut dyn Write) -> Result<(), CommandError> {
    let path = matches.get_one::<PathBuf>(TAPE).cloned().unwrap_or_default();
    let matching = matches.get_one::<String>(MATCH).and_then(|name| name.parse::<Matching>().ok());
    let replay = Replay::new(Tape::load(path)?).with_matching(matching.unwrap_or_default());
    if matches.contains_id(HTTP) {
        http::replay(&replay, matches, out).await
    } else {
        Ok(replay.serve_stdio().await?)
    }
}
