//! The options that every command takes.

use std::path::PathBuf;
use std::time::Duration;

use anstream::ColorChoice;
use clap::{ArgAction, Args, ValueEnum};
use jiff::SignedDuration;

/// Options that every command takes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(super) struct Globals {
    /// Read servers from this file (can be repeated; later files win)
    #[arg(short, long, global = true, value_name = "FILE", conflicts_with = "mocks")]
    pub(super) servers: Vec<PathBuf>,
    /// Use five fake services in this process instead of configured servers
    #[arg(long, global = true)]
    pub(super) mocks: bool,
    /// Print one JSON document
    ///
    /// An error is one line of JSON on stderr.
    #[arg(long, global = true)]
    pub(super) json: bool,
    /// Print results and errors only
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(super) quiet: bool,
    /// Say more about what is under way (can be repeated)
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(super) verbose: u8,
    /// When to use colours
    ///
    /// `NO_COLOR` and `CLICOLOR_FORCE` are respected by `auto`.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    color: Color,
    /// Leave out lines about what is under way
    #[arg(long, global = true)]
    pub(super) no_progress: bool,
    /// Keep what runs write in this folder
    #[arg(long, global = true, value_name = "DIR", default_value = ".orchestrator")]
    pub(super) state_dir: PathBuf,
    /// Give up a call after this time, such as `30s`
    ///
    /// In a workflow it is for steps that have no `timeout` of their own.
    #[arg(long, global = true, value_name = "TIME", value_parser = timeout)]
    pub(super) timeout: Option<Duration>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Color {
    /// On a terminal
    Auto,
    /// Into files and pipes too
    Always,
    /// Nowhere
    Never,
}

impl Globals {
    pub(super) fn colour(&self) -> ColorChoice {
        match self.color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        }
    }

    /// A command line that does something else with the same servers, for a person to type.
    pub(super) fn command(&self, rest: &str) -> String {
        let mut command = String::from("orchestrator");
        if self.mocks {
            command.push_str(" --mocks");
        }
        for file in &self.servers {
            command.push_str(" -s ");
            command.push_str(&file.display().to_string());
        }
        format!("{command} {rest}")
    }
}

fn timeout(text: &str) -> Result<Duration, String> {
    let parsed: Result<SignedDuration, _> = text.parse();
    let duration = parsed.ok().and_then(|duration| Duration::try_from(duration).ok());
    duration
        .filter(|duration| !duration.is_zero())
        .ok_or_else(|| "expected a time such as `500ms`, `30s` or `2m`".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_positive() {
        assert_eq!(timeout("1m 30s"), Ok(Duration::from_secs(90)));
        for text in ["0s", "-1s", "5", "soon", ""] {
            assert!(timeout(text).is_err(), "{text}");
        }
    }
}
