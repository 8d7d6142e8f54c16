//! The transport of a process that was started as a server: its own standard input and output.

use tokio::io::{AsyncRead, AsyncWrite};

use super::line::{LineOptions, LineTransport};

type Reader = Box<dyn AsyncRead + Send + Unpin>;
type Writer = Box<dyn AsyncWrite + Send + Unpin>;

/// Speaks over standard input and output of this process.
///
/// Pipes and sockets, which is what a client connects, are used without blocking a thread. A terminal
/// or a file goes through tokio's blocking wrappers and is never made non-blocking, because that would
/// outlive the process. Nothing else may write to standard output meanwhile.
///
/// ```no_run
/// use mcp_client::transport::own_stdio;
/// use mcp_core::server::{Dispatch, Handler, serve};
/// use mcp_core::{Transport, TransportError};
///
/// /// A server program: serves until its input ends.
/// async fn run(handler: impl Handler) -> Result<(), TransportError> {
///     let transport = own_stdio();
///     serve(&Dispatch(handler), &transport).await?;
///     transport.close().await;
///     Ok(())
/// }
/// ```
///
/// # Panics
///
/// Outside of a tokio runtime with I/O.
#[must_use]
pub fn own_stdio() -> LineTransport {
    let (reader, writer) = own_stdio_halves();
    LineTransport::new(reader, writer, LineOptions::default())
}

/// The halves of [`own_stdio`], for servers that write bytes of their own.
///
/// # Panics
///
/// Outside of a tokio runtime with I/O.
#[must_use]
pub fn own_stdio_halves()
-> (impl AsyncRead + Send + Unpin + 'static, impl AsyncWrite + Send + Unpin + 'static) {
    let reader: Reader = input().unwrap_or_else(|| Box::new(tokio::io::stdin()));
    let writer: Writer = output().unwrap_or_else(|| Box::new(tokio::io::stdout()));
    (reader, writer)
}

#[cfg(unix)]
use self::descriptors::{input, output};

#[cfg(not(unix))]
fn input() -> Option<Reader> {
    None
}

#[cfg(not(unix))]
fn output() -> Option<Writer> {
    None
}

#[cfg(unix)]
mod descriptors {
    use std::io;
    use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
    use std::os::unix::net::UnixStream as StdUnixStream;

    use rustix::fs::{FileType, fstat};
    use tokio::net::UnixStream;
    use tokio::net::unix::pipe;

    use super::{Reader, Writer};

    /// Standard input, if it is a pipe or a socket.
    pub(super) fn input() -> Option<Reader> {
        let stdin = io::stdin();
        Some(match file_type(stdin.as_fd())? {
            FileType::Fifo => Box::new(pipe::Receiver::from_owned_fd(copy(stdin.as_fd())?).ok()?),
            FileType::Socket => Box::new(socket(stdin.as_fd())?),
            _ => return None,
        })
    }

    /// Standard output, if it is a pipe or a socket.
    pub(super) fn output() -> Option<Writer> {
        let stdout = io::stdout();
        Some(match file_type(stdout.as_fd())? {
            FileType::Fifo => {
                Box::new(pipe::Sender::from_owned_fd(reopened(stdout.as_fd())?).ok()?)
            }
            FileType::Socket => Box::new(socket(stdout.as_fd())?),
            _ => return None,
        })
    }

    fn socket(descriptor: BorrowedFd<'_>) -> Option<UnixStream> {
        let stream = StdUnixStream::from(copy(descriptor)?);
        stream.set_nonblocking(true).ok()?;
        UnixStream::from_std(stream).ok()
    }

    /// A pipe opened anew has flags of its own. A copy shares them with everyone who writes to the
    /// same pipe, and those do not expect it to be non-blocking.
    #[cfg(target_os = "linux")]
    fn reopened(descriptor: BorrowedFd<'_>) -> Option<OwnedFd> {
        use std::os::fd::AsRawFd;

        use rustix::fs::{Mode, OFlags, open};

        let path = format!("/proc/self/fd/{}", descriptor.as_raw_fd());
        let flags = OFlags::WRONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        open(path, flags, Mode::empty()).ok().or_else(|| copy(descriptor))
    }

    #[cfg(not(target_os = "linux"))]
    fn reopened(descriptor: BorrowedFd<'_>) -> Option<OwnedFd> {
        copy(descriptor)
    }

    /// A copy that may become non-blocking: nothing if standard error would become so with it, since
    /// printing to that does not expect it.
    fn copy(descriptor: BorrowedFd<'_>) -> Option<OwnedFd> {
        let file = fstat(descriptor).ok()?;
        let is_stderr = fstat(io::stderr().as_fd())
            .is_ok_and(|stderr| (stderr.st_dev, stderr.st_ino) == (file.st_dev, file.st_ino));
        if is_stderr { None } else { descriptor.try_clone_to_owned().ok() }
    }

    fn file_type(descriptor: BorrowedFd<'_>) -> Option<FileType> {
        Some(FileType::from_raw_mode(fstat(descriptor).ok()?.st_mode))
    }
}
