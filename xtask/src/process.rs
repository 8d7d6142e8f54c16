//! Programs with a time limit.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// The interval between two checks for the end of a program.
pub(crate) const PAUSE: Duration = Duration::from_millis(20);

/// The output of a program and its exit code.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs a program to its end; `folder` keeps its `stdout` and `stderr`.
pub(crate) fn run(command: &mut Command, folder: &Path, limit: Duration) -> Result<Answer> {
    // Files take any amount of output without a reader.
    let (stdout, stderr) = (folder.join("stdout"), folder.join("stderr"));
    let mut child = command
        .stdin(Stdio::null())
        .stdout(File::create(&stdout)?)
        .stderr(File::create(&stderr)?)
        .spawn()
        .with_context(|| format!("cannot start {command:?}"))?;
    let Some(status) = wait(&mut child, limit)? else {
        child.kill()?;
        child.wait()?;
        bail!("{command:?} did not end within {limit:?}");
    };
    Ok(Answer { code: status.code(), stdout: read(&stdout)?, stderr: read(&stderr)? })
}

/// Waits for the end of a program; `None` after the limit.
pub(crate) fn wait(child: &mut Child, limit: Duration) -> Result<Option<ExitStatus>> {
    let end = Instant::now() + limit;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() > end {
            return Ok(None);
        }
        sleep(PAUSE);
    }
}

impl Answer {
    /// The one JSON document on stdout.
    pub(crate) fn json(&self) -> Result<Value> {
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

fn read(path: &Path) -> Result<String> {
    let bytes = fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
