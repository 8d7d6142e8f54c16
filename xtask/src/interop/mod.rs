//! Programs of other authors against this workspace: published servers, and servers and clients made with
//! the SDKs of other languages, and the examples for users of those.
//!
//! It needs node, npm, python3 and the registries npm and PyPI, so it is no part of `cargo test`.

mod context;
mod examples;
mod matrix;
mod published;
mod session;

use std::io::Write;
use std::time::Instant;

use anyhow::{Result, ensure};

use context::RunContext;
use examples::Example;
use matrix::Sdk;
use published::Server;

use crate::install::{self, NODE, NPM, Tool};

const TOOLS: [Tool; 4] = [
    NODE,
    NPM,
    Tool { name: "ps", proof: &["ps", "-o", "pid="], help: "`apt-get install procps`" },
    Tool {
        name: "python3 with venv",
        proof: &["python3", "-c", "import ensurepip, sys; assert sys.version_info >= (3, 10)"],
        help: "install Python 3.10 or newer, from https://python.org or with `apt-get install python3-venv`",
    },
];

/// The programs that are missing, each with the way to get it.
pub(crate) fn missing_tools() -> Vec<String> {
    install::missing(&TOOLS)
}

/// Installs the packages and runs them against the built binaries; `--short` takes one published server, one SDK
/// and no example.
pub(crate) fn run(args: &[String], out: &mut dyn Write) -> Result<()> {
    super::only_known(args, &["--short"])?;
    let missing = missing_tools();
    ensure!(missing.is_empty(), "{}", missing.join("; "));
    let is_complete = args.is_empty();
    let servers: Vec<&Server> = published::servers(is_complete);
    let sdks: Vec<&Sdk> = matrix::sdks(is_complete);
    let examples: &[Example] = if is_complete { &examples::EXAMPLES } else { &[] };

    let context = RunContext::prepare()?;
    let start = Instant::now();
    for server in &servers {
        install::install(&context.cache, &server.package, out)?;
    }
    for sdk in &sdks {
        sdk.install(&context.cache, out)?;
    }
    for example in examples {
        example.install(&context.cache, out)?;
    }
    let installed = start.elapsed().as_secs_f64();

    let start = Instant::now();
    let mut problems = Vec::new();
    write!(out, "{}", published::check(&context, &servers, &mut problems)?)?;
    write!(out, "\n{}", matrix::check(&context, &sdks, &mut problems))?;
    if is_complete {
        write!(out, "\n{}", examples::check(&context, examples, &mut problems))?;
    }
    problems
        .extend(context.check_no_process_left().err().map(|error| format!("processes: {error:#}")));
    let checked = start.elapsed().as_secs_f64();

    ensure!(
        problems.is_empty(),
        "not as expected (see `{}`):\n  {}",
        context.folder.display(),
        problems.join("\n  ")
    );
    let (servers, sdks, examples) = (servers.len(), sdks.len(), examples.len());
    writeln!(
        out,
        "\ninterop: {servers} servers, {sdks} SDKs and {examples} examples passed; \
         install {installed:.1} s, checks {checked:.1} s"
    )?;
    context.remove()
}
