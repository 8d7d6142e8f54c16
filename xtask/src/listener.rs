//! HTTP servers as child processes. They choose their port and print their URL in the first line.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::process;

/// The time until the first line.
const START: Duration = Duration::from_secs(30);

/// The time until the exit after its stdin is closed.
const END: Duration = Duration::from_secs(5);

/// A running server. Dropping it kills it.
pub(crate) struct Listener {
    child: Child,
    pub(crate) url: String,
}

impl Listener {
    /// Starts it; its output goes to files in `folder`.
    pub(crate) fn start(command: &mut Command, folder: &Path) -> Result<Self> {
        let (stdout, stderr) = (folder.join("server.stdout"), folder.join("server.stderr"));
        let child = command
            .stdin(Stdio::piped())
            .stdout(File::create(&stdout)?)
            .stderr(File::create(&stderr)?)
            .spawn()
            .with_context(|| format!("cannot start {command:?}"))?;
        let mut listener = Self { child, url: String::new() };
        listener.url = listener
            .ready(&stdout)
            .with_context(|| format!("{command:?} (its stderr is in `{}`)", stderr.display()))?;
        Ok(listener)
    }

    /// Closes its stdin, which must end it.
    pub(crate) fn stop(mut self) -> Result<()> {
        if let Some(status) = self.child.try_wait()? {
            bail!("the server ended by itself ({status})");
        }
        drop(self.child.stdin.take());
        ensure!(
            process::wait(&mut self.child, END)?.is_some(),
            "the server did not end within {END:?} after its stdin was closed"
        );
        Ok(())
    }

    /// Waits for the line with the URL.
    fn ready(&mut self, stdout: &Path) -> Result<String> {
        let end = Instant::now() + START;
        loop {
            let status = process::wait(&mut self.child, process::PAUSE)?;
            let written = fs::read_to_string(stdout)?;
            if let Some((line, _)) = written.split_once('\n') {
                return url(line);
            }
            if let Some(status) = status {
                bail!("ended without a ready line ({status})");
            }
            ensure!(Instant::now() < end, "no ready line within {START:?}");
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        // Both fail after the exit of the child, which is no error here.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Parses `{"url":"http://…"}`, with any further members.
fn url(line: &str) -> Result<String> {
    let ready: Option<Value> = serde_json::from_str(line).ok();
    let url = ready.as_ref().and_then(|ready| ready.get("url")).and_then(Value::as_str);
    Ok(url.with_context(|| format!("no ready line: {line:?}"))?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ready_line_gives_the_address() {
        let line = r#"{"ready":true,"url":"http://127.0.0.1:1/mcp","pid":7}"#;

        assert_eq!(url(line).unwrap(), "http://127.0.0.1:1/mcp");
    }

    #[test]
    fn other_lines_are_refused() {
        for line in ["", "listening", "{}", r#"{"url":7}"#] {
            assert_eq!(url(line).unwrap_err().to_string(), format!("no ready line: {line:?}"));
        }
    }
}
