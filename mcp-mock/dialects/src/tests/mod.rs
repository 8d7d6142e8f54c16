//! What the dialects have in common.

pub(crate) mod probes;

use mcp_mock::world::{Seed, State};

use self::probes::shown;
use super::*;

/// The demo content.
pub(crate) fn demo() -> State {
    state(Seed::demo())
}

/// A world with the content of this seed.
pub(crate) fn seeded(seed: &Value) -> State {
    state(Seed::from_json(&seed.to_string()).unwrap())
}

fn state(seed: Seed) -> State {
    let mut state = State::empty(1);
    state.apply_seed(seed).unwrap();
    state
}

#[track_caller]
fn check(dialect: &dyn Dialect, expected: &str) {
    let reply = dialect.call(&mut State::empty(1), "nope", None).reply;

    let answer = shown(&reply).to_string();
    assert!(answer.contains(expected), "`{}` answered {answer}", dialect.name());
}

#[test]
fn missing_arguments_come_before_an_unknown_tool_where_the_server_looks_at_them_first() {
    check(&*github_npm::dialect(), "Arguments are required");
    check(&*salesforce_tsmztech::dialect(), "Error: Arguments are required");
    check(&*slack_npm::dialect(), "No arguments provided");
}

#[test]
fn unknown_tool_comes_before_missing_arguments_everywhere_else() {
    check(&*github_official::dialect(), "unknown tool");
    check(&*gmail_npm::dialect(), "Unknown tool: nope");
    check(&*notion_npm::dialect(), "Method nope not found");
    check(&*slack_zencoder::dialect(), "Tool nope not found");
}
