//! Searches that lag: they see the past.
//!
//! The index of a vendor's search takes in a change some time after it was made. Here that is the content as
//! it was that long ago: what is new is not found yet, what was changed is found under its old content, and
//! what was removed is still found. Reading, listing and Gmail's search see the present.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::State;
use crate::service::github::GitHub;
use crate::service::notion::Notion;

/// Snapshots that are kept, each a copy of everything that is searched. With more changes than this within one
/// lag, the oldest are found too late.
const MOMENTS_MAX: usize = 256;

/// How far searches lag, and what they can see of the past.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct SearchIndex {
    lag: Duration,
    /// Oldest first. The clock stands still between moments, so the content at the end of each is all there is.
    moments: Vec<Moment>,
}

/// What the content was from a time on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Moment {
    since: Timestamp,
    pub(super) github: GitHub,
    pub(super) notion: Notion,
}

impl SearchIndex {
    /// Whether searches see the present.
    pub(super) fn is_current(&self) -> bool {
        self.lag.is_zero()
    }

    /// What searches see at `now`, when that is not the present.
    pub(super) fn past(&self, now: Timestamp) -> Option<&Moment> {
        if self.is_current() { None } else { self.moments.get(self.seen(now)?) }
    }

    /// The place of the newest moment that is as old as the lag.
    fn seen(&self, now: Timestamp) -> Option<usize> {
        let lag = SignedDuration::try_from(self.lag).unwrap_or(SignedDuration::MAX);
        let horizon = now.saturating_sub(lag).unwrap_or(Timestamp::MIN);
        self.moments.iter().rposition(|moment| moment.since <= horizon)
    }

    /// Forgets what no search will see again.
    fn forget(&mut self, now: Timestamp) {
        if let Some(seen) = self.seen(now) {
            self.moments.drain(..seen);
        }
        // The first is what is seen now.
        if self.moments.len() > MOMENTS_MAX {
            self.moments.remove(1);
        }
    }
}

impl State {
    /// Lets searches lag from now on. All that is there is found at once.
    pub(crate) fn lag_search(&mut self, lag: Duration) {
        let mut moment = self.moment();
        moment.since = Timestamp::MIN;
        let moments = if lag.is_zero() { Vec::new() } else { vec![moment] };
        self.search = SearchIndex { lag, moments };
    }

    /// Moves the clock forward.
    pub(crate) fn advance(&mut self, by: Duration) {
        if !self.search.is_current() {
            let same = |last: &Moment| last.github == self.github && last.notion == self.notion;
            if !self.search.moments.last().is_some_and(same) {
                let moment = self.moment();
                self.search.moments.push(moment);
            }
        }
        self.env.clock.advance(by);
        self.search.forget(self.env.clock.now());
    }

    fn moment(&self) -> Moment {
        let (github, notion) = (self.github.clone(), self.notion.clone());
        Moment { since: self.env.clock.now(), github, notion }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::world::ServiceState;

    /// A GitHub whose viewer says which change it was.
    fn change(state: &mut State, number: u32) {
        state.github.viewer = number.to_string();
    }

    fn seen(state: &mut State) -> Option<String> {
        let (_, api) = GitHub::open(state);
        api.past().map(|github| github.viewer.clone())
    }

    #[test]
    fn change_is_seen_when_the_lag_has_passed_and_not_a_second_earlier() {
        let mut state = State::empty(1);
        change(&mut state, 1);
        state.lag_search(Duration::from_secs(10));

        change(&mut state, 2);
        let mut shown = vec![seen(&mut state)];
        for seconds in [9, 1] {
            state.advance(Duration::from_secs(seconds));
            shown.push(seen(&mut state));
        }

        assert_eq!(shown.iter().flatten().collect::<Vec<_>>(), ["1", "1", "2"]);
    }

    #[test]
    fn state_with_a_past_reads_back_as_the_same_state() {
        let mut state = State::empty(1);
        state.lag_search(Duration::from_secs(10));
        change(&mut state, 1);
        state.advance(Duration::from_secs(1));

        let json = serde_json::to_string(&state).unwrap();

        assert_eq!(serde_json::from_str::<State>(&json).unwrap(), state);
    }

    #[test]
    fn number_of_moments_has_a_cap() {
        let mut state = State::empty(1);
        state.lag_search(Duration::from_secs(3600));

        for number in 0..600 {
            change(&mut state, number);
            state.advance(Duration::from_secs(1));
        }

        assert_eq!(state.search.moments.len(), MOMENTS_MAX);
    }

    proptest! {
        #[test]
        fn search_sees_the_world_of_its_lag_ago(
            lag in 1_u64..20,
            steps in prop::collection::vec((any::<bool>(), 0_u64..8), 1..60),
        ) {
            let mut state = State::empty(1);
            change(&mut state, 0);
            state.lag_search(Duration::from_secs(lag));
            // What the world was at the end of each second.
            let mut past = vec![0_u32];

            for (number, (changes, seconds)) in (1..).zip(steps) {
                if changes {
                    change(&mut state, number);
                    *past.last_mut().unwrap() = number;
                }
                let last = *past.last().unwrap();
                past.extend((0..seconds).map(|_| last));
                state.advance(Duration::from_secs(seconds));

                let ago = past.len().checked_sub(1 + usize::try_from(lag).unwrap());
                let expected = ago.map_or(0, |second| past[second]);
                prop_assert_eq!(seen(&mut state), Some(expected.to_string()));
            }
        }
    }
}
