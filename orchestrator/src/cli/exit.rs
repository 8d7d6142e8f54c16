//! Exit codes, which are part of the interface.

use super::error::ErrorKind;
use crate::call::FailureKind;
use crate::run::{RunEnd, StopCause};

/// What the program says to whoever started it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ExitCode {
    /// 0: done; a run that tolerated failures included.
    Success,
    /// 1: a fault of this program.
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
    /// 9: a threshold was missed, or a replay differs.
    Threshold,
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
            Self::Threshold => 9,
            Self::InDoubt => 10,
            Self::Killed => 130,
        }
    }
}

/// What is wrong with a finished run, if anything: from its end, from what stopped it, and from the
/// first failure that was not tolerated.
pub(super) fn fault_of_run(
    end: RunEnd,
    stopped_by: Option<StopCause>,
    first_failure: Option<FailureKind>,
    is_strict: bool,
) -> Option<ErrorKind> {
    match end {
        RunEnd::Succeeded => None,
        RunEnd::Partial => is_strict.then_some(ErrorKind::Tolerated),
        RunEnd::InDoubt => Some(ErrorKind::InDoubt),
        RunEnd::Cancelled | RunEnd::Interrupted => Some(ErrorKind::Interrupted),
        RunEnd::Failed if stopped_by == Some(StopCause::Deadline) => Some(ErrorKind::Deadline),
        RunEnd::Failed => Some(first_failure.map_or(ErrorKind::Internal, ErrorKind::of_failure)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_end_of_a_run_has_its_code() {
        use FailureKind as F;
        use RunEnd as E;
        let failed = |kind| (E::Failed, None, Some(kind), false);
        let cases = [
            ((E::Succeeded, None, None, true), 0),
            ((E::Partial, None, None, false), 0),
            ((E::Partial, None, None, true), 6),
            ((E::InDoubt, Some(StopCause::Interrupted), Some(F::Cancelled), true), 10),
            ((E::Interrupted, Some(StopCause::Interrupted), None, false), 7),
            ((E::Cancelled, Some(StopCause::Cancelled), Some(F::ToolError), false), 7),
            ((E::Failed, Some(StopCause::Deadline), Some(F::ToolError), false), 8),
            ((E::Failed, None, None, false), 1),
            (failed(F::Auth), 3),
            (failed(F::Cancelled), 7),
            (failed(F::Connection), 4),
            (failed(F::Deadline), 4),
            (failed(F::Expression), 2),
            (failed(F::Internal), 1),
            (failed(F::InvalidArguments), 5),
            (failed(F::Limit), 4),
            (failed(F::Protocol), 4),
            (failed(F::RateLimited), 5),
            (failed(F::RpcError), 5),
            (failed(F::Timeout), 4),
            (failed(F::ToolError), 5),
            (failed(F::UnknownServer), 2),
            (failed(F::UnknownTool), 5),
        ];

        for ((end, stopped_by, first, strict), code) in cases {
            let fault = fault_of_run(end, stopped_by, first, strict);
            let exit = fault.map_or(ExitCode::Success, ErrorKind::exit);

            assert_eq!(exit.code(), code, "{end:?} {stopped_by:?} {first:?} {strict}");
        }
    }
}
