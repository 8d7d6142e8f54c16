//! A result before its one typed parse.

use bytes::Bytes;
use mcp_core::Delivery;
use mcp_core::protocol::ResultType;
use serde::Deserialize;

use crate::error::{ConnectionError, ConnectionErrorKind};

/// A result that came, not parsed yet.
#[derive(Debug)]
pub(crate) struct RawResult<'a> {
    subject: &'a str,
    pub(crate) result: Bytes,
}

impl<'a> RawResult<'a> {
    pub(crate) fn new(subject: &'a str, result: Bytes) -> Self {
        Self { subject, result }
    }

    /// The one typed parse. It also validates what the envelope scan left alone.
    pub(crate) fn parse<T: for<'de> Deserialize<'de>>(&self) -> Result<T, ConnectionError> {
        serde_json::from_slice(&self.result).map_err(|error| self.broken(error.to_string()))
    }

    /// The typed parse of a result that must be all there is.
    pub(crate) fn complete<T: for<'de> Deserialize<'de>>(&self) -> Result<T, ConnectionError> {
        match self.result_type()? {
            ResultType::Complete => self.parse(),
            other => Err(self.unexpected(&other)),
        }
    }

    /// The type that the result names: none means complete, an unknown one makes it invalid.
    pub(crate) fn result_type(&self) -> Result<ResultType, ConnectionError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Typed {
            result_type: Option<ResultType>,
        }
        match self.parse::<Typed>()?.result_type {
            None => Ok(ResultType::Complete),
            Some(unknown @ ResultType::Other(_)) => Err(self.unexpected(&unknown)),
            Some(known) => Ok(known),
        }
    }

    /// The failure of a request that cannot have a result of this type.
    pub(crate) fn unexpected(&self, result_type: &ResultType) -> ConnectionError {
        self.broken(format!("unexpected result type {:?}", result_type.as_str()))
    }

    /// The answer came, so the request was worked on; what it did is not known.
    pub(crate) fn broken(&self, message: String) -> ConnectionError {
        ConnectionError {
            request: self.subject.to_owned(),
            kind: ConnectionErrorKind::Answer { message },
            delivery: Delivery::Unknown,
        }
    }
}
