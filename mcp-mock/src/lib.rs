//! Stateful, scriptable fakes of GitHub, Slack, Gmail, Notion and Salesforce as MCP servers.
//!
//! | type | is |
//! |---|---|
//! | [`World`] | five services that share a clock, a source of ids and one state |
//! | [`MockServer`] | the server of one service: connect to it, script it, look at its calls |
//! | [`Fault`] | a failure put in on purpose |
//! | [`dialect`] | which tools a server shows and how it answers; the seam for servers of your own |
//!
//! Published servers are dialects in `mcp-mock-dialects`, recordings of any server are in
//! `mcp-mock-cassette`, and the program `mcp-mock` for tests in other languages is in `mcp-mock-cli`. The
//! feature `http` serves over Streamable HTTP.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! use mcp_client::Client;
//! use mcp_mock::World;
//! use serde_json::{Value, json};
//!
//! let world = World::new(42);
//! let slack = Client::connect(world.slack().transport()).await?;
//!
//! let text = json!({ "channel": "#support", "text": "hello" });
//! let posted: Value = slack.call("post_message", &text).await?;
//!
//! assert_eq!(posted["ok"], true);
//! world.slack().assert_called("post_message", 1);
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```
//!
//! What it is not: a workflow engine or a manager of servers. It knows nothing of who calls.
#![forbid(unsafe_code)]

mod base64;
pub mod dialect;
mod limit;
mod notation;
mod script;
mod server;
pub mod service;
pub mod world;

pub use limit::{GitHubLimits, GmailLimits, Limits, NotionLimits, SalesforceLimits, SlackLimits};
/// The client that the fakes are tested with, so that a test needs one dependency.
#[doc(no_inline)]
pub use mcp_client::Client;
pub use notation::{Notation, SyntaxError, UnknownNameError};
pub use script::{
    Call, CallOutcome, Fault, FaultError, Latency, MalformedAnswer, Matcher, ProcessFault,
    RequestKind, Rules, RulesError, Times, ToolListFault, any_tool, request, tool,
};
#[cfg(feature = "http")]
pub use server::http;
#[cfg(feature = "http")]
pub use server::http::{Certificate, MockHttpError, MockHttpOptions, MockHttpServer};
pub use server::{MockServer, MockTransport, On, ServeError, add_rules, servers_matching};
pub use service::ServiceName;
pub use world::{Change, Difference, Seed, SeedError, State, World};
