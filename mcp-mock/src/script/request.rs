//! Requests that are no calls of tools. Rules may be about them too.

use std::str::FromStr;

use serde::Deserialize;

use crate::notation::UnknownNameError;

/// A request to the server itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub enum RequestKind {
    /// `server/discover`, with which a modern client begins.
    #[serde(rename = "server/discover")]
    Discover,
    /// `initialize`, with which a legacy client begins.
    #[serde(rename = "initialize")]
    Initialize,
    /// `tools/list`.
    #[serde(rename = "tools/list")]
    ListTools,
}

impl RequestKind {
    /// All of them, by the names of their methods.
    pub const ALL: [Self; 3] = [Self::Initialize, Self::Discover, Self::ListTools];

    /// The name of the method.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Discover => "server/discover",
            Self::Initialize => "initialize",
            Self::ListTools => "tools/list",
        }
    }
}

impl FromStr for RequestKind {
    type Err = UnknownNameError;

    fn from_str(method: &str) -> Result<Self, UnknownNameError> {
        UnknownNameError::find("request", method, Self::ALL.map(|kind| (kind.as_str(), kind)))
    }
}
