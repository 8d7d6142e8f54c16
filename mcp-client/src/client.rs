//! A client of one server.

use std::fmt;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use mcp_core::protocol::{
    ClientCapabilities, Era, Extra, LogLevel, Prompt, ProtocolVersion, Resource, ResourceTemplate,
    ServerInfo, SetLevelParams, method,
};
use mcp_core::session::{Agreement, Counters};
use mcp_core::{Transport, TransportError};
use serde::Serialize;
use serde::de::IgnoredAny;

use crate::call::CallOptions;
use crate::connect::{Connector, RunningLink, connect};
use crate::deadline::CallDeadline;
use crate::driver::Link;
use crate::error::{ConnectError, RequestError};
use crate::list::{ListCache, Listing};
use crate::options::ClientOptions;
use crate::request::{Meta, Request};
use crate::tools::KnownTools;

/// A connection to one server. Cheap to clone; the last clone that is dropped ends the connection.
///
/// What it keeps of lists and resources is its own, and it acts for one set of credentials: clients that
/// act for different people must be different clients.
///
/// ```
/// # use mcp_client::{Client, transport::memory};
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let (here, _there) = memory::pair();
/// let client = Client::connect(here).await?;
///
/// let answer: serde_json::Value =
///     client.call("get_repo", serde_json::json!({ "owner": "acme", "repo": "app" })).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    live: RunningLink,
    agreement: Agreement,
    meta: Extra,
    options: ClientOptions,
    declared: ClientCapabilities,
    lists: Lists,
    /// Which log messages are wanted (modern era): none, or the number of the level and one.
    log_level: AtomicU8,
}

/// What the server listed, for as long as it may be kept.
#[derive(Debug, Default)]
pub(crate) struct Lists {
    pub(crate) tools: ListCache<KnownTools>,
    pub(crate) resources: ListCache<Listing<Resource>>,
    pub(crate) templates: ListCache<Listing<ResourceTemplate>>,
    pub(crate) prompts: ListCache<Listing<Prompt>>,
}

impl Client {
    /// Connects over `transport` with the usual options, finding out the server's era.
    ///
    /// # Errors
    ///
    /// When the server does not answer as a server in time, or shares no revision with this client.
    ///
    /// # Cancel safety
    ///
    /// A dropped future closes the transport.
    pub async fn connect(transport: impl Transport) -> Result<Self, ConnectError> {
        Self::connect_with(transport, ClientOptions::default()).await
    }

    /// Connects over `transport`.
    ///
    /// A server that ends on the modern probe cannot be asked again over the same transport; use
    /// [`Client::open`] for servers that can be started anew.
    ///
    /// # Errors
    ///
    /// See [`Client::connect`].
    pub async fn connect_with(
        transport: impl Transport,
        options: ClientOptions,
    ) -> Result<Self, ConnectError> {
        let transport: Box<dyn Transport> = Box::new(transport);
        Self::open(&Once(Mutex::new(Some(transport))), options).await
    }

