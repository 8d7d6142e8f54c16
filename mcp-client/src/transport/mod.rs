//! Ways to move messages to a server and back.
//!
//! | transport | moves | for |
//! |---|---|---|
//! | [`memory::pair`] | whole messages | a client and a server in one process |
//! | [`line::LineTransport`] | lines over a reader and a writer | sockets, pipes, whatever is at hand |
//! | [`stdio::ChildTransport`] | lines over the pipes of a child process | a server that is started here |
//! | [`own_stdio`] | lines over this process's own pipes | a server that was started by a client |
//! | `http::HttpEndpoint` (feature `http`) | one HTTP exchange a request | a server behind a URL |
//!
//! One shared suite (`tests/transport`) holds those of streams to the promises of
//! [`Transport`](mcp_core::Transport); `tests/http` does so for HTTP.

#[cfg(feature = "http")]
pub mod http;
pub mod line;
pub mod memory;
mod own;
pub mod stdio;
mod visible;

pub use own::{own_stdio, own_stdio_halves};
