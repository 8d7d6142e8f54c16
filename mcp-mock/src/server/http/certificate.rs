//! How a port proves who it is, or fails to.

use std::str::FromStr;

use crate::notation::UnknownNameError;

/// The certificate of a port that speaks TLS. All but the first make a client that checks go away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Certificate {
    /// For `127.0.0.1`, `::1` and `localhost`, signed by the root certificate that the server has.
    Trusted,
    /// The same, and it ended in 2020.
    Expired,
    /// Signed by itself.
    SelfSigned,
    /// For `other.example`.
    WrongHost,
    /// None: the port speaks TLS 1.0 only, which says that there will be no connection.
    TooOld,
}

impl Certificate {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Trusted, Self::Expired, Self::SelfSigned, Self::WrongHost, Self::TooOld];

    /// The name, as the command line takes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Trusted => "trusted",
            Self::Expired => "expired",
            Self::SelfSigned => "self-signed",
            Self::WrongHost => "wrong-host",
            Self::TooOld => "too-old",
        }
    }
}

impl FromStr for Certificate {
    type Err = UnknownNameError;

    fn from_str(name: &str) -> Result<Self, UnknownNameError> {
        UnknownNameError::find("certificate", name, Self::ALL.map(|known| (known.as_str(), known)))
    }
}
