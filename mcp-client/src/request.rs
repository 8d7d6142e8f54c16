//! One request from its parameters to its bytes and back: the path of every call.

use std::sync::Arc;

use bytes::Bytes;
use mcp_core::Delivery;
use mcp_core::jsonrpc::{RequestId, encode};
use mcp_core::protocol::Extra;
use mcp_core::session::AnswerError;
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};

use crate::driver::{Link, Patience, Unanswered};
use crate::error::{CallError, ConnectionError, ConnectionErrorKind, ListError, RpcFailure};

/// A request about to be sent.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    pub(crate) link: &'a Arc<Link>,
    pub(crate) method: &'static str,
    /// What is asked, as errors name it: the method, or the tool.
    pub(crate) subject: &'a str,
    /// What every request of this conversation carries in `_meta`.
    pub(crate) meta: &'a Extra,
    /// Whether the server may report progress.
    pub(crate) wants_progress: bool,
    /// Arguments that headers repeat, for bindings that have headers.
    pub(crate) mirrored: Option<Vec<(String, String)>>,
}

/// Why a request has no result.
#[derive(Debug)]
pub(crate) enum RequestError {
    Connection(ConnectionError),
    Rpc(RpcFailure),
}

/// A result that came, not parsed yet.
#[derive(Debug)]
pub(crate) struct Answered<'a> {
    subject: &'a str,
    result: Bytes,
}

/// The `_meta` of one request.
#[derive(Debug)]
pub(crate) struct Meta<'a> {
    progress_token: Option<i64>,
    shared: &'a Extra,
}

impl Serialize for Meta<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(token) = self.progress_token {
            map.serialize_entry("progressToken", &token)?;
        }
        for (name, value) in self.shared.iter() {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl<'a> Request<'a> {
    /// Sends it and waits for the answer. `params` makes the parameters around their `_meta`.
    pub(crate) async fn send<P: Serialize>(
        self,
        params: impl FnOnce(Option<Meta<'a>>) -> P,
        patience: Patience,
    ) -> Result<Answered<'a>, RequestError> {
        let subject = self.subject;
        let fail = |kind: ConnectionErrorKind, delivery| {
            let request = subject.to_owned();
            RequestError::Connection(ConnectionError { request, kind, delivery })
        };
        let mut pending =
            self.link.start().map_err(|error| fail(error.into(), Delivery::NotSent))?;
        let id = RequestId::Number(pending.id());
        let params = params(meta(self.meta, self.wants_progress.then_some(pending.id())));
        let frame = encode::request(&id, self.method, &params).map_err(|error| {
            let kind = ConnectionErrorKind::Arguments { message: error.to_string() };
            fail(kind, Delivery::NotSent)
        })?;
        pending.send(frame, self.mirrored).await.map_err(|error| fail(error.cause.into(), error.delivery))?;
        match pending.answer(patience).await {
            Ok(result) => Ok(Answered { subject, result }),
            Err(Unanswered::Answered(AnswerError::Refused(error))) => {
                Err(RequestError::Rpc(RpcFailure { request: subject.to_owned(), error }))
            }
            Err(Unanswered::Answered(AnswerError::Broken(kind))) => {
                Err(fail(kind.into(), Delivery::Unknown))
            }
            Err(Unanswered::Deadline(after)) => {
                Err(fail(ConnectionErrorKind::Deadline { after }, Delivery::Unknown))
            }
            Err(Unanswered::Ended(end)) => Err(fail(end.into(), Delivery::Unknown)),
            Err(Unanswered::Undelivered(error)) => {
                Err(fail(ConnectionErrorKind::Exchange(error.cause), error.delivery))
            }
        }
    }
}

fn meta(shared: &Extra, progress_token: Option<i64>) -> Option<Meta<'_>> {
    let is_empty = progress_token.is_none() && shared.iter().next().is_none();
    (!is_empty).then_some(Meta { progress_token, shared })
}

impl Answered<'_> {
    /// The one typed parse. It also validates what the envelope scan left alone.
    pub(crate) fn parse<T: for<'de> Deserialize<'de>>(&self) -> Result<T, ConnectionError> {
        serde_json::from_slice(&self.result).map_err(|error| self.broken(error.to_string()))
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

impl From<RequestError> for CallError {
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::Connection(error) => Self::Connection(error),
            RequestError::Rpc(failure) => Self::Rpc(failure),
        }
    }
}

impl From<RequestError> for ListError {
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::Connection(error) => Self::Connection(error),
            RequestError::Rpc(failure) => Self::Rpc(failure),
        }
    }
}
