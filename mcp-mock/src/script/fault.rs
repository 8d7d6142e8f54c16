//! Failures that are put in on purpose.

use std::str::FromStr;
use std::time::Duration;

/// A failure in place of, or around, the answer to a call.
///
/// From text, as the command line takes it: `close`, `crash`, `delay=200ms`, `duplicate-answer`,
/// `garbage`, `hang`, `lose-answer`, `lose-answer-and-close`, `rpc-error=-32603`, `tool-error=503`,
/// `wrong-id`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The connection closes instead of an answer; the call is not carried out.
    Close,
    /// The server ends: a process exits with code 70, an in-process server closes the connection.
    Crash,
    /// The call is carried out and answered later than usual, unless the client cancels it before.
    Delay(Duration),
    /// The answer comes twice.
    DuplicateAnswer,
    /// A line that is no message comes instead of an answer; the call is not carried out.
    Garbage,
    /// No answer ever comes; the call is not carried out.
    Hang,
    /// The call is carried out and no answer ever comes.
    LoseAnswer,
    /// The call is carried out and the connection closes instead of an answer.
    LoseAnswerAndClose,
    /// The server answers a JSON-RPC error; the call is not carried out.
    RpcError {
        /// The code, such as -32603.
        code: i64,
        /// One sentence.
        message: String,
    },
    /// The tool answers that it failed; the call is not carried out.
    ToolError {
        /// The HTTP status that the vendor would send, such as 429 or 503.
        status: u16,
        /// One sentence.
        message: String,
    },
    /// The answer carries an id that nobody asked with; the call is carried out.
    WrongId,
}

impl Fault {
    /// The name, as the command line takes it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Close => "close",
            Self::Crash => "crash",
            Self::Delay(_) => "delay",
            Self::DuplicateAnswer => "duplicate-answer",
            Self::Garbage => "garbage",
            Self::Hang => "hang",
            Self::LoseAnswer => "lose-answer",
            Self::LoseAnswerAndClose => "lose-answer-and-close",
            Self::RpcError { .. } => "rpc-error",
            Self::ToolError { .. } => "tool-error",
            Self::WrongId => "wrong-id",
        }
    }
}

/// A text that names no fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FaultError {
    /// No fault has that name.
    #[error("`{name}` is no fault; there are {}", FAULT_FORMS.join(", "))]
    Name {
        /// What was written.
        name: String,
    },
    /// The fault needs another value after `=`.
    #[error("fault `{name}` needs {wanted}")]
    Value {
        /// The fault.
        name: String,
        /// What should stand after `=`.
        wanted: &'static str,
    },
}

/// Every fault as the command line takes it, with the usual value where it takes one.
pub(crate) const FAULT_FORMS: [&str; 11] = [
    "close",
    "crash",
    "delay=200ms",
    "duplicate-answer",
    "garbage",
    "hang",
    "lose-answer",
    "lose-answer-and-close",
    "rpc-error=-32603",
    "tool-error=503",
    "wrong-id",
];

impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (text, None),
        };
        let needs = |wanted| FaultError::Value { name: name.to_owned(), wanted };
        let fault = match name {
            "close" => Self::Close,
            "crash" => Self::Crash,
            "delay" => Self::Delay(
                value.and_then(milliseconds).ok_or_else(|| needs("a time such as `=200ms`"))?,
            ),
            "duplicate-answer" => Self::DuplicateAnswer,
            "garbage" => Self::Garbage,
            "hang" => Self::Hang,
            "lose-answer" => Self::LoseAnswer,
            "lose-answer-and-close" => Self::LoseAnswerAndClose,
            "rpc-error" => Self::RpcError {
                code: value
                    .unwrap_or("-32603")
                    .parse()
                    .map_err(|_| needs("a code such as `=-32603`"))?,
                message: "scripted failure".to_owned(),
            },
            "tool-error" => Self::ToolError {
                status: value
                    .unwrap_or("503")
                    .parse()
                    .map_err(|_| needs("a status such as `=503`"))?,
                message: "scripted failure".to_owned(),
            },
            "wrong-id" => Self::WrongId,
            _ => return Err(FaultError::Name { name: name.to_owned() }),
        };
        Ok(fault)
    }
}

fn milliseconds(text: &str) -> Option<Duration> {
    text.strip_suffix("ms")?.parse().ok().map(Duration::from_millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_in_the_list_is_a_fault() {
        for text in FAULT_FORMS {
            let fault: Fault = text.parse().unwrap();
            assert_eq!(text.split('=').next(), Some(fault.name()));
        }
    }

    #[test]
    fn a_wrong_fault_names_the_right_ones() {
        let name = "crahs".parse::<Fault>().unwrap_err().to_string();
        let value = "delay=soon".parse::<Fault>().unwrap_err().to_string();

        assert!(name.starts_with("`crahs` is no fault; there are close, crash,"), "{name}");
        assert_eq!(value, "fault `delay` needs a time such as `=200ms`");
    }
}
