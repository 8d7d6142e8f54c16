//! Servers of other authors, installed into a throw-away folder and used through the built binary.
//!
//! It needs node, npm, python3 and the registries npm and PyPI, so it is no part of `cargo test`.

mod binary;
mod check;
mod install;
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

pub(crate) use install::missing_tools;

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

fn write_file(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).with_context(|| format!("cannot write `{}`", path.display()))
}
