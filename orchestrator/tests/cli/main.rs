//! The program from outside: its arguments, what it prints on which stream, and its exit codes.
#![expect(clippy::unwrap_used, reason = "the helpers of tests fail as tests do")]

mod harness;

mod calls;
#[cfg(feature = "http")]
mod http;
mod runs;
mod servers;
mod signals;
mod tools;
mod usage;
