//! The four runs that make up the whole.

use std::fmt;

/// Which end is under test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Client,
    Server,
}

/// One end under the requirements of one revision.
#[derive(Debug)]
pub(super) struct Leg {
    pub(super) side: Side,
    pub(super) revision: &'static str,
    /// How many scenarios the revision requires of this end. The sets are frozen: another number means
    /// another suite.
    pub(super) wanted: usize,
}

pub(super) const LEGS: [Leg; 4] = [
    Leg { side: Side::Server, revision: "2025-11-25", wanted: 30 },
    Leg { side: Side::Server, revision: "2026-07-28", wanted: 37 },
    Leg { side: Side::Client, revision: "2025-11-25", wanted: 18 },
    Leg { side: Side::Client, revision: "2026-07-28", wanted: 32 },
];

impl Side {
    /// The command of the suite that puts this end to the test.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Server => "server",
        }
    }
}

impl fmt::Display for Leg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.side.name(), self.revision)
    }
}
