//! The transport over the pipes of a child process, and how that process is shut down.

use std::fmt;
use std::io;
use std::os::fd::OwnedFd;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use async_trait::async_trait;
use mcp_core::{Outgoing, Received, SendError, Transport, TransportError};
use rustix::process::Signal;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::net::unix::pipe;
use tokio::sync::OnceCell;
use tokio::task::AbortHandle;
use tokio::time::{sleep, timeout};

use super::command::{ChildCommand, SpawnError};
use super::process::{self, Owner, Process, Started};
use super::stderr::Stderr;
use crate::transport::line::{End, LineTransport, closed};

/// How long the output of a child that exited may take to arrive, and how long the exit of a child
/// that closed its output. Both normally take less than a millisecond.
const AFTERMATH: Duration = Duration::from_millis(200);

/// How long a killed process may take to vanish before it is left to its keeper.
const KILL_GRACE: Duration = Duration::from_millis(500);

/// Speaks to a child process over its standard input and output.
///
/// Its errors say how the process ended and what it printed last. It ends the process when it is
/// closed or dropped, together with every other process of the same group.
pub struct ChildTransport {
    line: LineTransport,
    owner: Owner,
    stderr: Arc<Stderr>,
    /// Why the connection ended, once that was looked into.
    cause: OnceCell<TransportError>,
    steps: ShutdownSteps,
    program: String,
    stderr_task: AbortHandle,
    watch_task: AbortHandle,
}

impl ChildTransport {
    /// Starts the process and connects to it.
    ///
    /// # Errors
    ///
    /// When the system cannot start the program.
    ///
    /// # Cancel safety
    ///
    /// A dropped future leaves no process behind.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime with I/O and time.
    pub async fn spawn(command: ChildCommand) -> Result<Self, SpawnError> {
        let refused = |error: io::Error| command.spawn_error(&error);
        let started = process::start(command.prepare()).await.map_err(refused)?;
        Self::connect(started, &command).map_err(refused)
    }

    fn connect(started: Started, command: &ChildCommand) -> io::Result<Self> {
        let Started { owner, stdin, stdout, stderr: stderr_pipe } = started;
        let reader = Stdout::new(OwnedFd::from(stdout))?;
        let writer = pipe::Sender::from_owned_fd(OwnedFd::from(stdin))?;
        let stderr_pipe = pipe::Receiver::from_owned_fd(OwnedFd::from(stderr_pipe))?;

        let line = LineTransport::new(reader, writer, command.line);
        let stderr = Arc::new(Stderr::new(&command.env));
        let steps = ShutdownSteps { eof_grace: command.eof_grace, term_grace: command.term_grace };
        let watching = watch(Arc::clone(&owner.0), line.end(), steps);
        Ok(Self {
            stderr_task: tokio::spawn(Arc::clone(&stderr).drain(stderr_pipe)).abort_handle(),
            watch_task: tokio::spawn(watching).abort_handle(),
            line,
            owner,
            stderr,
            cause: OnceCell::new(),
            steps,
            program: command.program.clone(),
        })
    }

    /// Finds out what lies behind the end of the connection. Cancel safe.
    async fn explain(&self, seen: TransportError) -> TransportError {
        let look_into = || async {
            if !matches!(seen, TransportError::Closed { .. } | TransportError::Io { .. }) {
                return seen;
            }
            let exit = timeout(AFTERMATH, self.owner.0.exited()).await;
            if exit.is_ok() {
                // The last words may still be on their way.
                drop(timeout(AFTERMATH, self.stderr.drained()).await);
            }
            let stderr_tail = self.stderr_tail().unwrap_or_default();
            match (exit, seen) {
                (Ok(status), _) if !self.owner.0.was_signalled() => {
                    TransportError::Exited { status: status.to_owned(), stderr_tail }
                }
                (_, TransportError::Closed { .. }) => TransportError::Closed { stderr_tail },
                (_, seen) => seen,
            }
        };
        self.cause.get_or_init(look_into).await.clone()
    }
}

