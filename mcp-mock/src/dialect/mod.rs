//! Dialects: which tools a server shows, and how it checks arguments, refuses and answers.
//!
//! | type | is |
//! |---|---|
//! | [`Dialect`] | what a [`MockServer`](crate::MockServer) needs of a server |
//! | [`Catalog`] | the usual dialect: tools over one service, in one order: find, check, run, render |
//! | [`ServerBehavior`] | what differs between servers in that order |
//! | [`CatalogTool`] | a tool: what it declares, and the [`Operation`] behind it |
//!
//! `simple` is this project's own dialect; those of published servers are in `mcp-mock-dialects`, on the
//! same public types. One of your own is a behaviour and its tools:
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! use mcp_core::jsonrpc::RpcError;
//! use mcp_core::protocol::{CallToolResult, ProtocolVersion, ServerInfo, Tool};
//! use mcp_mock::dialect::schema::{object, required, text};
//! use mcp_mock::dialect::{
//!     Answer, Call, Catalog, CatalogTool, Outcome, Provenance, Reply, ServerBehavior, ServerFacts,
//! };
//! use mcp_mock::service::{ApiError, slack::{NewMessage, Slack}};
//! use mcp_mock::{Client, World};
//! use serde::Deserialize;
//! use serde_json::{Map, Value, json};
//!
//! /// A server that checks nothing and answers in words.
//! #[derive(Debug)]
//! struct Chatty;
//!
//! impl ServerBehavior for Chatty {
//!     fn unknown_tool(&self, name: &str, _: &[Tool]) -> Reply {
//!         Err(RpcError::new(-32602, format!("no tool {name}")))
//!     }
//!
//!     fn check(
//!         &self,
//!         _: &str,
//!         _: &Value,
//!         arguments: Option<Map<String, Value>>,
//!     ) -> Result<Map<String, Value>, Reply> {
//!         Ok(arguments.unwrap_or_default())
//!     }
//!
//!     fn refuse(&self, _: &str, error: &ApiError) -> Reply {
//!         Ok(CallToolResult::text(format!("sorry: {error}")).into_error())
//!     }
//!
//!     fn answer(&self, _: &str, answer: &Answer) -> CallToolResult {
//!         CallToolResult::text(format!("{answer:?}"))
//!     }
//! }
//!
//! #[derive(Deserialize)]
//! struct Say {
//!     words: String,
//! }
//!
//! fn say(mut call: Call<'_, Slack>) -> Outcome {
//!     let Say { words } = call.read()?;
//!     let new = NewMessage { channel: "#general".to_owned(), text: words, thread_ts: None };
//!     call.service.post_message(&mut call.api, new)?;
//!     Ok(Answer::Text("said".to_owned()))
//! }
//!
//! let facts = ServerFacts {
//!     name: "chatty",
//!     provenance: Provenance::Own,
//!     cases: &[],
//!     info: ServerInfo::new("chatty", "1"),
//!     versions: ProtocolVersion::ALL.to_vec(),
//! };
//! let tool = CatalogTool::new("say", "Say something.", say)
//!     .input(&object([required("words", text("What to say."))]));
//! let world = World::new(42);
//! let server = world.slack().in_dialect(Box::new(Catalog::new(facts, Chatty, vec![tool])));
//!
//! let client = Client::connect(server.transport()).await?;
//! client.call_raw("say", json!({ "words": "hello" })).await?;
//!
//! assert!(world.state().slack.messages("general").iter().any(|message| message.text == "hello"));
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```

mod behavior;
mod call;
mod catalog;
pub mod schema;
mod simple;
mod tool;

pub use behavior::{Answer, Refusal, ServerBehavior};
pub use call::{Call, Operation, Outcome};
pub use catalog::{Catalog, ServerFacts};
pub use simple::{SIMPLE, simple};
pub use tool::{CatalogTool, Effect};

use std::fmt;

use mcp_core::jsonrpc::RpcError;
use mcp_core::protocol::{CallToolResult, ProtocolVersion, ServerInfo, Tool};
use mcp_core::schema::nearest_name;
use serde_json::{Map, Value};

use crate::service::{ApiError, ServiceName};
use crate::world::State;

/// The tools of a server over a world, and the shape of its answers.
pub trait Dialect: fmt::Debug + Send + Sync {
    /// The service that it shows.
    fn service(&self) -> ServiceName;

    /// The name, as people choose it.
    fn name(&self) -> &'static str;

    /// Who wrote down the facts, and from what.
    fn provenance(&self) -> Provenance;

    /// The tutorial's cases, by number, whose part its tools can play.
    fn cases(&self) -> &'static [u8] {
        &[]
    }

    /// Name, version and capabilities that the server gives itself.
    fn info(&self) -> ServerInfo;

    /// The revisions that the server speaks.
    fn versions(&self) -> Vec<ProtocolVersion> {
        ProtocolVersion::ALL.to_vec()
    }

    /// What `tools/list` shows.
    fn tools(&self) -> &[Tool];

    /// The listed name of a tool that may be called by another name.
    fn listed_name<'a>(&'a self, name: &'a str) -> Option<&'a str>;

    /// Whether a tool does something to the state; others are listed and fail when called.
    fn is_backed(&self, tool: &str) -> bool {
        self.listed_name(tool).is_some()
    }

    /// Calls a tool. Servers tell missing arguments from empty ones.
    fn call(&self, state: &mut State, name: &str, arguments: Option<Map<String, Value>>) -> Called;

    /// What the server answers when the vendor's API refuses.
    fn refuse(&self, tool: &str, error: &ApiError) -> Reply;
}

const _: Option<&dyn Dialect> = None;

/// The answer to a call: servers differ in what they answer as a JSON-RPC error.
pub type Reply = Result<CallToolResult, RpcError>;

/// What became of a call.
#[derive(Debug)]
pub struct Called {
    /// The answer.
    pub reply: Reply,
    /// Whether the call failed, which not every reply shows.
    pub has_failed: bool,
}

impl Called {
    /// A call that failed.
    #[must_use]
    pub fn failed(reply: Reply) -> Self {
        Self { reply, has_failed: true }
    }
}

/// Where the facts of a dialect come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provenance {
    /// Written by the author of the dialect.
    Own,
    /// Recorded from the running server.
    Recorded {
        /// The package, its version and licence.
        source: &'static str,
        /// The day of the recording, in ISO 8601.
        date: &'static str,
    },
    /// Taken from the vendor's documents or source; the server was not run.
    Documented {
        /// What was read.
        source: &'static str,
        /// The day of the reading, in ISO 8601.
        date: &'static str,
    },
}

impl fmt::Display for Provenance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Own => f.write_str("own"),
            Self::Recorded { source, date } => write!(f, "recorded from {source}, {date}"),
            Self::Documented { source, date } => write!(f, "documented by {source}, {date}"),
        }
    }
}

/// That a server has no such tool, with the nearest name that it has.
pub(crate) fn unknown_tool(name: &str, server: &str, tools: &[Tool]) -> String {
    let hint = match nearest_name(name, tools.iter().map(|tool| tool.name.as_str())) {
        Some(near) => format!(" (did you mean `{near}`?)"),
        None => String::new(),
    };
    format!("tool `{name}` is unknown on server `{server}`{hint}")
}
