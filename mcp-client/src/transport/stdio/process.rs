//! A child process and the thread that keeps it.
//!
//! The keeper thread starts the child (it has to outlive it, see `spawn`), waits for its end, kills
//! what is left of its group, reaps it and says how it ended. Between the end of the child and its
//! reaping the number of the group is still reserved, so that no signal can reach a stranger.

use std::io;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use tokio::sync::{SetOnce, oneshot};

use mcp_core::Lock;

use super::spawn::spawn;

/// The keeper calls `spawn` and waits: a fraction of the usual stack is plenty.
const KEEPER_STACK_BYTES: usize = 128 * 1024;

/// A child process that was started; ends by force when dropped.
pub(super) struct Started {
    pub(super) owner: Owner,
    pub(super) stdin: ChildStdin,
    pub(super) stdout: ChildStdout,
    pub(super) stderr: ChildStderr,
}

/// Starts the process on a keeper thread of its own.
///
/// Cancel safe: a child whose starter went away is killed.
pub(super) async fn start(command: Command) -> io::Result<Started> {
    let (handoff, started) = oneshot::channel();
    thread::Builder::new()
        .name("mcp-keeper".to_owned())
        .stack_size(KEEPER_STACK_BYTES)
        .spawn(move || keep(command, handoff))?;
    started.await.map_err(|_| io::Error::other("the keeper thread ended"))?
}

/// Kills the process group when dropped. Needs no runtime and does not wait: the keeper reaps.
#[derive(Debug)]
pub(super) struct Owner(pub(super) Arc<Process>);

impl Drop for Owner {
    fn drop(&mut self) {
        self.0.signal(Signal::KILL);
    }
}

#[derive(Debug)]
pub(super) struct Process {
    /// Present until the leader of the group is reaped.
    group: Lock<Option<Pid>>,
    exit: SetOnce<String>,
    was_signalled: AtomicBool,
}

impl Process {
    /// Waits for the end of the process and says how it ended. Cancel safe.
    pub(super) async fn exited(&self) -> &str {
        self.exit.wait().await
    }

    /// Signals every process of the group, unless the child is gone.
    pub(super) fn signal(&self, signal: Signal) {
        if let Some(group) = *self.group.lock() {
            self.was_signalled.store(true, Ordering::Relaxed);
            // It fails only when no process is left, which is the goal.
            let _ = kill_process_group(group, signal);
        }
    }

    /// Whether its end, if it ended, was our doing.
    pub(super) fn was_signalled(&self) -> bool {
        self.was_signalled.load(Ordering::Relaxed)
    }

    /// Waits for the child, ends its group, reaps it and tells everyone.
    fn bury(&self, mut child: Child) {
        let is_reapable = wait_without_reaping(Pid::from_child(&child));
        let mut group = self.group.lock();
        if let Some(group) = group.take()
            && is_reapable
        {
            let _ = kill_process_group(group, Signal::KILL);
        }
        let status = child.wait();
        drop(group);
        // Only here is it set.
        drop(self.exit.set(describe(status.ok())));
    }
}

/// The life of the keeper thread.
fn keep(mut command: Command, handoff: oneshot::Sender<io::Result<Started>>) {
    let mut child = match spawn(&mut command) {
        Ok(child) => child,
        Err(error) => return drop(handoff.send(Err(error))),
    };
    // The environment in it holds secrets and is of no more use.
    drop(command);
    let group = Lock::new(Some(Pid::from_child(&child)));
    let process =
        Arc::new(Process { group, exit: SetOnce::new(), was_signalled: AtomicBool::new(false) });
    let started = Started {
        owner: Owner(Arc::clone(&process)),
        stdin: child.stdin.take().expect("the command pipes it"),
        stdout: child.stdout.take().expect("the command pipes it"),
        stderr: child.stderr.take().expect("the command pipes it"),
    };
    // If the receiver is gone, dropping it kills the child.
    drop(handoff.send(Ok(started)));
    process.bury(child);
}

/// False if somebody else reaped the child, for example because `SIGCHLD` is ignored here.
fn wait_without_reaping(child: Pid) -> bool {
    loop {
        match waitid(WaitId::Pid(child), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT) {
            Ok(_) => return true,
            Err(Errno::INTR) => {}
            Err(_) => return false,
        }
    }
}

/// `exit status 3`, `signal 9 (SIGKILL)`.
fn describe(status: Option<ExitStatus>) -> String {
    match status {
        Some(status) => status.to_string().replacen(": ", " ", 1),
        None => "an unknown status".to_owned(),
    }
}
