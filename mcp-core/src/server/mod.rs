//! The server side: from a request to its answer, over any transport.
//!
//! ```text
//! frame ─▶ ServerSession ─▶ Request ─▶ Service ─▶ Reply ─▶ frame
//!                                        └ Tools (a Handler and its dispatch), or something of yours
//! ```
//!
//! Most servers implement [`Handler`]. Something that wants to meddle with the answers themselves, such
//! as a test server with faults, implements [`Service`] around one.

mod dispatch;
mod handler;
mod serve;
mod service;

pub use dispatch::Tools;
pub use handler::{Handler, ToolCall};
pub use serve::serve;
pub use service::{Reply, Service};
