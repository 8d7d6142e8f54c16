//! Authorization against an authorization server and a resource that wiremock plays on loopback.
#![cfg(feature = "auth")]
#![expect(clippy::unwrap_used, reason = "the helpers of tests stand outside of test functions")]

mod consent;
mod discovery;
mod hostile;
mod login;
mod registration;
mod renewal;
mod site;
mod step_up;
mod storage;
