//! Everything that can stand on the command line.

use clap::{Parser, Subcommand};

use super::call::CallArguments;
use super::flags::Globals;
use super::run::RunArguments;
use super::servers::ServersArguments;
use super::tools::ToolsArguments;

/// Connect to many MCP servers, call their tools, and run workflows over them
///
/// Servers come from `.mcp.json`, `.vscode/mcp.json` or `.cursor/mcp.json`, the
/// first that exists. With `--mocks` every command works on five fake services
/// instead, without any set-up.
///
/// Results go to stdout, progress and diagnostics to stderr. Exit codes:
///    0  done
///    1  a fault of this program
///    2  wrong usage, or a file that failed its check
///    3  a server wants authentication
///    4  a server cannot be reached, or broke the protocol
///    5  a tool failed
///    6  a failure was tolerated, and `--strict` is set
///    7  stopped by a person
///    8  the deadline of the run passed
///   10  a call may have happened, and nobody can say
#[derive(Debug, Parser)]
#[command(name = "orchestrator", version, verbatim_doc_comment)]
pub(super) struct Arguments {
    #[command(flatten)]
    pub(super) globals: Globals,
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Call(CallArguments),
    Run(RunArguments),
    Servers(ServersArguments),
    Tools(ToolsArguments),
    /// Show the version of the program and the protocol revisions that it speaks
    Version,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn arguments_are_sound() {
        Arguments::command().debug_assert();
    }
}
