//! What to start, with which environment, and why it did not start.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::transport::line::LineOptions;

/// Variables that a child gets from this process without being asked for.
///
/// Enough to find programs, homes, time zones and languages. Everything else may hold a secret of
/// another server and has to be declared.
const PASSED_ON: [&str; 9] =
    ["HOME", "LANG", "LOGNAME", "PATH", "SHELL", "TERM", "TMPDIR", "TZ", "USER"];

/// Names that begin so are passed on, too.
const PASSED_ON_PREFIX: &str = "LC_";

/// A child process to start, and the time limits for it.
///
/// ```
/// use mcp_client::transport::stdio::ChildCommand;
///
/// let command = ChildCommand::new("npx")
///     .with_args(["-y", "@modelcontextprotocol/server-github"])
///     .with_env("GITHUB_TOKEN", "ghp_0123456789");
///
/// assert!(!format!("{command:?}").contains("ghp_"));
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChildCommand {
    /// Name to look up in `PATH`, or a path.
    pub program: String,
    /// Arguments. Other users of the machine can read them: no place for secrets.
    pub args: Vec<String>,
    /// Variables beside the few that every child gets; these win.
    pub env: BTreeMap<String, String>,
    /// Working directory, unless it is the one of this process.
    pub cwd: Option<PathBuf>,
    /// Limits of the messages.
    pub line: LineOptions,
    /// How long the child may live on after its input was closed.
    ///
    /// The default of 2 s is what servers on slow runtimes need to leave politely.
    pub eof_grace: Duration,
    /// How long it may live on after the polite signal that follows; 2 s by default.
    pub term_grace: Duration,
}

impl ChildCommand {
    /// Starts `program` without arguments.
    pub fn new(program: impl Into<String>) -> Self {
        Self {
            program: program.into(),
            args: Vec::new(),
            env: BTreeMap::new(),
            cwd: None,
            line: LineOptions::default(),
            eof_grace: Duration::from_secs(2),
            term_grace: Duration::from_secs(2),
        }
    }

    /// Adds arguments.
    #[must_use]
    pub fn with_args<A: Into<String>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Declares a variable of the environment.
    #[must_use]
    pub fn with_env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.env.insert(name.into(), value.into());
        self
    }

    /// Sets the working directory.
    #[must_use]
    pub fn with_cwd(mut self, cwd: impl Into<PathBuf>) -> Self {
        self.cwd = Some(cwd.into());
        self
    }

    /// Sets both graces of the shutdown.
    #[must_use]
    pub fn with_graces(mut self, eof_grace: Duration, term_grace: Duration) -> Self {
        self.eof_grace = eof_grace;
        self.term_grace = term_grace;
        self
    }

    /// The command for the system, with three pipes and the cleared environment.
    pub(super) fn prepare(&self) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(&self.args)
            .env_clear()
            .envs(std::env::vars_os().filter(|(name, _)| is_passed_on(&name.to_string_lossy())))
            .envs(&self.env)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if let Some(cwd) = &self.cwd {
            command.current_dir(cwd);
        }
        command
    }

    /// Puts what the system said into the words of a person who wrote this command.
    pub(super) fn spawn_error(&self, error: &io::Error) -> SpawnError {
        let program = self.program.clone();
        match (&self.cwd, error.kind()) {
            // The system reports both with the same code.
            (Some(cwd), _) if !cwd.is_dir() => {
                SpawnError::WorkingDirectory { program, cwd: cwd.clone() }
            }
            (_, io::ErrorKind::NotFound) => SpawnError::NotFound { program },
            _ => SpawnError::Io { program, message: error.to_string() },
        }
    }
}

/// Shows the names of the variables only: values may be secrets.
impl fmt::Debug for ChildCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChildCommand")
            .field("program", &self.program)
            .field("args", &self.args)
            .field("env", &self.env.keys())
            .field("cwd", &self.cwd)
            .finish_non_exhaustive()
    }
}

/// A child process that did not start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SpawnError {
    /// The system refused for another reason.
    #[error("failed to start `{program}`: {message}")]
    Io {
        /// The program as written in the command.
        program: String,
        /// The system's own words.
        message: String,
    },
    /// There is no such program.
    #[error("failed to start `{program}`: not found{}", place(.program))]
    NotFound {
        /// The program as written in the command.
        program: String,
    },
    /// Child processes are not available on this platform.
    #[error("failed to start `{program}`: child processes are not supported on this platform")]
    Unsupported {
        /// The program as written in the command.
        program: String,
    },
    /// The working directory does not exist.
    #[error("failed to start `{program}`: no directory `{}`", .cwd.display())]
    WorkingDirectory {
        /// The program as written in the command.
        program: String,
        /// The directory as written in the command.
        cwd: PathBuf,
    },
}

fn place(program: &str) -> &'static str {
    if program.contains(std::path::MAIN_SEPARATOR) { "" } else { " in PATH" }
}

fn is_passed_on(name: &str) -> bool {
    PASSED_ON.contains(&name) || name.starts_with(PASSED_ON_PREFIX)
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::*;

    #[track_caller]
    fn check(command: &ChildCommand, kind: io::ErrorKind, text: &str) {
        assert_eq!(command.spawn_error(&kind.into()).to_string(), text);
    }

    #[test]
    fn spawn_errors_name_what_is_missing() {
        let npx = ChildCommand::new("npx");

        check(&npx, io::ErrorKind::NotFound, "failed to start `npx`: not found in PATH");
        check(
            &ChildCommand::new("./server"),
            io::ErrorKind::NotFound,
            "failed to start `./server`: not found",
        );
        check(
            &npx.clone().with_cwd("/nowhere/at/all"),
            io::ErrorKind::NotFound,
            "failed to start `npx`: no directory `/nowhere/at/all`",
        );
        check(
            &npx.with_cwd("/"),
            io::ErrorKind::PermissionDenied,
            "failed to start `npx`: permission denied",
        );
    }

    #[test]
    fn environment_holds_the_allow_list_and_what_is_declared() {
        let command = ChildCommand::new("x").with_env("HOME", "/declared").with_env("TOKEN", "t");

        let prepared = command.prepare();

        let env: BTreeMap<_, _> = prepared.get_envs().collect();
        assert_eq!(env.get(OsStr::new("HOME")), Some(&Some(OsStr::new("/declared"))));
        assert_eq!(env.get(OsStr::new("TOKEN")), Some(&Some(OsStr::new("t"))));
        assert!(env.contains_key(OsStr::new("PATH")));
        assert!(!env.keys().any(|name| name.to_string_lossy().starts_with("CARGO")));
    }
}
