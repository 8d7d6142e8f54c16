//! A conversation with one server: what was agreed on, what was listed, and how a request of it is made.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use mcp_core::protocol::{ClientCapabilities, Era, Extra, LogLevel, ProtocolVersion, ServerInfo};
use mcp_core::session::{Agreement, ClientDescription};
use serde::Serialize;

use crate::call_options::CallOptions;
use crate::deadline::{CallDeadline, Deadline};
use crate::driver::{Link, RunningLink};
use crate::lists::Lists;
use crate::options::ClientOptions;
use crate::request::{Meta, Request};
use crate::request_head::RequestHead;

/// What a client and its calls share.
#[derive(Debug)]
pub(crate) struct Conversation {
    running: RunningLink,
    agreement: Agreement,
    meta: Extra,
    declared: ClientCapabilities,
    pub(crate) options: ClientOptions,
    pub(crate) lists: Lists,
    /// Which log messages are wanted (modern era): none, or the number of the level and one.
    log_level: AtomicU8,
}

impl Conversation {
    pub(crate) fn new(
        running: RunningLink,
        agreement: Agreement,
        client: &ClientDescription,
        options: ClientOptions,
    ) -> Self {
        let declared = client.capabilities.to_value(agreement.version);
        Self {
            running,
            meta: agreement.request_meta(client),
            declared: serde_json::from_value(declared).unwrap_or_default(),
            agreement,
            options,
            lists: Lists::default(),
            log_level: AtomicU8::new(0),
        }
    }

    pub(crate) fn link(&self) -> &Arc<Link> {
        &self.running.link
    }

    pub(crate) fn server(&self) -> &ServerInfo {
        &self.agreement.server
    }

    pub(crate) fn version(&self) -> ProtocolVersion {
        self.agreement.version
    }

    pub(crate) fn era(&self) -> Era {
        self.version().era()
    }

    /// What was declared to the server, in the words of its revision.
    pub(crate) fn declared(&self) -> &ClientCapabilities {
        &self.declared
    }

    /// Whether the server declares this capability.
    pub(crate) fn offers(&self, capability: &str) -> bool {
        self.server().capabilities.contains_key(capability)
    }

    /// Whether arguments of calls are repeated in headers.
    pub(crate) fn has_param_headers(&self) -> bool {
        self.version().has_param_headers() && self.link().transport().has_param_headers()
    }

    /// From now on, requests ask for log messages of this level and above (modern era).
    pub(crate) fn want_log(&self, level: LogLevel) {
        self.log_level.store(level as u8 + 1, Ordering::Relaxed);
    }

    pub(crate) fn request<'a>(&self, head: RequestHead<'a>) -> Request<'_, 'a> {
        Request {
            link: self.link(),
            meta: &self.meta,
            log_level: self.log_level(),
            options: None,
            head: RequestHead { version: Some(self.version()), ..head },
        }
    }

    /// A request with what its caller wants; the server may report progress then.
    pub(crate) fn request_with<'a>(
        &self,
        head: RequestHead<'a>,
        options: &'a CallOptions,
    ) -> Request<'_, 'a> {
        let request = self.request(head);
        let log_level = match self.version().has_log_level_in_requests() {
            true => options.log_level.or(request.log_level),
            false => None,
        };
        Request { options: Some(options), log_level, ..request }
    }

    /// Sends a request whose answer is ignored. Needs no runtime.
    pub(crate) fn post<'c, P: Serialize>(
        &'c self,
        head: RequestHead<'_>,
        params: impl FnOnce(Option<Meta<'c>>) -> P,
    ) {
        let head = RequestHead { version: Some(self.version()), ..head };
        let meta = Meta::new(&self.meta, self.log_level());
        self.link().post_request(head, &params(Some(meta).filter(|meta| !meta.is_empty())));
    }

    /// How long a call with these options may take, from now on.
    pub(crate) fn deadline(&self, options: &CallOptions) -> CallDeadline {
        let usual = &self.options;
        let Some(whole) = options.deadline else {
            let idle = options.timeout.unwrap_or(usual.call_timeout);
            let max = options.timeout_max.unwrap_or_else(|| usual.call_timeout_max.max(idle));
            return CallDeadline::new(idle, Deadline::within(max));
        };
        let whole = options.timeout_max.map_or(whole, |max| whole.at_most(max));
        CallDeadline::new(options.timeout.unwrap_or_else(|| whole.total()), whole)
    }

    /// How long a short request may take, such as that for a page of a list.
    pub(crate) fn list_deadline(&self) -> CallDeadline {
        CallDeadline::fixed(self.options.list_timeout)
    }

    fn log_level(&self) -> Option<LogLevel> {
        let index = self.log_level.load(Ordering::Relaxed).checked_sub(1)?;
        LogLevel::ALL.get(usize::from(index)).copied()
    }
}
