//! What a process does to the one that started it.

use serde::{Deserialize, Serialize};

use super::row::{Kind, kind};

/// A way in which the process of a server behaves badly. It begins with the request that the rule is about,
/// which is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ProcessFault {
    /// Standard input and output are closed, and the process lives on for ten minutes unless a signal
    /// ends it.
    CloseStreams,
    /// Nothing is read, written or noticed any more; a signal still ends the process.
    Freeze,
    /// A child process holds standard output and error open for a minute.
    Grandchild,
    /// The same, in a process group of its own.
    GrandchildApart,
    /// Neither the end of standard input nor SIGTERM ends the process for ten minutes.
    IgnoreEnd,
    /// The process takes three seconds to end after its standard input.
    SlowEnd,
    /// A mebibyte goes to standard error.
    StderrFlood,
    /// The process stops, as by SIGSTOP.
    Stop,
}

impl ProcessFault {
    /// The kinds, and what a client sees of each.
    pub(super) const KINDS: &[Kind] = &[
        kind(
            "close-streams",
            "standard input and output close and it lives on for ten minutes, unless a signal ends it",
        ),
        kind("freeze", "it reads and writes no more; signals still end it"),
        kind(
            "grandchild",
            "a process that it started holds standard output and error open for a minute",
        ),
        kind(
            "grandchild-apart",
            "the same in a process group of its own, which no signal to the group reaches",
        ),
        kind("ignore-end", "neither the end of standard input nor SIGTERM ends it for ten minutes"),
        kind("slow-end", "it ends three seconds after its standard input"),
        kind("stderr-flood", "1 MiB goes to standard error"),
        kind("stop", "it stops as by SIGSTOP"),
    ];
}
