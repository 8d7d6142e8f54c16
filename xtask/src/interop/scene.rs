//! Where a run takes place, and what must not outlive it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

/// The features of the README's command, which has built it already in continuous integration.
const BUILD_ORCHESTRATOR: &str = "cargo build --quiet -p orchestrator";

/// How long the system may need to bury a process that has ended.
const BURIAL: Duration = Duration::from_secs(1);

pub(super) struct Scene {
    /// What is installed, for all runs.
    pub(super) cache: PathBuf,
    /// What the run writes. It is named by this process and is part of the command line of every
    /// program: what still runs under that name afterwards was left behind.
    pub(super) folder: PathBuf,
    pub(super) orchestrator: PathBuf,
    /// A copy in the folder, which thereby has the name of the run in its command line.
    pub(super) mock: PathBuf,
}

impl Scene {
    /// Builds the binaries without optimization, as `cargo run` does, and makes the folder.
    pub(super) fn set() -> Result<Self> {
        crate::run(BUILD_ORCHESTRATOR, &[])?;
        crate::run(crate::BUILD_FAKES, &[])?;
        let cache = crate::root().join("target/interop");
        let folder = cache.join(format!("run-{}", std::process::id()));
        make(&folder)?;
        let built = crate::target().join("debug");
        let mock = folder.join("mcp-mock");
        fs::copy(built.join("mcp-mock"), &mock).context("cannot copy `mcp-mock`")?;
        Ok(Self { cache, folder, orchestrator: built.join("orchestrator"), mock })
    }

    /// A folder of that name in that of the run.
    pub(super) fn part(&self, name: &str) -> Result<PathBuf> {
        let folder = self.folder.join(name);
        make(&folder)?;
        Ok(folder)
    }

    /// What every command line holds.
    pub(super) fn mark(&self) -> String {
        self.folder.display().to_string()
    }

    /// Fails when a process of the run still runs.
    pub(super) fn nothing_left(&self) -> Result<()> {
        let end = Instant::now() + BURIAL;
        loop {
            let left = processes(&self.mark())?;
            if left.is_empty() {
                return Ok(());
            }
            ensure!(Instant::now() < end, "left behind: {}", left.join("; "));
            sleep(BURIAL / 20);
        }
    }

    pub(super) fn clear(&self) -> Result<()> {
        fs::remove_dir_all(&self.folder)
            .with_context(|| format!("cannot remove `{}`", self.folder.display()))
    }
}

fn make(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make `{}`", folder.display()))
}

/// The processes that have `mark` in their command line.
fn processes(mark: &str) -> Result<Vec<String>> {
    let mut ps = Command::new("ps");
    let output = ps.args(["-axww", "-o", "pid=,command="]).output().context("cannot start `ps`")?;
    ensure!(output.status.success(), "`ps` failed ({})", output.status);
    let lines = String::from_utf8_lossy(&output.stdout);
    Ok(lines.lines().filter(|line| line.contains(mark)).map(str::to_owned).collect())
}
