//! Stateful, scriptable fakes of GitHub, Slack, Gmail, Notion and Salesforce as MCP servers.
//!
//! | type | is |
//! |---|---|
//! | [`World`] | five services that share a clock, a source of ids and one state |
//! | [`MockServer`] | the server of one service: connect to it, script it, look at its calls |
//! | [`Fault`] | a failure put in on purpose |
//! | [`cassette`] | what a real server said, on a tape that is served again |
//!
//! For tests in other languages the `mcp-mock` binary serves the same over standard input and output, or
//! over HTTP with the feature `http`, which also brings `MockHttpServer` for tests in Rust.
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
pub mod cassette;
pub mod cli;
#[cfg(feature = "http")]
mod conformance;
#[cfg(feature = "http")]
mod control;
mod dialect;
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
pub use notation::{SyntaxError, UnknownNameError};
pub use script::{
    Call, CallOutcome, Fault, FaultError, Latency, MalformedAnswer, Matcher, ProcessFault,
    RequestKind, Rules, RulesError, Times, ToolListFault, any_tool, request, tool,
};
#[cfg(feature = "http")]
pub use server::{Certificate, MockHttpError, MockHttpOptions, MockHttpServer};
pub use server::{MockServer, MockTransport, On, ServeError};
pub use service::ServiceName;
pub use world::{Change, Difference, Seed, SeedError, State, World};
