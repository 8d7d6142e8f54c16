//! A mutex for short looks.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A mutex whose holder never leaves the value half changed, so that a panic under the lock does no harm
/// and later holders go on.
///
/// It is held for a look into a table, never across an await and never around code of others.
///
/// ```
/// use mcp_core::Lock;
///
/// let calls = Lock::new(0);
///
/// *calls.lock() += 1;
///
/// assert_eq!(*calls.lock(), 1);
/// ```
#[derive(Default)]
pub struct Lock<T>(Mutex<T>);

impl<T> Lock<T> {
    /// A lock around `value`.
    pub const fn new(value: T) -> Self {
        Self(Mutex::new(value))
    }

    /// Waits for the lock.
    pub fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: fmt::Debug> fmt::Debug for Lock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
