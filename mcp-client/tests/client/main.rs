//! The client against a peer that a test plays by hand, in memory and on tokio's paused clock.

mod calls;
mod connecting;
mod hostile;
mod listing;
mod peer;
mod serving;
