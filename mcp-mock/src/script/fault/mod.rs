//! Failures that are put in on purpose: a variant, and a row of the table, for each. `server/fail` does the
//! deed.

mod malformed;
mod notation;
mod process;
mod row;
mod tool_list;
mod value;

pub(crate) use malformed::Malformed;
pub use malformed::MalformedAnswer;
pub use notation::FaultError;
pub use process::ProcessFault;
pub(crate) use row::{FaultRow, Scope};
use row::{Kind, row};
pub use tool_list::ToolListFault;

use std::collections::{BTreeMap, HashMap};
use std::mem::{Discriminant, discriminant};
use std::sync::LazyLock;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::duration;
use value::Form;

/// A failure in place of, or around, the answer to a call.
///
/// The command line, files of rules and [`FromStr`](std::str::FromStr) take the same strings: the
/// [name](Self::name), and after `=` the value that a fault takes, such as `crash`, `delay=3s`,
/// `http-status=503` or `rate-limit=1m`. Without one it has its usual value. `mcp-mock faults` prints what
/// each fault does over standard input and output and over HTTP, and whether the call is carried out. Over
/// an in-memory transport it does the same as over a stream, but that messages travel whole there.
///
/// ```
/// use std::time::Duration;
///
/// use mcp_mock::Fault;
///
/// assert_eq!("delay=3s".parse(), Ok(Fault::Delay(Duration::from_secs(3))));
/// assert_eq!("crash".parse(), Ok(Fault::Crash));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Fault {
    /// The request is answered, and then the connection closes.
    AnswerAndClose,
    /// The client's token has expired: 401 with `WWW-Authenticate` over HTTP. On a stream, which has no
    /// tokens, the tool refuses with the vendor's 401 instead.
    AuthExpiry,
    /// The connection closes instead of an answer.
    Close,
    /// The server ends: a process exits with code 70, an in-process server closes the connection.
    Crash,
    /// The answer is late by this time. A call that the client cancels before is not carried out.
    #[serde(deserialize_with = "duration::of_milliseconds", serialize_with = "duration::serialize")]
    Delay(Duration),
    /// The answer comes twice.
    DuplicateAnswer,
    /// No answer ever comes; a client that wants progress is told of it for ever.
    EndlessProgress,
    /// The client is asked to send the call again for ever. Legacy clients, which know no such answer, get
    /// none.
    EndlessRounds,
    /// Log notifications come before the answer.
    Flood {
        /// Their number, at most 100 000.
        messages: u32,
    },
    /// After the answer come answers to requests with the ids that follow.
    Forge {
        /// Their number, at most 100 000.
        answers: u32,
    },
    /// A line that is no message comes instead of an answer.
    Garbage,
    /// The answer is a string, compressed to a thousandth. On a stream, which compresses nothing, it is as
    /// [`Oversize`](Self::Oversize).
    GzipBomb {
        /// The length of the string, at most 256 MiB.
        bytes: usize,
    },
    /// No answer ever comes.
    Hang,
    /// An HTTP status comes instead of an answer; on a stream, which has none, a JSON-RPC error that
    /// names it.
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
    /// HTTP, where a client that does not wait is gone, it is only late.
    LateAnswer {
        /// The delay of the answer, at most an hour.
        #[serde(
            rename = "after_ms",
            deserialize_with = "duration::of_milliseconds",
            serialize_with = "duration::serialize"
        )]
        after: Duration,
    },
    /// The tool vanishes after the call: clients are told that the list has changed, whether the server
    /// declared that or not, and neither lists nor calls know the tool any more.
    ListChange,
    /// Notifications that the list of tools has changed come before the answer.
    ListChangeFlood {
        /// Their number, at most 100 000.
        messages: u32,
    },
    /// No answer ever comes, although the call is carried out.
    LoseAnswer,
    /// The connection closes instead of an answer, although the call is carried out.
    LoseAnswerAndClose,
    /// The answer is malformed in this way. In memory, where messages travel whole, what is about lines does
    /// not show.
    Malformed(MalformedAnswer),
    /// The vendor refuses because the token may not do this.
    MissingScope,
    /// Lines that are no messages come before the answer; over HTTP, events that are none.
    Noise {
        /// Their number, at most 100 000.
        lines: u32,
    },
    /// The answer is a string of this length instead.
    Oversize {
        /// The length of the string, at most 256 MiB.
        bytes: usize,
    },
    /// The port refuses connections for a time, and those that there are break off. On a stream the
    /// connection closes.
    Outage {
        /// The length of the outage, at most an hour.
        #[serde(
            rename = "for_ms",
            deserialize_with = "duration::of_milliseconds",
            serialize_with = "duration::serialize"
        )]
        lasting: Duration,
    },
    /// Requests of the server come before the answer.
    PingFlood {
        /// Their number, at most 100 000.
        messages: u32,
    },
    /// The process behaves badly from now on. A server that is no process of its own does nothing of the
    /// kind.
    Process(ProcessFault),
    /// Too many calls: the vendor's refusal with the time to wait. It begins with the first call and ends
    /// when the clock of the world has moved on by this time; the rule is used up then.
    RateLimit {
        /// The length of the limit in the time of the world. Vendors say it in whole seconds.
        #[serde(
            rename = "for_seconds",
            deserialize_with = "duration::of_seconds",
            serialize_with = "duration::serialize"
        )]
        lasting: Duration,
    },
    /// This string comes instead of an answer, as it is; `$id` in it becomes the id of the request.
    Raw {
        /// A line on a stream, the body of a JSON answer over HTTP.
        text: String,
    },
    /// The server answers a JSON-RPC error.
    RpcError {
        /// The code, such as -32603.
        code: i64,
        /// One sentence.
        #[serde(default = "message")]
        message: String,
    },
    /// The session is gone: 404 over HTTP, where a legacy client has to begin a new one. A stream, whose
    /// session is the connection, closes.
    SessionLoss,
    /// The answer arrives byte by byte. In memory it is only late.
    SlowDrip {
        /// The speed, at least 1.
        bytes_per_second: u32,
    },
    /// The answer comes, and then the server lets the connection go without notice, as after an idle
    /// timeout. Over HTTP the next request on it is cut off before an answer and not carried out; other
    /// connections are not affected. A stream closes after the answer.
    StaleKeepalive,
    /// The stream of the answer ends in good order before the answer. On a stream that is the connection no
    /// answer comes.
    StreamEnd,
    /// The tool answers that it failed.
    ToolError {
        /// The HTTP status that the vendor would send, such as 429 or 503.
        status: u16,
        /// One sentence.
        #[serde(default = "message")]
        message: String,
    },
    /// The list of tools is wrong in this way. For [requests](super::request) of `tools/list` only.
    ToolList(ToolListFault),
    /// The connection closes in the middle of the answer.
    Truncate,
    /// The answer carries an id that was never sent.
    WrongId,
    /// The server says that it speaks this revision. For [requests](super::request) that open a conversation
    /// only.
    WrongRevision {
        /// The revision, which need not exist.
        revision: String,
    },
}

