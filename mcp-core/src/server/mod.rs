//! The server side: from a request to its answer, over any transport.
//!
//! ```text
//! frame ─▶ ServerSession ─▶ Request ─▶ Service ─▶ Reply ─▶ frame
//!                                        └ Dispatch (of a Handler), or something of yours
//! ```
//!
//! Most servers implement [`Handler`]. Something that wants to meddle with the answers themselves, such
//! as a test server with faults, implements [`Service`] around one.

mod caller;
mod changes;
mod client_messages;
mod context;
mod dispatch;
mod handler;
#[cfg(feature = "http")]
pub mod http;
mod serve;
mod service;

pub use caller::Caller;
pub use changes::{Change, Changes};
pub use context::Context;
pub use dispatch::Dispatch;
pub use handler::{Answer, Handler, ToolCall, resource_not_found};
pub use serve::serve;
pub use service::{Reply, Service};
