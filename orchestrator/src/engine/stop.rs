//! How a run is told to end early.

use std::sync::Arc;

use tokio::sync::watch;

use crate::run::StopCause;

/// Ends runs early, in order: nothing new starts, what is safe to cancel is cancelled, the rest gets
/// [a while](super::RunOptions::stop_grace).
#[derive(Debug, Clone)]
pub struct StopHandle {
    cause: Arc<watch::Sender<Option<StopCause>>>,
}

impl StopHandle {
    /// A handle that has not been used.
    #[must_use]
    pub fn new() -> Self {
        Self { cause: Arc::new(watch::Sender::new(None)) }
    }

    /// Stops the run. The first cause counts; a run that has ended stays as it is.
    pub fn stop(&self, cause: StopCause) {
        self.cause
            .send_if_modified(|current| current.is_none() && current.replace(cause).is_none());
    }

    /// Why the run is to stop, when it is.
    #[must_use]
    pub fn cause(&self) -> Option<StopCause> {
        *self.cause.borrow()
    }

    /// Waits until the handle is used.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub(super) async fn stopped(&self) -> StopCause {
        let mut cause = self.cause.subscribe();
        loop {
            if let Some(cause) = *cause.borrow_and_update() {
                return cause;
            }
            // The sender lives as long as this handle, so a change always comes or nothing does.
            if cause.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}

impl Default for StopHandle {
    fn default() -> Self {
        Self::new()
    }
}
