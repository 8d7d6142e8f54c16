//! Why a command failed, and what to do about it.

use std::io::{self, Write};
use std::path::PathBuf;

use super::http::HttpError;
use super::rules::RulesFileError;
use mcp_mock::ServeError;
use mcp_mock::SyntaxError;
use mcp_mock::service::ServiceName;
use mcp_mock::world::SeedError;
use mcp_mock_cassette::{RecordError, TapeError};

/// Serving failed for a reason that is not in the arguments.
const EXIT_FAILED: u8 = 1;
/// The arguments or the seed cannot be used.
const EXIT_USAGE: u8 = 2;

#[derive(Debug, thiserror::Error)]
pub(super) enum CommandError {
    #[error(transparent)]
    Arguments(#[from] clap::Error),
    #[error("dialect `{wish}` is of a service that is not served")]
    DialectNotServed { wish: String },
    #[error("several services are served, and `{name}` is the dialect of one of them")]
    DialectOfWhich { name: String },
    #[error(transparent)]
    Http(#[from] HttpError),
    /// Said already, on standard output.
    #[error("the real server differs")]
    Differs,
    #[error("`{given}` is no header and variable")]
    HeaderForm { given: String },
    #[error("failed to print: {error}")]
    Print { error: io::Error },
    #[error(transparent)]
    Rules(#[from] RulesFileError),
    #[error("the real server cannot be used: {message}")]
    RealServer { message: String },
    #[error(transparent)]
    Record(#[from] RecordError),
    #[error("`{}`: {error}", .path.display())]
    SeedContent { path: PathBuf, error: SeedError },
    #[error("failed to read seed file `{}`: {error}", .path.display())]
    SeedFile { path: PathBuf, error: io::Error },
    #[error("{}:{error}", .path.display())]
    SeedText { path: PathBuf, error: SyntaxError },
    #[error(transparent)]
    Serve(#[from] ServeError),
    #[error("one service per process over stdio, got {}", quoted(.services, ""))]
    SeveralServices { services: Vec<&'static str> },
    #[error(transparent)]
    Tape(#[from] TapeError),
    #[error("dialect `{name}` is unknown for `{service}`; there are {}", quoted(.known, ""))]
    UnknownDialect { service: ServiceName, name: String, known: Vec<&'static str> },
    #[error("{message}")]
    UnknownTool { message: String },
    #[error("variable `{name}` is not in the environment, or empty")]
    Unset { name: String },
    #[error("{message}")]
    Url { message: String },
}

impl CommandError {
    /// The real server could not be reached, or does not answer like one.
    pub(super) fn real(error: impl std::fmt::Display) -> Self {
        Self::RealServer { message: error.to_string() }
    }

    pub(super) fn exit_code(&self) -> u8 {
        match self {
            Self::Record(RecordError::Exists { .. } | RecordError::Tape(_)) => EXIT_USAGE,
            Self::Differs | Self::Print { .. } | Self::Record(_) | Self::Serve(_) => EXIT_FAILED,
            _ => EXIT_USAGE,
        }
    }

    /// Tells what is wrong and what to do about it.
    pub(super) fn tell(&self, err: &mut dyn Write) -> io::Result<()> {
        // The parser of arguments has an own way to put things.
        if let Self::Arguments(error) = self {
            return write!(err, "{}", error.render());
        }
        if let Self::Differs = self {
            return Ok(());
        }
        writeln!(err, "error: {self}")?;
        match self.help() {
            Some(help) => writeln!(err, "help: {help}"),
            None => Ok(()),
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::Record(RecordError::Exists { .. }) => {
                Some("name another file, or go on with this one by `--append`".to_owned())
            }
            Self::HeaderForm { .. } => {
                Some("write both, such as `--header-env Authorization=GITHUB_TOKEN`".to_owned())
            }
            Self::Arguments(_)
            | Self::Differs
            | Self::Http(_)
            | Self::Print { .. }
            | Self::RealServer { .. }
            | Self::Record(_)
            | Self::Serve(_)
            | Self::Tape(_)
            | Self::Unset { .. }
            | Self::Url { .. } => None,
            Self::DialectNotServed { .. } | Self::DialectOfWhich { .. } => {
                Some("name both, such as `--dialect github=npm-2025.4.8`".to_owned())
            }
            Self::UnknownDialect { .. } => {
                Some("`mcp-mock list` shows the dialects of every service".to_owned())
            }
            Self::Rules(RulesFileError::Content { .. }) => {
                Some("correct the file; `mcp-mock schema` prints what may be written".to_owned())
            }
            Self::Rules(RulesFileError::Read { .. }) => Some("correct the path".to_owned()),
            Self::SeedContent { .. } | Self::SeedText { .. } => {
                Some("correct the file, or leave out `--seed` for the demo content".to_owned())
            }
            Self::SeedFile { .. } => {
                Some("correct the path, or leave out `--seed` for the demo content".to_owned())
            }
            Self::SeveralServices { services } => {
                let commands = quoted(services, "mcp-mock serve ");
                Some(format!("start a process for each: {commands}; or serve all over `--http`"))
            }
            Self::UnknownTool { .. } => {
                Some("`mcp-mock list SERVICE` shows the tools of a service".to_owned())
            }
        }
    }
}

impl From<io::Error> for CommandError {
    fn from(error: io::Error) -> Self {
        Self::Print { error }
    }
}

fn quoted(names: &[&str], prefix: &str) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{prefix}{name}`")).collect();
    quoted.join(", ")
}
