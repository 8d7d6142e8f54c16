//! A tape: what it holds, and reading it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use mcp_core::jsonrpc::RpcError;
use mcp_core::protocol::{Implementation, ProtocolVersion, ServerInfo};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// The version of the format that this crate writes and reads.
pub(super) const VERSION: u64 = 1;

/// The largest tape that is read: it is kept in memory as a whole. Recordings by hand are far smaller.
const BYTES_MAX: u64 = 256 << 20;

/// What a real server was asked and what it answered.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use mcp_client::Client;
/// use mcp_mock_cassette::{Replay, Tape};
///
/// let replay = Replay::new(Tape::load("tests/tape.jsonl")?);
/// let client = Client::connect(replay.transport()).await?;
///
/// let graph: serde_json::Value = client.call("read_graph", serde_json::json!({})).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Tape {
    header: Header,
    exchanges: Vec<Exchange>,
}

/// One request and its answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "ExchangeLine", into = "ExchangeLine")]
#[non_exhaustive]
pub struct Exchange {
    /// Counts from 1 in the order in which the requests began; lines stand in the order of the answers.
    pub number: usize,
    /// The method of the request.
    pub method: String,
    /// The parameters without `_meta`, which is about the conversation.
    pub params: Map<String, Value>,
    /// The answer.
    pub answer: RecordedAnswer,
    /// The notifications that came before the answer.
    pub notifications: Vec<RecordedNotification>,
    /// How long the answer took, in milliseconds.
    pub after_ms: u64,
}

/// The answer of an [`Exchange`].
#[derive(Debug, Clone)]
pub enum RecordedAnswer {
    /// A result, an object.
    Result(Box<RawValue>),
    /// A JSON-RPC error.
    Error(RpcError),
}

/// A notification of the server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RecordedNotification {
    /// The method.
    pub method: String,
    /// Its parameters.
    #[serde(default)]
    pub params: Map<String, Value>,
}

/// A tape that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{}{kind}", .path.display())]
#[non_exhaustive]
pub struct TapeError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub kind: TapeErrorKind,
}

/// What is wrong with a tape.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TapeErrorKind {
    /// A line is not an exchange.
    #[error(":{line}: {message}")]
    Line {
        /// The number of the line, from 1.
        line: usize,
        /// What is wrong with it.
        message: String,
    },
    /// The first line is not what a tape begins with.
    #[error(":1: no tape: the first line of one begins with `{{\"tape\":{VERSION},`")]
    NotATape,
    /// The file cannot be read.
    #[error(": {error}")]
    Read {
        /// The reason of the operating system.
        error: io::Error,
    },
    /// The file is too large.
    #[error(": more than {BYTES_MAX} bytes")]
    TooLarge,
    /// The tape is of a version that this crate does not know.
    #[error(
        ":1: a tape of version {version}; this build reads version {VERSION}, so record it anew"
    )]
    Version {
        /// The version in the first line.
        version: Value,
    },
}

impl Tape {
    /// Reads a tape. A last line that was cut off while it was written is left out.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, is of another version, or has a line that is not an exchange.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, TapeError> {
        let path = path.as_ref();
        let failed = |kind| TapeError { path: path.to_owned(), kind };
        let text = read(path).map_err(failed)?;
        Self::parse(&text).map_err(failed)
    }

    /// The exchanges, in the order in which the requests began.
    #[must_use]
    pub fn exchanges(&self) -> &[Exchange] {
        &self.exchanges
    }

    /// Name and version of the recorded server; empty when the recording has none.
    #[must_use]
    pub fn server(&self) -> ServerInfo {
        self.header.server.clone().map_or_else(|| ServerInfo::new("", ""), ServerLine::into_info)
    }

    /// When the recording began.
    #[must_use]
    pub fn recorded(&self) -> Timestamp {
        self.header.recorded
    }

    /// The revision that was spoken, when the recorded client asked for one that is known.
    #[must_use]
    pub fn revision(&self) -> Option<ProtocolVersion> {
        self.header.revision
    }

    pub(super) fn into_exchanges(self) -> Vec<Exchange> {
        self.exchanges
    }

    pub(super) fn parse(text: &str) -> Result<Self, TapeErrorKind> {
        let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
        let header = Header::parse(first)?;
        let mut exchanges = Vec::new();
        for (index, line) in rest.split_inclusive('\n').enumerate() {
            if line.trim().is_empty() {
                continue;
            }
            match serde_json::from_str::<Exchange>(line.trim_end()) {
                Ok(exchange) => exchanges.push(exchange),
                Err(_) if is_cut_off(line) => {}
                Err(error) => {
                    // The place within the line says little, and its number would be taken for ours.
                    let error = error.to_string();
                    let message = error.split(" at line ").next().unwrap_or_default();
                    let message = format!("no exchange of a tape: {message}");
                    return Err(TapeErrorKind::Line { line: index + 2, message });
                }
            }
        }
        exchanges.sort_by_key(|exchange| exchange.number);
        Ok(Self { header, exchanges })
    }
}

/// The first line.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Header {
    pub(super) tape: u64,
    pub(super) recorded: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) server: Option<ServerLine>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) revision: Option<ProtocolVersion>,
    /// The program, or the origin of the URL. Neither arguments nor paths: both may be secrets.
    pub(super) command: String,
}

impl Header {
    fn parse(line: &str) -> Result<Self, TapeErrorKind> {
        #[derive(Deserialize)]
        struct Version {
            tape: Value,
        }
        let Version { tape } = serde_json::from_str(line).map_err(|_| TapeErrorKind::NotATape)?;
        if tape != VERSION {
            return Err(TapeErrorKind::Version { version: tape });
        }
        serde_json::from_str(line).map_err(|error| {
            let message = format!("the first line cannot be read: {error}");
            TapeErrorKind::Line { line: 1, message }
        })
    }
}

