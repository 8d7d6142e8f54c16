//! Writing a rule as a sentence: `server.on(…).times(1).reply(…)`.

use std::sync::Arc;

use mcp_core::protocol::CallToolResult;
use serde::Serialize;
use serde_json::Value;

use super::Core;
use crate::script::{Action, Fault, Matcher, Rule, Times};

/// A rule in the making. It takes effect with the word that says what happens: [`reply`](Self::reply),
/// [`fault`](Self::fault), [`reply_with`](Self::reply_with) or [`pass`](Self::pass).
#[derive(Debug)]
#[must_use = "a rule takes effect with `reply`, `reply_with`, `fault` or `pass`"]
pub struct On<'a> {
    core: &'a Core,
    matcher: Matcher,
    priority: i32,
    limit: Option<usize>,
    expected: Option<Times>,
}

impl<'a> On<'a> {
    pub(super) fn new(core: &'a Core, matcher: Matcher) -> Self {
        Self { core, matcher, priority: 0, limit: None, expected: None }
    }

    /// Uses the rule for so many calls; later ones fall through to the next rule or to the service.
    pub fn times(mut self, limit: usize) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Prefers the rule over those of lower priority (the usual one is 0). Of equal ones the first that
    /// was set wins.
    pub fn priority(mut self, priority: i32) -> Self {
        self.priority = priority;
        self
    }

    /// Demands that the rule is used so often: `1`, `1..=3` or `2..`. Verified when the server is
    /// dropped.
    pub fn expect(mut self, times: impl Into<Times>) -> Self {
        self.expected = Some(times.into());
        self
    }

    /// Answers with this value, as structured content and as text.
    ///
    /// # Panics
    ///
    /// When `answer` cannot be written as JSON.
    pub fn reply(self, answer: impl Serialize) {
        let result = CallToolResult::structured(&answer).expect("the answer is written as JSON");
        self.set(Action::Answer(Arc::new(move |_| result.clone())));
    }

    /// Answers with what `answer` makes of the arguments.
    pub fn reply_with(self, answer: impl Fn(&Value) -> CallToolResult + Send + Sync + 'static) {
        self.set(Action::Answer(Arc::new(answer)));
    }

    /// Fails in this way.
    pub fn fault(self, fault: Fault) {
        self.set(Action::Fault(fault));
    }

    /// Does what the service does; the rule only counts.
    pub fn pass(self) {
        self.set(Action::Pass);
    }

    fn set(self, action: Action) {
        let Self { core, matcher, priority, limit, expected } = self;
        core.script().add(Rule { matcher, priority, limit, expected, action, used: 0 });
    }
}
