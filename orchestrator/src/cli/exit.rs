//! Exit codes, which are part of the interface.

/// What the program says to the process that started it. The number 9 is kept for missed thresholds and
/// replays that differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ExitCode {
    /// 0: done; a run that tolerated failures included.
    Success,
    /// 1: a bug of this program.
    Bug,
    /// 2: wrong usage, or a file that failed a check.
    Usage,
    /// 3: a server wants authentication.
    Auth,
    /// 4: a server cannot be reached, or broke the protocol.
    Unreachable,
    /// 5: a tool failed.
    Tool,
    /// 6: a failure was tolerated, and `--strict` asks for more.
    Tolerated,
    /// 7: stopped by a person.
    Stopped,
    /// 8: the deadline of the run passed.
    Deadline,
    /// 10: a call may have happened, and nobody can say.
    InDoubt,
    /// 130: stopped by a person who could not wait.
    Killed,
}

impl ExitCode {
    /// The number.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Bug => 1,
            Self::Usage => 2,
            Self::Auth => 3,
            Self::Unreachable => 4,
            Self::Tool => 5,
            Self::Tolerated => 6,
            Self::Stopped => 7,
            Self::Deadline => 8,
            Self::InDoubt => 10,
            Self::Killed => 130,
        }
    }
}
