//! The promises of a transport, held against every transport.
#![expect(clippy::unwrap_used, reason = "a failed helper is a failed test")]

mod suite;

#[cfg(unix)]
mod own;
#[cfg(unix)]
mod process;
