//! A request from its parameters to its bytes.

use std::sync::Arc;

use mcp_core::Delivery;
use mcp_core::jsonrpc::{RequestId, encode};
use mcp_core::protocol::{Extra, LogLevel, key};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::call_options::CallOptions;
use crate::deadline::CallDeadline;
use crate::driver::Link;
use crate::error::{ConnectionErrorKind, Failure};
use crate::pending::PendingRequest;
use crate::raw_result::RawResult;
use crate::request_head::RequestHead;
use crate::trace::TraceContext;

/// A request about to be encoded and sent: `'a` is its caller's, `'c` its conversation's.
#[derive(Debug, Clone)]
pub(crate) struct Request<'c, 'a> {
    pub(crate) link: &'c Arc<Link>,
    /// What every request of this conversation carries in `_meta`.
    pub(crate) meta: &'c Extra,
    /// The least severe log message that is wanted (modern era).
    pub(crate) log_level: Option<LogLevel>,
    /// What the caller wants otherwise; with it, the server may report progress.
    pub(crate) options: Option<&'a CallOptions>,
    pub(crate) head: RequestHead<'a>,
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

    pub(crate) fn is_empty(&self) -> bool {
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

impl<'c, 'a: 'c> Request<'c, 'a> {
    /// Sends it and waits for the answer. `params` makes the parameters around their `_meta`.
    pub(crate) async fn send<P: Serialize>(
        self,
        params: impl FnOnce(Option<Meta<'c>>) -> P,
        deadline: CallDeadline,
    ) -> Result<RawResult<'a>, Failure> {
        self.encode(params)?.run(&deadline).await
    }

    /// Registers and encodes it. Nothing of the parameters is needed after that.
    pub(crate) fn encode<P: Serialize>(
        self,
        params: impl FnOnce(Option<Meta<'c>>) -> P,
    ) -> Result<PendingRequest<'a>, Failure> {
        let fail = |kind| Failure::new(self.head.subject, kind, Delivery::NotSent);
        if let Some(deadline) = self.options.and_then(|options| options.deadline)
            && deadline.has_passed()
        {
            return Err(fail(ConnectionErrorKind::Deadline { after: deadline.total() }));
        }
        let hears_progress = self.options.is_some_and(|options| options.on_progress.is_some());
        let id = self.link.start(hears_progress).map_err(|error| fail(error.into()))?;
        let mut pending = PendingRequest::new(Arc::clone(self.link), id, self.head);
        pending.on_progress = self.options.and_then(|options| options.on_progress.as_deref());
        let meta = Meta {
            progress_token: self.options.map(|_| id),
            log_level: self.log_level,
            trace: self.options.and_then(|options| options.trace.as_ref()),
            shared: self.meta,
        };
        let params = params(Some(meta).filter(|meta| !meta.is_empty()));
        pending.frame = encode::request(&RequestId::Number(id), self.head.method, &params)
            .map_err(|error| fail(ConnectionErrorKind::Arguments { message: error.to_string() }))?;
        Ok(pending)
    }
}
