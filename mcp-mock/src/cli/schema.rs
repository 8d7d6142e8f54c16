//! `mcp-mock schema`: what files may say, for editors and other programs.

use std::io::Write;

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgMatches, Command};

use super::error::CommandError;
use crate::script::schema;
use crate::world::seed_schema;

pub(super) const SCHEMA: &str = "schema";

const OF: &str = "of";
const RULES: &str = "rules";
const SEED: &str = "seed";

pub(super) fn command() -> Command {
    Command::new(SCHEMA).about("Print the JSON Schema of files for `--rules` or `--seed`").arg(
        Arg::new(OF)
            .value_name("OF")
            .help("Of which files")
            .default_value(RULES)
            .value_parser(PossibleValuesParser::new([RULES, SEED])),
    )
}

pub(super) fn run(matches: &ArgMatches, out: &mut dyn Write) -> Result<(), CommandError> {
    let schema = match matches.get_one::<String>(OF).map(String::as_str) {
        Some(SEED) => seed_schema(),
        _ => schema(),
    };
    Ok(writeln!(out, "{schema:#}")?)
}
