//! The server under test, as a child of this process.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::process;

/// How long the server may need until it says that it listens.
const START: Duration = Duration::from_secs(30);

/// How long it may need to end once its stdin is closed.
const END: Duration = Duration::from_secs(5);

/// A running server. Dropping it kills it.
pub(super) struct MockServer {
    child: Child,
    pub(super) url: String,
}

impl MockServer {
    /// Starts it; its output goes to files in `folder`.
    pub(super) fn start(program: &Path, folder: &Path) -> Result<Self> {
        let stdout = folder.join("server.stdout");
        let child = Command::new(program)
            .arg("conformance")
            .current_dir(crate::root())
            .stdin(Stdio::piped())
            .stdout(File::create(&stdout)?)
            .stderr(File::create(folder.join("server.stderr"))?)
            .spawn()
            .with_context(|| format!("cannot start `{}`", program.display()))?;
        let mut server = Self { child, url: String::new() };
        server.url = server.ready(&stdout).with_context(|| {
            format!("`{} conformance` (its stderr is in `{}`)", program.display(), folder.display())
        })?;
        Ok(server)
    }

    /// Closes its stdin, which must end it.
    pub(super) fn stop(mut self) -> Result<()> {
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

    /// Waits for the line that says where it listens.
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

impl Drop for MockServer {
    fn drop(&mut self) {
        // Both fail when it has ended, and that is what is wanted.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Reads `{"ready":true,"url":"http://…"}`.
fn url(line: &str) -> Result<String> {
    let ready: Option<Value> = serde_json::from_str(line).ok();
    let is_ready = |ready: &Value| ready.get("ready").and_then(Value::as_bool) == Some(true);
    let url = ready.as_ref().filter(|ready| is_ready(ready)).and_then(|ready| ready.get("url"));
    let url = url.and_then(Value::as_str).with_context(|| format!("no ready line: {line:?}"))?;
    Ok(url.to_owned())
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
        for line in ["", "listening", "{}", r#"{"ready":false,"url":"x"}"#, r#"{"ready":true}"#] {
            assert_eq!(url(line).unwrap_err().to_string(), format!("no ready line: {line:?}"));
        }
    }
}
