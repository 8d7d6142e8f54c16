//! The server that the official conformance suite of the protocol tests.
//!
//! `mcp-mock conformance` serves it; the program of this crate runs the suite against it, and against the
//! client of this workspace. It is a fixture: nothing but the suite has a use for it.
#![forbid(unsafe_code)]

mod server;

pub use server::Fixture;
