//! What this process does to the one that started it.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::process::{Signal, getpid, kill_process};
use tokio::signal::unix::{SignalKind, signal};

use mcp_mock::ProcessFault;

/// How long a process goes on that should end: a bound, so that none is forgotten on a machine.
const OBSTINATE: Duration = Duration::from_secs(600);

/// How long a slow end takes: longer than a client that waits two seconds, as several do.
const SLOW: Duration = Duration::from_secs(3);

/// How long a grandchild lives, in seconds.
const GRANDCHILD_SECONDS: &str = "60";

/// More than any pipe holds.
const FLOOD_BYTES: usize = 1 << 20;

/// Begins to behave badly, and says how long the process goes on after the end of its standard input.
pub(super) fn misbehave(fault: ProcessFault) -> io::Result<Duration> {
    match fault {
        ProcessFault::CloseStreams => {
            // The transport has copies, which close with it.
            let nowhere = File::options().read(true).write(true).open("/dev/null")?;
            rustix::stdio::dup2_stdin(&nowhere)?;
            rustix::stdio::dup2_stdout(&nowhere)?;
            return Ok(OBSTINATE);
        }
        ProcessFault::Freeze => loop {
            std::thread::park();
        },
        ProcessFault::Grandchild => grandchild(|command| command)?,
        ProcessFault::GrandchildApart => grandchild(|command| command.process_group(0))?,
        ProcessFault::IgnoreEnd => {
            // Once it is listened for, the signal no longer ends the process.
            drop(signal(SignalKind::terminate())?);
            return Ok(OBSTINATE);
        }
        ProcessFault::SlowEnd => return Ok(SLOW),
        ProcessFault::StderrFlood => io::stderr().write_all(&[b'!'; FLOOD_BYTES])?,
        ProcessFault::Stop => kill_process(getpid(), Signal::STOP)?,
        _ => return Err(io::Error::other("this program does not know it")),
    }
    Ok(Duration::ZERO)
}

/// Starts a process that holds standard output and error open, and is not waited for.
fn grandchild(within: impl FnOnce(&mut Command) -> &mut Command) -> io::Result<()> {
    let mut sleep = Command::new("sleep");
    sleep.arg(GRANDCHILD_SECONDS).stdin(Stdio::null());
    within(&mut sleep).spawn().map(drop)
}
