//! Where the events of a run are kept.

mod memory;

use async_trait::async_trait;

use crate::run::event::Event;

pub use memory::MemoryJournal;

/// Keeps the events of one run.
///
/// The driver acts on an event only after [`Journal::append`] returned: intent is durable before
/// bytes leave, and an outcome before the next step sees it.
#[async_trait]
pub trait Journal: std::fmt::Debug + Send + Sync {
    /// Appends events, all of them or none, and returns when they are as durable as they will be.
    ///
    /// # Errors
    ///
    /// When the events may not be durable. The run stops; the append is not repeated.
    async fn append(&self, events: &[Event]) -> Result<(), JournalError>;
}

const _: Option<&dyn Journal> = None;

/// Events that could not be kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("failed to {operation}: {message}")]
pub struct JournalError {
    /// What was attempted, as a verb phrase.
    pub operation: &'static str,
    /// What went wrong, in words.
    pub message: String,
}
