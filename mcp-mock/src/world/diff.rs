//! The differences between two states of a world.
//!
//! States are compared as JSON, entity by entity: entries of arrays are identified by their id, number, `ts`
//! or name, so that what was added in front of others does not look like a change of all of them. Clock,
//! ids, what was used of limits and what searches see are not compared: they move with everything.

use std::collections::BTreeMap;
use std::fmt;

use mcp_core::display::truncated;
use serde_json::{Map, Value};

use super::State;
use crate::service::ServiceName;

/// Members that identify an entry of an array, the best first.
const IDENTITIES: [&str; 8] = ["number", "ts", "tag", "id", "path", "sha", "login", "name"];

/// Counters that services keep to themselves. They move with what they count, and say nothing more.
const COUNTERS: [&str; 5] = ["cases_made", "history", "history_id", "last_number", "last_ts"];

/// How much of a value is shown.
const SHOWN_CHARACTERS_MAX: usize = 120;

/// The differences between two states, ordered by place.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// use mcp_client::Client;
/// use mcp_mock::World;
/// use serde_json::{Value, json};
///
/// let world = World::new(42);
/// let before = world.state();
/// let slack = Client::connect(world.slack().transport()).await?;
/// let post = json!({ "channel": "#general", "text": "hello" });
/// slack.call::<Value>("post_message", post).await?;
///
/// world.diff(&before).assert_only(["added slack.channels[*].messages[*]"]);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Difference(Vec<Change>);

/// One difference.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Change {
    /// The place: members joined by dots, entries of arrays by their name in brackets, such as
    /// `github.repos[company/support].issues[3].title`.
    pub path: String,
    /// What was there before, unless it was added.
    pub before: Option<Value>,
    /// What is there now, unless it was removed.
    pub after: Option<Value>,
}

impl State {
    /// What is different in a later state.
    #[must_use]
    pub fn diff(&self, later: &Self) -> Difference {
        let mut changes = Vec::new();
        compare(&mut String::new(), &comparable(self), &comparable(later), &mut changes);
        Difference(changes)
    }
}

impl Difference {
    /// The changes, ordered by place.
    #[must_use]
    pub fn changes(&self) -> &[Change] {
        &self.0
    }

    /// Whether nothing is different.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Asserts that this, and nothing else, happened: each pattern fits exactly one change and each change
    /// one pattern. A pattern is `added`, `removed` or `changed` and a path in which `*` stands for anything,
    /// such as `added github.repos[*].issues[*]`.
    ///
    /// # Panics
    ///
    /// With all changes and what is missing, when something else happened.
    #[track_caller]
    pub fn assert_only<'p>(&self, patterns: impl IntoIterator<Item = &'p str>) {
        let mut unexpected: Vec<String> = self.0.iter().map(Change::heading).collect();
        let mut missing = Vec::new();
        for pattern in patterns {
            match unexpected.iter().position(|heading| fits(pattern, heading)) {
                Some(index) => drop(unexpected.remove(index)),
                None => missing.push(pattern),
            }
        }
        assert!(
            unexpected.is_empty() && missing.is_empty(),
            "the world changed otherwise than expected\n  missing: {missing:?}\n  \
             unexpected: {unexpected:?}\n  all changes:\n{self}"
        );
    }
}

impl Change {
    /// `added`, `removed` or `changed`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match (&self.before, &self.after) {
            (None, _) => "added",
            (Some(_), None) => "removed",
            (Some(_), Some(_)) => "changed",
        }
    }

    fn heading(&self) -> String {
        format!("{} {}", self.kind(), self.path)
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("nothing changed");
        }
        for (index, change) in self.0.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{}: ", change.heading())?;
            match (&change.before, &change.after) {
                (Some(before), Some(after)) => {
                    write!(f, "{} → {}", shortened(before), shortened(after))?;
                }
                (value, None) | (None, value) => {
                    f.write_str(&value.as_ref().map(shortened).unwrap_or_default())?;
                }
            }
        }
        Ok(())
    }
}

fn shortened(value: &Value) -> String {
    truncated(&value.to_string(), SHOWN_CHARACTERS_MAX).into_owned()
}

/// The services of a state as JSON.
fn comparable(state: &State) -> Value {
    let mut state = serde_json::to_value(state).expect("states are JSON");
    if let Some(members) = state.as_object_mut() {
        members.retain(|name, _| name.parse::<ServiceName>().is_ok());
    }
    state
}

