//! Writing a rule as a sentence: `server.on(…).times(1).reply(…)`.

use std::sync::Arc;

use mcp_core::protocol::CallToolResult;
use serde::Serialize;
use serde_json::Value;

use super::Core;
use crate::script::{Action, Fault, Latency, Matcher, Rule, Times};

/// A rule in the making. It takes effect with the word that says what happens: [`reply`](Self::reply),
/// [`fault`](Self::fault), [`reply_with`](Self::reply_with) or [`pass`](Self::pass).
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// use mcp_client::Client;
/// use mcp_mock::{Fault, World, tool};
/// use serde_json::{Value, json};
///
/// let github = World::new(42).github();
/// github.on("merge_pr").times(1).then_state("pull", "merged").reply(json!({ "merged": true }));
/// github.on("merge_pr").when_state("pull", "merged").reply(json!({ "merged": false }));
/// github.on(tool("get_repo").when(|call| call.number > 2)).probability(0.5).fault(Fault::Hang);
///
/// let client = Client::connect(github.transport()).await?;
/// let pull = json!({ "owner": "company", "repo": "app", "number": 3 });
/// let first: Value = client.call("merge_pr", &pull).await?;
/// let second: Value = client.call("merge_pr", &pull).await?;
///
/// assert_eq!((&first["merged"], &second["merged"]), (&json!(true), &json!(false)));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
#[must_use = "a rule takes effect with `reply`, `reply_with`, `fault` or `pass`"]
pub struct On<'a> {
    core: &'a Core,
    rule: Rule,
}

impl<'a> On<'a> {
    pub(super) fn new(core: &'a Core, matcher: Matcher) -> Self {
        Self { core, rule: Rule::new(matcher) }
    }

    /// Uses the rule for `limit` calls; later ones fall through to the next rule or to the service.
    pub fn times(mut self, limit: usize) -> Self {
        self.rule.limit = Some(limit);
        self
    }

    /// Uses the rule for the calls of these numbers only: `3`, `2..=4` or `5..`. They count from 1 the
    /// calls that fit since the rule was set, whichever rule answers them.
    pub fn nth(mut self, numbers: impl Into<Times>) -> Self {
        self.rule.nth = Some(numbers.into());
        self
    }

    /// Uses the rule by chance: 0 is never and 1 is always. The seed of the world decides, so that the
    /// same calls have the same outcomes.
    pub fn probability(mut self, probability: f64) -> Self {
        self.rule.probability = Some(probability);
        self
    }

    /// Prefers the rule over those of lower priority (the usual one is 0). Of equal ones the first that
    /// was set wins.
    pub fn priority(mut self, priority: i32) -> Self {
        self.rule.priority = priority;
        self
    }

    /// Uses the rule only while this scenario is in that state. Every scenario begins as `started`; a
    /// server has as many as its rules name.
    pub fn when_state(mut self, scenario: impl Into<String>, state: impl Into<String>) -> Self {
        self.rule.when.insert(scenario.into(), state.into());
        self
    }

    /// Puts a scenario into this state when the rule is used.
    pub fn then_state(mut self, scenario: impl Into<String>, state: impl Into<String>) -> Self {
        self.rule.then.insert(scenario.into(), state.into());
        self
    }

    /// Takes this long before anything happens: a [`Duration`](std::time::Duration), or a distribution
    /// of it. A call that is cancelled before is not carried out.
    pub fn delay(mut self, latency: impl Into<Latency>) -> Self {
        self.rule.delay = Some(latency.into());
        self
    }

    /// Demands that the rule is used this often: `1`, `1..=3` or `2..`. Verified when the server is
    /// dropped.
    pub fn expect(mut self, times: impl Into<Times>) -> Self {
        self.rule.expected = Some(times.into());
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

    /// Fails in this way. Values out of their bounds become the nearest within.
    pub fn fault(self, fault: Fault) {
        self.set(Action::Fault(fault.bounded()));
    }

    /// Does what the service does; the rule only counts, or delays.
    pub fn pass(self) {
        self.set(Action::PassThrough);
    }

    fn set(self, action: Action) {
        let Self { core, mut rule } = self;
        rule.action = action;
        core.script.lock().add(rule);
    }
}
