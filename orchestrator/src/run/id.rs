//! The name of a run.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Crockford's digits in lower case: no `i`, `l`, `o`, `u`, and their order is that of the bytes.
const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Milliseconds since 1970 fit into this many digits until the year 3084.
const TIME_DIGITS: u32 = 9;

/// Runs of the same millisecond differ in these; a million values are plenty for one state folder.
const SEED_DIGITS: u32 = 4;

/// The name of a run: short, unique within a state folder, and sorted by time of start.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(String);

impl RunId {
    /// Makes the id of a run that starts at `started_at`; `seed` tells apart runs of one millisecond.
    #[must_use]
    pub fn new(started_at: Timestamp, seed: u64) -> Self {
        let millis = u64::try_from(started_at.as_millisecond()).unwrap_or_default();
        let mut text = String::new();
        push_digits(&mut text, millis, TIME_DIGITS);
        push_digits(&mut text, seed, SEED_DIGITS);
        Self(text)
    }

    /// Takes an id that was made earlier, as a journal or a command line gives it.
    #[must_use]
    pub fn from_text(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn push_digits(text: &mut String, number: u64, count: u32) {
    for place in (0..count).rev() {
        let digit = (number >> (5 * place)) & 31;
        text.push(char::from(DIGITS[usize::try_from(digit).expect("five bits fit")]));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn id_is_short() {
        let started_at: Timestamp = "2026-11-22T09:30:00Z".parse().unwrap();

        assert_eq!(RunId::new(started_at, 5).to_string(), "1m819eke00005");
    }

    proptest! {
        #[test]
        fn ids_sort_by_time(earlier in 0_i64..4_000_000_000_000, later in 1_i64..1_000_000, seeds: (u64, u64)) {
            let id = |millis, seed| RunId::new(Timestamp::from_millisecond(millis).unwrap(), seed);

            prop_assert!(id(earlier, seeds.0) < id(earlier + later, seeds.1));
        }
    }
}
