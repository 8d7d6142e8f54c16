//! Servers of other authors, installed into a throw-away folder and used through the built binary.
//!
//! It needs node, npm, python3 and the registries npm and PyPI, so it is no part of `cargo test`.

mod binary;
mod check;
mod server;
mod table;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde_json::{Map, json};

use binary::Binary;
use server::{FILES, SCRIPT, SCRIPT_NAME, SERVERS, Server};

use crate::install::{self, NODE, NPM, Tool, write_file};

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

/// Installs the servers, writes a configuration with all of them, and checks what the binary makes of
/// it; `--short` takes one server of each language.
pub(crate) fn run(args: &[String], out: &mut dyn Write) -> Result<()> {
    super::only_known(args, &["--short"])?;
    let missing = missing_tools();
    ensure!(missing.is_empty(), "{}", missing.join("; "));
    let servers: Vec<_> = SERVERS.iter().filter(|it| it.is_in_short || args.is_empty()).collect();
    let binary = Binary::build()?;
    let cache = super::root().join("target/interop");
    let start = Instant::now();
    for server in &servers {
        install::install(&cache, &server.package, out)?;
    }
    let installed = start.elapsed().as_secs_f64();

    let scene = Scene::set(&cache, servers)?;
    let start = Instant::now();
    let findings = check::check(&binary, &scene);
    let checked = start.elapsed().as_secs_f64();

    write!(out, "{}", table::table(&findings.rows))?;
    let misses = findings.misses;
    ensure!(
        misses.is_empty(),
        "not as expected (see `{}`):\n  {}",
        scene.folder.display(),
        misses.join("\n  ")
    );
    let servers = scene.servers.len();
    writeln!(
        out,
        "interop: {servers} servers passed; install {installed:.1} s, checks {checked:.1} s"
    )?;
    scene.clear()
}

/// The servers of one run and the folder that they work in.
struct Scene {
    servers: Vec<&'static Server>,
    /// What the run writes. It is named by this process and is part of the command line of every
    /// server: what still runs under that name afterwards was left behind.
    folder: PathBuf,
    /// The configuration.
    config: PathBuf,
}

impl Scene {
    /// Writes what the servers need into a folder beside what is installed.
    fn set(cache: &Path, servers: Vec<&'static Server>) -> Result<Self> {
        let folder = cache.join(format!("run-{}", std::process::id()));
        let files = folder.join(FILES);
        fs::create_dir_all(&files).with_context(|| format!("cannot make `{}`", files.display()))?;
        write_file(&folder.join(SCRIPT_NAME), SCRIPT)?;
        let entry = |server: &&Server| (server.name.to_owned(), server.entry(cache, &folder));
        let entries: Map<_, _> = servers.iter().map(entry).collect();
        let config = folder.join(".mcp.json");
        write_file(&config, &json!({ "mcpServers": entries }).to_string())?;
        Ok(Self { servers, folder, config })
    }

    /// Whether all servers are in it.
    fn is_complete(&self) -> bool {
        self.servers.len() == SERVERS.len()
    }

    fn clear(&self) -> Result<()> {
        fs::remove_dir_all(&self.folder)
            .with_context(|| format!("cannot remove `{}`", self.folder.display()))
    }
}