    /// Connects to a server that can be opened more than once.
    ///
    /// # Errors
    ///
    /// See [`Client::connect`].
    pub async fn open(
        connector: &dyn Connector,
        options: ClientOptions,
    ) -> Result<Self, ConnectError> {
        let description = options.description();
        let (live, agreement) = connect(connector, &options, &description).await?;
        let declared = description.capabilities.to_value(agreement.version);
        let inner = Inner {
            live,
            meta: agreement.request_meta(&description),
            declared: serde_json::from_value(declared).unwrap_or_default(),
            agreement,
            options,
            lists: Lists::default(),
            log_level: AtomicU8::new(0),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Who the server says it is and what it can do. For display: never decide by it.
    #[must_use]
    pub fn server(&self) -> &ServerInfo {
        &self.inner.agreement.server
    }

    /// The revision that both sides speak.
    #[must_use]
    pub fn version(&self) -> ProtocolVersion {
        self.inner.agreement.version
    }

    /// Asks whether the server is alive: `ping`, or `server/discover` where there is no ping.
    ///
    /// # Errors
    ///
    /// When the server refuses, does not answer in time, or the connection fails.
    ///
    /// # Cancel safety
    ///
    /// A dropped future cancels the request.
    pub async fn ping(&self) -> Result<(), RequestError> {
        let method = match self.version().era() {
            Era::Legacy => method::PING,
            Era::Modern => method::DISCOVER,
        };
        let deadline = CallDeadline::fixed(self.inner.options.list_timeout);
        let answer = self.request(method, method).send(|meta| Bare { meta }, deadline).await?;
        answer.complete::<IgnoredAny>()?;
        Ok(())
    }

    /// Says which log messages are wanted: those of this level and above. They reach the handler
    /// ([`ClientHandler::notified`](crate::ClientHandler::notified)).
    ///
    /// A legacy server is told; a modern one hears it with every request from now on.
    ///
    /// # Errors
    ///
    /// When the server writes no log messages, refuses, or the connection fails.
    ///
    /// # Cancel safety
    ///
    /// A dropped future cancels the request.
    pub async fn set_log_level(&self, level: LogLevel) -> Result<(), RequestError> {
        if !self.offers("logging") {
            return Err(RequestError::NotOffered { what: "log messages" });
        }
        if self.version().era() == Era::Modern {
            self.inner.log_level.store(level as u8 + 1, Ordering::Relaxed);
            return Ok(());
        }
        let deadline = CallDeadline::fixed(self.inner.options.list_timeout);
        let request = self.request(method::SET_LEVEL, method::SET_LEVEL);
        let answer = request.send(|_| SetLevelParams { level }, deadline).await?;
        answer.complete::<IgnoredAny>()?;
        Ok(())
    }

    /// Closes the connection within the bounds of its transport. Calls that wait fail.
    pub async fn close(&self) {
        self.inner.live.link.transport().close().await;
    }

    /// How the connection ended, if it did. A new one is needed then.
    #[must_use]
    pub fn ended(&self) -> Option<TransportError> {
        self.inner.live.link.ended()
    }

    /// How many requests wait for an answer.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.inner.live.link.in_flight()
    }

    /// What arrived and led nowhere.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.inner.live.link.counters()
    }

    /// The last lines that the server wrote to its standard error, when it has one.
    #[must_use]
    pub fn stderr_tail(&self) -> Option<String> {
        self.inner.live.link.transport().stderr_tail()
    }

    pub(crate) fn request<'a>(&'a self, method: &'static str, subject: &'a str) -> Request<'a> {
        Request {
            link: self.link(),
            method,
            subject,
            meta: &self.inner.meta,
            log_level: self.log_level(),
            options: None,
            param_headers: None,
        }
    }

    /// A request with what its caller wants; the server may report progress then.
    pub(crate) fn request_with<'a>(
        &'a self,
        method: &'static str,
        subject: &'a str,
        options: &'a CallOptions,
    ) -> Request<'a> {
        let request = self.request(method, subject);
        let log_level = match self.version().era() {
            Era::Legacy => None,
            Era::Modern => options.log_level.or(request.log_level),
        };
        Request { options: Some(options), log_level, ..request }
    }

    /// The `_meta` of a request that has nothing of its own.
    pub(crate) fn meta(&self) -> Meta<'_> {
        Meta::new(&self.inner.meta, self.log_level())
    }

    pub(crate) fn link(&self) -> &Arc<Link> {
        &self.inner.live.link
    }

    pub(crate) fn options(&self) -> &ClientOptions {
        &self.inner.options
    }

    /// What was declared to the server, in the words of its revision.
    pub(crate) fn declared(&self) -> &ClientCapabilities {
        &self.inner.declared
    }

    pub(crate) fn lists(&self) -> &Lists {
        &self.inner.lists
    }

    pub(crate) fn offers(&self, capability: &str) -> bool {
        self.server().capabilities.contains_key(capability)
    }

    fn log_level(&self) -> Option<LogLevel> {
        let index = self.inner.log_level.load(Ordering::Relaxed).checked_sub(1)?;
        LogLevel::ALL.get(usize::from(index)).copied()
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("server", &self.server().implementation.name)
            .field("version", &self.version())
            .finish_non_exhaustive()
    }
}

#[derive(Serialize)]
struct Bare<'a> {
    #[serde(rename = "_meta", skip_serializing_if = "Option::is_none")]
    meta: Option<Meta<'a>>,
}

/// A connector over a transport that is there already.
struct Once(Mutex<Option<Box<dyn Transport>>>);

#[async_trait]
impl Connector for Once {
    async fn open(&self) -> Result<Box<dyn Transport>, TransportError> {
        let transport = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        transport.ok_or(TransportError::Closed { stderr_tail: String::new() })
    }
}
