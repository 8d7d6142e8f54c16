//! Why a command failed: the kind of failure, its message, and what to do about it.

use std::io;

use serde::Serialize;

use super::exit::ExitCode;
use crate::call::FailureKind;
use crate::config::ConfigError;
use crate::manager::ManagerError;
use crate::plan::CheckError;
use crate::source::{Diagnostic, Source, Style};
use crate::workflow::WorkflowError;

/// A failed command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CommandError {
    pub(super) kind: ErrorKind,
    /// What is wrong, in one line or a few.
    pub(super) message: String,
    /// The same with source lines, for people; replaces the message.
    pub(super) rendered: Option<Box<str>>,
    /// What to do about it.
    pub(super) hints: Vec<String>,
    pub(super) server: Option<Box<str>>,
    pub(super) step: Option<Box<str>>,
}

/// The kinds of failures of commands. Each has one name for programs and one exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum ErrorKind {
    AuthRequired,
    Deadline,
    InDoubt,
    Internal,
    Interrupted,
    InvalidArguments,
    InvalidConfig,
    InvalidInputs,
    InvalidWorkflow,
    Killed,
    ProtocolBroken,
    Timeout,
    Tolerated,
    ToolIsError,
    ToolNotFound,
    Unreachable,
    UnknownServer,
    Usage,
}

/// A failed command for programs.
#[derive(Serialize)]
struct Document<'a> {
    error: Line<'a>,
}

#[derive(Serialize)]
struct Line<'a> {
    code: &'static str,
    exit: u8,
    message: &'a str,
    server: Option<&'a str>,
    step: Option<&'a str>,
    hint: Option<&'a str>,
}

impl CommandError {
    pub(super) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            rendered: None,
            hints: Vec::new(),
            server: None,
            step: None,
        }
    }

    pub(super) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    pub(super) fn with_server(mut self, server: &str) -> Self {
        self.server = Some(server.into());
        self
    }

    pub(super) fn with_step(mut self, step: &str) -> Self {
        self.step = Some(step.into());
        self
    }

    /// Arguments that clap refuses.
    pub(super) fn usage(error: &clap::Error) -> Self {
        let text = error.render().to_string();
        let first = text.lines().next().unwrap_or_default();
        let message = first.strip_prefix("error: ").unwrap_or(first);
        let rendered = Some(error.render().ansi().to_string().trim_end().into());
        Self { rendered, ..Self::new(ErrorKind::Usage, message) }
    }

    pub(super) fn panicked() -> Self {
        Self::new(ErrorKind::Internal, "the program failed where it must not")
            .with_hint("this is a fault of ours: please report it with the lines above")
    }

    pub(super) fn interrupted() -> Self {
        Self::new(ErrorKind::Interrupted, "stopped before the end")
    }

    /// A workflow that does not pass its check.
    pub(super) fn workflow(problems: &[Diagnostic], source: &Source) -> Self {
        let errors = problems.iter().filter(|problem| problem.is_error());
        let message: Vec<_> = errors.clone().map(|problem| placed(problem, source)).collect();
        let file = source.clone();
        let shown = WorkflowError { file, diagnostics: problems.to_vec() }.render(Style::Colour);
        let mut error = Self::new(ErrorKind::InvalidWorkflow, message.join("; "));
        error.hints = errors.filter_map(|problem| problem.help.clone()).take(1).collect();
        Self { rendered: Some(shown.into()), ..error }
    }

    /// A server that is unreachable.
    pub(super) fn unavailable(server: &str, reason: &str, kind: FailureKind) -> Self {
        let message = format!("server `{server}` is not available: {reason}");
        Self::new(ErrorKind::of_failure(kind), message).with_server(server)
    }

    /// What is printed with `--json`: one line.
    pub(super) fn to_json(&self) -> String {
        let error = Line {
            code: self.kind.code(),
            exit: self.kind.exit().code(),
            message: &self.message,
            server: self.server.as_deref(),
            step: self.step.as_deref(),
            hint: self.hints.first().map(String::as_str),
        };
        serde_json::to_string(&Document { error }).expect("strings and numbers are always JSON")
    }
}

