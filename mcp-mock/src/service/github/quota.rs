//! What a request takes out of the rate limits.

use super::{Api, GitHub, refusal};
use crate::limit::{Charge, GitHubLimits};
use crate::service::ApiError;

const MINUTE: u32 = 60;
const HOUR: u32 = 60 * MINUTE;

/// Which limits a request counts against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quota {
    /// The primary limit for searches over code.
    CodeSearch,
    /// The primary limit for requests, and the secondary ones for requests that create what others see.
    Content,
    /// The primary limit for all requests but searches.
    Core,
    /// The primary limit for searches over anything but code.
    Search,
}

impl GitHub {
    /// Counts a request. Operations count themselves; a dialect counts what only its server asks, such as a
    /// query of the GraphQL API, whose own limits are not modelled.
    ///
    /// # Errors
    ///
    /// In GitHub's words when a limit is reached; then nothing is counted.
    pub fn spend(&self, api: &mut Api<'_>, quota: Quota) -> Result<(), ApiError> {
        let Some(limits) = api.limits().github else { return Ok(()) };
        let now = api.clock.now();
        api.spend(&quota.charges(limits)).map_err(|exceeded| match exceeded.resource {
            Some(_) => refusal::primary_limit(now, &self.viewer, &exceeded),
            None => refusal::secondary_limit(now, exceeded.wait_seconds),
        })
    }
}

impl Quota {
    fn charges(self, limits: GitHubLimits) -> Vec<Charge> {
        let (resource, amount, seconds) = match self {
            Self::CodeSearch => ("code_search", limits.code_searches_per_minute, MINUTE),
            Self::Content | Self::Core => ("core", limits.requests_per_hour, HOUR),
            Self::Search => ("search", limits.searches_per_minute, MINUTE),
        };
        let primary = Charge::new(format!("github {resource}"), amount, seconds);
        let mut charges = vec![Charge { resource: Some(resource), ..primary }];
        if self == Self::Content {
            charges.extend([
                Charge::new("github content a minute", limits.content_per_minute, MINUTE),
                Charge::new("github content an hour", limits.content_per_hour, HOUR),
            ]);
        }
        charges
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;
    use crate::limit::{Limits, Meter};
    use crate::world::{ServiceState, State};

    fn under(limits: GitHubLimits) -> State {
        let mut state = State::empty(1);
        state.limits = Meter::new(Limits { github: Some(limits), ..Limits::default() });
        state
    }

    fn spend(state: &mut State, quota: Quota) -> Result<(), ApiError> {
        let (github, mut api) = GitHub::open(state);
        github.spend(&mut api, quota)
    }

    /// How many of many requests are admitted.
    fn admitted(state: &mut State, quota: Quota) -> usize {
        (0..20_000).take_while(|_| spend(state, quota).is_ok()).count()
    }

    fn wait(state: &mut State, seconds: u64) {
        state.env.clock.advance(Duration::from_secs(seconds));
    }

    #[test]
    fn requests_are_counted_by_the_hour() {
        let mut state = under(GitHubLimits::default());

        let passed = admitted(&mut state, Quota::Core);
        let refused = spend(&mut state, Quota::Core).unwrap_err();
        wait(&mut state, 3_599);
        let too_early = spend(&mut state, Quota::Core).unwrap_err();
        wait(&mut state, 1);

        assert_eq!((passed, refused.status), (5_000, 403));
        assert!(refused.message.starts_with("API rate limit exceeded for user ID "), "{refused}");
        assert_eq!(
            refused.details.unwrap(),
            json!({
                "retry_after": 3_600,
                "x-ratelimit-limit": 5_000,
                "x-ratelimit-remaining": 0,
                "x-ratelimit-used": 5_000,
                "x-ratelimit-reset": 1_767_607_200,
                "x-ratelimit-resource": "core",
            })
        );
        assert_eq!(too_early.details.unwrap()["retry_after"], 1);
        assert_eq!(admitted(&mut state, Quota::Core), 5_000);
    }

    #[test]
    fn searches_are_counted_apart_and_those_for_code_again() {
        let mut state = under(GitHubLimits::default());

        let searches = admitted(&mut state, Quota::Search);
        let code = admitted(&mut state, Quota::CodeSearch);
        let refused = spend(&mut state, Quota::CodeSearch).unwrap_err();

        assert_eq!((searches, code), (30, 10));
        assert_eq!(refused.details.unwrap()["x-ratelimit-resource"], "code_search");
        assert_eq!(admitted(&mut state, Quota::Core), 5_000);
    }

    #[test]
    fn what_is_created_in_a_minute_has_a_secondary_limit() {
        let mut state = under(GitHubLimits::default());

        let created = admitted(&mut state, Quota::Content);
        let refused = spend(&mut state, Quota::Content).unwrap_err();
        let read = spend(&mut state, Quota::Core);
        wait(&mut state, 60);

        assert_eq!((created, refused.status, read), (80, 429, Ok(())));
        assert!(refused.message.contains("secondary rate limit"), "{refused}");
        assert_eq!(refused.details.unwrap()["retry_after"], 60);
        assert_eq!(admitted(&mut state, Quota::Content), 80);
    }

    #[test]
    fn what_is_created_in_an_hour_has_a_secondary_limit() {
        let mut state = under(GitHubLimits::default());

        let mut created = 0;
        for _ in 0..10 {
            created += admitted(&mut state, Quota::Content);
            wait(&mut state, 60);
        }
        let refused = spend(&mut state, Quota::Content).unwrap_err();
        wait(&mut state, 3_600 - 600);

        assert_eq!(created, 500);
        assert_eq!(refused.details.unwrap()["retry_after"], 3_000);
        assert_eq!(spend(&mut state, Quota::Content), Ok(()));
    }

    #[test]
    fn refused_request_is_counted_in_no_window() {
        let mut state = under(GitHubLimits::default());
        admitted(&mut state, Quota::Content);
        let before = state.limits.clone();

        let refused = spend(&mut state, Quota::Content);

        assert!(refused.is_err());
        assert_eq!(state.limits, before);
    }

    #[test]
    fn of_several_full_windows_the_one_that_ends_last_is_named() {
        let few =
            GitHubLimits { requests_per_hour: 1, content_per_minute: 1, ..GitHubLimits::default() };
        let mut state = under(few);
        spend(&mut state, Quota::Content).unwrap();

        let refused = spend(&mut state, Quota::Content).unwrap_err();

        assert_eq!(refused.details.unwrap()["x-ratelimit-resource"], "core");
    }

    #[test]
    fn without_limits_nothing_is_counted() {
        let mut state = State::empty(1);

        assert_eq!(admitted(&mut state, Quota::Content), 20_000);
        assert_eq!(state, State::empty(1));
    }
}
