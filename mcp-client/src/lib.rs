//! A client of MCP servers: transports, both protocol eras, deadlines and cancellation.
//!
//! | type | is |
//! |---|---|
//! | [`Client`] | a connection to one server: its tools, resources and prompts, in both eras alike |
//! | [`ClientHandler`] | answers what the server asks, however it asks |
//! | [`Subscription`] | changes that the server tells |
//! | [`transport`] | ways to get messages there: memory, a child process, any pair of byte streams |
//! | [`CallError`] | the three ways a call fails, and whether it may have happened all the same |
//!
//! What it is not: policy. It never repeats a call that may have been carried out. It says whether a
//! failure is transient and whether the call may have been carried out, and leaves the rest to its caller.

#[cfg(feature = "auth")]
pub mod auth;
mod call;
mod call_options;
mod client;
mod connect;
mod conversation;
#[cfg(feature = "http")]
pub mod credentials;
mod deadline;
mod driver;
mod error;
mod handler;
mod list;
mod lists;
mod notice;
mod options;
mod param_headers;
mod pending;
mod prompts;
mod raw_result;
mod reads;
mod request;
mod request_head;
mod resources;
mod rounds;
mod server_requests;
mod subscription;
mod subscription_queue;
mod task;
mod tools;
mod trace;
pub mod transport;
mod waiting;

pub use call_options::CallOptions;
pub use client::Client;
pub use connect::Connector;
pub use deadline::Deadline;
pub use error::{
    CallError, ConnectError, ConnectionError, ConnectionErrorKind, ListError, RequestError,
    RpcFailure, ToolError,
};
pub use handler::ClientHandler;
pub use lists::{Listing, ToolList};
pub use notice::Notice;
pub use options::ClientOptions;
pub use subscription::Subscription;
pub use trace::{TraceContext, TraceError};
