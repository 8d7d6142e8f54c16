//! What a process does to the one that started it.

use serde::Deserialize;

use super::kind::{Kind, Known, known};

/// A way in which the process of a server behaves badly. It begins with the request that it is set for, and
/// that is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ProcessFault {
    /// Standard input and output are closed, and the process lives on for ten minutes unless a signal
    /// ends it.
    CloseStreams,
    /// Nothing is read, written or noticed any more; a signal still ends the process.
    Freeze,
    /// A process of its own holds standard output and error open for a minute.
    Grandchild,
    /// The same, in a process group of its own.
    GrandchildApart,
    /// Neither the end of standard input nor SIGTERM ends the process for ten minutes.
    IgnoreEnd,
    /// The process takes three seconds to end behind its standard input.
    SlowEnd,
    /// A mebibyte goes to standard error.
    StderrFlood,
    /// The process stops, as by SIGSTOP.
    Stop,
}

impl Kind for ProcessFault {
    const ALL: &'static [Known<Self>] = &[
        known(
            Self::CloseStreams,
            "close-streams",
            "standard input and output close and it lives on for ten minutes, unless a signal ends it",
        ),
        known(Self::Freeze, "freeze", "it reads and writes no more; signals still end it"),
        known(
            Self::Grandchild,
            "grandchild",
            "a process that it started holds standard output and error open for a minute",
        ),
        known(
            Self::GrandchildApart,
            "grandchild-apart",
            "the same in a process group of its own, which no signal to the group reaches",
        ),
        known(
            Self::IgnoreEnd,
            "ignore-end",
            "neither the end of standard input nor SIGTERM ends it for ten minutes",
        ),
        known(Self::SlowEnd, "slow-end", "it ends three seconds behind its standard input"),
        known(Self::StderrFlood, "stderr-flood", "1 MiB goes to standard error"),
        known(Self::Stop, "stop", "it stops as by SIGSTOP"),
    ];
}
