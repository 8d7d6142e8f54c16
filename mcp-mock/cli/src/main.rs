//! The `mcp-mock` program: fake servers over standard input and output, or over HTTP.
#![forbid(unsafe_code)]

use std::io;
use std::process::ExitCode;

fn main() -> io::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (mut out, mut err) = (io::stdout(), io::stderr());
    let code = runtime.block_on(mcp_mock_cli::run(std::env::args_os(), &mut out, &mut err));
    // A thread that still reads from a terminal must not hold up the exit.
    runtime.shutdown_background();
    Ok(ExitCode::from(code))
}
