//! Which calls a rule or an assertion is about.

use std::fmt;
use std::sync::Arc;

use mcp_core::schema::nearest_name;
use serde_json::Value;

use super::{Call, RequestKind};

/// Calls of the tool of that name.
pub fn tool(name: impl Into<String>) -> Matcher {
    Matcher { tool: Some(name.into()), ..any_tool() }
}

/// Calls of any tool.
pub fn any_tool() -> Matcher {
    Matcher { tool: None, request: None, conditions: Vec::new(), tests: Vec::new() }
}

/// Requests of that kind, which are no calls: how a conversation begins, and the list of tools. What
/// calls have as arguments, they have as parameters.
pub fn request(kind: RequestKind) -> Matcher {
    Matcher { request: Some(kind), ..any_tool() }
}

/// Fits calls by tool and arguments. A string stands for the tool of that name.
#[derive(Clone)]
#[must_use = "a matcher does nothing until it is given to `on` or `assert_called`"]
pub struct Matcher {
    tool: Option<String>,
    request: Option<RequestKind>,
    conditions: Vec<Condition>,
    tests: Vec<CallTest>,
}

type CallTest = Arc<dyn Fn(&Call) -> bool + Send + Sync>;

impl Matcher {
    /// Only with this argument. `name` may also be a JSON pointer, such as `/properties/Status`.
    pub fn arg(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.conditions.push(Condition { pointer: pointer(name), test: Test::Is(value.into()) });
        self
    }

    /// Only with an argument of which `test` is true; `name` as in [`arg`](Self::arg).
    pub fn arg_where(
        mut self,
        name: &str,
        test: impl Fn(&Value) -> bool + Send + Sync + 'static,
    ) -> Self {
        let test = Test::Satisfies(Arc::new(test));
        self.conditions.push(Condition { pointer: pointer(name), test });
        self
    }

    /// Only calls of which `test` is true. It sees the call before anything has become of it.
    pub fn when(mut self, test: impl Fn(&Call) -> bool + Send + Sync + 'static) -> Self {
        self.tests.push(Arc::new(test));
        self
    }

    /// The tool, when only calls of one fit.
    pub(crate) fn tool_mut(&mut self) -> Option<&mut String> {
        self.tool.as_mut()
    }

    /// Whether it is about requests of this kind; `None` for calls.
    pub(super) fn request(&self) -> Option<RequestKind> {
        self.request
    }

    pub(crate) fn fits(&self, call: &Call) -> bool {
        self.request == call.request
            && self.tool.as_deref().is_none_or(|wanted| wanted == call.tool)
            && self.conditions.iter().all(|condition| condition.holds(&call.arguments))
            && self.tests.iter().all(|test| test(call))
    }

    /// What keeps a call from fitting, a line each; empty when it fits.
    pub(crate) fn differences(&self, call: &Call) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(wanted) = self.tool.as_deref().filter(|wanted| *wanted != call.tool) {
            lines.push(format!("tool: expected `{wanted}`, got `{}`", call.tool));
        }
        let arguments = &call.arguments;
        let missed = self.conditions.iter().filter(|condition| !condition.holds(arguments));
        lines.extend(missed.map(|condition| condition.difference(arguments)));
        if !self.tests.iter().all(|test| test(call)) {
            lines.push("the call is not what the rule asks for".to_owned());
        }
        lines
    }

    /// How far a call is from fitting: calls of the tool before those of a tool of a similar name,
    /// then by the number of differences. `None` when it fits, or is about something else.
    pub(crate) fn distance(&self, call: &Call) -> Option<(bool, usize)> {
        if self.request != call.request {
            return None;
        }
        let wanted = self.tool.as_deref().unwrap_or(&call.tool);
        let is_other = wanted != call.tool;
        if is_other && nearest_name(wanted, [call.tool.as_str()]).is_none() {
            return None;
        }
        let count = self.differences(call).len();
        (count > 0).then_some((is_other, count))
    }
}

impl From<&str> for Matcher {
    fn from(name: &str) -> Self {
        tool(name)
    }
}

