//! The suite itself: a program for node.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use tokio::time::{Instant, sleep};

use super::requirements::Requirements;
use super::subject::Subject;

/// How long one run may take: many times the minute that the longest takes on two busy cores.
const DEADLINE: Duration = Duration::from_secs(600);

/// The interval between two checks for the end of a run.
const PAUSE: Duration = Duration::from_millis(20);

/// Where node and the suite are installed.
#[derive(Debug)]
pub(crate) struct Suite {
    pub(crate) node: PathBuf,
    pub(crate) script: PathBuf,
}

/// What the suite wrote and how it ended.
pub(super) struct Answer {
    pub(super) code: Option<i32>,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

impl Suite {
    /// The scenarios that the subject's revision asks for; `folder` keeps the output.
    pub(super) async fn requirements(
        &self,
        subject: &Subject,
        folder: &Path,
    ) -> Result<Requirements> {
        let folder = folder.join(format!("list-{}", subject.revision));
        fs::create_dir_all(&folder)?;
        let answer = self.run(&["list", "--requirements", subject.revision], &folder).await?;
        ensure!(answer.code == Some(0), "the suite lists nothing: {}", answer.stderr.trim());
        Requirements::parse(&answer.stdout, subject.side)
    }

    /// Runs it to its end; `folder` gets the files `stdout` and `stderr`.
    pub(super) async fn run(&self, args: &[&str], folder: &Path) -> Result<Answer> {
        // Files take any amount of output without a reader.
        let (stdout, stderr) = (folder.join("stdout"), folder.join("stderr"));
        let mut command = Command::new(&self.node);
        let mut child = command
            .arg(&self.script)
            .args(args)
            .stdin(Stdio::null())
            .stdout(File::create(&stdout)?)
            .stderr(File::create(&stderr)?)
            .spawn()
            .with_context(|| format!("cannot start {command:?}"))?;
        let end = Instant::now() + DEADLINE;
        let status = loop {
            if let Some(status) = child.try_wait()? {
                break status;
            }
            if Instant::now() > end {
                child.kill()?;
                child.wait()?;
                bail!("{command:?} did not end within {DEADLINE:?}");
            }
            sleep(PAUSE).await;
        };
        Ok(Answer { code: status.code(), stdout: read(&stdout)?, stderr: read(&stderr)? })
    }
}

fn read(path: &Path) -> Result<String> {
    let bytes = fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