fn compare(path: &mut String, before: &Value, after: &Value, changes: &mut Vec<Change>) {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            compare_members(path, ("", "."), &named(before), &named(after), changes);
        }
        (Value::Array(before_items), Value::Array(after_items)) => {
            match (identified(before_items), identified(after_items)) {
                (Some(before), Some(after)) => {
                    compare_members(path, ("[", "["), &before, &after, changes);
                }
                _ if before != after => changes.push(changed(path, before, after)),
                _ => {}
            }
        }
        _ if before != after => changes.push(changed(path, before, after)),
        _ => {}
    }
}

/// Compares what has names: members after a dot, entries of lists in brackets.
fn compare_members(
    path: &mut String,
    (first, further): (&str, &str),
    before: &BTreeMap<String, &Value>,
    after: &BTreeMap<String, &Value>,
    changes: &mut Vec<Change>,
) {
    let names: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let length = path.len();
    for name in names {
        path.push_str(if length == 0 { first } else { further });
        path.push_str(name);
        if further == "[" {
            path.push(']');
        }
        match (before.get(name), after.get(name)) {
            (Some(before), Some(after)) => compare(path, before, after, changes),
            (before, after) => {
                let (before, after) = (before.copied().cloned(), after.copied().cloned());
                changes.push(Change { path: path.clone(), before, after });
            }
        }
        path.truncate(length);
    }
}

fn changed(path: &str, before: &Value, after: &Value) -> Change {
    let (before, after) = (Some(before.clone()), Some(after.clone()));
    Change { path: path.to_owned(), before, after }
}

fn named(members: &Map<String, Value>) -> BTreeMap<String, &Value> {
    let told = members.iter().filter(|(name, _)| !COUNTERS.contains(&name.as_str()));
    told.map(|(name, value)| (name.clone(), value)).collect()
}

/// The entries of a list by what names them; `None` when something has no name or shares it.
fn identified(items: &[Value]) -> Option<BTreeMap<String, &Value>> {
    let mut named = BTreeMap::new();
    for item in items {
        if named.insert(name_of(item)?, item).is_some() {
            return None;
        }
    }
    Some(named)
}

/// What names a thing: `owner/name` of a repository, else the first of its identities.
fn name_of(item: &Value) -> Option<String> {
    let text = |name: &str| item.get(name).and_then(Value::as_str);
    if let (Some(owner), Some(name)) = (text("owner"), text("name")) {
        return Some(format!("{owner}/{name}"));
    }
    match IDENTITIES.iter().find_map(|name| item.get(name))? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Whether a heading fits a pattern in which `*` stands for any text.
fn fits(pattern: &str, heading: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| heading.strip_prefix(first)) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        let Some(at) = rest.find(part) else { return false };
        rest = rest.get(at + part.len()..).unwrap_or_default();
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn between(before: &Value, after: &Value) -> String {
        let mut changes = Vec::new();
        compare(&mut String::new(), before, after, &mut changes);
        Difference(changes).to_string()
    }

    #[test]
    fn things_in_lists_are_told_apart_by_name() {
        let before =
            json!({ "a": [{ "id": 1, "x": 1 }, { "id": 2, "x": 2 }], "b": [1, 2], "c": 0 });
        let after = json!({ "a": [{ "id": 3 }, { "id": 2, "x": 5 }], "b": [2, 1], "d": 0 });

        insta::assert_snapshot!(between(&before, &after), @r#"
        removed a[1]: {"id":1,"x":1}
        changed a[2].x: 2 → 5
        added a[3]: {"id":3}
        changed b: [1,2] → [2,1]
        removed c: 0
        added d: 0
        "#);
    }

    #[test]
    fn equal_states_have_no_difference() {
        assert_eq!(
            between(&json!({ "a": [{ "id": 1 }] }), &json!({ "a": [{ "id": 1 }] })),
            "nothing changed"
        );
    }

    #[test]
    fn patterns_fit_whole_headings() {
        let heading = "added github.repos[company/support].issues[3]";

        assert!(fits("added github.repos[*].issues[*]", heading));
        assert!(fits(heading, heading));
        assert!(!fits("added github.repos[*].issues", heading));
        assert!(!fits("removed *", heading));
        assert!(fits("*", heading));
    }

    #[test]
    #[should_panic(expected = "unexpected: [\"added a\"]")]
    fn what_was_not_expected_fails() {
        let added = Change { path: "a".to_owned(), before: None, after: Some(json!(1)) };
        Difference(vec![added]).assert_only(["added b"]);
    }
}
