//! Framing: bytes in any chunking to whole messages, and whole messages to bytes.

pub mod line;
pub mod sse;
