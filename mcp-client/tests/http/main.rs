//! Streamable HTTP against servers that are written by hand, byte by byte where it matters.
#![cfg(feature = "http")]
#![expect(clippy::unwrap_used, reason = "a failed helper is a failed test")]

mod authorization;
mod bodies;
mod cancelling;
mod connections;
mod eras;
mod proxies;
mod redirects;
mod sessions;
mod site;
mod statuses;
mod streams;
mod tls;
