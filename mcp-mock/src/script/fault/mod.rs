//! Failures that are put in on purpose.

mod table;
mod text;

pub(crate) use table::{FAULTS, reference};
pub use text::FaultError;

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
    /// The call is carried out, and log notifications come before the answer.
    Flood {
        /// How many; at most 100 000.
        messages: u32,
    },
    /// A line that is no message comes instead of an answer; the call is not carried out.
    Garbage,
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
    },
    /// The call is carried out, and then the tool vanishes: clients are told that the list has changed,
    /// whether the server declared that or not, and neither lists nor calls know the tool any more.
    ListChange,
    /// The call is carried out and no answer ever comes.
    LoseAnswer,
    /// The call is carried out and the connection closes instead of an answer.
    LoseAnswerAndClose,
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
    /// The tool answers that it failed; the call is not carried out.
    ToolError {
        /// The HTTP status that the vendor would send, such as 429 or 503.
        status: u16,
        /// One sentence.
        #[serde(default = "message")]
        message: String,
    },
    /// The call is carried out, and the connection closes in the middle of the answer.
    Truncate,
    /// The answer carries an id that nobody asked with; the call is carried out.
    WrongId,
}

impl Fault {
    /// The name, as the command line takes it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::AuthExpiry => "auth-expiry",
            Self::Close => "close",
            Self::Crash => "crash",
            Self::Delay(_) => "delay",
            Self::DuplicateAnswer => "duplicate-answer",
            Self::Flood { .. } => "flood",
            Self::Garbage => "garbage",
            Self::Hang => "hang",
            Self::HttpStatus { .. } => "http-status",
            Self::ListChange => "list-change",
            Self::LoseAnswer => "lose-answer",
            Self::LoseAnswerAndClose => "lose-answer-and-close",
            Self::Noise { .. } => "noise",
            Self::Oversize { .. } => "oversize",
            Self::RateLimit { .. } => "rate-limit",
            Self::Raw { .. } => "raw",
            Self::RpcError { .. } => "rpc-error",
            Self::SessionLoss => "session-loss",
            Self::SlowDrip { .. } => "slow-drip",
            Self::ToolError { .. } => "tool-error",
            Self::Truncate => "truncate",
            Self::WrongId => "wrong-id",
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