impl ErrorKind {
    /// The name for programs.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::AuthRequired => "auth_required",
            Self::Deadline => "deadline",
            Self::InDoubt => "in_doubt",
            Self::Internal => "internal",
            Self::Interrupted => "interrupted",
            Self::InvalidArguments => "invalid_arguments",
            Self::InvalidConfig => "invalid_config",
            Self::InvalidInputs => "invalid_inputs",
            Self::InvalidWorkflow => "invalid_workflow",
            Self::Killed => "killed",
            Self::ProtocolBroken => "protocol_broken",
            Self::Timeout => "timeout",
            Self::Tolerated => "tolerated",
            Self::ToolIsError => "tool_is_error",
            Self::ToolNotFound => "tool_not_found",
            Self::Unreachable => "server_unreachable",
            Self::UnknownServer => "unknown_server",
            Self::Usage => "usage",
        }
    }

    /// The exit code.
    pub(super) fn exit(self) -> ExitCode {
        match self {
            Self::AuthRequired => ExitCode::Auth,
            Self::Deadline => ExitCode::Deadline,
            Self::InDoubt => ExitCode::InDoubt,
            Self::Internal => ExitCode::Bug,
            Self::Interrupted => ExitCode::Stopped,
            Self::InvalidArguments
            | Self::InvalidConfig
            | Self::InvalidInputs
            | Self::InvalidWorkflow
            | Self::UnknownServer
            | Self::Usage => ExitCode::Usage,
            Self::Killed => ExitCode::Killed,
            Self::ProtocolBroken | Self::Timeout | Self::Unreachable => ExitCode::Unreachable,
            Self::Tolerated => ExitCode::Tolerated,
            Self::ToolIsError | Self::ToolNotFound => ExitCode::Tool,
        }
    }

    /// What the failure of a call means for the command that made it.
    pub(super) fn of_failure(kind: FailureKind) -> Self {
        match kind {
            FailureKind::Auth => Self::AuthRequired,
            FailureKind::Cancelled => Self::Interrupted,
            FailureKind::Connection | FailureKind::Limit => Self::Unreachable,
            FailureKind::Deadline | FailureKind::Timeout => Self::Timeout,
            FailureKind::Expression => Self::InvalidWorkflow,
            FailureKind::Internal => Self::Internal,
            FailureKind::InvalidArguments
            | FailureKind::RateLimited
            | FailureKind::RpcError
            | FailureKind::ToolError => Self::ToolIsError,
            FailureKind::Protocol => Self::ProtocolBroken,
            FailureKind::UnknownServer => Self::UnknownServer,
            FailureKind::UnknownTool => Self::ToolNotFound,
        }
    }
}

impl From<io::Error> for CommandError {
    fn from(error: io::Error) -> Self {
        Self::new(ErrorKind::Internal, error.to_string())
    }
}

impl From<ConfigError> for CommandError {
    fn from(error: ConfigError) -> Self {
        let hint = error.diagnostics.iter().find_map(|problem| problem.help.clone());
        Self {
            rendered: Some(error.render(Style::Colour).into()),
            hints: hint.into_iter().collect(),
            ..Self::new(ErrorKind::InvalidConfig, error.to_string())
        }
    }
}

impl From<WorkflowError> for CommandError {
    fn from(error: WorkflowError) -> Self {
        Self::workflow(&error.diagnostics, &error.file)
    }
}

impl From<CheckError> for CommandError {
    fn from(error: CheckError) -> Self {
        match error {
            CheckError::Workflow(error) => error.into(),
            CheckError::UnknownServers(error) => {
                Self { kind: ErrorKind::UnknownServer, ..error.into() }
            }
            CheckError::Unavailable(away) => {
                Self::unavailable(&away.server, &away.reason, away.kind)
                    .with_step(away.step.as_str())
            }
        }
    }
}

impl From<ManagerError> for CommandError {
    /// The text is that of the failure: what the tool says comes without the name of its server.
    fn from(error: ManagerError) -> Self {
        let ManagerError { server, failure, .. } = error;
        let error = Self::new(ErrorKind::of_failure(failure.kind), failure.message);
        match failure.kind {
            FailureKind::UnknownServer => error,
            _ => error.with_server(&server),
        }
    }
}

fn placed(problem: &Diagnostic, source: &Source) -> String {
    if source.text.is_empty() {
        return problem.message.clone();
    }
    let (line, column) = source.position(problem.span.0.start);
    format!("{} ({}:{line}:{column})", problem.message, source.name)
}
