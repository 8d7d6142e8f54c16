//! Answers whose bytes are not what they should be.

use mcp_core::jsonrpc::RequestId;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::row::{Kind, kind};

/// Levels of nesting that no parser should follow on its stack.
const LEVELS: usize = 100_000;

/// A line that is longer than what any client takes for one.
const ENDLESS_BYTES: usize = 64 << 20;

/// A way in which an answer is malformed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum MalformedAnswer {
    /// The answer alone in an array, as of a batch.
    Batch,
    /// A byte order mark comes before the answer.
    Bom,
    /// The line ends with CR LF.
    Crlf,
    /// Something is nested a hundred thousand levels deep.
    Deep,
    /// The id is there twice.
    DuplicateMembers,
    /// A line of 64 MiB that does not end, instead of the answer.
    EndlessLine,
    /// A number that is larger than any number of 64 bits.
    HugeNumber,
    /// A byte that is no UTF-8, in a string of the answer.
    InvalidUtf8,
    /// A line that is no UTF-8 comes before the answer.
    InvalidUtf8Line,
    /// Half of a pair of UTF-16, escaped, in a string of the answer.
    LoneSurrogate,
    /// `NaN` instead of a number.
    Nan,
    /// Neither a result nor an error.
    Neither,
    /// The stream ends after the answer, without the end of the line.
    NoNewline,
    /// A NUL byte in a string of the answer.
    Nul,
    /// An error whose id is null.
    NullId,
    /// The answer takes many lines.
    Pretty,
    /// A result and an error.
    ResultAndError,
    /// The id is a string of its digits.
    TextId,
    /// The line ends of Unicode in a string, which do not end a line here: the answer is fine.
    UnicodeLines,
    /// `resultType` is unknown to every revision.
    UnknownType,
    /// The names of the members are in upper case.
    UpperCase,
    /// `jsonrpc` is `1.0`.
    WrongVersion,
}

impl MalformedAnswer {
    /// The kinds, and what a client sees of each.
    pub(super) const KINDS: &[Kind] = &[
        kind("batch", "the answer is the only one of a batch"),
        kind("bom", "a byte order mark comes before the answer"),
        kind("crlf", "the line ends with CR LF: the answer is fine"),
        kind("deep", "something in it is nested 100000 levels deep"),
        kind("duplicate-members", "`id` is there twice"),
        kind("endless-line", "64 MiB come instead, without the end of a line"),
        kind("huge-number", "`1e999` is in it"),
        kind("invalid-utf8", "a string in it is no UTF-8"),
        kind("invalid-utf8-line", "a line that is no UTF-8 comes before the answer, which is fine"),
        kind("lone-surrogate", r"a string in it has the escape `\ud800` alone"),
        kind("nan", "`NaN` is in it"),
        kind("neither", "it has neither `result` nor `error`"),
        kind("no-newline", "the stream ends after it, without the end of a line"),
        kind("nul", "a string in it has a NUL byte"),
        kind("null-id", "an error whose `id` is null comes instead"),
        kind("pretty", "it takes many lines"),
        kind("result-and-error", "it has `result` and `error`"),
        kind("text-id", "its `id` is a string"),
        kind("unicode-lines", "a string in it has U+2028, U+2029 and U+0085: the answer is fine"),
        kind("unknown-type", "its `resultType` is `surprise`"),
        kind("upper-case", "its members are named `ID`, `RESULT` and so on"),
        kind("wrong-version", "its `jsonrpc` is `1.0`"),
    ];
}

/// What goes over the line instead of an answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Malformed {
    /// These bytes, with the end of a line.
    Line(Vec<u8>),
    /// The answer as it is, after a line.
    Preceded(&'static [u8]),
    /// The answer as it is, and then the end of the stream if it is on one.
    Unended,
    /// These bytes, and no end of a line after them.
    Unfinished(Vec<u8>),
}

