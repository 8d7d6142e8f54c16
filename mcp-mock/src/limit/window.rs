//! Windows of time in which so much may be used.
//!
//! A window begins with the first call in it and lasts its whole length; the call at its end begins the
//! next. Vendors count in this way where they say when a limit is reset, and it needs no list of calls, so
//! that snapshots stay small.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// How much may be used in how many seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Budget {
    pub(crate) amount: u32,
    pub(crate) seconds: u32,
}

/// What has been used since a window began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Window {
    since: Timestamp,
    used: u32,
}

impl Window {
    /// The window that a call at this time falls into: the one that is kept, or a new one when that has ended.
    pub(crate) fn at(kept: Option<Self>, now: Timestamp, budget: Budget) -> Self {
        let open = kept.filter(|window| window.seconds_left(now, budget) > 0);
        open.unwrap_or(Self { since: now, used: 0 })
    }

    /// How much was used.
    pub(crate) fn used(self) -> u32 {
        self.used
    }

    /// The whole seconds after which the window has ended, rounded up; 0 when it has.
    pub(crate) fn seconds_left(self, now: Timestamp, budget: Budget) -> u32 {
        let length = SignedDuration::from_secs(budget.seconds.into());
        let left = length.saturating_sub(now.duration_since(self.since));
        let rounded_up = left.as_secs() + i64::from(left.subsec_nanos() > 0);
        u32::try_from(rounded_up.max(0)).unwrap_or(u32::MAX)
    }

    /// The window with a call in it, when there is room. A call that costs more than there is takes all of
    /// it, so that no call waits for ever; where nothing is allowed, nothing passes.
    pub(crate) fn admit(self, budget: Budget, cost: u32) -> Option<Self> {
        let cost = cost.min(budget.amount.max(1));
        let used = self.used.checked_add(cost)?;
        (used <= budget.amount).then_some(Self { used, ..self })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::constant(1_767_603_600 + seconds, 0)
    }

    /// The second of a call, and what it costs.
    type Call = (i64, u32);

    fn admitted(budget: Budget, calls: &[Call]) -> Vec<bool> {
        let mut kept = None;
        let admit = |&(seconds, cost): &Call| {
            let next = Window::at(kept, at(seconds), budget).admit(budget, cost);
            kept = next.or(kept);
            next.is_some()
        };
        calls.iter().map(admit).collect()
    }

    #[test]
    fn window_is_full_until_its_end_and_then_empty() {
        let two_a_minute = Budget { amount: 2, seconds: 60 };
        let cases: [(&str, &[Call], &[bool]); 6] = [
            ("as many as there are", &[(0, 1), (0, 1), (0, 1)], &[true, true, false]),
            ("a second too early", &[(0, 1), (0, 1), (59, 1)], &[true, true, false]),
            ("at the end", &[(0, 1), (0, 1), (60, 1)], &[true, true, true]),
            ("the first call begins it", &[(50, 2), (60, 1), (110, 1)], &[true, false, true]),
            ("weights add up", &[(0, 2), (0, 1)], &[true, false]),
            ("too heavy takes all", &[(0, 9), (0, 1), (60, 9)], &[true, false, true]),
        ];

        for (name, calls, expected) in cases {
            assert_eq!(admitted(two_a_minute, calls), expected, "{name}");
        }
    }

    #[test]
    fn nothing_passes_where_nothing_is_allowed() {
        let none = Budget { amount: 0, seconds: 60 };

        assert_eq!(admitted(none, &[(0, 1), (60, 1), (3600, 1)]), [false, false, false]);
    }

    #[test]
    fn rest_of_a_window_is_rounded_up_to_seconds() {
        let minute = Budget { amount: 1, seconds: 60 };
        let window = Window::at(None, at(0), minute);
        let after = |milliseconds| at(0) + SignedDuration::from_millis(milliseconds);

        let left = [0, 1, 59_000, 59_999, 60_000, 90_000]
            .map(|milliseconds| window.seconds_left(after(milliseconds), minute));

        assert_eq!(left, [60, 60, 1, 1, 0, 0]);
    }

    proptest! {
        #[test]
        fn no_window_holds_more_than_its_amount(
            amount in 0_u32..20,
            seconds in 1_u32..100,
            calls in prop::collection::vec((0_i64..30, 1_u32..6), 0..60),
        ) {
            let budget = Budget { amount, seconds };
            let (mut now, mut kept) = (0, None);
            // Windows as they are counted from outside: when each began, and what it let through.
            let mut begun: Vec<(i64, u32)> = Vec::new();

            for (pause, cost) in calls {
                now += pause;
                let window = Window::at(kept, at(now), budget);
                let Some(next) = window.admit(budget, cost) else {
                    let end = at(now + i64::from(window.seconds_left(at(now), budget)));
                    let at_end = Window::at(kept, end, budget).admit(budget, cost);
                    prop_assert_eq!(at_end.is_some(), amount > 0);
                    continue;
                };
                kept = Some(next);
                let cost = cost.min(amount);
                match begun.last_mut() {
                    Some((since, used)) if now - *since < i64::from(seconds) => *used += cost,
                    _ => begun.push((now, cost)),
                }
            }

            prop_assert!(begun.iter().all(|(_, used)| *used <= amount), "{:?}", begun);
        }
    }
}
