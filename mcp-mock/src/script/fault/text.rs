//! Faults as the command line names them: `crash`, `delay=200ms`.

use std::str::FromStr;
use std::time::Duration;

use mcp_core::schema::nearest_name;

use super::{FAULTS, Fault, Kind, message};

/// A text that names no fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FaultError {
    /// No fault has that name.
    #[error("`{name}` is no fault{}", hint(name))]
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

impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (text, None),
        };
        let known = FAULTS.iter().find(|known| known.name == name);
        let known = known.ok_or_else(|| FaultError::Name { name: name.to_owned() })?;
        let needs = |wanted| FaultError::Value { name: name.to_owned(), wanted };
        if value.is_some() && known.usual.is_none() {
            return Err(needs("no value"));
        }
        let value = value.or(known.usual).unwrap_or_default();
        of_name(name, value).map_err(needs)
    }
}

/// The fault of a known name; of a value that does not fit, what should stand there.
fn of_name(name: &str, value: &str) -> Result<Fault, &'static str> {
    let fault = match name {
        "answer-and-close" => Fault::AnswerAndClose,
        "auth-expiry" => Fault::AuthExpiry,
        "close" => Fault::Close,
        "crash" => Fault::Crash,
        "delay" => Fault::Delay(milliseconds(value).ok_or("a time such as `=200ms`")?),
        "duplicate-answer" => Fault::DuplicateAnswer,
        "endless-progress" => Fault::EndlessProgress,
        "endless-rounds" => Fault::EndlessRounds,
        "flood" => Fault::Flood { messages: parsed(value, "a number of messages")? },
        "forge" => Fault::Forge { answers: parsed(value, "a number of answers")? },
        "garbage" => Fault::Garbage,
        "gzip-bomb" => Fault::GzipBomb { bytes: parsed(value, "a number of bytes")? },
        "hang" => Fault::Hang,
        "http-status" => Fault::http_status(status(value)?),
        "late-answer" => Fault::LateAnswer { after_ms: parsed(value, "a number of milliseconds")? },
        "list-change" => Fault::ListChange,
        "list-change-flood" => {
            Fault::ListChangeFlood { messages: parsed(value, "a number of messages")? }
        }
        "lose-answer" => Fault::LoseAnswer,
        "lose-answer-and-close" => Fault::LoseAnswerAndClose,
        "malformed" => Fault::Malformed(kind(value)?),
        "missing-scope" => Fault::MissingScope,
        "noise" => Fault::Noise { lines: parsed(value, "a number of lines")? },
        "oversize" => Fault::Oversize { bytes: parsed(value, "a number of bytes")? },
        "outage" => Fault::Outage { for_ms: parsed(value, "a number of milliseconds")? },
        "ping-flood" => Fault::PingFlood { messages: parsed(value, "a number of messages")? },
        "process" => Fault::Process(kind(value)?),
        "rate-limit" => Fault::RateLimit { for_seconds: parsed(value, "a number of seconds")? },
        "raw" => Fault::Raw { text: value.to_owned() },
        "rpc-error" => {
            Fault::RpcError { code: parsed(value, "a code such as `=-32603`")?, message: message() }
        }
        "session-loss" => Fault::SessionLoss,
        "slow-drip" => {
            Fault::SlowDrip { bytes_per_second: parsed(value, "a number of bytes for a second")? }
        }
        "stream-end" => Fault::StreamEnd,
        "tool-error" => Fault::ToolError { status: status(value)?, message: message() },
        "tool-list" => Fault::ToolList(kind(value)?),
        "truncate" => Fault::Truncate,
        "wrong-id" => Fault::WrongId,
        "wrong-revision" => Fault::WrongRevision { revision: value.to_owned() },
        // A test reads every name of the table.
        _ => return Err("a name of the table"),
    };
    Ok(fault)
}

fn parsed<T: FromStr>(value: &str, wanted: &'static str) -> Result<T, &'static str> {
    value.parse().map_err(|_| wanted)
}

fn kind<K: Kind>(value: &str) -> Result<K, &'static str> {
    K::named(value).ok_or("a kind that `mcp-mock faults` lists")
}

fn status(value: &str) -> Result<u16, &'static str> {
    let status = value.parse().ok().filter(|status| (100..=999).contains(status));
    status.ok_or("a status such as `=503`")
}

fn milliseconds(text: &str) -> Option<Duration> {
    text.strip_suffix("ms")?.parse().ok().map(Duration::from_millis)
}

fn hint(name: &str) -> String {
    let names = || FAULTS.iter().map(|known| known.name);
    match nearest_name(name, names()) {
        Some(near) => format!(" (did you mean `{near}`?)"),
        None => format!("; there are {}", names().collect::<Vec<_>>().join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_refused(text: &str, message: &str) {
        assert_eq!(text.parse::<Fault>().unwrap_err().to_string(), message);
    }

    #[test]
    fn every_fault_of_the_table_is_read_with_its_usual_value() {
        for known in &FAULTS {
            let fault: Fault = known.name.parse().unwrap();

            assert_eq!(fault.name(), known.name);
            assert_eq!(known.form().parse(), Ok(fault));
        }
    }

    #[test]
    fn wrong_fault_names_the_nearest_or_all() {
        check_refused("crahs", "`crahs` is no fault (did you mean `crash`?)");
        let all = "x".parse::<Fault>().unwrap_err().to_string();
        assert!(
            all.starts_with("`x` is no fault; there are answer-and-close, auth-expiry, "),
            "{all}"
        );
    }

    #[test]
    fn wrong_value_says_what_is_wanted() {
        check_refused("delay=soon", "fault `delay` needs a time such as `=200ms`");
        check_refused("http-status=20", "fault `http-status` needs a status such as `=503`");
        check_refused("oversize=1MB", "fault `oversize` needs a number of bytes");
        check_refused("crash=1", "fault `crash` needs no value");
    }
}
