//! Rules from a file, and the commands that print what rules and faults there are.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::ArgMatches;

use super::arguments::RULES;
use super::error::CommandError;
use mcp_mock::Notation;
use mcp_mock::{Fault, Rules, RulesError};
use mcp_mock::{MockServer, add_rules};

/// A file of rules that was read.
#[derive(Debug, Clone)]
pub(super) struct RulesFile {
    path: PathBuf,
    rules: Rules,
}

/// What is wrong with a file of rules.
#[derive(Debug, thiserror::Error)]
pub(super) enum RulesFileError {
    #[error("{}", placed(.path, .error))]
    Content { path: PathBuf, error: RulesError },
    #[error("failed to read rules file `{}`: {error}", .path.display())]
    Read { path: PathBuf, error: io::Error },
}

impl RulesFile {
    /// The files that were named, in their order.
    pub(super) fn of(matches: &ArgMatches) -> Result<Vec<Self>, CommandError> {
        let paths = matches.get_many::<PathBuf>(RULES).into_iter().flatten();
        paths.map(|path| Ok(Self::read(path)?)).collect()
    }

    fn read(path: &Path) -> Result<Self, RulesFileError> {
        let path = path.to_owned();
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) => return Err(RulesFileError::Read { path, error }),
        };
        match Rules::read(Notation::of(&path), &text) {
            Ok(rules) => Ok(Self { path, rules }),
            Err(error) => Err(RulesFileError::Content { path, error }),
        }
    }

    /// Sets the rules on the servers that they are about.
    pub(super) fn set(&self, servers: &[MockServer]) -> Result<(), CommandError> {
        let path = || self.path.clone();
        let added = add_rules(servers, &self.rules);
        added.map_err(|error| RulesFileError::Content { path: path(), error }.into())
    }
}

/// `mcp-mock faults`: what there is, and what a client sees.
pub(super) fn print_faults(out: &mut dyn Write) -> Result<(), CommandError> {
    Ok(out.write_all(Fault::reference().as_bytes())?)
}

/// Every line of the error, with the file before the place in it.
fn placed(path: &Path, error: &RulesError) -> String {
    let text = error.to_string();
    let lines: Vec<_> = text.lines().map(|line| format!("{}:{line}", path.display())).collect();
    lines.join("\n")
}
