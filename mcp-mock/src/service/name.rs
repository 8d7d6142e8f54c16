//! The names of the services.

use std::fmt;
use std::str::FromStr;

use crate::notation::UnknownNameError;

/// One of the five services.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ServiceName {
    /// Repositories.
    GitHub,
    /// Mail.
    Gmail,
    /// Pages.
    Notion,
    /// Customers.
    Salesforce,
    /// Messages.
    Slack,
}

impl ServiceName {
    /// All services.
    pub const ALL: [Self; 5] =
        [Self::GitHub, Self::Gmail, Self::Notion, Self::Salesforce, Self::Slack];

    /// The name in lower case, as configurations and workflows write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::GitHub => "github",
            Self::Gmail => "gmail",
            Self::Notion => "notion",
            Self::Salesforce => "salesforce",
            Self::Slack => "slack",
        }
    }
}

impl FromStr for ServiceName {
    type Err = UnknownNameError;

    fn from_str(name: &str) -> Result<Self, UnknownNameError> {
        UnknownNameError::find(
            "service",
            name,
            Self::ALL.map(|service| (service.as_str(), service)),
        )
    }
}

impl fmt::Display for ServiceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
