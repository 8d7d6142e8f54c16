//! How often something is expected.

use std::fmt;
use std::ops::{RangeFrom, RangeInclusive};

/// A number of calls, or a range of it: made from `2`, `1..=3` or `1..`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    least: usize,
    most: Option<usize>,
}

impl Times {
    pub(crate) fn contains(self, count: usize) -> bool {
        !self.wants_more_than(count) && self.most.is_none_or(|most| count <= most)
    }

    pub(crate) fn wants_more_than(self, count: usize) -> bool {
        count < self.least
    }
}

impl From<usize> for Times {
    fn from(exactly: usize) -> Self {
        Self { least: exactly, most: Some(exactly) }
    }
}

impl From<RangeInclusive<usize>> for Times {
    fn from(range: RangeInclusive<usize>) -> Self {
        Self { least: *range.start(), most: Some(*range.end()) }
    }
}

impl From<RangeFrom<usize>> for Times {
    fn from(range: RangeFrom<usize>) -> Self {
        Self { least: range.start, most: None }
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.least, self.most) {
            (least, Some(most)) if least == most => f.write_str(&calls(least)),
            (least, Some(most)) => write!(f, "{least} to {}", calls(most)),
            (least, None) => write!(f, "at least {}", calls(least)),
        }
    }
}

pub(super) fn calls(count: usize) -> String {
    if count == 1 { "1 call".to_owned() } else { format!("{count} calls") }
}
