//! The client against a peer that a test plays by hand, in memory and on tokio's paused clock.

mod calls;
mod clerk;
mod connecting;
mod hostile;
mod listing;
#[cfg(feature = "http")]
mod param_headers;
mod peer;
mod progress;
mod questions;
mod resources;
mod rounds;
mod serving;
mod session;
mod subscriptions;
mod tasks;
