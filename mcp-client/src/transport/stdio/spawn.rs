//! Starts a child that cannot outlive this process. The only unsafe code of the workspace.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};

/// Starts the child in a process group of its own.
///
/// On Linux the kernel kills the child when the *thread* that started it dies, so the caller must be
/// a thread that lives until the child is reaped.
#[cfg_attr(
    target_os = "linux",
    expect(unsafe_code, reason = "the parent-death signal can only be set between fork and exec")
)]
pub(super) fn spawn(command: &mut Command) -> io::Result<Child> {
    command.process_group(0);
    #[cfg(target_os = "linux")]
    {
        let parent = rustix::process::getpid();
        // SAFETY: between fork and exec only async-signal-safe code may run. `tie_to` makes four bare
        // system calls; it neither allocates nor takes a lock, and its errors are plain numbers.
        unsafe {
            command.pre_exec(move || tie_to(parent));
        }
    }
    command.spawn()
}

/// Runs in the child, before it becomes the program.
#[cfg(target_os = "linux")]
fn tie_to(parent: rustix::process::Pid) -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, Signal};

    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
    // The parent may have died before the signal was set; then no thread waits for this child.
    if rustix::process::getppid() != Some(parent) {
        return Err(rustix::io::Errno::SRCH.into());
    }
    // A core file would hold the secrets of the environment.
    let maximum = rustix::process::getrlimit(Resource::Core).maximum;
    rustix::process::setrlimit(Resource::Core, Rlimit { current: Some(0), maximum })?;
    Ok(())
}
