//! Sessions: what one end of a conversation knows and decides, without I/O and without a clock.
//!
//! Inputs are frames and facts ("the probe timed out"); outputs say what to send or whom to answer. A
//! driver carries them out. Each session belongs to one connection: two connections never share one,
//! so equal request ids on two of them cannot meet.

mod client;
mod handshake;
mod in_flight;
mod server;

pub use client::{AnswerError, ClientSession, Counters, Inbound, Outcome};
pub use handshake::{
    Agreement, ClientDescription, EraChoice, Handshake, HandshakeError, HandshakeEvent, Step,
};
pub use in_flight::{InFlight, TooMany};
pub use server::{Incoming, Request, ServerSession};
