//! Failures that are put in on purpose.

mod kind;
mod malformed;
mod process;
mod table;
mod text;
mod tool_list;

pub(crate) use kind::Kind;
pub(crate) use malformed::Malformed;
pub use malformed::MalformedAnswer;
pub use process::ProcessFault;
pub(crate) use table::FAULTS;
pub use text::FaultError;
pub use tool_list::ToolListFault;

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Deserializer};

/// A failure in place of, or around, the answer to a call.
///
/// From text, as the command line takes it: the [name](Self::name), and after `=` the value that a fault
/// takes, such as `crash`, `delay=200ms`, `http-status=503` or `rate-limit=60`. Without one it has its
/// usual value. What each does over standard input and output and over HTTP, `mcp-mock faults` prints.
/// Over an in-memory transport it does the same as over a stream, but that messages travel whole there.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Fault {
    /// The request is answered, and then the connection closes.
    AnswerAndClose,
    /// The client's token has expired: 401 with `WWW-Authenticate` over HTTP. On a stream, which has no
    /// tokens, the tool refuses with the vendor's 401 instead. The call is not carried out.
    AuthExpiry,
    /// The connection closes instead of an answer; the call is not carried out.
    Close,
    /// The server ends: a process exits with code 70, an in-process server closes the connection.
    Crash,
    /// The call is carried out and answered later than usual, unless the client cancels it before.
    Delay(#[serde(deserialize_with = "milliseconds")] Duration),
    /// The answer comes twice.
    DuplicateAnswer,
    /// The call is carried out and never answered; the client hears of its progress for ever, if it wants to.
    EndlessProgress,
    /// The client is asked to send the call again for ever; it is not carried out. Legacy clients, which
    /// know no such answer, are told nothing.
    EndlessRounds,
    /// The call is carried out, and log notifications come before the answer.
    Flood {
        /// How many; at most 100 000.
        messages: u32,
    },
    /// The call is carried out, and behind its answer come answers to requests with the ids that follow.
    Forge {
        /// How many; at most 100 000.
        answers: u32,
    },
    /// A line that is no message comes instead of an answer; the call is not carried out.
    Garbage,
    /// The call is carried out, and its answer is a text of so many bytes, compressed to a thousandth. On
    /// a stream, which compresses nothing, it is as [`Oversize`](Self::Oversize).
    GzipBomb {
        /// At most 256 MiB.
        bytes: usize,
    },
    /// No answer ever comes; the call is not carried out.
    Hang,
    /// An HTTP status comes instead of an answer; on a stream, which has none, a JSON-RPC error that
    /// names it. The call is not carried out.
    HttpStatus {
        /// The status, such as 502.
        status: u16,
        /// The value of a `Retry-After` header, as it is.
        #[serde(default)]
        retry_after: Option<String>,
        /// Further headers, such as `location`. What cannot be one is left out.
        #[serde(default)]
        headers: BTreeMap<String, String>,
        /// The body; `$id` in it becomes the id of the request. A sentence unless it is given.
        #[serde(default)]
        body: Option<String>,
    },
    /// The call is carried out at once and answered late, even if the client has cancelled it by then. Over
    /// HTTP, where a client that does not wait is not there any more, it is only late.
    LateAnswer {
        /// How late, in milliseconds; at most an hour.
        after_ms: u32,
    },
    /// The call is carried out, and then the tool vanishes: clients are told that the list has changed,
    /// whether the server declared that or not, and neither lists nor calls know the tool any more.
    ListChange,
    /// The call is carried out, and so many times the client is told that the list of tools has changed
    /// before it is answered.
    ListChangeFlood {
        /// How many; at most 100 000.
        messages: u32,
    },
    /// The call is carried out and no answer ever comes.
    LoseAnswer,
    /// The call is carried out and the connection closes instead of an answer.
    LoseAnswerAndClose,
    /// The call is carried out and its answer is malformed in this way. In memory, where messages travel
    /// whole, what is about lines does not show.
    Malformed(MalformedAnswer),
    /// The vendor refuses because the token may not do this. The call is not carried out.
    MissingScope,
    /// The call is carried out, and lines that are no messages come before the answer; over HTTP, events
    /// that are none.
    Noise {
        /// How many; at most 100 000.
        lines: u32,
    },
    /// The call is carried out and its answer is a text of this length instead.
    Oversize {
        /// At most 256 MiB.
        bytes: usize,
    },
    /// The port refuses connections for a time, and those that there are break off. On a stream the
    /// connection closes. The call is not carried out.
    Outage {
        /// For how long, in milliseconds; at most an hour.
        for_ms: u32,
    },
    /// The call is carried out, and requests of the server come before the answer.
    PingFlood {
        /// How many; at most 100 000.
        messages: u32,
    },
    /// The call is carried out, and the process behaves badly from then on. A server that is no process of
    /// its own does nothing of the kind.
    Process(ProcessFault),
    /// Too many calls: the vendor's refusal with the time to wait. It begins with the first call and ends
    /// when the clock of the world has moved on by this time; the rule is used up then. No call is
    /// carried out before.
    RateLimit {
        /// For how long, in the time of the world.
        for_seconds: u32,
    },
    /// This text comes instead of an answer, as it is; `$id` in it becomes the id of the request. The
    /// call is not carried out.
    Raw {
        /// A line on a stream, the body of a JSON answer over HTTP.
        text: String,
    },
    /// The server answers a JSON-RPC error; the call is not carried out.
    RpcError {
        /// The code, such as -32603.
        code: i64,
        /// One sentence.
        #[serde(default = "message")]
        message: String,
    },
    /// The session is gone: 404 over HTTP, where a legacy client has to begin a new one. A stream, whose
    /// session is the connection, closes. The call is not carried out.
    SessionLoss,
    /// The call is carried out and its answer arrives byte by byte. In memory it is only late.
    SlowDrip {
        /// At least 1.
        bytes_per_second: u32,
    },
    /// The call is carried out, and the stream of its answer ends in good order before the answer. On a
    /// stream that is the connection no answer comes.
    StreamEnd,
    /// The tool answers that it failed; the call is not carried out.
    ToolError {
        /// The HTTP status that the vendor would send, such as 429 or 503.
        status: u16,
        /// One sentence.
        #[serde(default = "message")]
        message: String,
    },
    /// The list of tools is wrong in this way. For [requests](super::request) of `tools/list` only.
    ToolList(ToolListFault),
    /// The call is carried out, and the connection closes in the middle of the answer.
    Truncate,
    /// The answer carries an id that nobody asked with; the call is carried out.
    WrongId,
    /// The server says that it speaks this revision. For [requests](super::request) that open a conversation
    /// only.
    WrongRevision {
        /// Any text.
        revision: String,
    },
}