impl MalformedAnswer {
    /// What becomes of an answer.
    pub(crate) fn of(self, id: &RequestId, answer: &[u8]) -> Malformed {
        let member = |value: &[u8]| with_member(answer, value);
        let mut line = match self {
            Self::Batch => [b"[", answer, b"]"].concat(),
            Self::Bom => ["\u{feff}".as_bytes(), answer].concat(),
            Self::Crlf => [answer, b"\r"].concat(),
            Self::Deep => member(&[b"[".repeat(LEVELS), b"]".repeat(LEVELS)].concat()),
            Self::DuplicateMembers => with_first(answer, &format!("\"id\":{}", json!(id))),
            Self::EndlessLine => return Malformed::Unfinished(vec![b' '; ENDLESS_BYTES]),
            Self::HugeNumber => member(b"1e999"),
            Self::InvalidUtf8 => member(b"\"\xff\""),
            Self::InvalidUtf8Line => return Malformed::Preceded(b"\xff\xfe"),
            Self::LoneSurrogate => member(br#""\ud800""#),
            Self::Nan => member(b"NaN"),
            Self::Neither => json!({ "jsonrpc": "2.0", "id": id }).to_string().into_bytes(),
            Self::NoNewline => return Malformed::Unended,
            Self::Nul => member(b"\"\0\""),
            Self::NullId => {
                json!({ "jsonrpc": "2.0", "id": null, "error": error() }).to_string().into_bytes()
            }
            Self::Pretty => changed(answer, |_| ()).map_or_else(Vec::new, |it| pretty(&it)),
            Self::ResultAndError => with_first(answer, &format!("\"error\":{}", error())),
            Self::TextId => text(changed(answer, |it| it["id"] = json!(id.to_string()))),
            Self::UnicodeLines => member("\"\u{2028}\u{2029}\u{85}\"".as_bytes()),
            Self::UnknownType => {
                text(changed(answer, |it| it["result"]["resultType"] = json!("surprise")))
            }
            Self::UpperCase => text(changed(answer, in_upper_case)),
            Self::WrongVersion => text(changed(answer, |it| it["jsonrpc"] = json!("1.0"))),
        };
        line.push(b'\n');
        Malformed::Line(line)
    }
}

fn error() -> Value {
    json!({ "code": -32603, "message": "scripted failure" })
}

fn changed(answer: &[u8], change: impl FnOnce(&mut Value)) -> Option<Value> {
    let mut answer = serde_json::from_slice(answer).ok()?;
    change(&mut answer);
    Some(answer)
}

fn text(answer: Option<Value>) -> Vec<u8> {
    answer.map_or_else(Vec::new, |answer| answer.to_string().into_bytes())
}

fn pretty(answer: &Value) -> Vec<u8> {
    format!("{answer:#}").into_bytes()
}

fn in_upper_case(answer: &mut Value) {
    if let Value::Object(members) = answer {
        *members = std::mem::take(members)
            .into_iter()
            .map(|(name, value)| (name.to_uppercase(), value))
            .collect();
    }
}

/// The answer with one more member in its result or error, whose value need not be JSON.
fn with_member(answer: &[u8], value: &[u8]) -> Vec<u8> {
    let is_at = |name: &[u8]| answer.windows(name.len()).position(|window| window == name);
    let found = [&br#""result":{"#[..], br#""error":{"#]
        .into_iter()
        .find_map(|name| is_at(name).map(|at| at + name.len()));
    // A result that is no object has no members.
    let Some(at) = found else { return answer.to_vec() };
    let (before, after) = answer.split_at(at);
    let comma: &[u8] = if after.starts_with(b"}") { b"" } else { b"," };
    [before, b"\"odd\":", value, comma, after].concat()
}

/// The answer with this member before the others.
fn with_first(answer: &[u8], member: &str) -> Vec<u8> {
    let (brace, rest) = answer.split_at(1.min(answer.len()));
    [brace, member.as_bytes(), b",", rest].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &[u8] =
        br#"{"jsonrpc":"2.0","id":7,"result":{"content":[],"resultType":"complete"}}"#;

    fn escaped(kind: MalformedAnswer) -> String {
        let answer = match kind.of(&7.into(), ANSWER) {
            Malformed::Line(line) => line.escape_ascii().to_string(),
            Malformed::Preceded(line) => format!("{} and the answer", line.escape_ascii()),
            Malformed::Unended => "the answer and the end".to_owned(),
            Malformed::Unfinished(bytes) => format!("{} bytes", bytes.len()),
        };
        let answer = answer.replace(&"[".repeat(LEVELS), "[…").replace(&"]".repeat(LEVELS), "…]");
        format!("{kind:?}: {}", answer.replace("\\\"", "\""))
    }

    #[test]
    fn answers_are_malformed_in_one_way_each() {
        let all: Vec<_> = MalformedAnswer::KINDS
            .iter()
            .map(|kind| escaped(serde_json::from_value(kind.name.into()).unwrap()))
            .collect();

        insta::assert_snapshot!(all.join("\n"));
    }

    #[test]
    fn an_empty_result_gets_a_member_without_a_comma() {
        let answer = br#"{"jsonrpc":"2.0","id":7,"result":{}}"#;

        let malformed = MalformedAnswer::UnicodeLines.of(&7.into(), answer);

        let Malformed::Line(line) = malformed else { panic!("{malformed:?}") };
        assert!(serde_json::from_slice::<Value>(&line).is_ok());
    }
}
