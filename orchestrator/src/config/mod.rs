//! Which servers there are and how each is reached: `.mcp.json` and its relatives.
//!
//! Files with `mcpServers` (and `servers`, as VS Code has it) are read as they are, whatever their names;
//! our own options of a server stand under its member `orchestrator`. Nothing here starts a server, and
//! the environment comes in as an argument.
//!
//! A string that may hold a secret is a [`SecretString`]: it never shows its value. The source lines in
//! errors hide the literal values of `env` and `headers`, client secrets, and the queries of addresses.

mod endpoint;
mod entry;
mod env_file;
mod error;
mod file;
mod input;
mod interpolation;
mod options;
mod reader;
mod secret;
mod tokens;

pub use endpoint::{Endpoint, Login};
pub use error::ConfigError;
pub use input::Input;
pub use interpolation::Environment;
pub use options::{Era, ServerOptions};
pub use secret::SecretString;

use std::path::{Path, PathBuf};

use crate::source::{Code, Diagnostic, Source, Span};

/// Servers in all files together; each may be a process.
pub(crate) const SERVERS_MAX: usize = 256;

/// The servers of all configuration files.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Config {
    /// The servers, in the order in which they are first named.
    pub servers: Vec<ServerConfig>,
    /// What a person should know although nothing is wrong: "`github` of `a.json` is replaced …".
    pub notes: Vec<String>,
    /// Inputs that servers want and that no variable answers: who can ask a person reads again, with
    /// [`Input::variable`] in the environment.
    pub unanswered: Vec<Input>,
    /// The folder for logins, which are of the user and not of a project.
    pub tokens: Option<PathBuf>,
}

/// One server.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerConfig {
    /// The name that workflows use.
    pub name: String,
    /// How to reach it, or what is wrong with its entry; the other servers are not affected.
    pub launch: Result<Launch, ConfigError>,
    /// Our options for this server.
    pub options: ServerOptions,
    /// Where the entry is written.
    pub origin: Origin,
}

/// How a server is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Launch {
    /// Over HTTP.
    Http(Endpoint),
    /// As a child process, over its stdin and stdout.
    Process(Process),
}

/// A child process to start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    /// The program.
    pub command: SecretString,
    /// Its arguments.
    pub args: Vec<SecretString>,
    /// Variables that it gets besides the few that every child gets, in the order of the file.
    pub env: Vec<(String, SecretString)>,
    /// Its working folder; ours when there is none.
    pub cwd: Option<SecretString>,
}

/// The place of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Origin {
    /// The file name as it was given.
    pub file: String,
    /// The line of the server's name, from 1.
    pub line: usize,
    /// The column of the server's name in characters, from 1.
    pub column: usize,
}

impl Config {
    /// Reads files in order; a later file replaces servers of an earlier one.
    ///
    /// # Errors
    ///
    /// When a file cannot be read or is broken as a whole. What is wrong with one server is in its `launch`.
    pub fn read(paths: &[&Path], environment: &Environment<'_>) -> Result<Self, ConfigError> {
        let load = |path: &&Path| {
            let folder = file::absolute(file::project_folder(path));
            Ok((Source::read(path).map_err(ConfigError::without_place)?, folder))
        };
        let sources: Vec<_> = paths.iter().map(load).collect::<Result<_, ConfigError>>()?;
        Self::gather(&sources, environment)
    }

    /// Does the same as [`Config::read`] with sources in memory. Files that these name under `envFile`
    /// are read.
    ///
    /// # Errors
    ///
    /// When a source is broken as a whole.
    pub fn parse(sources: &[Source], environment: &Environment<'_>) -> Result<Self, ConfigError> {
        let folder =
            |source: &Source| file::project_folder(Path::new(&source.name)).display().to_string();
        let sources: Vec<_> =
            sources.iter().map(|source| (source.clone(), folder(source))).collect();
        Self::gather(&sources, environment)
    }

    fn gather(
        sources: &[(Source, String)],
        environment: &Environment<'_>,
    ) -> Result<Self, ConfigError> {
        let mut config = Self { tokens: tokens::folder(environment), ..Self::default() };
        for (source, folder) in sources {
            let contents = file::contents(source, folder, environment)?;
            contents.servers.into_iter().for_each(|server| config.add(server));
            for input in contents.unanswered {
                if config.unanswered.iter().all(|known| known.id != input.id) {
                    config.unanswered.push(input);
                }
            }
        }
        if config.servers.len() > SERVERS_MAX {
            let count = config.servers.len();
            let message = format!("{count} servers are configured, more than {SERVERS_MAX}");
            let problem = Diagnostic::error(Code::NumberRange, &Span::default(), message);
            return Err(ConfigError::without_place(problem));
        }
        Ok(config)
    }

    /// The server with this name.
    #[must_use]
    pub fn server(&self, name: &str) -> Option<&ServerConfig> {
        self.servers.iter().find(|server| server.name == name)
    }

    fn add(&mut self, server: ServerConfig) {
        match self.servers.iter_mut().find(|known| known.name == server.name) {
            None => self.servers.push(server),
            Some(known) => {
                let (name, old, new) = (&server.name, &known.origin, &server.origin);
                self.notes.push(format!("`{name}` of {old} is replaced by {new}"));
                *known = server;
            }
        }
    }
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

#[cfg(test)]
mod tests;
