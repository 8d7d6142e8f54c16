//! A client of MCP servers: transports, both protocol eras, deadlines and cancellation.
//!
//! | type | is |
//! |---|---|
//! | [`Client`] | a connection to one server: list its tools, call them |
//! | [`transport`] | ways to get messages there: memory, a child process, any pair of byte streams |
//! | [`CallError`] | the three ways a call fails, and whether it may have happened all the same |
//!
//! What it is not: policy. It never repeats a call. It says whether a failure is transient and whether
//! the call may have been carried out, and leaves the rest to its caller.

mod client;
mod connect;
mod driver;
mod error;
mod options;
mod request;
mod tools;
pub mod transport;

pub use client::Client;
pub use connect::Connector;
pub use error::{
    CallError, ConnectError, ConnectionError, ConnectionErrorKind, ListError, RpcFailure, ToolError,
};
pub use options::ClientOptions;
pub use tools::ToolList;
