//! The built binary, started as a person would.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use crate::process::{self, Answer};

/// How long one command may take: the start of five servers on a busy machine, many times over.
const DEADLINE: Duration = Duration::from_secs(120);

pub(super) struct Binary {
    path: PathBuf,
}

impl Binary {
    /// Builds it without optimization, as `cargo run` does.
    pub(super) fn build() -> Result<Self> {
        crate::run("cargo build --quiet -p orchestrator", &[])?;
        Ok(Self { path: crate::target().join("debug/orchestrator") })
    }

    /// Runs a command in `folder` and waits for its end.
    pub(super) fn run(&self, folder: &Path, args: &[&str]) -> Result<Answer> {
        process::run(Command::new(&self.path).args(args).current_dir(folder), folder, DEADLINE)
    }
}
