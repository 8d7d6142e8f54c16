//! The command line: one file for each command, which reads arguments, asks the library, and reports.
//!
//! Results go to stdout; progress and diagnostics go to stderr. With `--json` stdout is one JSON
//! document, and an error is one line of JSON on stderr. Nothing here names the real streams: they
//! come in as a [`Console`]. Texts carry ANSI styles, which streams for pipes and files take out.

mod arguments;
mod assignment;
mod call;
mod console;
mod context;
mod error;
mod exit;
mod flags;
#[cfg(feature = "http")]
mod login;
#[cfg(not(feature = "http"))]
#[path = "login_without_http.rs"]
mod login;
mod prompt;
mod run;
mod selection;
mod servers;
mod signals;
mod tools;
mod version;

pub use console::Console;
pub use exit::ExitCode;

use std::ffi::OsString;
use std::panic::AssertUnwindSafe;

use anstream::ColorChoice;
use clap::Parser;
use futures_util::FutureExt;

use arguments::{Arguments, Command};
use context::CommandContext;
use error::{CommandError, ErrorKind};
use signals::Interrupt;

/// One start of the program: its arguments, read.
#[derive(Debug)]
pub struct Invocation {
    arguments: Result<Arguments, clap::Error>,
    /// Known even when the rest cannot be read, so that the error has the right form.
    is_json: bool,
}

impl Invocation {
    /// Reads arguments, the name of the program first.
    #[must_use]
    pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Self {
        let arguments: Vec<OsString> = arguments.into_iter().collect();
        let options = arguments.iter().take_while(|argument| *argument != "--");
        let is_json = options.clone().any(|argument| argument == "--json");
        Self { arguments: Arguments::try_parse_from(&arguments), is_json }
    }

    /// Whether to use colours, as the arguments say.
    #[must_use]
    pub fn colour(&self) -> ColorChoice {
        self.arguments.as_ref().map_or(ColorChoice::Auto, |arguments| arguments.globals.colour())
    }

    /// Carries the command out and reports on the console.
    pub fn run(self, mut console: Console<'_>) -> ExitCode {
        console.is_json = self.is_json;
        let result = match self.arguments {
            Ok(arguments) => {
                console.configure(&arguments.globals);
                start(&arguments, &mut console)
            }
            Err(error) => refuse(&error, &mut console),
        };
        let finished = console.finish();
        let result = result.and(finished);
        match result {
            Ok(()) => ExitCode::Success,
            Err(error) => {
                console.error(&error);
                error.kind.exit()
            }
        }
    }
}

/// Help and version are results; everything else that clap says is an error.
fn refuse(error: &clap::Error, console: &mut Console<'_>) -> Result<(), CommandError> {
    if error.use_stderr() {
        return Err(CommandError::usage(error));
    }
    console.print(&error.render().ansi().to_string());
    Ok(())
}

fn start(arguments: &Arguments, console: &mut Console<'_>) -> Result<(), CommandError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let result = runtime.block_on(supervise(arguments, console));
    // A pending read of stdin would keep the program from ending.
    runtime.shutdown_background();
    result
}

/// Carries the command out. The second wish of a person to stop drops it where it is: what it started
/// ends with it.
async fn supervise(arguments: &Arguments, console: &mut Console<'_>) -> Result<(), CommandError> {
    let (interrupt, mut signals) = signals::listen()?;
    let command = AssertUnwindSafe(dispatch(arguments, console, &interrupt)).catch_unwind();
    tokio::select! {
        biased;
        result = command => result.unwrap_or_else(|_| Err(CommandError::panicked())),
        () = signals.watch() => Err(CommandError::new(ErrorKind::Killed, "stopped at once")),
    }
}

async fn dispatch(
    arguments: &Arguments,
    console: &mut Console<'_>,
    interrupt: &Interrupt,
) -> Result<(), CommandError> {
    let context = &mut CommandContext { globals: &arguments.globals, console, interrupt };
    match &arguments.command {
        Command::Call(call) => call::call(call, context).await,
        Command::Run(run) => run::run(run, context).await,
        Command::Servers(servers) => servers::servers(servers, context).await,
        Command::Tools(tools) => tools::tools(tools, context).await,
        Command::Version => version::version(context.console),
    }
}
