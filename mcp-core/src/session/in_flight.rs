//! Requests that wait for their answer.
//!
//! Knows nothing but ids and what waits behind them. An id is a slot number and a salt:
//!
//! ```text
//! id = salt (32 bits) << 20 | slot (20 bits)        at most 52 bits, safe in every JSON reader
//! ```
//!
//! The salt is a counter sent through a keyed bijection. So an id does not come again within 2^32
//! requests, a late answer finds its slot taken by another salt and is dropped, and a peer that
//! answers before it is asked cannot guess what to write.

use crate::jsonrpc::RequestId;

const SLOT_BITS: u32 = 20;

/// Requests that may wait at the same time. A cap against callers that never let go; a manager
/// allows far fewer per server.
const WAITING_MAX: usize = 65_536;

/// A table of waiting requests with a `T` behind each.
#[derive(Debug)]
pub struct InFlight<T> {
    slots: Vec<Slot<T>>,
    free: Vec<usize>,
    counter: u32,
    key: u64,
}

/// The table is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{WAITING_MAX} requests are already waiting for an answer")]
pub struct TooMany;

#[derive(Debug)]
struct Slot<T> {
    id: i64,
    waiting: Option<T>,
}

impl<T> InFlight<T> {
    /// An empty table whose ids depend on `key`: random bits, so that they cannot be guessed.
    #[must_use]
    pub fn new(key: u64) -> Self {
        Self { slots: Vec::new(), free: Vec::new(), counter: 0, key }
    }

    /// Adds a request and gives it an id.
    ///
    /// # Errors
    ///
    /// When too many requests wait already.
    pub fn insert(&mut self, waiting: T) -> Result<i64, TooMany> {
        if self.len() >= WAITING_MAX {
            return Err(TooMany);
        }
        let slot = self.free.pop().unwrap_or(self.slots.len());
        let id = self.fresh_id(slot);
        let entry = Slot { id, waiting: Some(waiting) };
        match self.slots.get_mut(slot) {
            Some(place) => *place = entry,
            None => self.slots.push(entry),
        }
        Ok(id)
    }

    /// What waits behind `id`, while it waits.
    pub fn get_mut(&mut self, id: i64) -> Option<&mut T> {
        let slot = self.slots.get_mut(slot_of(id)?)?;
        if slot.id == id { slot.waiting.as_mut() } else { None }
    }

    /// Ends the wait of `id`.
    pub fn remove(&mut self, id: i64) -> Option<T> {
        let index = slot_of(id)?;
        let slot = self.slots.get_mut(index).filter(|slot| slot.id == id)?;
        let waiting = slot.waiting.take()?;
        self.free.push(index);
        Some(waiting)
    }

    /// What waits behind an id as the peer wrote it. Some peers turn numbers into texts: `"7"` is 7.
    pub fn find(&mut self, id: &RequestId) -> Option<(i64, &mut T)> {
        let id = match id {
            RequestId::Number(number) => *number,
            RequestId::Text(text) => text.parse().ok()?,
        };
        self.get_mut(id).map(|waiting| (id, waiting))
    }

    /// All that wait, in no particular order.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.slots.iter_mut().filter_map(|slot| slot.waiting.as_mut())
    }

    /// How many wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// Whether nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn fresh_id(&mut self, slot: usize) -> i64 {
        self.counter = self.counter.wrapping_add(1);
        let salt = scramble(self.counter, self.key);
        i64::from(salt) << SLOT_BITS | i64::try_from(slot).expect("fewer slots than WAITING_MAX")
    }
}

fn slot_of(id: i64) -> Option<usize> {
    usize::try_from(id & ((1 << SLOT_BITS) - 1)).ok()
}

/// A bijection of 32 bits under a key: multiplications by odd numbers, shifts and the key in between.
#[expect(clippy::cast_possible_truncation, reason = "the two halves of the key are meant")]
fn scramble(counter: u32, key: u64) -> u32 {
    let mut x = counter ^ key as u32;
    for round in [0x7FEB_352D_u32, 0x846C_A68B] {
        x ^= x >> 16;
        x = x.wrapping_mul(round);
        x ^= x >> 15;
        x = x.wrapping_add((key >> 32) as u32);
    }
    x ^ (x >> 16)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_id_is_dead_after_its_removal() {
        let mut table = InFlight::new(1);
        let first = table.insert("first").unwrap();
        table.remove(first);

        let second = table.insert("second").unwrap();

        assert_eq!(table.get_mut(first), None);
        assert_eq!(table.remove(first), None);
        assert_eq!(table.get_mut(second), Some(&mut "second"));
    }

    #[test]
    fn a_peer_may_write_the_id_as_text() {
        let mut table = InFlight::new(1);
        let id = table.insert(()).unwrap();

        assert!(table.find(&RequestId::Text(id.to_string())).is_some());
        assert!(table.find(&RequestId::Text("x".to_owned())).is_none());
    }

    #[test]
    fn the_table_is_capped() {
        let mut table = InFlight::new(1);
        for _ in 0..WAITING_MAX {
            table.insert(()).unwrap();
        }

        assert_eq!(table.insert(()), Err(TooMany));
    }

    #[test]
    fn ids_of_two_sessions_differ() {
        let first = |key| InFlight::new(key).insert(()).unwrap();

        assert_ne!(first(1), first(2));
    }

    proptest! {
        #[test]
        fn ids_never_repeat_and_fit_a_double(key in any::<u64>(), removals in proptest::collection::vec(any::<bool>(), 1..300)) {
            let mut table = InFlight::new(key);
            let mut seen = BTreeSet::new();
            for remove in removals {
                let id = table.insert(()).unwrap();
                prop_assert!(seen.insert(id));
                prop_assert!((0..1 << 53).contains(&id));
                if remove {
                    prop_assert!(table.remove(id).is_some());
                }
            }
        }
    }
}
