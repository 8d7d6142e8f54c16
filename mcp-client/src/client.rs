//! A client of one server.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use mcp_core::protocol::{LogLevel, ProtocolVersion, ServerInfo, SetLevelParams, method};
use mcp_core::session::Counters;
use mcp_core::{Lock, Transport, TransportError};
use serde::Serialize;
use serde::de::IgnoredAny;

use crate::connect::{Connector, connect};
use crate::conversation::Conversation;
use crate::error::{ConnectError, RequestError};
use crate::options::ClientOptions;
use crate::request::Meta;
use crate::request_head::RequestHead;

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
    conversation: Arc<Conversation>,
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
        Self::open(&Once(Lock::new(Some(transport))), options).await
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
        let (running, agreement) = connect(connector, &options, &description).await?;
        let conversation = Conversation::new(running, agreement, &description, options);
        Ok(Self { conversation: Arc::new(conversation) })
    }

    /// Who the server says it is and what it can do. For display: never decide by it.
    #[must_use]
    pub fn server(&self) -> &ServerInfo {
        self.conversation.server()
    }

    /// The revision that both sides speak.
    #[must_use]
    pub fn version(&self) -> ProtocolVersion {
        self.conversation.version()
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
        let has_ping = self.version().has_method(method::PING);
        let method = if has_ping { method::PING } else { method::DISCOVER };
        let request = self.conversation.request(RequestHead::new(method));
        let deadline = self.conversation.list_deadline();
        let answer = request.send(|meta| Bare { meta }, deadline).await?;
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
        if !self.conversation.offers("logging") {
            return Err(RequestError::NotOffered { what: "log messages" });
        }
        if self.version().has_log_level_in_requests() {
            self.conversation.want_log(level);
            return Ok(());
        }
        let request = self.conversation.request(RequestHead::new(method::SET_LEVEL));
        let deadline = self.conversation.list_deadline();
        let answer = request.send(|_| SetLevelParams { level }, deadline).await?;
        answer.complete::<IgnoredAny>()?;
        Ok(())
    }

    /// Closes the connection within the bounds of its transport. Calls that wait fail.
    pub async fn close(&self) {
        self.conversation.link().transport().close().await;
    }

    /// How the connection ended, if it did. A new one is needed then.
    #[must_use]
    pub fn ended(&self) -> Option<TransportError> {
        self.conversation.link().ended()
    }

    /// How many requests wait for an answer.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.conversation.link().in_flight()
    }

    /// What arrived and led nowhere.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.conversation.link().counters()
    }

    /// The last lines that the server wrote to its standard error, when it has one.
    #[must_use]
    pub fn stderr_tail(&self) -> Option<String> {
        self.conversation.link().transport().stderr_tail()
    }

    pub(crate) fn conversation(&self) -> &Conversation {
        &self.conversation
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
struct Once(Lock<Option<Box<dyn Transport>>>);

#[async_trait]
impl Connector for Once {
    async fn open(&self) -> Result<Box<dyn Transport>, TransportError> {
        let transport = self.0.lock().take();
        transport.ok_or(TransportError::Closed { stderr_tail: String::new() })
    }
}
