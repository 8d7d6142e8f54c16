//! Recording: stands between a client and a real server, passes everything on and writes a tape.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::time::{Duration, Instant};

use bytes::Bytes;
use mcp_core::Lock;
use mcp_core::http::header;
use mcp_core::jsonrpc::{Envelope, RpcError, code, encode, scan};
use mcp_core::protocol::{Cancelled, ProtocolVersion, method};
use mcp_core::{
    MessageFacts, Outgoing, Received, SendError, Transport, TransportError, Undelivered,
};
use tokio::sync::Notify;
use tokio::time::timeout;

use super::recorder::Recorder;
use super::tape::{self, Tape, TapeError, is_cut_off};

/// How long the server may still answer after the client has left: enough for running calls, and a bound for
/// those that never end.
const LAST_ANSWERS: Duration = Duration::from_secs(5);

/// Why a recording ended before its client did.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    #[error("the client cannot be reached any more: {0}")]
    /// The client is unreachable.
    Client(TransportError),
    #[error("`{}` is there already", .path.display())]
    /// The file exists, and recordings are not to be added to it.
    Exists {
        /// The file.
        path: PathBuf,
    },
    #[error("the server is gone: {message}")]
    /// The connection to the server ended.
    Server {
        /// The reason, without secrets.
        message: String,
    },
    #[error(transparent)]
    /// The file is not a tape.
    Tape(#[from] TapeError),
    #[error("failed to write `{}`: {error}", .path.display())]
    /// The file cannot be written.
    Write {
        /// The file.
        path: PathBuf,
        /// The reason of the operating system.
        error: io::Error,
    },
}

/// A tape that is being written: only the owner may read it, and every line is there at once.
#[derive(Debug)]
pub struct TapeFile {
    path: PathBuf,
    file: File,
    /// The last number on it, when it holds a recording already.
    last: Option<usize>,
}

impl TapeFile {
    /// A new tape, or with `is_appending` one that may be there.
    pub fn open(path: &Path, is_appending: bool) -> Result<Self, RecordError> {
        let failed = |error| RecordError::Write { path: path.to_owned(), error };
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        owner_only::creating(&mut options);
        let mut file = options.open(path).map_err(failed)?;
        let is_empty = file.metadata().map_err(failed)?.len() == 0;
        let last = match (is_empty, is_appending) {
            (true, _) => None,
            (false, false) => return Err(RecordError::Exists { path: path.to_owned() }),
            (false, true) => Some(mend(path, &mut file)?),
        };
        owner_only::restrict(&file).map_err(failed)?;
        Ok(Self { path: path.to_owned(), file, last })
    }

    /// The last number on the tape, if it holds a recording already.
    pub fn last(&self) -> Option<usize> {
        self.last
    }

    fn write(&mut self, lines: &[String]) -> Result<(), RecordError> {
        let failed = |error| RecordError::Write { path: self.path.clone(), error };
        lines.iter().try_for_each(|line| self.file.write_all(line.as_bytes())).map_err(failed)
    }
}

/// Makes sure that the next line begins as one; returns the last number on the tape.
fn mend(path: &Path, file: &mut File) -> Result<usize, RecordError> {
    let unread = |kind| TapeError { path: path.to_owned(), kind };
    let failed = |error| RecordError::Write { path: path.to_owned(), error };
    let text = tape::read(path).map_err(unread)?;
    let tape = Tape::parse(&text).map_err(unread)?;
    let whole = text.rfind('\n').map_or(0, |at| at + 1);
    let rest = text.get(whole..).unwrap_or_default();
    if !rest.is_empty() && is_cut_off(rest) {
        let is_line = whole == 0 || serde_json::from_str::<super::Exchange>(rest).is_ok();
        match is_line {
            true => file.write_all(b"\n").map_err(failed)?,
            false => file.set_len(whole as u64).map_err(failed)?,
        }
    }
    Ok(tape.exchanges().last().map_or(0, |exchange| exchange.number))
}

/// A conversation that is recorded.
#[derive(Debug)]
pub struct Relay<'a> {
    client: &'a dyn Transport,
    server: &'a dyn Transport,
    state: Lock<State>,
    client_left: Notify,
}

#[derive(Debug)]
struct State {
    recorder: Recorder,
    file: TapeFile,
    has_client: bool,
}

impl<'a> Relay<'a> {
    /// A relay between the two, which records onto `file`.
    pub fn new(
        (client, server): (&'a dyn Transport, &'a dyn Transport),
        recorder: Recorder,
        file: TapeFile,
    ) -> Self {
        let state = Lock::new(State { recorder, file, has_client: true });
        Self { client, server, state, client_left: Notify::new() }
    }

