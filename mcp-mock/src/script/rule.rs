//! One rule: which calls, how often, and what happens then.

use std::fmt;
use std::sync::Arc;

use mcp_core::protocol::CallToolResult;
use serde_json::Value;

use super::{Fault, Matcher, Times};

/// A rule and how often it was used.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) matcher: Matcher,
    pub(crate) priority: i32,
    /// After so many calls the rule is used up.
    pub(crate) limit: Option<usize>,
    /// How often it must have been used in the end.
    pub(crate) expected: Option<Times>,
    pub(crate) action: Action,
    pub(crate) used: usize,
}

impl Rule {
    pub(crate) fn fits(&self, tool: &str, arguments: &Value) -> bool {
        self.limit.is_none_or(|limit| self.used < limit) && self.matcher.fits(tool, arguments)
    }
}

/// What a rule does with a call.
#[derive(Clone)]
pub(crate) enum Action {
    Answer(Arc<dyn Fn(&Value) -> CallToolResult + Send + Sync>),
    Fault(Fault),
    /// What the service does; the rule only counts.
    Pass,
}

impl fmt::Debug for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answer(_) => f.write_str("Answer(..)"),
            Self::Fault(fault) => write!(f, "Fault({fault:?})"),
            Self::Pass => f.write_str("Pass"),
        }
    }
}
