//! `mcp-mock schema`: what files may say, for editors and other programs.

use std::io::Write;

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgMatches, Command};

use super::error::CommandError;
use mcp_mock::{Rules, Seed};

pub(super) const SCHEMA: &str = "schema";

const OF: &str = "of";
const OF_RULES: &str = "rules";
const OF_SEED: &str = "seed";

pub(super) fn command() -> Command {
    Command::new(SCHEMA).about("Print the JSON Schema of files for `--rules` or `--seed`").arg(
        Arg::new(OF)
            .value_name("OF")
            .help("Of which files")
            .default_value(OF_RULES)
            .value_parser(PossibleValuesParser::new([OF_RULES, OF_SEED])),
    )
}

pub(super) fn run(matches: &ArgMatches, out: &mut dyn Write) -> Result<(), CommandError> {
    let schema = match matches.get_one::<String>(OF).map(String::as_str) {
        Some(OF_SEED) => Seed::schema(),
        _ => Rules::schema(),
    };
    Ok(writeln!(out, "{schema:#}")?)
}
