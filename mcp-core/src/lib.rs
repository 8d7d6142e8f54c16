//! The Model Context Protocol without I/O and without a clock.
//!
//! | part | is |
//! |---|---|
//! | [`jsonrpc`] | the envelope of a message: one borrowed scan, ids, errors, encoding |
//! | [`protocol`] | the types of all revisions; unknown members survive |
//! | [`codec`] | bytes in any chunking to whole messages |
//! | [`session`] | what either end of a conversation decides, in both eras |
//! | [`server`] | from a request to its answer; serving one connection |
//! | [`transport`] | the seam to whatever moves messages |
//! | [`display`] | which letters of a peer's text must not be shown as they are |
//! | [`schema`] | a small JSON Schema checker for arguments and inputs |
//!
//! Sockets, processes, timers and the environment are the business of `mcp-client` and others. Events
//! and facts come in as arguments, decisions go out as values.
#![forbid(unsafe_code)]

pub mod codec;
pub mod display;
mod error;
#[cfg(feature = "http")]
pub mod http;
pub mod jsonrpc;
mod lock;
mod outgoing;
pub mod protocol;
pub mod schema;
pub mod server;
pub mod session;
pub mod transport;

pub use error::Delivery;
pub use lock::Lock;
pub use outgoing::{MessageFacts, Outgoing};
pub use transport::{Received, SendError, Transport, TransportError, Undelivered};
