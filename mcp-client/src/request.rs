//! One request from its parameters to its bytes and back: the path of every call.

use std::sync::Arc;

use bytes::Bytes;
use mcp_core::Delivery;
use mcp_core::jsonrpc::{RequestId, encode};
use mcp_core::protocol::Extra;
use mcp_core::session::AnswerError;
use serde::{Deserialize, Serialize};

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

#[derive(Serialize)]
struct Params<'a, P> {
    #[serde(flatten)]
    params: &'a P,
    #[serde(rename = "_meta", skip_serializing_if = "Option::is_none")]
    meta: Option<Meta<'a>>,
}

#[derive(Serialize)]
struct Meta<'a> {
    #[serde(rename = "progressToken", skip_serializing_if = "Option::is_none")]
    progress_token: Option<i64>,
    #[serde(flatten)]
    shared: &'a Extra,
}

impl<'a> Request<'a> {
    /// Sends it and waits for the answer.
    pub(crate) async fn send(
        self,
        params: &impl Serialize,
        patience: Patience,
    ) -> Result<Answered<'a>, RequestError> {
        let subject = self.subject;
        let fail = |kind: ConnectionErrorKind, delivery| {
            let request = subject.to_owned();
            RequestError::Connection(ConnectionError { request, kind, delivery })
        };
        let mut pending =
            self.link.start().map_err(|error| fail(error.into(), Delivery::NotSent))?;
        let frame = self.frame(pending.id(), params).map_err(|error| {
            let kind = ConnectionErrorKind::Arguments { message: error.to_string() };
            fail(kind, Delivery::NotSent)
        })?;
        pending.send(frame).await.map_err(|error| fail(error.cause.into(), error.delivery))?;
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
        }
    }

    fn frame(&self, id: i64, params: &impl Serialize) -> serde_json::Result<Bytes> {
        let progress_token = self.wants_progress.then_some(id);
        let has_meta = progress_token.is_some() || self.meta.iter().next().is_some();
        let meta = has_meta.then_some(Meta { progress_token, shared: self.meta });
        encode::request(&RequestId::Number(id), self.method, &Params { params, meta })
    }
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
