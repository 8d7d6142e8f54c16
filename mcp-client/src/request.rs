//! One request from its parameters to its bytes and back: the path of every call.

use std::mem;
use std::sync::Arc;

use bytes::Bytes;
use mcp_core::Delivery;
use mcp_core::jsonrpc::{RequestId, encode};
use mcp_core::protocol::{Extra, LogLevel, ResultType, key};
use mcp_core::session::AnswerError;
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};

use crate::call::CallOptions;
use crate::deadline::CallDeadline;
use crate::driver::Link;
use crate::error::{ConnectionError, ConnectionErrorKind, Failure, RpcFailure};
use crate::pending::{PendingRequest, Unanswered};
use crate::trace::TraceContext;

/// A request about to be sent.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    pub(crate) link: &'a Arc<Link>,
    pub(crate) method: &'static str,
    /// What is asked, as errors name it: the method, or the tool.
    pub(crate) subject: &'a str,
    /// What every request of this conversation carries in `_meta`.
    pub(crate) meta: &'a Extra,
    /// The least severe log message that is wanted (modern era).
    pub(crate) log_level: Option<LogLevel>,
    /// What this request was given by its caller; with it, the server may report progress.
    pub(crate) options: Option<&'a CallOptions>,
    /// Arguments that headers repeat, for bindings that have headers.
    pub(crate) param_headers: Option<Vec<(String, String)>>,
}

/// A request that is registered and written.
#[derive(Debug)]
pub(crate) struct Encoded<'a> {
    subject: &'a str,
    options: Option<&'a CallOptions>,
    param_headers: Option<Vec<(String, String)>>,
    frame: Bytes,
    pending: PendingRequest,
}

/// A result that came, not parsed yet.
#[derive(Debug)]
pub(crate) struct RawResult<'a> {
    subject: &'a str,
    pub(crate) result: Bytes,
}

/// The `_meta` of one request.
#[derive(Debug)]
pub(crate) struct Meta<'a> {
    progress_token: Option<i64>,
    log_level: Option<LogLevel>,
    trace: Option<&'a TraceContext>,
    shared: &'a Extra,
}

impl<'a> Meta<'a> {
    /// What a request carries that has nothing of its own.
    pub(crate) fn new(shared: &'a Extra, log_level: Option<LogLevel>) -> Self {
        Self { progress_token: None, log_level, trace: None, shared }
    }

    fn is_empty(&self) -> bool {
        self.progress_token.is_none()
            && self.log_level.is_none()
            && self.trace.is_none()
            && self.shared.iter().next().is_none()
    }
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
        if let Some(level) = self.log_level {
            map.serialize_entry(key::LOG_LEVEL, &level)?;
        }
        for (name, value) in self.trace.into_iter().flat_map(TraceContext::entries) {
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
        deadline: CallDeadline,
    ) -> Result<RawResult<'a>, Failure> {
        self.encode(params)?.send(deadline).await
    }

    /// Registers and writes it. Nothing of the parameters is needed after that.
    pub(crate) fn encode<P: Serialize>(
        self,
        params: impl FnOnce(Option<Meta<'a>>) -> P,
    ) -> Result<Encoded<'a>, Failure> {
        let fail = |kind| Failure::new(self.subject, kind, Delivery::NotSent);
        if let Some(deadline) = self.options.and_then(|options| options.deadline)
            && deadline.has_passed()
        {
            return Err(fail(ConnectionErrorKind::Deadline { after: deadline.total() }));
        }
        let hears_progress = self.options.is_some_and(|options| options.on_progress.is_some());
        let pending = self.link.start(hears_progress).map_err(|error| fail(error.into()))?;
        let meta = Meta {
            progress_token: self.options.map(|_| pending.id()),
            log_level: self.log_level,
            trace: self.options.and_then(|options| options.trace.as_ref()),
            shared: self.meta,
        };
        let params = params(Some(meta).filter(|meta| !meta.is_empty()));
        let id = RequestId::Number(pending.id());
        let frame = encode::request(&id, self.method, &params)
            .map_err(|error| fail(ConnectionErrorKind::Arguments { message: error.to_string() }))?;
        let Self { subject, options, param_headers, .. } = self;
        Ok(Encoded { subject, options, param_headers, frame, pending })
    }
}

impl<'a> Encoded<'a> {
    /// Sends it and waits for the answer.
    pub(crate) async fn send(mut self, deadline: CallDeadline) -> Result<RawResult<'a>, Failure> {
        self.write().await?;
        let on_progress = self.options.and_then(|options| options.on_progress.as_deref());
        match self.pending.answer(deadline, on_progress).await {
            Ok(result) => Ok(RawResult { subject: self.subject, result }),
            Err(unanswered) => Err(unanswered.into_failure(self.subject)),
        }
    }

    /// Sends it; the wait for the answer is up to the caller.
    pub(crate) async fn deliver(mut self) -> Result<PendingRequest, Failure> {
        self.write().await?;
        Ok(self.pending)
    }

    async fn write(&mut self) -> Result<(), Failure> {
        let (frame, param_headers) = (mem::take(&mut self.frame), self.param_headers.take());
        let sent = self.pending.send(frame, param_headers).await;
        sent.map_err(|error| Failure::new(self.subject, error.cause.into(), error.delivery))
    }

    pub(crate) fn id(&self) -> i64 {
        self.pending.id()
    }
}

impl Unanswered {
    pub(crate) fn into_failure(self, subject: &str) -> Failure {
        let fail = |kind| Failure::new(subject, kind, Delivery::Unknown);
        match self {
            Self::Answered(AnswerError::Refused(error)) => {
                Failure::Rpc(RpcFailure::new(subject, error))
            }
            Self::Answered(AnswerError::Broken(kind)) => fail(kind.into()),
            Self::Deadline(after) => fail(ConnectionErrorKind::Deadline { after }),
            Self::Ended(end) => fail(end.into()),
            Self::Undelivered(error) => {
                Failure::new(subject, ConnectionErrorKind::Exchange(error.cause), error.delivery)
            }
        }
    }
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
