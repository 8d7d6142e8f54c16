//! The built binary, started as a person would.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// How long one command may take: the start of five servers on a busy machine, many times over.
const DEADLINE: Duration = Duration::from_secs(120);

/// How often the end of a command is looked for.
const PAUSE: Duration = Duration::from_millis(20);

pub(super) struct Binary {
    path: PathBuf,
}

/// What a command left behind.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) code: Option<i32>,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

impl Binary {
    /// Builds it without optimization, as `cargo run` does.
    pub(super) fn build() -> Result<Self> {
        let line = "cargo build --quiet -p orchestrator";
        crate::run(line, &[])?;
        let target = std::env::var_os("CARGO_TARGET_DIR");
        let target = target.map_or_else(|| "target".into(), PathBuf::from);
        Ok(Self { path: crate::root().join(target).join("debug/orchestrator") })
    }

    /// Runs a command in `folder` and waits for its end.
    pub(super) fn run(&self, folder: &Path, args: &[&str]) -> Result<Answer> {
        // Files take any amount of output without a reader.
        let (stdout, stderr) = (folder.join("stdout"), folder.join("stderr"));
        let mut child = Command::new(&self.path)
            .args(args)
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(File::create(&stdout)?)
            .stderr(File::create(&stderr)?)
            .spawn()
            .with_context(|| format!("cannot start `{}`", self.path.display()))?;
        let end = Instant::now() + DEADLINE;
        let status: ExitStatus = loop {
            if let Some(status) = child.try_wait()? {
                break status;
            }
            if Instant::now() > end {
                child.kill()?;
                child.wait()?;
                bail!("`orchestrator {}` did not end within {DEADLINE:?}", args.join(" "));
            }
            sleep(PAUSE);
        };
        Ok(Answer {
            code: status.code(),
            stdout: fs::read_to_string(&stdout).context("stdout of the binary")?,
            stderr: fs::read_to_string(&stderr).context("stderr of the binary")?,
        })
    }
}

impl Answer {
    /// The document that `--json` asks for.
    pub(super) fn json(&self) -> Result<Value> {
        serde_json::from_str(&self.stdout).with_context(|| {
            format!(
                "stdout is not one JSON document (exit code {:?}): {:?}; stderr: {}",
                self.code,
                self.stdout.chars().take(200).collect::<String>(),
                self.stderr.trim()
            )
        })
    }
}
