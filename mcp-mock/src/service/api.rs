//! What the operations of a service take from their world.

use crate::limit::{Charge, Exceeded, Limits, Meter};
use crate::world::{Clock, Ids};

/// The time, fresh ids, the meter of the rate limits, and what searches see, for the operations of a service
/// of type `S`.
#[derive(Debug)]
pub struct Api<'w, S> {
    /// The time of the world.
    pub clock: &'w Clock,
    /// Where ids come from.
    pub ids: &'w mut Ids,
    meter: Option<&'w mut Meter>,
    past: Option<&'w S>,
}

impl<'w, S> Api<'w, S> {
    /// An API without limits, whose searches see the present.
    pub fn new(clock: &'w Clock, ids: &'w mut Ids) -> Self {
        Self { clock, ids, meter: None, past: None }
    }

    /// The same, with calls counted by `meter`.
    #[must_use]
    pub(crate) fn metered(mut self, meter: &'w mut Meter) -> Self {
        self.meter = Some(meter);
        self
    }

    /// The same, whose searches see `past`.
    #[must_use]
    pub(crate) fn searching(mut self, past: Option<&'w S>) -> Self {
        self.past = past;
        self
    }

    /// The service as its search sees it, when that is the past.
    pub(crate) fn past(&self) -> Option<&'w S> {
        self.past
    }

    /// The limits that are enforced.
    pub(crate) fn limits(&self) -> Limits {
        self.meter.as_ref().map(|meter| meter.rules).unwrap_or_default()
    }

    /// Counts a request, in all of its windows or in none.
    ///
    /// # Errors
    ///
    /// When a window has no room for it.
    pub(crate) fn spend(&mut self, charges: &[Charge]) -> Result<(), Exceeded> {
        let now = self.clock.now();
        self.meter.as_mut().map_or(Ok(()), |meter| meter.admit(now, charges))
    }
}
