//! Deadlines: how long a caller waits, as moments in time, so that no layer computes what is left.

use std::time::Duration;

use tokio::time::Instant;

/// No wait is longer, whatever a caller asks for: a clock can be set only so far ahead.
const WAIT_MAX: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// The moment at which a wait ends, with the moment at which it began.
///
/// It is made once, where the wait begins, and handed down as it is. Whoever notices that it has passed
/// can then say how long the caller allowed in all, and not what was left at that place.
///
/// ```
/// use std::time::Duration;
///
/// use mcp_client::{CallOptions, Deadline};
///
/// # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(async {
/// let deadline = Deadline::within(Duration::from_secs(15));
/// // … wait for a place and for a connection, each until `deadline.end()` …
/// let options = CallOptions::default().with_deadline(deadline);
/// assert_eq!(deadline.total(), Duration::from_secs(15));
/// # });
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline {
    start: Instant,
    end: Instant,
}

impl Deadline {
    /// The deadline of a wait that begins now. A year is the longest.
    #[must_use]
    pub fn within(timeout: Duration) -> Self {
        let start = Instant::now();
        Self { start, end: start + timeout.min(WAIT_MAX) }
    }

    /// The deadline `end` of a wait that began at `start`.
    #[must_use]
    pub fn new(start: Instant, end: Instant) -> Self {
        Self { start, end }
    }

    /// The moment at which the wait began.
    #[must_use]
    pub fn start(self) -> Instant {
        self.start
    }

    /// The moment at which the wait ends.
    #[must_use]
    pub fn end(self) -> Instant {
        self.end
    }

    /// How long the whole wait may take, counted from its start.
    #[must_use]
    pub fn total(self) -> Duration {
        self.end.saturating_duration_since(self.start)
    }

    /// The same start, and an end that is at most `timeout` after it.
    pub(crate) fn at_most(self, timeout: Duration) -> Self {
        Self { end: self.end.min(self.start + timeout.min(WAIT_MAX)), ..self }
    }

    /// Whether the wait is over.
    #[must_use]
    pub fn has_passed(self) -> bool {
        self.end <= Instant::now()
    }
}

/// How long the answer to a call may take: a deadline, and a limit for silence.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CallDeadline {
    whole: Deadline,
    /// How long without a sign of life.
    idle: Duration,
    /// Until when to wait for the first sign of life.
    first_limit: Instant,
}

impl CallDeadline {
    /// Ends with `whole`, and after `idle` without a sign of life.
    pub(crate) fn new(idle: Duration, whole: Deadline) -> Self {
        let idle = idle.min(WAIT_MAX);
        Self { whole, idle, first_limit: (whole.start + idle).min(whole.end) }
    }

    /// Ends `timeout` from now, with and without signs of life.
    pub(crate) fn fixed(timeout: Duration) -> Self {
        Self::new(timeout, Deadline::within(timeout))
    }

    /// The same end, with a new limit for silence: for the next request of the same call.
    pub(crate) fn renewed(self) -> Self {
        Self { first_limit: self.next_limit(), ..self }
    }

    /// Until when to wait in all.
    pub(crate) fn end(&self) -> Instant {
        self.whole.end
    }

    /// How long the call may take in all, for errors.
    pub(crate) fn total(&self) -> Duration {
        self.whole.total()
    }

    /// How long the call had been allowed to take at `limit`, for errors.
    pub(crate) fn allowed_until(&self, limit: Instant) -> Duration {
        limit.saturating_duration_since(self.whole.start)
    }

    pub(crate) fn first_limit(&self) -> Instant {
        self.first_limit
    }

    /// Until when to wait for the next sign of life.
    pub(crate) fn next_limit(&self) -> Instant {
        (Instant::now() + self.idle).min(self.whole.end)
    }
}
