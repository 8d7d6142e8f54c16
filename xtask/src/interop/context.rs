//! The programs and folders of one run, and the check that no process outlives it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

/// The time that the system may need to remove a process that has ended.
const REMOVAL: Duration = Duration::from_secs(1);

pub(super) struct RunContext {
    /// The installed packages, for all runs.
    pub(super) cache: PathBuf,
    /// The output of the run. Its name holds the id of this process and is in the command line of every program,
    /// so that a process that outlives the run is found by it.
    pub(super) folder: PathBuf,
    pub(super) orchestrator: PathBuf,
    /// A copy in the folder, so that its command line holds the name of the folder.
    pub(super) mock: PathBuf,
}

impl RunContext {
    /// Builds the binaries without optimization, as `cargo run` does, and makes the folder.
    pub(super) fn prepare() -> Result<Self> {
        crate::run(crate::BUILD_PROGRAMS, &[])?;
        let cache = crate::root().join("target/interop");
        let folder = cache.join(format!("run-{}", std::process::id()));
        make(&folder)?;
        let built = crate::target().join("debug");
        let mock = folder.join("mcp-mock");
        fs::copy(built.join("mcp-mock"), &mock).context("cannot copy `mcp-mock`")?;
        Ok(Self { cache, folder, orchestrator: built.join("orchestrator"), mock })
    }

    /// Creates a folder in the folder of the run.
    pub(super) fn subfolder(&self, name: &str) -> Result<PathBuf> {
        let folder = self.folder.join(name);
        make(&folder)?;
        Ok(folder)
    }

    /// The part that every command line holds.
    pub(super) fn marker(&self) -> String {
        self.folder.display().to_string()
    }

    /// Fails when a process of the run is still running.
    pub(super) fn check_no_process_left(&self) -> Result<()> {
        let end = Instant::now() + REMOVAL;
        loop {
            let left = processes(&self.marker())?;
            if left.is_empty() {
                return Ok(());
            }
            ensure!(Instant::now() < end, "left behind: {}", left.join("; "));
            sleep(REMOVAL / 20);
        }
    }

    pub(super) fn remove(&self) -> Result<()> {
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
