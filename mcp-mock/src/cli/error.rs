//! Why a command failed, and what to do about it.

use std::io::{self, Write};
use std::path::PathBuf;

use crate::server::ServeError;
use crate::world::SeedError;

/// Serving failed for a reason that is not in the arguments.
const EXIT_FAILED: u8 = 1;
/// The arguments or the seed cannot be used.
const EXIT_USAGE: u8 = 2;

#[derive(Debug, thiserror::Error)]
pub(super) enum CommandError {
    #[error(transparent)]
    Arguments(#[from] clap::Error),
    #[error("failed to print: {error}")]
    Print { error: io::Error },
    #[error("`{}`: {error}", .path.display())]
    SeedContent { path: PathBuf, error: SeedError },
    #[error("failed to read seed file `{}`: {error}", .path.display())]
    SeedFile { path: PathBuf, error: io::Error },
    #[error("{}:{line}:{column}: {message}", .path.display())]
    SeedText { path: PathBuf, line: usize, column: usize, message: String },
    #[error(transparent)]
    Serve(#[from] ServeError),
    #[error("one service per process over stdio, got {}", quoted(.services, ""))]
    SeveralServices { services: Vec<&'static str> },
    #[error("{message}")]
    UnknownTool { message: String },
}

impl CommandError {
    /// What is wrong with a seed, with its place once.
    pub(super) fn seed_text(path: PathBuf, error: &serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        let message = error.to_string();
        let place = format!(" at line {line} column {column}");
        let message = message.strip_suffix(&place).unwrap_or(&message).to_owned();
        // At the end of the text the parser has read no column of the line.
        Self::SeedText { path, line, column: column.max(1), message }
    }

    pub(super) fn exit_code(&self) -> u8 {
        match self {
            Self::Print { .. } | Self::Serve(_) => EXIT_FAILED,
            _ => EXIT_USAGE,
        }
    }

    /// Tells what is wrong and what to do about it.
    pub(super) fn tell(&self, err: &mut dyn Write) -> io::Result<()> {
        // The parser of arguments has an own way to put things.
        if let Self::Arguments(error) = self {
            return write!(err, "{}", error.render());
        }
        writeln!(err, "error: {self}")?;
        match self.help() {
            Some(help) => writeln!(err, "help: {help}"),
            None => Ok(()),
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::Arguments(_) | Self::Print { .. } | Self::Serve(_) => None,
            Self::SeedContent { .. } | Self::SeedText { .. } => {
                Some("correct the file, or leave out `--seed` for the demo content".to_owned())
            }
            Self::SeedFile { .. } => {
                Some("correct the path, or leave out `--seed` for the demo content".to_owned())
            }
            Self::SeveralServices { services } => {
                let commands = quoted(services, "mcp-mock serve ");
                Some(format!("start a process for each: {commands}"))
            }
            Self::UnknownTool { .. } => {
                Some("`mcp-mock list` shows the tools of every service".to_owned())
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