    /// Passes messages on until the client leaves and has its answers, or something breaks. Neither
    /// transport is closed.
    pub async fn run(&self) -> Result<(), RecordError> {
        let mut questions = pin!(self.pass_questions());
        let mut answers = pin!(self.pass_answers());
        tokio::select! {
            left = &mut questions => left?,
            ended = &mut answers => return ended,
        }
        self.state.lock().has_client = false;
        self.client_left.notify_one();
        // A server that says no more is left alone.
        timeout(LAST_ANSWERS, answers).await.unwrap_or(Ok(()))
    }

    /// Client to server. Ends well when the client leaves.
    async fn pass_questions(&self) -> Result<(), RecordError> {
        loop {
            let frame = match self.client.recv().await {
                Ok(Received::Message(frame)) => frame,
                // Requests of the server that failed: it hears nothing of them.
                Ok(Received::Undelivered(_)) => continue,
                Err(TransportError::Closed { .. }) => return Ok(()),
                Err(error) => return Err(RecordError::Client(error)),
            };
            self.state.lock().recorder.asked(&frame, Instant::now());
            self.forward(frame).await.map_err(|error| self.server_failed(&error.cause))?;
        }
    }

    /// Sends a message of the client to the server, with what bindings repeat of it.
    async fn forward(&self, frame: Bytes) -> Result<(), SendError> {
        let (id, method, params) = match scan(&frame) {
            Ok(Envelope::Request { id, method, params }) => (Some(id), method, params),
            Ok(Envelope::Notification { method, params }) => (None, method, params),
            _ => return self.server.send(frame.into()).await,
        };
        let named =
            header::version_of(params).and_then(|date| date.parse::<ProtocolVersion>().ok());
        let name = header::name_of(&method, params);
        let cancelled = params.filter(|_| method == method::CANCELLED);
        let cancelled: Option<Cancelled> =
            cancelled.and_then(|params| serde_json::from_slice(params).ok());
        let mut facts = MessageFacts::notification(&method).with_name(name.as_deref());
        facts.id = id.as_ref();
        facts.version = named.or_else(|| self.state.lock().recorder.agreed());
        facts.cancels = cancelled.as_ref().map(|cancelled| &cancelled.request_id);
        self.server.send(Outgoing::new(frame.clone(), &facts)).await
    }

    /// Server to client. Ends well when the client has left and has all its answers.
    async fn pass_answers(&self) -> Result<(), RecordError> {
        loop {
            if self.is_done() {
                return Ok(());
            }
            let received = tokio::select! {
                received = self.server.recv() => received,
                () = self.client_left.notified() => continue,
            };
            let frame = match received {
                Ok(Received::Message(frame)) => self.record(frame)?,
                Ok(Received::Undelivered(lost)) => self.refusal(&lost),
                Err(error) => return Err(self.server_failed(&error)),
            };
            match self.client.send(frame.into()).await {
                Ok(()) => {}
                // What it does not wait for any more need not arrive.
                Err(error) if matches!(error.cause, TransportError::Closed { .. }) => return Ok(()),
                Err(error) => return Err(RecordError::Client(error.cause)),
            }
        }
    }

    /// An answer is on the tape before the client has it.
    fn record(&self, frame: Bytes) -> Result<Bytes, RecordError> {
        let mut state = self.state.lock();
        let lines = state.recorder.answered(&frame, Instant::now());
        state.file.write(&lines)?;
        Ok(frame)
    }

    /// The error for a request that failed on the way. It is not the server's answer, so
    /// it is not on the tape.
    fn refusal(&self, lost: &Undelivered) -> Bytes {
        let mut state = self.state.lock();
        state.recorder.lost(&lost.id);
        let cause = &lost.error.cause;
        let code = if cause.is_unserved() { code::METHOD_NOT_FOUND } else { code::INTERNAL_ERROR };
        let message = state.recorder.redacted(&cause.to_string());
        encode::error(Some(&lost.id), &RpcError::new(code, message))
    }

    fn server_failed(&self, error: &TransportError) -> RecordError {
        RecordError::Server { message: self.state.lock().recorder.redacted(&error.to_string()) }
    }

    fn is_done(&self) -> bool {
        let state = self.state.lock();
        !state.has_client && state.recorder.is_idle()
    }
}

/// Nobody else reads a tape: redaction knows what a secret looks like, and not what is private.
#[cfg(unix)]
mod owner_only {
    use std::fs::{File, OpenOptions, Permissions};
    use std::io;
    use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};

    const MODE: u32 = 0o600;

    pub(super) fn creating(options: &mut OpenOptions) {
        options.mode(MODE);
    }

    pub(super) fn restrict(file: &File) -> io::Result<()> {
        file.set_permissions(Permissions::from_mode(MODE))
    }
}

/// The folder's rules are the only ones here.
#[cfg(not(unix))]
mod owner_only {
    use std::fs::{File, OpenOptions};
    use std::io;

    pub(super) fn creating(_options: &mut OpenOptions) {}

    pub(super) fn restrict(_file: &File) -> io::Result<()> {
        Ok(())
    }
}
