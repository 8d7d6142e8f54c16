//! What is tested: the two ends, under the requirements of each revision.

use std::fmt;

/// Which end is under test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Client,
    Server,
}

/// One end under the requirements of one revision.
#[derive(Debug)]
pub(super) struct Subject {
    pub(super) side: Side,
    pub(super) revision: &'static str,
    /// The number of scenarios that the revision requires of this end. The sets are frozen: another number
    /// means another suite.
    pub(super) required: usize,
}

pub(super) const SUBJECTS: [Subject; 4] = [
    Subject { side: Side::Server, revision: "2025-11-25", required: 30 },
    Subject { side: Side::Server, revision: "2026-07-28", required: 37 },
    Subject { side: Side::Client, revision: "2025-11-25", required: 18 },
    Subject { side: Side::Client, revision: "2026-07-28", required: 32 },
];

impl Side {
    /// The command of the suite that tests this end.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Server => "server",
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.side.name(), self.revision)
    }
}
