//! Programs of other authors against this workspace: published servers, and servers and clients made with
//! the SDKs of other languages, and the examples for users of those.
//!
//! It needs node, npm, python3 and the registries npm and PyPI, so it is no part of `cargo test`.

mod examples;
mod matrix;
mod published;
mod scene;
mod session;

use std::io::Write;
use std::time::Instant;

use anyhow::{Result, ensure};

use examples::Example;
use matrix::Sdk;
use published::Server;
use scene::Scene;

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

/// The programs that are not there, each with the way to get it.
pub(crate) fn missing_tools() -> Vec<String> {
    install::missing(&TOOLS)
}

/// Installs what others have made, and lets it talk with the built binaries; `--short` takes one published
/// server, one SDK and no example.
pub(crate) fn run(args: &[String], out: &mut dyn Write) -> Result<()> {
    super::only_known(args, &["--short"])?;
    let missing = missing_tools();
    ensure!(missing.is_empty(), "{}", missing.join("; "));
    let is_complete = args.is_empty();
    let servers: Vec<&Server> = published::servers(is_complete);
    let sdks: Vec<&Sdk> = matrix::sdks(is_complete);
    let examples: &[Example] = if is_complete { &examples::EXAMPLES } else { &[] };

    let scene = Scene::set()?;
    let start = Instant::now();
    for server in &servers {
        install::install(&scene.cache, &server.package, out)?;
    }
    for sdk in &sdks {
        sdk.install(&scene.cache, out)?;
    }
    for example in examples {
        example.install(&scene.cache, out)?;
    }
    let installed = start.elapsed().as_secs_f64();

    let start = Instant::now();
    let mut misses = Vec::new();
    write!(out, "{}", published::check(&scene, &servers, &mut misses)?)?;
    write!(out, "\n{}", matrix::check(&scene, &sdks, &mut misses))?;
    if is_complete {
        write!(out, "\n{}", examples::check(&scene, examples, &mut misses))?;
    }
    misses.extend(scene.nothing_left().err().map(|error| format!("processes: {error:#}")));
    let checked = start.elapsed().as_secs_f64();

    ensure!(
        misses.is_empty(),
        "not as expected (see `{}`):\n  {}",
        scene.folder.display(),
        misses.join("\n  ")
    );
    let (servers, sdks, examples) = (servers.len(), sdks.len(), examples.len());
    writeln!(
        out,
        "\ninterop: {servers} servers, {sdks} SDKs and {examples} examples passed; \
         install {installed:.1} s, checks {checked:.1} s"
    )?;
    scene.clear()
}
