//! Log messages of servers (deprecated since 2026-07-28, and still about).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use super::open::{Extra, Members};

/// How severe a log message is (RFC 5424), least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// For whoever looks for a fault.
    Debug,
    /// The usual course.
    Info,
    /// Unusual, and nothing is wrong.
    Notice,
    /// Something may be wrong.
    Warning,
    /// Something failed.
    Error,
    /// A part has failed.
    Critical,
    /// Somebody must act at once.
    Alert,
    /// Nothing works.
    Emergency,
}

impl LogLevel {
    /// All levels, least severe first.
    pub const ALL: [Self; 8] = [
        Self::Debug,
        Self::Info,
        Self::Notice,
        Self::Warning,
        Self::Error,
        Self::Critical,
        Self::Alert,
        Self::Emergency,
    ];

    /// The name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Notice => "notice",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Critical => "critical",
            Self::Alert => "alert",
            Self::Emergency => "emergency",
        }
    }
}

impl fmt::Display for LogLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for LogLevel {
    type Err = UnknownLogLevel;

    fn from_str(name: &str) -> Result<Self, UnknownLogLevel> {
        let found = Self::ALL.into_iter().find(|level| level.as_str() == name);
        found.ok_or_else(|| UnknownLogLevel { name: name.to_owned() })
    }
}

/// A log level that the specification does not name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "unknown log level {name:?} (known: debug, info, notice, warning, error, critical, alert, \
     emergency)"
)]
#[non_exhaustive]
pub struct UnknownLogLevel {
    /// What was given instead.
    pub name: String,
}

/// Parameters of `logging/setLevel` (legacy).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetLevelParams {
    /// The least severe level that the client wants to hear of.
    pub level: LogLevel,
}

/// Parameters of `notifications/message`.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct LogMessage {
    /// How severe it is.
    pub level: LogLevel,
    /// Which part of the server speaks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logger: Option<String>,
    /// What is said: any JSON.
    pub data: Box<RawValue>,
    /// What else the server sends.
    #[serde(flatten)]
    pub extra: Extra,
}

impl LogMessage {
    /// A message without the name of a logger.
    #[must_use]
    pub fn new(level: LogLevel, data: Box<RawValue>) -> Self {
        Self { level, logger: None, data, extra: Extra::default() }
    }

    /// A text.
    pub fn text(level: LogLevel, text: impl AsRef<str>) -> Self {
        let data = serde_json::value::to_raw_value(text.as_ref()).expect("a text is JSON");
        Self::new(level, data)
    }
}

impl<'de> Deserialize<'de> for LogMessage {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut members = Members::read(deserializer)?;
        Ok(Self {
            level: members.required("level")?,
            logger: members.optional("logger")?,
            data: members.raw("data").ok_or_else(|| serde::de::Error::missing_field("data"))?,
            extra: members.rest(),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_level_reads_back_from_its_name() {
        for level in LogLevel::ALL {
            assert_eq!(level.as_str().parse(), Ok(level));
            assert_eq!(serde_json::to_value(level).unwrap(), json!(level.as_str()));
            assert_eq!(serde_json::from_value::<LogLevel>(json!(level.as_str())).unwrap(), level);
        }
        assert!("Debug".parse::<LogLevel>().is_err());
    }

    #[test]
    fn levels_are_ordered_by_severity() {
        assert!(LogLevel::ALL.is_sorted());
        assert!(LogLevel::Debug < LogLevel::Emergency);
    }

    #[test]
    fn a_message_keeps_what_it_does_not_know_and_null_data() {
        let sent = json!({ "level": "notice", "logger": "db", "data": null, "_meta": { "a": [] } });

        let read: LogMessage = serde_json::from_str(&sent.to_string()).unwrap();

        assert_eq!(serde_json::to_value(read).unwrap(), sent);
    }

    #[test]
    fn a_message_without_data_is_no_message() {
        assert!(serde_json::from_str::<LogMessage>(r#"{"level":"info"}"#).is_err());
        assert!(serde_json::from_str::<LogMessage>(r#"{"level":"loud","data":1}"#).is_err());
    }
}
