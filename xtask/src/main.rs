//! Build tasks of the workspace: `cargo xtask help` lists them.
//!
//! It imports none of the workspace's crates, so that it builds when they do not.
#![forbid(unsafe_code)]

mod bench;
mod ci;
mod conformance;
mod install;
mod interop;
mod listener;
mod process;
mod table;
mod tidy;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};

const HELP: &str = "\
usage: cargo xtask <command>

  ci [STEP…]         everything that continuous integration checks, or only these steps
  tidy               checks of the repository itself: crates, rooms, layout, sizes, words, README
  bench [--quick] [--check]
                     the benchmarks of all crates, as ratios
  conformance [--client|--server] [--revision R] [--scenario NAME]
                     the suite of the protocol's authors, against server and client
  interop [--short]  servers and clients of other authors, from npm, PyPI and crates.io
  help               this text
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&args, &mut io::stdout()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // A closed stderr leaves no way to report.
            writeln!(io::stderr(), "error: {error:#}").ok();
            ExitCode::FAILURE
        }
    }
}

fn dispatch(args: &[String], out: &mut dyn Write) -> Result<()> {
    let (command, rest) = match args.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("help", args),
    };
    match command {
        "bench" => bench::run(rest, out),
        "ci" => ci::run(rest, out),
        "conformance" => conformance::run(rest, out),
        "help" | "--help" | "-h" => Ok(out.write_all(HELP.as_bytes())?),
        "interop" => interop::run(rest, out),
        "tidy" => tidy::run(rest, out),
        _ => bail!("unknown command `{command}`; `cargo xtask help` lists them"),
    }
}

/// Builds the programs for `interop` and `conformance`. One set of features for all: the crates that they share are
/// built once, most of them by the README's command.
const BUILD_PROGRAMS: &str =
    "cargo build --quiet -p orchestrator -p mcp-mock-cli -p mcp-mock-conformance";

/// The root of the repository.
fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}

/// The folder of cargo's build results.
fn target() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR");
    root().join(target.map_or_else(|| "target".into(), PathBuf::from))
}

/// A command line, split at white space, with the root as current folder.
fn command(line: &str) -> Result<Command> {
    let mut words = line.split_whitespace();
    let program = words.next().context("an empty command line")?;
    let mut command = Command::new(program);
    command.args(words).current_dir(root());
    Ok(command)
}

/// Runs a command line and fails when it does.
fn run(line: &str, env: &[(&str, &str)]) -> Result<()> {
    let status = command(line)?
        .envs(env.iter().copied())
        .status()
        .with_context(|| format!("cannot start `{line}`"))?;
    if !status.success() {
        bail!("`{line}` failed ({status})");
    }
    Ok(())
}

/// The stdout of a command line.
fn output(line: &str) -> Result<String> {
    let output = command(line)?.output().with_context(|| format!("cannot start `{line}`"))?;
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        bail!("`{line}` failed ({}): {}", output.status, stderr.trim());
    }
    String::from_utf8(output.stdout).with_context(|| format!("`{line}` wrote invalid UTF-8"))
}

/// Refuses arguments that a command does not know.
fn only_known(args: &[String], known: &[&str]) -> Result<()> {
    match args.iter().find(|arg| !known.contains(&arg.as_str())) {
        Some(arg) if known.is_empty() => bail!("unexpected argument `{arg}`"),
        Some(arg) => bail!("unknown argument `{arg}`; known: {}", known.join(", ")),
        None => Ok(()),
    }
}