/// Frames around an answer: enough for every queue, and some ten megabytes at once.
const FRAMES: Form = Form::Count { least: 0, most: 100_000 };

/// The longest answer: as long as the largest message that a client may be set to take.
const BYTES: Form = Form::Count { least: 0, most: 256 << 20 };

/// Longer than any client waits for an answer or a port.
const WAIT: Form = Form::Duration { most: Duration::from_secs(3600) };

/// As long as a vendor's refusal can say.
const PERIOD: Form = Form::Duration { most: Duration::from_secs(u32::MAX as u64) };

/// All faults, by name. In the texts `n` is the value.
pub(crate) const FAULTS: &[FaultRow] = &[
    row("answer-and-close", "the connection closes after the answer")
        .over_http("the answer is complete and its body has no end")
        .carried_out(),
    row("auth-expiry", "the tool refuses with the vendor's 401")
        .over_http("401 with `WWW-Authenticate: Bearer error=\"invalid_token\"`"),
    row("close", "the connection closes")
        .over_http("the response breaks off before its first byte"),
    row("crash", "the process ends with code 70; in process, the connection closes"),
    row("delay", "the answer is late by this time").takes(PERIOD, "200ms").carried_out(),
    row("duplicate-answer", "the answer comes twice").carried_out(),
    row("endless-progress", "progress notifications come for ever, and no answer").carried_out(),
    row("endless-rounds", "the client is asked to send the call again, for ever (modern era)"),
    row("flood", "n log notifications come before the answer")
        .takes(FRAMES, "10000")
        .in_member("messages")
        .carried_out(),
    row("forge", "after the answer come n answers to the requests that will follow")
        .takes(FRAMES, "10")
        .in_member("answers")
        .carried_out(),
    row("garbage", "a line that is no message comes instead of the answer")
        .over_http("a body that is no message"),
    row("gzip-bomb", "the answer is a string of n bytes")
        .over_http("the answer is a string of n bytes, compressed to a thousandth")
        .takes(BYTES, "20000000")
        .in_member("bytes")
        .carried_out(),
    row("hang", "no answer comes"),
    row("http-status", "JSON-RPC error -32603 that names the status")
        .over_http("this status instead of an answer")
        .takes(Form::Status, "503")
        .in_member("status")
        .beside(&[("retry_after", Form::Text), ("headers", Form::Headers), ("body", Form::Text)]),
    row("late-answer", "the answer is late by this time, also after a cancellation")
        .over_http("the answer is late by this time")
        .takes(WAIT, "2s")
        .in_member("after_ms")
        .carried_out(),
    row("list-change", "the tool vanishes, and clients are told before the answer")
        .only_for(Scope::Calls)
        .carried_out(),
    row("list-change-flood", "n notifications of a changed list come before the answer")
        .takes(FRAMES, "10000")
        .in_member("messages")
        .carried_out(),
    row("lose-answer", "no answer comes").carried_out(),
    row("lose-answer-and-close", "the connection closes")
        .over_http("the response breaks off before its first byte")
        .carried_out(),
    row("malformed", "the answer is malformed in this way")
        .takes(Form::Kind(MalformedAnswer::KINDS), "batch")
        .carried_out(),
    row("missing-scope", "the vendor refuses because the token may not do this"),
    row("noise", "n lines that are no messages come before the answer")
        .over_http("n events that are no messages come before the answer")
        .takes(FRAMES, "1")
        .in_member("lines")
        .carried_out(),
    row("outage", "the connection closes")
        .over_http("nothing listens on the port for this time")
        .takes(WAIT, "1s")
        .in_member("for_ms"),
    row("oversize", "the answer is a string of n bytes")
        .takes(BYTES, "20000000")
        .in_member("bytes")
        .carried_out(),
    row("ping-flood", "n requests of the server come before the answer")
        .takes(FRAMES, "10000")
        .in_member("messages")
        .carried_out(),
    row("process", "the process behaves badly in this way")
        .over_http("the same; its standard input still ends it")
        .takes(Form::Kind(ProcessFault::KINDS), "ignore-end")
        .carried_out(),
    row("rate-limit", "the vendor refuses for this time of the world's clock")
        .takes(PERIOD, "1m")
        .in_member("for_seconds"),
    row("raw", "this string as a line, `$id` being the id of the request")
        .over_http("this string as a JSON body, `$id` being the id of the request")
        .takes(Form::Text, "null")
        .in_member("text"),
    row("rpc-error", "JSON-RPC error of this code")
        .takes(Form::Code, "-32603")
        .in_member("code")
        .beside(&[("message", Form::Text)]),
    row("session-loss", "the connection closes")
        .over_http("404; the session of a legacy client is over"),
    row("slow-drip", "the answer arrives at n bytes per second")
        .takes(Form::Count { least: 1, most: u32::MAX as u64 }, "100")
        .in_member("bytes_per_second")
        .carried_out(),
    row("stale-keepalive", "the connection closes after the answer")
        .over_http(
            "the answer comes; the next request on its connection is cut off, and not carried out",
        )
        .carried_out(),
    row("stream-end", "no answer comes")
        .over_http("a stream of events ends in good order, without the answer")
        .carried_out(),
    row("tool-error", "the tool refuses with this status of the vendor")
        .takes(Form::Status, "503")
        .in_member("status")
        .beside(&[("message", Form::Text)]),
    row("tool-list", "the list of tools is wrong in this way")
        .takes(Form::Kind(ToolListFault::KINDS), "endless")
        .only_for(Scope::ToolLists),
    row("truncate", "the connection closes in the middle of the answer")
        .over_http("the body breaks off in the middle of the answer")
        .carried_out(),
    row("wrong-id", "an answer comes whose id was never sent").carried_out(),
    row("wrong-revision", "the server says that it speaks this revision")
        .takes(Form::Text, "1999-01-01")
        .in_member("revision")
        .only_for(Scope::Openings),
];

impl Fault {
    /// This HTTP status, without headers of its own.
    #[must_use]
    pub fn http_status(status: u16) -> Self {
        Self::HttpStatus { status, retry_after: None, headers: BTreeMap::new(), body: None }
    }

    /// The name, as the command line takes it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.row().name
    }

    /// Whether the call takes effect although the fault happens: the difference between a call that may be
    /// repeated and one that may not.
    #[must_use]
    pub fn is_carried_out(&self) -> bool {
        self.row().is_carried_out
    }

    /// The row of the table.
    pub(crate) fn row(&self) -> &'static FaultRow {
        static ROWS: LazyLock<HashMap<Discriminant<Fault>, &FaultRow>> = LazyLock::new(|| {
            let usual = |row: &FaultRow| row.name.parse::<Fault>().expect("a test reads every row");
            FAULTS.iter().map(|row| (discriminant(&usual(row)), row)).collect()
        });
        ROWS.get(&discriminant(self)).expect("a test finds a row for every variant")
    }
}

/// The message of an error that is written without one.
fn message() -> String {
    "scripted failure".to_owned()
}
