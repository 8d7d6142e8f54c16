//! How much of everything one server may use.

use std::time::Duration;

use mcp_core::codec::sse::EVENT_LIMIT_BYTES;

/// Caps and time limits of one endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct HttpLimits {
    /// Largest body, and largest event of a stream, after decompression. 16 MiB.
    pub message_bytes_max: usize,
    /// All headers of an answer together. 64 KiB.
    pub header_bytes_max: usize,
    /// How long a connection may take to be opened, TLS included. 10 s.
    pub connect_timeout: Duration,
    /// How long a body that has begun may pause, and how long a notification may take to be
    /// accepted. 60 s.
    pub idle_timeout: Duration,
    /// How long an answer may take in all. Calls have shorter limits of their own, which end the
    /// exchange; this one is for requests without a deadline. 1 h.
    pub answer_timeout: Duration,
    /// How long a stream that has no end may be silent; comments count. 90 s.
    pub stream_idle_timeout: Duration,
    /// Requests side by side. Streams do not count. 64.
    pub exchanges_max: usize,
}

impl Default for HttpLimits {
    fn default() -> Self {
        Self {
            message_bytes_max: EVENT_LIMIT_BYTES,
            header_bytes_max: 64 * 1024,
            connect_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(60),
            answer_timeout: Duration::from_secs(3600),
            stream_idle_timeout: Duration::from_secs(90),
            exchanges_max: 64,
        }
    }
}
