//! Protocol revisions. Every question of the form "does this revision have …?" is answered here and nowhere
//! else. How a conversation of each era goes is up to the files that carry one on.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::method;

/// The two ways to hold a conversation (`ProtocolVersion` says which exact rules).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Era {
    /// 2024-11-05 to 2025-11-25: a handshake opens a session that both sides remember.
    Legacy,
    /// 2026-07-28 on: every request is complete in itself.
    Modern,
}

/// A revision of the specification, named by its date.
///
/// ```
/// use mcp_core::protocol::ProtocolVersion;
///
/// let version: ProtocolVersion = "2025-06-18".parse()?;
///
/// assert!(version.has_elicitation() && !version.has_input_required());
/// # Ok::<(), mcp_core::protocol::UnknownVersion>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ProtocolVersion {
    /// 2024-11-05.
    #[serde(rename = "2024-11-05")]
    V2024_11_05,
    /// 2025-03-26.
    #[serde(rename = "2025-03-26")]
    V2025_03_26,
    /// 2025-06-18.
    #[serde(rename = "2025-06-18")]
    V2025_06_18,
    /// 2025-11-25.
    #[serde(rename = "2025-11-25")]
    V2025_11_25,
    /// 2026-07-28.
    #[serde(rename = "2026-07-28")]
    V2026_07_28,
}

impl ProtocolVersion {
    /// All known revisions, oldest first.
    pub const ALL: [Self; 5] = [
        Self::V2024_11_05,
        Self::V2025_03_26,
        Self::V2025_06_18,
        Self::V2025_11_25,
        Self::V2026_07_28,
    ];
    /// What a client asks a legacy server for.
    pub const LATEST_LEGACY: Self = Self::V2025_11_25;
    /// What a client asks a modern server for.
    pub const LATEST_MODERN: Self = Self::V2026_07_28;

    /// The date.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V2024_11_05 => "2024-11-05",
            Self::V2025_03_26 => "2025-03-26",
            Self::V2025_06_18 => "2025-06-18",
            Self::V2025_11_25 => "2025-11-25",
            Self::V2026_07_28 => "2026-07-28",
        }
    }

    /// The era that the revision belongs to.
    #[must_use]
    pub fn era(self) -> Era {
        if self >= Self::V2026_07_28 { Era::Modern } else { Era::Legacy }
    }

    /// Whether a client may send that request in this revision. Methods that no revision knows pass:
    /// they may belong to an extension, and whoever answers requests refuses them by name.
    #[must_use]
    pub fn has_method(self, name: &str) -> bool {
        match name {
            method::INITIALIZE
            | method::PING
            | method::RESOURCES_SUBSCRIBE
            | method::RESOURCES_UNSUBSCRIBE
            | method::SET_LEVEL => self.era() == Era::Legacy,
            method::DISCOVER
            | method::LISTEN
            | method::TASKS_CANCEL
            | method::TASKS_GET
            | method::TASKS_UPDATE => self.era() == Era::Modern,
            _ => true,
        }
    }

    /// Whether results may carry `structuredContent` and tools an `outputSchema` (2025-06-18 on).
    #[must_use]
    pub fn has_structured_content(self) -> bool {
        self >= Self::V2025_06_18
    }

    /// Whether tools may carry annotations (2025-03-26 on).
    #[must_use]
    pub fn has_annotations(self) -> bool {
        self >= Self::V2025_03_26
    }

    /// Whether servers declare that they offer completions (2025-03-26 on).
    #[must_use]
    pub fn declares_completions(self) -> bool {
        self >= Self::V2025_03_26
    }

    /// Whether servers may ask people (2025-06-18 on).
    #[must_use]
    pub fn has_elicitation(self) -> bool {
        self >= Self::V2025_06_18
    }

    /// Whether servers may send people to a page (2025-11-25 on).
    #[must_use]
    pub fn has_url_elicitation(self) -> bool {
        self >= Self::V2025_11_25
    }

    /// Whether a result may ask the client and want the request again (2026-07-28 on).
    #[must_use]
    pub fn has_input_required(self) -> bool {
        self.era() == Era::Modern
    }

    /// Whether results say for how long and for whom they may be kept (2026-07-28 on).
    #[must_use]
    pub fn has_cache_hints(self) -> bool {
        self.era() == Era::Modern
    }

    /// Whether every request says which log messages it wants (2026-07-28 on); before, the connection does.
    #[must_use]
    pub fn has_log_level_in_requests(self) -> bool {
        self.era() == Era::Modern
    }

    /// Whether headers may repeat arguments of calls (2026-07-28 on).
    #[must_use]
    pub fn has_param_headers(self) -> bool {
        self.era() == Era::Modern
    }

    /// Whether results name their type (2026-07-28 on).
    #[must_use]
    pub fn has_result_types(self) -> bool {
        self.era() == Era::Modern
    }

    /// Whether capabilities may name extensions (2026-07-28 on).
    #[must_use]
    pub fn has_extensions(self) -> bool {
        self.era() == Era::Modern
    }
}

impl FromStr for ProtocolVersion {
    type Err = UnknownVersion;

    fn from_str(date: &str) -> Result<Self, UnknownVersion> {
        let found = Self::ALL.into_iter().find(|version| version.as_str() == date);
        found.ok_or_else(|| UnknownVersion { date: date.to_owned() })
    }
}

/// A date that names no known revision.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown protocol revision {date:?} (known: {})", ProtocolVersion::ALL.map(ProtocolVersion::as_str).join(", "))]
#[non_exhaustive]
pub struct UnknownVersion {
    /// The date that was given.
    pub date: String,
}

impl fmt::Display for ProtocolVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_revision_reads_back_from_its_date() {
        for version in ProtocolVersion::ALL {
            assert_eq!(version.as_str().parse(), Ok(version));
            let json = serde_json::to_string(&version).unwrap();
            assert_eq!(json, format!("{:?}", version.as_str()));
        }
        insta::assert_snapshot!(
            "1999-01-01".parse::<ProtocolVersion>().unwrap_err(),
            @r#"unknown protocol revision "1999-01-01" (known: 2024-11-05, 2025-03-26, 2025-06-18, 2025-11-25, 2026-07-28)"#
        );
    }

    #[test]
    fn the_eras_part_at_2026_07_28() {
        assert_eq!(ProtocolVersion::LATEST_LEGACY.era(), Era::Legacy);
        assert_eq!(ProtocolVersion::LATEST_MODERN.era(), Era::Modern);
    }
}
