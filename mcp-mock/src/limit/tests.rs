//! Each vendor's rule, and what holds for all of them.

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::service::github::{GitHub, Quota};
use crate::service::gmail::Gmail;
use crate::service::notion::Notion;
use crate::service::salesforce::Salesforce;
use crate::service::slack::{Paging, Slack};
use crate::service::{ApiError, ServiceName};
use crate::world::{Seed, ServiceState, State};

/// The demo content under limits.
fn under(limits: Limits) -> State {
    let mut state = State::empty(1);
    state.apply_seed(Seed::demo()).unwrap();
    state.limits = Meter::new(limits);
    state
}

fn call(state: &mut State, (service, tool): (ServiceName, &str)) -> Result<(), ApiError> {
    match service {
        ServiceName::GitHub => {
            let (github, mut api) = GitHub::open(state);
            let quota = match tool {
                "create_issue" => Quota::Content,
                "search_code" => Quota::CodeSearch,
                _ => Quota::Core,
            };
            github.spend(&mut api, quota)
        }
        ServiceName::Gmail => {
            let (gmail, mut api) = Gmail::open(state);
            gmail.list_labels(&mut api).map(drop)
        }
        ServiceName::Salesforce => {
            let (salesforce, mut api) = Salesforce::open(state);
            salesforce.query(&mut api, "SELECT Id FROM Lead", 0).map(drop)
        }
        ServiceName::Notion => {
            let (notion, mut api) = Notion::open(state);
            notion.get_self(&mut api).map(drop)
        }
        ServiceName::Slack => {
            let (slack, mut api) = Slack::open(state);
            slack.list_users(&mut api, Paging::default()).map(drop)
        }
    }
}

/// How many of many calls are admitted.
fn admitted(state: &mut State, what: (ServiceName, &str)) -> usize {
    (0..20_000).take_while(|_| call(state, what).is_ok()).count()
}

fn wait(state: &mut State, seconds: u64) {
    state.env.clock.advance(Duration::from_secs(seconds));
}

#[test]
fn services_without_limits_count_nothing() {
    let mut state = under(Limits { slack: Some(SlackLimits::default()), ..Limits::default() });

    for service in [ServiceName::GitHub, ServiceName::Gmail, ServiceName::Notion] {
        assert_eq!(admitted(&mut state, (service, "create_issue")), 20_000);
    }

    assert_eq!(state.limits, Meter::new(state.limits.rules));
}

/// Calls of all services, some of which share windows.
const CALLS: [(ServiceName, &str); 7] = [
    (ServiceName::GitHub, "get_issue"),
    (ServiceName::GitHub, "create_issue"),
    (ServiceName::GitHub, "search_code"),
    (ServiceName::Gmail, "list_labels"),
    (ServiceName::Notion, "get_self"),
    (ServiceName::Salesforce, "query"),
    (ServiceName::Slack, "list_users"),
];

fn few() -> Limits {
    Limits {
        github: Some(GitHubLimits {
            requests_per_hour: 6,
            code_searches_per_minute: 2,
            content_per_minute: 2,
            content_per_hour: 4,
            ..GitHubLimits::default()
        }),
        gmail: Some(GmailLimits { units_per_minute: 3 }),
        notion: Some(NotionLimits { requests_per_minute: 3 }),
        salesforce: Some(SalesforceLimits { requests_per_day: 4 }),
        slack: Some(SlackLimits { tier_2_per_minute: 2, ..SlackLimits::default() }),
    }
}

/// What became of these calls, each after a pause.
fn outcomes(state: &mut State, calls: &[(u64, usize)]) -> Vec<Result<(), ApiError>> {
    let outcome = |(pause, which): &(u64, usize)| {
        wait(state, *pause);
        call(state, CALLS[*which])
    };
    calls.iter().map(outcome).collect()
}

proptest! {
    #[test]
    fn same_calls_have_the_same_outcomes_also_after_a_snapshot(
        before in prop::collection::vec((0_u64..40, 0..CALLS.len()), 0..40),
        after in prop::collection::vec((0_u64..40, 0..CALLS.len()), 0..40),
    ) {
        let mut state = State::empty(1);
        state.limits = Meter::new(few());
        let mut again = state.clone();

        let first = outcomes(&mut state, &before);
        let snapshot = serde_json::to_string(&state).unwrap();
        let future = outcomes(&mut state, &after);

        prop_assert_eq!(first, outcomes(&mut again, &before));
        let mut restored: State = serde_json::from_str(&snapshot).unwrap();
        prop_assert_eq!(future, outcomes(&mut restored, &after));
    }

    #[test]
    fn refused_call_passes_at_the_end_of_its_wait_and_not_a_second_earlier(
        before in prop::collection::vec((0_u64..40, 0..CALLS.len()), 1..60),
    ) {
        let mut state = State::empty(1);
        state.limits = Meter::new(few());
        let refused = outcomes(&mut state, &before);
        let last = CALLS[before.last().unwrap().1];

        let details = refused.last().unwrap().as_ref().err().and_then(|error| error.details.as_ref());
        if let Some(seconds) = details.and_then(|details| details["retry_after"].as_u64()) {
            wait(&mut state, seconds - 1);
            prop_assert!(call(&mut state, last).is_err());
            wait(&mut state, 1);
            prop_assert_eq!(call(&mut state, last), Ok(()));
        }
    }
}
