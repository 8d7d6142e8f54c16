//! What a run takes from the world around it.

use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;
use std::time::Duration;

use super::stop::StopHandle;
use crate::planner::{ATTEMPT_TIMEOUT, STOP_GRACE};
use crate::run::event::Event;
use crate::run::{RunId, Timestamp};

/// What a run takes from the world around it.
///
/// ```
/// use orchestrator::engine::{RunOptions, StopHandle};
///
/// let stop = StopHandle::new();
/// let options = RunOptions::default()
///     .with_stop(stop.clone())
///     .with_observer(|event| tracing::info!(event = event.kind.name()));
///
/// println!("run {} starts at {}", options.run, options.started_at);
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct RunOptions {
    /// The name of the run.
    pub run: RunId,
    /// The time on the clock at the start; `run.date` comes from it.
    pub started_at: Timestamp,
    /// Sees every event after it is stored; reporters are fed from here.
    pub observer: Option<Observer>,
    /// Ends the run early.
    pub stop: Option<StopHandle>,
    /// How long one attempt of a call may take when its step does not say.
    pub attempt_timeout: Duration,
    /// How long a stopped run waits for calls that cannot be cancelled without a doubt.
    pub stop_grace: Duration,
}

impl RunOptions {
    /// A run of this name, with this time on its clock, without observer and stop handle.
    #[must_use]
    pub fn new(run: RunId, started_at: Timestamp) -> Self {
        Self {
            run,
            started_at,
            observer: None,
            stop: None,
            attempt_timeout: ATTEMPT_TIMEOUT,
            stop_grace: STOP_GRACE,
        }
    }

    /// Shows every event to `observer`, which must not block.
    #[must_use]
    pub fn with_observer(self, observer: impl Fn(&Event) + Send + Sync + 'static) -> Self {
        Self { observer: Some(Arc::new(observer)), ..self }
    }

    /// Sets how long one attempt may take when its step does not say.
    #[must_use]
    pub fn with_attempt_timeout(self, attempt_timeout: Duration) -> Self {
        Self { attempt_timeout, ..self }
    }

    /// Lets `stop` end the run early.
    #[must_use]
    pub fn with_stop(self, stop: StopHandle) -> Self {
        Self { stop: Some(stop), ..self }
    }
}

impl Default for RunOptions {
    /// A run that starts now, under a new name.
    fn default() -> Self {
        let now = Timestamp::now();
        Self::new(RunId::new(now, RandomState::new().build_hasher().finish()), now)
    }
}

impl fmt::Debug for RunOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunOptions")
            .field("run", &self.run)
            .field("started_at", &self.started_at)
            .field("observer", &self.observer.is_some())
            .field("stop", &self.stop)
            .field("attempt_timeout", &self.attempt_timeout)
            .field("stop_grace", &self.stop_grace)
            .finish()
    }
}

/// Sees the events of a run. It is called between two turns of the driver, so it must not block.
pub type Observer = Arc<dyn Fn(&Event) + Send + Sync>;