impl Fault {
    /// This HTTP status, without headers of its own.
    #[must_use]
    pub fn http_status(status: u16) -> Self {
        Self::HttpStatus { status, retry_after: None, headers: BTreeMap::new(), body: None }
    }

    /// The name, as the command line takes it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::AnswerAndClose => "answer-and-close",
            Self::AuthExpiry => "auth-expiry",
            Self::Close => "close",
            Self::Crash => "crash",
            Self::Delay(_) => "delay",
            Self::DuplicateAnswer => "duplicate-answer",
            Self::EndlessProgress => "endless-progress",
            Self::EndlessRounds => "endless-rounds",
            Self::Flood { .. } => "flood",
            Self::Forge { .. } => "forge",
            Self::Garbage => "garbage",
            Self::GzipBomb { .. } => "gzip-bomb",
            Self::Hang => "hang",
            Self::HttpStatus { .. } => "http-status",
            Self::LateAnswer { .. } => "late-answer",
            Self::ListChange => "list-change",
            Self::ListChangeFlood { .. } => "list-change-flood",
            Self::LoseAnswer => "lose-answer",
            Self::LoseAnswerAndClose => "lose-answer-and-close",
            Self::Malformed(_) => "malformed",
            Self::MissingScope => "missing-scope",
            Self::Noise { .. } => "noise",
            Self::Oversize { .. } => "oversize",
            Self::Outage { .. } => "outage",
            Self::PingFlood { .. } => "ping-flood",
            Self::Process(_) => "process",
            Self::RateLimit { .. } => "rate-limit",
            Self::Raw { .. } => "raw",
            Self::RpcError { .. } => "rpc-error",
            Self::SessionLoss => "session-loss",
            Self::SlowDrip { .. } => "slow-drip",
            Self::StreamEnd => "stream-end",
            Self::ToolError { .. } => "tool-error",
            Self::ToolList(_) => "tool-list",
            Self::Truncate => "truncate",
            Self::WrongId => "wrong-id",
            Self::WrongRevision { .. } => "wrong-revision",
        }
    }
}

/// What a failure says that was not told what to say.
fn message() -> String {
    "scripted failure".to_owned()
}

fn milliseconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    u32::deserialize(deserializer).map(|count| Duration::from_millis(count.into()))
}
