//! Stateful, scriptable fakes of GitHub, Slack, Gmail, Notion and Salesforce as MCP servers.
//!
//! | type | is |
//! |---|---|
//! | [`World`] | five services that share a clock, a source of ids and one state |
//! | [`MockServer`] | the server of one service: connect to it, script it, look at its calls |
//! | [`Fault`] | a failure put in on purpose |
//!
//! For tests in other languages the `mcp-mock` binary serves the same over standard input and output.
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

pub mod cli;
mod dialect;
mod script;
mod server;
pub mod service;
pub mod world;

pub use script::{Call, CallOutcome, Fault, FaultError, Matcher, Times, any_tool, tool};
pub use server::{MockServer, MockTransport, On, ServeError};
pub use service::ServiceName;
pub use world::{Seed, SeedError, State, World};
