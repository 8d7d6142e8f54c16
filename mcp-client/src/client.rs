//! A client of one server.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use mcp_core::protocol::{
    CallToolResult, Era, Extra, ProtocolVersion, ResultType, ServerInfo, method,
};
use mcp_core::session::{Agreement, Counters};
use mcp_core::{Transport, TransportError};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::connect::{Connector, LiveLink, connect};
use crate::driver::Patience;
use crate::error::{CallError, ConnectError, ListError, ToolError};
use crate::options::ClientOptions;
use crate::request::{Meta, Request};
use crate::tools::{self, ToolCache, ToolList};

/// A connection to one server. Cheap to clone; the last clone that is dropped ends the connection.
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
    live: LiveLink,
    agreement: Agreement,
    meta: Extra,
    options: ClientOptions,
    tools: ToolCache,
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
        let (live, agreement) = connect(connector, &options).await?;
        let meta = agreement.request_meta(&options.description());
        let inner = Inner { live, agreement, meta, options, tools: ToolCache::default() };
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

    /// All tools of the server, all pages, from the cache while that is fresh.
    ///
    /// # Errors
    ///
    /// When the server does not answer in time, or its list breaks a cap.
    ///
    /// # Cancel safety
    ///
    /// A dropped future cancels the request for the current page.
    pub async fn list_tools(&self) -> Result<Arc<ToolList>, ListError> {
        tools::list(self, &self.inner.tools).await
    }

    /// Calls a tool and decodes what it answers: `structuredContent` when present, else the JSON in a
    /// single text block, else the text.
    ///
    /// # Errors
    ///
    /// See [`Client::call_raw`]; also when the answer does not fit `T`.
    ///
    /// # Cancel safety
    ///
    /// A dropped future cancels the call on the wire; it may have been carried out.
    pub async fn call<T: DeserializeOwned>(
        &self,
        tool: &str,
        arguments: impl Serialize,
    ) -> Result<T, CallError> {
        let result = self.call_raw(tool, arguments).await?;
        result.decode().map_err(|source| CallError::Payload { tool: tool.to_owned(), source })
    }

    /// Calls a tool and returns its whole answer. `arguments` is anything that is written as an object.
    ///
    /// # Errors
    ///
    /// When the tool says that it failed, the server refuses the call, or the connection fails. See
    /// [`CallError::is_transient`] and [`CallError::delivery`].
    ///
    /// # Cancel safety
    ///
    /// A dropped future cancels the call on the wire; it may have been carried out.
    pub async fn call_raw(
        &self,
        tool: &str,
        arguments: impl Serialize,
    ) -> Result<CallToolResult, CallError> {
        self.call_within(tool, arguments, self.inner.options.call_timeout).await
    }

    /// Like [`Client::call_raw`], with a limit of its own for the time without answer or progress.
    ///
    /// # Errors
    ///
    /// See [`Client::call_raw`].
    ///
    /// # Cancel safety
    ///
    /// See [`Client::call_raw`].
    pub async fn call_within(
        &self,
        tool: &str,
        arguments: impl Serialize,
        timeout: Duration,
    ) -> Result<CallToolResult, CallError> {
        let max = self.inner.options.call_timeout_max.max(timeout);
        let mut request = self.request(method::TOOLS_CALL, tool);
        request.wants_progress = true;
        let params = |meta| CallParams { name: tool, arguments, meta };
        let answer = request.send(params, Patience { idle: timeout, max }).await?;
        let result: CallToolResult = answer.parse()?;
        // Any other sort is invalid for a client that declared no capabilities (2026-07-28, "Result
        // types").
        match &result.result_type {
            Some(ResultType::Other(kind)) => {
                Err(answer.broken(format!("unexpected result type {kind:?}")).into())
            }
            _ if result.is_error() => Err(ToolError::new(tool, result).into()),
            _ => Ok(result),
        }
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
    pub fn last_words(&self) -> Option<String> {
        self.inner.live.link.transport().last_words()
    }

    pub(crate) fn request<'a>(&'a self, method: &'static str, subject: &'a str) -> Request<'a> {
        let inner = &*self.inner;
        Request {
            link: &inner.live.link,
            method,
            subject,
            meta: &inner.meta,
            wants_progress: false,
            mirrored: None,
        }
    }

    pub(crate) fn options(&self) -> &ClientOptions {
        &self.inner.options
    }

    pub(crate) fn tools_generation(&self) -> u64 {
        self.inner.live.link.tools_generation()
    }

    /// For how long a list is kept whose server does not say: not at all in the modern era, where the
    /// absence means so.
    pub(crate) fn tools_ttl(&self) -> Duration {
        match self.version().era() {
            Era::Legacy => self.inner.options.tools_ttl,
            Era::Modern => Duration::ZERO,
        }
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
struct CallParams<'a, A> {
    name: &'a str,
    arguments: A,
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