/// The server in the first line.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct ServerLine {
    info: Implementation,
    #[serde(default)]
    capabilities: Map<String, Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    instructions: Option<String>,
}

impl ServerLine {
    fn into_info(self) -> ServerInfo {
        let mut info = ServerInfo::new("", "");
        info.implementation = self.info;
        info.capabilities = self.capabilities;
        info.instructions = self.instructions;
        info
    }
}

impl From<ServerInfo> for ServerLine {
    fn from(info: ServerInfo) -> Self {
        Self {
            info: info.implementation,
            capabilities: info.capabilities,
            instructions: info.instructions,
        }
    }
}

/// An exchange as a line of the file.
#[derive(Serialize, Deserialize)]
struct ExchangeLine {
    n: usize,
    method: String,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    params: Map<String, Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    result: Option<Box<RawValue>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<RpcError>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    notifications: Vec<RecordedNotification>,
    #[serde(default)]
    after_ms: u64,
}

impl TryFrom<ExchangeLine> for Exchange {
    type Error = &'static str;

    fn try_from(line: ExchangeLine) -> Result<Self, Self::Error> {
        let answer = match (line.result, line.error) {
            (Some(result), None) => {
                if serde_json::from_str::<BTreeMap<String, &RawValue>>(result.get()).is_err() {
                    return Err("`result` is no object");
                }
                RecordedAnswer::Result(result)
            }
            (None, Some(error)) => RecordedAnswer::Error(error),
            _ => return Err("one of `result` and `error` is needed"),
        };
        Ok(Self {
            number: line.n,
            method: line.method,
            params: line.params,
            answer,
            notifications: line.notifications,
            after_ms: line.after_ms,
        })
    }
}

impl From<Exchange> for ExchangeLine {
    fn from(exchange: Exchange) -> Self {
        let (result, error) = match exchange.answer {
            RecordedAnswer::Result(result) => (Some(result), None),
            RecordedAnswer::Error(error) => (None, Some(error)),
        };
        Self {
            n: exchange.number,
            method: exchange.method,
            params: exchange.params,
            result,
            error,
            notifications: exchange.notifications,
            after_ms: exchange.after_ms,
        }
    }
}

/// Whether a line has no end, as the last one of a recording that was interrupted.
pub(super) fn is_cut_off(line: &str) -> bool {
    !line.ends_with('\n')
}

pub(super) fn read(path: &Path) -> Result<String, TapeErrorKind> {
    let failed = |error| TapeErrorKind::Read { error };
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(failed)?;
    file.take(BYTES_MAX + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > BYTES_MAX {
        return Err(TapeErrorKind::TooLarge);
    }
    String::from_utf8(bytes).or_else(|error| {
        // A line may be cut off within a letter.
        let mut bytes = error.into_bytes();
        bytes.truncate(bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1));
        let broken = |error| failed(io::Error::new(io::ErrorKind::InvalidData, error));
        String::from_utf8(bytes).map_err(broken)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &str = r#"{"tape":1,"recorded":"2026-11-22T10:00:00Z","command":"node"}"#;
    const CALL: &str =
        r#"{"n":2,"method":"tools/call","params":{"name":"t"},"result":{"content":[]}}"#;
    const LIST: &str = r#"{"n":1,"method":"tools/list","error":{"code":-32601,"message":"no"}}"#;

    #[track_caller]
    fn refused(text: &str) -> String {
        let kind = Tape::parse(text).unwrap_err();
        TapeError { path: "t.jsonl".into(), kind }.to_string()
    }

    #[test]
    fn exchanges_come_in_the_order_of_the_requests() {
        let tape = Tape::parse(&format!("{FIRST}\n{CALL}\n{LIST}\n")).unwrap();

        let methods: Vec<_> = tape.exchanges().iter().map(|one| one.method.as_str()).collect();
        assert_eq!(methods, ["tools/list", "tools/call"]);
        assert_eq!((tape.revision(), tape.server().implementation.name.as_str()), (None, ""));
    }

    #[test]
    fn line_that_was_cut_off_is_left_out_and_no_other() {
        let (cut, _) = CALL.split_at(40);

        let tape = Tape::parse(&format!("{FIRST}\n{LIST}\n{cut}")).unwrap();

        assert_eq!(tape.exchanges().len(), 1);
        insta::assert_snapshot!(refused(&format!("{FIRST}\n{cut}\n{LIST}\n")), @"t.jsonl:2: no exchange of a tape: EOF while parsing a string");
    }

    #[test]
    fn what_is_no_tape_is_refused_with_its_place() {
        insta::assert_snapshot!(refused(""), @r#"t.jsonl:1: no tape: the first line of one begins with `{"tape":1,`"#);
        insta::assert_snapshot!(refused("{}\n"), @r#"t.jsonl:1: no tape: the first line of one begins with `{"tape":1,`"#);
        insta::assert_snapshot!(refused(&FIRST.replace(":1,", ":2,")), @"t.jsonl:1: a tape of version 2; this build reads version 1, so record it anew");
        let none = format!("{FIRST}\n{LIST}\n{{\"n\":1,\"method\":\"m\"}}\n");
        insta::assert_snapshot!(refused(&none), @"t.jsonl:3: no exchange of a tape: one of `result` and `error` is needed");
        let text = format!("{FIRST}\n{{\"n\":1,\"method\":\"m\",\"result\":1}}\n");
        insta::assert_snapshot!(refused(&text), @"t.jsonl:2: no exchange of a tape: `result` is no object");
    }
}
