//! Whole answers.

use serde_json::Value;

/// An answer that is all there: a status, headers, and a body of known length.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn status(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new() }
    }

    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::with(status, &[("Content-Type", "application/json")], body.to_string())
    }

    /// All events that there are.
    pub(crate) fn events(events: impl Into<Vec<u8>>) -> Self {
        Self::with(200, &[("Content-Type", "text/event-stream")], events)
    }

    pub(crate) fn with(status: u16, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> Self {
        let reply = Self { status, headers: Vec::new(), body: body.into() };
        headers.iter().fold(reply, |reply, (name, value)| reply.header(name, value))
    }

    /// One header more, also when there is one of that name.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// One event with a message.
pub(crate) fn event(message: &Value) -> String {
    format!("data: {message}\n\n")
}
