//! A journal that ends with the process.

use async_trait::async_trait;

use mcp_core::Lock;

use super::{Journal, JournalError};
use crate::run::event::Event;

/// A run can have this many events; far more than the caps on steps and items lead to, and a bound
/// on memory all the same.
const EVENTS_MAX: usize = 1_000_000;

/// Keeps events in memory: for tests, and for runs that will not be resumed.
#[derive(Debug, Default)]
pub struct MemoryJournal {
    events: Lock<Vec<Event>>,
}

impl MemoryJournal {
    /// An empty journal.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A copy of the events so far.
    #[must_use]
    pub fn events(&self) -> Vec<Event> {
        self.events.lock().clone()
    }
}

#[async_trait]
impl Journal for MemoryJournal {
    async fn append(&self, events: &[Event]) -> Result<(), JournalError> {
        let mut kept = self.events.lock();
        if kept.len().saturating_add(events.len()) > EVENTS_MAX {
            return Err(JournalError {
                operation: "append to the journal",
                message: format!("more than {EVENTS_MAX} events"),
            });
        }
        kept.extend_from_slice(events);
        Ok(())
    }
}
