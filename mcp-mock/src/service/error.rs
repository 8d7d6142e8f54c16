//! How an operation of a service refuses: the vendor's status, code and words.

use serde_json::{Value, json};

/// A refusal in the vendor's terms; a dialect decides in which shape a client sees it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    /// The HTTP status that the vendor's API would answer with.
    pub status: u16,
    /// The vendor's machine-readable code, such as `channel_not_found` or `REQUIRED_FIELD_MISSING`.
    pub code: String,
    /// The vendor's words.
    pub message: String,
    /// What else the vendor sends with it, such as GitHub's `errors` array.
    pub details: Option<Value>,
}

impl ApiError {
    /// A refusal without details.
    pub fn new(status: u16, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { status, code: code.into(), message: message.into(), details: None }
    }

    /// Adds what the vendor sends besides code and message.
    #[must_use]
    pub fn with_details(mut self, details: Value) -> Self {
        self.details = Some(details);
        self
    }

    /// The body that the `simple` dialect shows.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut error =
            json!({ "status": self.status, "code": self.code, "message": self.message });
        if let Some(details) = &self.details {
            error["details"] = details.clone();
        }
        json!({ "error": error })
    }
}
