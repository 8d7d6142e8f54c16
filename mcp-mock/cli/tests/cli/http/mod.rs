//! The program over HTTP: on real sockets, spoken to byte by byte.

mod binary;
mod control;
#[expect(dead_code, reason = "the tests of the server in process use all of it")]
#[path = "../../../../tests/mock/http/raw.rs"]
mod raw;
mod tls;