impl fmt::Display for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let request = self.request.map(RequestKind::as_str);
        f.write_str(self.tool.as_deref().or(request).unwrap_or("any tool"))?;
        for (index, condition) in self.conditions.iter().enumerate() {
            f.write_str(if index == 0 { " with " } else { " and " })?;
            write!(f, "{condition}")?;
        }
        if self.tests.is_empty() { Ok(()) } else { f.write_str(" as the rule asks") }
    }
}

impl fmt::Debug for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Matcher({self})")
    }
}

#[derive(Debug, Clone)]
struct Condition {
    pointer: String,
    test: Test,
}

#[derive(Clone)]
enum Test {
    Is(Value),
    Satisfies(Arc<dyn Fn(&Value) -> bool + Send + Sync>),
}

impl Condition {
    fn holds(&self, arguments: &Value) -> bool {
        let found = arguments.pointer(&self.pointer);
        match &self.test {
            Test::Is(wanted) => found == Some(wanted),
            Test::Satisfies(test) => found.is_some_and(|found| test(found)),
        }
    }

    fn difference(&self, arguments: &Value) -> String {
        let found = match arguments.pointer(&self.pointer) {
            Some(value) => value.to_string(),
            None => "nothing".to_owned(),
        };
        match &self.test {
            Test::Is(wanted) => format!("{}: expected {wanted}, got {found}", self.pointer),
            Test::Satisfies(_) => {
                format!("{}: {found} is not what the rule asks for", self.pointer)
            }
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.test {
            Test::Is(wanted) => write!(f, "{} = {wanted}", self.pointer),
            Test::Satisfies(_) => write!(f, "{} as the rule asks", self.pointer),
        }
    }
}

impl fmt::Debug for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Is(value) => write!(f, "Is({value})"),
            Self::Satisfies(_) => f.write_str("Satisfies(..)"),
        }
    }
}

fn pointer(name: &str) -> String {
    if name.starts_with('/') {
        name.to_owned()
    } else {
        format!("/{}", name.replace('~', "~0").replace('/', "~1"))
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::json;

    use super::*;
    use crate::script::CallOutcome;

    fn call(tool: &str, arguments: Value) -> Call {
        let (at, outcome) = (Timestamp::UNIX_EPOCH, CallOutcome::Unanswered);
        Call { number: 1, tool: tool.to_owned(), request: None, arguments, at, outcome }
    }

    #[test]
    fn arguments_match_by_name_pointer_and_test() {
        let arguments = json!({ "owner": "acme", "labels": ["bug"], "a/b": 1 });
        let call = call("create_issue", arguments);
        let fits = |matcher: Matcher| matcher.fits(&call);

        assert!(fits(tool("create_issue").arg("owner", "acme").arg("a/b", 1)));
        assert!(fits(any_tool().arg("/labels/0", "bug")));
        assert!(fits(any_tool().arg_where("owner", |owner| owner.as_str().is_some())));
        assert!(!fits(tool("close_issue")));
        assert!(!fits(any_tool().arg("title", Value::Null)));
        assert!(fits(any_tool().when(|call| call.number == 1)));
        assert!(!fits(any_tool().when(|call| call.tool.is_empty())));
    }

    #[test]
    fn requests_and_calls_do_not_fit_each_others_matchers() {
        let called = call("tools/list", json!({}));
        let asked = Call { request: Some(RequestKind::ListTools), ..called.clone() };
        let fits = |matcher: &Matcher| [matcher.fits(&called), matcher.fits(&asked)];

        assert_eq!(fits(&any_tool()), [true, false]);
        assert_eq!(fits(&tool("tools/list")), [true, false]);
        assert_eq!(fits(&request(RequestKind::ListTools)), [false, true]);
        assert_eq!(fits(&request(RequestKind::Initialize)), [false, false]);
        assert_eq!(request(RequestKind::ListTools).to_string(), "tools/list");
    }

    #[test]
    fn differences_name_place_wanted_and_found() {
        let matcher = tool("create_issue")
            .arg("owner", "acme")
            .arg("title", "x")
            .when(|call| call.number > 1);

        let lines = matcher.differences(&call("create_isue", json!({ "owner": "amce" })));

        insta::assert_snapshot!(lines.join("\n"), @r#"
        tool: expected `create_issue`, got `create_isue`
        /owner: expected "acme", got "amce"
        /title: expected "x", got nothing
        the call is not what the rule asks for
        "#);
    }
}
