//! What every command works with.

use std::path::{Path, PathBuf};

use super::console::Console;
use super::error::CommandError;
use super::flags::Globals;
use super::prompt;
use super::signals::Interrupt;
use crate::config::Config;

/// Where servers are looked for when no file is named: the first that exists counts.
const FILES: [&str; 3] = [".mcp.json", ".vscode/mcp.json", ".cursor/mcp.json"];

/// The options that every command takes, where it writes to, and the wish of a person to stop.
pub(super) struct CommandContext<'a, 'c> {
    pub(super) globals: &'a Globals,
    pub(super) console: &'a mut Console<'c>,
    pub(super) interrupt: &'a Interrupt,
}

impl CommandContext<'_, '_> {
    /// Reads the configuration; a person on a terminal is asked for what it has no values for.
    pub(super) async fn config(&mut self) -> Result<Config, CommandError> {
        let Self { globals, console, interrupt } = self;
        let files = if globals.servers.is_empty() {
            FILES.iter().map(PathBuf::from).filter(|file| file.is_file()).take(1).collect()
        } else {
            globals.servers.clone()
        };
        let files: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
        let config = Config::read(&files, &|name| std::env::var(name).ok())?;
        if config.unanswered.is_empty() || !prompt::is_possible(console) {
            return Ok(config);
        }
        let answers = interrupt.or(prompt::answers(&config.unanswered, console)).await?;
        let environment = |name: &str| {
            let answer = answers.iter().find(|(variable, _)| variable == name);
            answer.map(|(_, answer)| answer.clone()).or_else(|| std::env::var(name).ok())
        };
        Ok(Config::read(&files, &environment)?)
    }
}