#[async_trait]
impl Transport for ChildTransport {
    async fn send(&self, message: Outgoing<'_>) -> Result<(), SendError> {
        match self.line.send_line(message.frame).await {
            Err(SendError { cause, delivery, .. })
                if !matches!(cause, TransportError::WriteStalled { .. }) =>
            {
                let cause = self.explain(cause).await;
                Err(match delivery {
                    mcp_core::Delivery::NotSent => SendError::not_sent(cause),
                    _ => SendError::unknown(cause),
                })
            }
            sent => sent,
        }
    }

    async fn recv(&self) -> Result<Received, TransportError> {
        match self.line.next_line().await {
            Ok(message) => Ok(Received::Message(message)),
            Err(seen) => {
                // A server without output is of no use: the watching task shuts it down.
                self.line.end().reach(seen.clone());
                Err(self.explain(seen).await)
            }
        }
    }

    async fn close(&self) {
        // From here on the exit is requested, so it is not reported as an error.
        drop(self.cause.set(closed()));
        self.line.close().await;
        // The end of the connection made the watching task go down the steps.
        drop(timeout(self.steps.total_timeout(), self.owner.0.exited()).await);
        self.owner.0.signal(Signal::KILL);
        self.watch_task.abort();
        self.stderr_task.abort();
    }

    fn abort(&self) {
        drop(self.cause.set(closed()));
        self.line.abort();
        self.owner.0.signal(Signal::KILL);
        self.watch_task.abort();
        self.stderr_task.abort();
    }

    /// The end of the standard error; if that is empty, the last line of output that was no message.
    fn stderr_tail(&self) -> Option<String> {
        let tail = Some(self.stderr.tail()).filter(|tail| !tail.is_empty());
        tail.or_else(|| self.line.last_noise())
    }
}

impl Drop for ChildTransport {
    fn drop(&mut self) {
        self.abort();
    }
}

impl fmt::Debug for ChildTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChildTransport")
            .field("program", &self.program)
            .field("line", &self.line)
            .finish_non_exhaustive()
    }
}

/// Ties the life of the process and of the connection together.
async fn watch(process: Arc<Process>, end: Arc<End>, steps: ShutdownSteps) {
    tokio::select! {
        _ = process.exited() => {
            // Its output ends with it, unless somebody outside of its group holds the pipe.
            sleep(AFTERMATH).await;
            end.reach(closed());
        }
        () = end.wait() => steps.run(&process).await,
    }
}

/// The way down after the input of the process was closed: wait, ask, kill.
#[derive(Debug, Clone, Copy)]
struct ShutdownSteps {
    eof_grace: Duration,
    term_grace: Duration,
}

impl ShutdownSteps {
    async fn run(self, process: &Process) {
        if timeout(self.eof_grace, process.exited()).await.is_ok() {
            return;
        }
        process.signal(Signal::TERM);
        if timeout(self.term_grace, process.exited()).await.is_ok() {
            return;
        }
        process.signal(Signal::KILL);
    }

    fn total_timeout(self) -> Duration {
        self.eof_grace + self.term_grace + KILL_GRACE
    }
}

/// The output of the child. Long lines get a larger pipe, which halves the time they take.
struct Stdout {
    pipe: pipe::Receiver,
    is_enlarged: bool,
}

/// Pipes hold this much by default. The decoder offers more room than that only in a longer line.
#[cfg(target_os = "linux")]
const PIPE_BYTES: usize = 64 * 1024;

/// What an unprivileged process may ask for.
#[cfg(target_os = "linux")]
const ENLARGED_PIPE_BYTES: usize = 1024 * 1024;

impl Stdout {
    fn new(descriptor: OwnedFd) -> io::Result<Self> {
        Ok(Self { pipe: pipe::Receiver::from_owned_fd(descriptor)?, is_enlarged: false })
    }

    #[cfg(target_os = "linux")]
    fn enlarge_for(&mut self, room_bytes: usize) {
        if !self.is_enlarged && room_bytes >= PIPE_BYTES {
            self.is_enlarged = true;
            // Without it everything works, only slower.
            let _ = rustix::pipe::fcntl_setpipe_size(&self.pipe, ENLARGED_PIPE_BYTES);
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn enlarge_for(&mut self, _room_bytes: usize) {
        self.is_enlarged = true;
    }
}

impl AsyncRead for Stdout {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.enlarge_for(buffer.remaining());
        Pin::new(&mut self.pipe).poll_read(cx, buffer)
    }
}
