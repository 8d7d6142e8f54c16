//! One rule as it is written.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Arc;

use mcp_core::protocol::CallToolResult;
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::lines;
use crate::script::rule::States;
use crate::script::{
    Action, Fault, Latency, Matcher, RequestKind, Rule, Times, any_tool, request, tool,
};
use crate::service::ServiceName;

/// A rule. Without a reply and a fault the call does what the service does.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Entry {
    pub(crate) on: On,
    pub(crate) times: Option<NonZeroU32>,
    priority: i32,
    probability: Option<f64>,
    #[serde(alias = "delay_ms")]
    delay: Option<Latency>,
    #[serde(deserialize_with = "present")]
    reply: Option<Value>,
    #[serde(deserialize_with = "fault")]
    pub(crate) fault: Option<Fault>,
    then_state: States,
}

/// Which calls a rule is about; all of them unless it says otherwise.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct On {
    #[serde(deserialize_with = "service")]
    service: Option<ServiceName>,
    pub(crate) tool: Option<String>,
    request: Option<RequestKind>,
    args: BTreeMap<String, Value>,
    nth: Option<Nth>,
    state: States,
}

/// Numbers of calls.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Nth {
    Exactly(NonZeroU32),
    Range { from: NonZeroU32, to: Option<NonZeroU32> },
}

impl Entry {
    /// The service that the rule is about; all unless it says so.
    pub(crate) fn service(&self) -> Option<ServiceName> {
        self.on.service
    }

    /// The rule for one server.
    pub(crate) fn to_rule(&self) -> Rule {
        let mut rule = Rule::new(self.on.matcher());
        rule.when.clone_from(&self.on.state);
        rule.nth = self.on.nth.as_ref().map(Nth::times);
        rule.probability = self.probability;
        rule.limit = self.times.map(count);
        rule.priority = self.priority;
        rule.delay.clone_from(&self.delay);
        rule.action = self.action();
        rule.then.clone_from(&self.then_state);
        rule
    }

    fn action(&self) -> Action {
        match (&self.reply, &self.fault) {
            (_, Some(fault)) => Action::Fault(fault.clone()),
            (Some(reply), None) => {
                let answer =
                    CallToolResult::structured(reply).expect("a JSON value always encodes");
                Action::Answer(Arc::new(move |_| answer.clone()))
            }
            (None, None) => Action::PassThrough,
        }
    }
}

impl On {
    fn matcher(&self) -> Matcher {
        let matcher = match (self.request, self.tool.as_deref()) {
            (Some(kind), _) => request(kind),
            (None, Some(name)) => tool(name),
            (None, None) => any_tool(),
        };
        self.args.iter().fold(matcher, |matcher, (name, value)| matcher.arg(name, value.clone()))
    }
}

impl Nth {
    fn times(&self) -> Times {
        match *self {
            Self::Exactly(number) => count(number).into(),
            Self::Range { from, to: Some(to) } => (count(from)..=count(to)).into(),
            Self::Range { from, to: None } => (count(from)..).into(),
        }
    }
}

fn count(number: NonZeroU32) -> usize {
    usize::try_from(number.get()).unwrap_or(usize::MAX)
}

/// A value that is there, `null` as well.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

fn service<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<ServiceName>, D::Error> {
    let name = String::deserialize(deserializer)?;
    name.parse().map(Some).map_err(D::Error::custom)
}

fn fault<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Fault>, D::Error> {
    let fault = Fault::read(&Value::deserialize(deserializer)?);
    fault.map(Some).map_err(|violations| D::Error::custom(lines(&violations)))
}
