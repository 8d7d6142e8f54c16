//! Whether a request is the recorded one, and where it is not.

use mcp_core::display::truncated;
use serde_json::{Map, Value};

use super::redact::{MARK_END, MARK_START};

/// Differences that are reported; more do not help.
const DIFFERENCES_MAX: usize = 10;
/// How long a value that is shown may get.
const SHOWN_MAX: usize = 120;

/// Where `found` differs from what is on the tape, a line each; empty when it does not.
///
/// A mark on the tape stands for whatever was redacted, so any text fits in its place.
pub(super) fn differences(recorded: &Value, found: &Value) -> Vec<String> {
    let mut differences = Differences::default();
    differences.compare(recorded, found);
    differences.lines
}

pub(super) fn is_same(recorded: &Value, found: &Value) -> bool {
    differences(recorded, found).is_empty()
}

/// A value as a line shows it.
pub(super) fn shortened(value: &Value) -> String {
    truncated(&value.to_string(), SHOWN_MAX).into_owned()
}

#[derive(Default)]
struct Differences {
    /// A JSON pointer to what is compared.
    at: String,
    lines: Vec<String>,
}

impl Differences {
    fn compare(&mut self, recorded: &Value, found: &Value) {
        match (recorded, found) {
            (Value::Object(recorded), Value::Object(found)) => self.members(recorded, found),
            (Value::Array(recorded), Value::Array(found)) if recorded.len() == found.len() => {
                for (index, (recorded, found)) in recorded.iter().zip(found).enumerate() {
                    self.inside(&index.to_string(), |inner| inner.compare(recorded, found));
                }
            }
            (Value::String(recorded), found) if is_marked(recorded) => {
                let is_same = match found {
                    Value::String(found) => fits(recorded, found),
                    // A member was redacted whatever it held.
                    other => fits(recorded, &other.to_string()),
                };
                if !is_same {
                    self.differ(&recorded.as_str().into(), Some(found));
                }
            }
            // `1` and `1.0` are one number in JSON.
            (Value::Number(left), Value::Number(right)) if left.as_f64() == right.as_f64() => {
                if left.is_f64() == right.is_f64() && left != right {
                    self.differ(recorded, Some(found));
                }
            }
            (recorded, found) if recorded == found => {}
            _ => self.differ(recorded, Some(found)),
        }
    }

    fn members(&mut self, recorded: &Map<String, Value>, found: &Map<String, Value>) {
        let mut left: Vec<&String> = found.keys().collect();
        for (name, recorded) in recorded {
            let fitting = match found.contains_key(name) {
                true => Some(name),
                false => left.iter().copied().find(|other| is_marked(name) && fits(name, other)),
            };
            left.retain(|other| Some(*other) != fitting);
            let found = fitting.and_then(|name| found.get(name));
            self.inside(name, |inner| match found {
                Some(found) => inner.compare(recorded, found),
                None => inner.differ(recorded, None),
            });
        }
        for name in left {
            let shown = found.get(name).map(shortened).unwrap_or_default();
            self.inside(name, |inner| inner.tell(&format!("not recorded, got {shown}")));
        }
    }

    fn inside(&mut self, name: &str, compare: impl FnOnce(&mut Self)) {
        let length = self.at.len();
        self.at.push('/');
        self.at.push_str(&name.replace('~', "~0").replace('/', "~1"));
        compare(self);
        self.at.truncate(length);
    }

    fn differ(&mut self, recorded: &Value, found: Option<&Value>) {
        let found = found.map_or_else(|| "nothing".to_owned(), shortened);
        self.tell(&format!("recorded {}, got {found}", shortened(recorded)));
    }

    fn tell(&mut self, what: &str) {
        if self.lines.len() < DIFFERENCES_MAX {
            let place = if self.at.is_empty() { "/" } else { &self.at };
            self.lines.push(format!("{place}: {what}"));
        }
    }
}

fn is_marked(text: &str) -> bool {
    text.contains(MARK_START)
}

/// Whether a string fits a string with marks: a mark stands for anything.
fn fits(recorded: &str, found: &str) -> bool {
    let mut parts = recorded.split(MARK_START);
    let Some(mut rest) = parts.next().and_then(|start| found.strip_prefix(start)) else {
        return false;
    };
    let mut last = None;
    for part in parts {
        // What stands between two marks is looked for from the left.
        if let Some(between) =
            last.replace(part.split_once(MARK_END).map_or("", |(_, after)| after))
        {
            match rest.find(between) {
                None => return false,
                Some(at) => rest = rest.get(at + between.len()..).unwrap_or_default(),
            }
        }
    }
    last.map_or(rest.is_empty(), |end| rest.ends_with(end))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn differences_name_place_recorded_and_found() {
        let recorded = json!({ "owner": "acme", "labels": ["bug"], "a/b": { "c": 1 }, "n": 1 });
        let found =
            json!({ "owner": "amce", "labels": ["bug", "x"], "a/b": {}, "n": 1.0, "new": null });

        insta::assert_snapshot!(differences(&recorded, &found).join("\n"), @r#"
        /a~1b/c: recorded 1, got nothing
        /labels: recorded ["bug"], got ["bug","x"]
        /owner: recorded "acme", got "amce"
        /new: not recorded, got null
        "#);
    }

    #[test]
    fn mark_stands_for_whatever_was_redacted() {
        let recorded = json!({
            "auth": "Bearer «redacted:T»!",
            "«redacted:T»": "«redacted:password»",
            "two": "a«redacted:T»b«redacted:T»c",
        });
        let found = json!({ "auth": "Bearer x»y!", "key-1": 7, "two": "a1b2bc" });
        let other = json!({ "auth": "Basic x!", "key-1": 7, "two": "a1c" });

        assert_eq!(differences(&recorded, &found), Vec::<String>::new());
        assert_eq!(differences(&recorded, &other).len(), 2);
    }

    #[test]
    fn numbers_are_compared_by_value() {
        assert!(is_same(&json!([1, 2.0]), &json!([1.0, 2])));
        assert!(!is_same(&json!(9_007_199_254_740_993_u64), &json!(9_007_199_254_740_992_u64)));
    }
}
