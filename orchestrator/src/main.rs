//! The program `orchestrator`: names the real streams and hands over to the library.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use anstream::AutoStream;
use orchestrator::cli::{Console, Invocation};

fn main() -> ExitCode {
    let invocation = Invocation::parse(std::env::args_os());
    let mut out = AutoStream::new(std::io::stdout(), invocation.colour());
    let mut err = AutoStream::new(std::io::stderr(), invocation.colour());
    let exit = invocation.run(Console::new(&mut out, &mut err));
    ExitCode::from(exit.code())
}
