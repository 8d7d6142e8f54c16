//! What one call wants otherwise than its connection.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use mcp_core::protocol::{LogLevel, Progress};

use crate::deadline::Deadline;
use crate::trace::TraceContext;
use crate::waiting::ProgressHandler;

/// What one call wants otherwise than its connection.
///
/// ```
/// use std::time::Duration;
///
/// use mcp_client::CallOptions;
///
/// let options = CallOptions::default()
///     .with_timeout(Duration::from_secs(5))
///     .on_progress(|progress| tracing::info!(progress.progress));
/// ```
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct CallOptions {
    /// How long the call may go without answer or progress.
    pub timeout: Option<Duration>,
    /// How long it may take in all: with progress, with rounds of questions, and as a task.
    pub timeout_max: Option<Duration>,
    /// The moment at which the call ends, whatever it reports. It takes the place of the limits of the
    /// connection: `timeout` and `timeout_max` apply beside it when they are set, counted from its start.
    pub deadline: Option<Deadline>,
    /// Hears how far the call has come, in the task that waits for it.
    pub on_progress: Option<Arc<ProgressHandler>>,
    /// The trace that it belongs to.
    pub trace: Option<TraceContext>,
    /// The least severe log message wanted from it (modern era); otherwise the client's.
    pub log_level: Option<LogLevel>,
}

impl CallOptions {
    /// Sets how long the call may go without answer or progress.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Sets how long the call may take in all.
    #[must_use]
    pub fn with_timeout_max(mut self, timeout: Duration) -> Self {
        self.timeout_max = Some(timeout);
        self
    }

    /// Sets the moment at which the call ends, whatever it reports. Errors count from the start of the
    /// deadline; a call that finds it passed is not sent.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Deadline) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Sets who hears how far the call has come.
    #[must_use]
    pub fn on_progress(mut self, hear: impl Fn(&Progress) + Send + Sync + 'static) -> Self {
        self.on_progress = Some(Arc::new(hear));
        self
    }

    /// Sets the trace that the call belongs to.
    #[must_use]
    pub fn with_trace(mut self, trace: TraceContext) -> Self {
        self.trace = Some(trace);
        self
    }

    /// Sets the least severe log message wanted.
    #[must_use]
    pub fn with_log_level(mut self, level: LogLevel) -> Self {
        self.log_level = Some(level);
        self
    }
}

impl fmt::Debug for CallOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallOptions")
            .field("timeout", &self.timeout)
            .field("timeout_max", &self.timeout_max)
            .field("deadline", &self.deadline)
            .field("hears_progress", &self.on_progress.is_some())
            .field("trace", &self.trace)
            .field("log_level", &self.log_level)
            .finish()
    }
}
