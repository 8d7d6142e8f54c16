//! Round trips with nothing in them but the way itself.

use std::io::{BufRead, Write};

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};

/// Length of a usual request, without its line end.
const LINE_BYTES: usize = 270;

/// A task that sends back what it receives: a channel there, a one-shot channel back.
pub(crate) struct Channel {
    requests: mpsc::Sender<(Bytes, oneshot::Sender<Bytes>)>,
    message: Bytes,
}

impl Channel {
    /// Must be called inside a runtime.
    pub(crate) async fn open() -> Self {
        let (requests, mut arrived) = mpsc::channel::<(Bytes, oneshot::Sender<Bytes>)>(256);
        tokio::spawn(async move {
            while let Some((message, answer)) = arrived.recv().await {
                // A caller that went away wants no answer.
                drop(answer.send(message));
            }
        });
        Self { requests, message: vec![b'x'; LINE_BYTES].into() }
    }

    pub(crate) async fn round_trip(&self) -> Bytes {
        let (answer, answered) = oneshot::channel();
        let sent = self.requests.send((self.message.clone(), answer)).await;
        sent.expect("the task runs as long as the channel is open");
        answered.await.expect("the task answers everything")
    }
}

/// A child process that writes back every line, behind two pipes.
#[cfg(unix)]
pub(crate) struct Pipe {
    writer: tokio::net::unix::pipe::Sender,
    reader: tokio::io::BufReader<tokio::net::unix::pipe::Receiver>,
    line: Vec<u8>,
    answer: Vec<u8>,
    /// Ends with its input, that is with `writer`.
    _child: std::process::Child,
}

#[cfg(unix)]
impl Pipe {
    /// Must be called inside a runtime.
    pub(crate) fn open() -> Self {
        use std::os::fd::OwnedFd;
        use std::process::{Command, Stdio};

        use tokio::net::unix::pipe::{Receiver, Sender};

        let program = std::env::current_exe().expect("the program that runs has a path");
        let mut child = Command::new(program)
            .env(super::ROLE_VARIABLE, "echo")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program can be started");
        let stdin = child.stdin.take().map(OwnedFd::from).expect("stdin is a pipe");
        let stdout = child.stdout.take().map(OwnedFd::from).expect("stdout is a pipe");
        let mut line = vec![b'x'; LINE_BYTES];
        line.push(b'\n');
        Self {
            writer: Sender::from_owned_fd(stdin).expect("stdin is a pipe"),
            reader: tokio::io::BufReader::new(
                Receiver::from_owned_fd(stdout).expect("stdout is a pipe"),
            ),
            line,
            answer: Vec::new(),
            _child: child,
        }
    }

    pub(crate) async fn round_trip(&mut self) {
        use tokio::io::{AsyncBufReadExt, AsyncWriteExt};

        self.writer.write_all(&self.line).await.expect("the child reads");
        self.answer.clear();
        let read = self.reader.read_until(b'\n', &mut self.answer).await;
        assert_eq!(read.expect("the child writes"), self.line.len());
    }
}

/// The child process behind a [`Pipe`].
pub(crate) fn echo_lines() {
    let (mut input, mut output) = (std::io::stdin().lock(), std::io::stdout().lock());
    let mut line = Vec::new();
    while input.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
        if output.write_all(&line).is_err() {
            return;
        }
        line.clear();
    }
}
