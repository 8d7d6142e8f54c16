//! Each vendor's rule, and what holds for all of them.

use std::time::Duration;

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;
use crate::dialect::simple;
use crate::service::gmail::Gmail;
use crate::world::{Part, Seed};

/// The demo content under limits.
fn under(limits: Limits) -> State {
    let mut state = State::empty(1);
    state.plant(Seed::demo()).unwrap();
    state.limits = Meter::new(limits);
    state
}

fn arguments(value: Value) -> Arguments {
    Arguments::new(serde_json::from_value::<Map<String, Value>>(value).unwrap())
}

fn call(state: &mut State, (service, tool): (ServiceName, &str)) -> Result<(), ApiError> {
    match service {
        ServiceName::Gmail => {
            let (gmail, mut api) = Gmail::open(state);
            gmail.list_labels(&mut api).map(drop)
        }
        _ => state.admit(service, tool, &Arguments::default()),
    }
}

/// How many of many calls are admitted.
fn admitted(state: &mut State, what: (ServiceName, &str)) -> usize {
    (0..20_000).take_while(|_| call(state, what).is_ok()).count()
}

fn wait(state: &mut State, seconds: u64) {
    state.env.clock.advance(Duration::from_secs(seconds));
}

const READ: (ServiceName, &str) = (ServiceName::GitHub, "get_issue");
const CREATE: (ServiceName, &str) = (ServiceName::GitHub, "create_issue");

#[test]
fn every_tool_that_is_backed_is_weighed() {
    let state = under(Limits::vendor());
    let given = Arguments::default();

    for service in [ServiceName::GitHub, ServiceName::Salesforce] {
        for tool in simple(service).tools() {
            let charges = charge::charges(&state, service, &tool.name, &given);
            let is_weighed = !charges.is_empty() && charges.iter().all(|it| it.cost > 0);
            assert!(is_weighed, "{service} {}", tool.name);
        }
    }
}

#[test]
fn github_counts_requests_by_the_hour() {
    let mut state = under(Limits::vendor());

    let passed = admitted(&mut state, READ);
    let refused = call(&mut state, READ).unwrap_err();
    wait(&mut state, 3_599);
    let too_early = call(&mut state, READ).unwrap_err();
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
    assert_eq!(admitted(&mut state, READ), 5_000);
}

#[test]
fn github_counts_searches_apart_and_those_for_code_again() {
    let mut state = under(Limits::vendor());
    let search = |tool| (ServiceName::GitHub, tool);

    let issues = admitted(&mut state, search("search_issues"));
    let others = admitted(&mut state, search("search_repositories"));
    let code = admitted(&mut state, search("search_code"));
    let refused = call(&mut state, search("search_code")).unwrap_err();

    assert_eq!((issues, others, code), (30, 0, 10));
    assert_eq!(refused.details.unwrap()["x-ratelimit-resource"], "code_search");
    assert_eq!(admitted(&mut state, READ), 5_000);
}

#[test]
fn github_has_a_secondary_limit_for_what_is_created_in_a_minute() {
    let mut state = under(Limits::vendor());

    let created = admitted(&mut state, CREATE);
    let refused = call(&mut state, CREATE).unwrap_err();
    let read = call(&mut state, READ);
    wait(&mut state, 60);

    assert_eq!((created, refused.status, read), (80, 429, Ok(())));
    assert!(refused.message.contains("secondary rate limit"), "{refused}");
    assert_eq!(refused.details.unwrap()["retry_after"], 60);
    assert_eq!(admitted(&mut state, CREATE), 80);
}

#[test]
fn github_has_a_secondary_limit_for_what_is_created_in_an_hour() {
    let mut state = under(Limits::vendor());

    let mut created = 0;
    for _ in 0..10 {
        created += admitted(&mut state, CREATE);
        wait(&mut state, 60);
    }
    let refused = call(&mut state, CREATE).unwrap_err();
    wait(&mut state, 3_600 - 600);

    assert_eq!(created, 500);
    assert_eq!(refused.details.unwrap()["retry_after"], 3_000);
    assert_eq!(call(&mut state, CREATE), Ok(()));
}

#[test]
fn update_of_an_issue_creates_nothing() {
    let mut state = under(Limits::vendor());
    let mut count = |method: &str| {
        let method = arguments(json!({ "method": method }));
        let mut admit = || state.admit(ServiceName::GitHub, "issue_write", &method);
        (0..100).take_while(|_| admit().is_ok()).count()
    };

    assert_eq!((count("update"), count("create")), (100, 80));
}

#[test]
fn salesforce_counts_requests_by_the_day() {
    let mut state = under(Limits::vendor());
    let query = (ServiceName::Salesforce, "query");

    let passed = admitted(&mut state, query);
    wait(&mut state, 24 * 3_600 - 1);
    let refused = call(&mut state, query).unwrap_err();
    wait(&mut state, 1);

    assert_eq!((passed, refused.status), (15_000, 403));
    assert_eq!(refused.code, "REQUEST_LIMIT_EXCEEDED");
    let info = json!({ "Sforce-Limit-Info": "api-usage=15000/15000" });
    assert_eq!(refused.details, Some(info));
    assert_eq!(call(&mut state, query), Ok(()));
}

#[test]
fn refused_call_is_counted_in_no_window() {
    let mut state = under(Limits::vendor());
    admitted(&mut state, CREATE);
    let before = state.limits.clone();

    let refused = call(&mut state, CREATE);

    assert!(refused.is_err());
    assert_eq!(state.limits, before);
}

#[test]
fn of_several_full_windows_the_one_that_ends_last_is_told() {
    let few =
        GitHubLimits { requests_per_hour: 1, content_per_minute: 1, ..GitHubLimits::default() };
    let mut state = under(Limits { github: Some(few), ..Limits::default() });
    call(&mut state, CREATE).unwrap();

    let refused = call(&mut state, CREATE).unwrap_err();

    assert_eq!(refused.details.unwrap()["x-ratelimit-resource"], "core");
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
const CALLS: [(ServiceName, &str); 5] = [
    READ,
    CREATE,
    (ServiceName::GitHub, "search_code"),
    (ServiceName::Gmail, "list_labels"),
    (ServiceName::Salesforce, "query"),
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
        notion: None,
        salesforce: Some(SalesforceLimits { requests_per_day: 4 }),
        slack: None,
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
