//! Takes secrets out of what goes onto a tape.
//!
//! Three things give a secret away: its value is known (a variable of the environment), it has a
//! well-known form, or the member that it stands in has a telling name. Whichever it is, a mark
//! `«redacted:NAME»` takes its place, the same mark every time.

mod base64;
mod member;
mod shape;
mod spelling;

use std::ops::Range;

use bytes::Bytes;
use mcp_core::codec::line::single_line;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use self::base64::Fragments;
use self::spelling::Spelling;

/// The beginning of a mark.
pub(super) const MARK_START: &str = "«redacted:";
/// The end of a mark.
pub(super) const MARK_END: &str = "»";

/// Shortest value that is taken for a secret because of the name of its variable: switches such as
/// `AUTH=none` are no secrets, and would be found everywhere.
const GUESSED_BYTES_MIN: usize = 8;
/// Values of members with telling names that are searched for elsewhere. A recording has far fewer; each costs
/// a search in every string.
const LEARNED_MAX: usize = 64;
/// How deep JSON inside strings of JSON is read; each level is parsed again.
const TEXT_DEPTH_MAX: usize = 8;

/// Parts of the names of variables that hold secrets.
const TELLING: [&str; 7] =
    ["AUTH", "CREDENTIAL", "KEY", "PASSPHRASE", "PASSWORD", "SECRET", "TOKEN"];

/// Finds secrets and marks their places.
#[derive(Default)]
pub struct Redactor {
    secrets: Vec<Secret>,
    learned: usize,
}

/// A value that must not be written down.
struct Secret {
    name: String,
    value: String,
    spelling: Spelling,
    fragments: Fragments,
}

/// A place in a string to mark, and the name in the mark.
type Span = (Range<usize>, String);

impl Redactor {
    /// Knows the values of those variables whose names tell that they hold secrets.
    pub fn of_environment(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut redactor = Self::default();
        for (name, value) in variables {
            let upper = name.to_uppercase();
            let is_telling = TELLING.iter().any(|part| upper.contains(part));
            if is_telling && value.len() >= GUESSED_BYTES_MIN {
                redactor.know(name, &value);
            }
        }
        redactor
    }

    /// Knows one more secret. Of two names for one value the first stays.
    pub fn know(&mut self, name: impl Into<String>, value: &str) {
        // Files and shells leave line ends that no server repeats.
        let value = value.trim();
        if value.is_empty() || self.secrets.iter().any(|secret| secret.value == value) {
            return;
        }
        self.secrets.push(Secret {
            name: name.into(),
            value: value.to_owned(),
            spelling: Spelling::of(value),
            fragments: Fragments::of(value),
        });
    }

    /// Remembers the values of members with telling names, so that they are found elsewhere as well.
    pub fn learn(&mut self, value: &Value) {
        self.learn_at(value, 0);
    }

    /// Marks all secrets in a value; says whether there were any.
    pub fn redact(&self, value: &mut Value) -> bool {
        self.value(value, 0)
    }

    /// JSON as it may be written down: to the letter when it holds no secret. `None` when it is no JSON.
    pub fn raw(&mut self, json: &str) -> Option<Box<RawValue>> {
        self.learn(&serde_json::from_str(json).ok()?);
        let marked = self.text(json);
        let text = marked.unwrap_or_else(|| json.to_owned());
        serde_json::from_slice(&single_line(Bytes::from(text.into_bytes()))).ok()
    }

    /// The string with all secrets marked; `None` when it has none.
    pub fn text(&self, text: &str) -> Option<String> {
        self.text_at(text, 0)
    }

    fn learn_at(&mut self, value: &Value, depth: usize) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.learn_at(item, depth)),
            Value::Object(members) => {
                for (name, value) in members {
                    if let (true, Some(text)) = (member::is_telling(name), value.as_str()) {
                        self.learn_member(name, text);
                    }
                    self.learn_at(value, depth);
                }
            }
            Value::String(text) if depth < TEXT_DEPTH_MAX => {
                if let Some(inner) = json_in(text) {
                    self.learn_at(&inner, depth + 1);
                }
            }
            _ => {}
        }
    }

    fn learn_member(&mut self, name: &str, text: &str) {
        let value = member::without_scheme(text);
        // Words such as `required` stand in such members too, and must stay readable elsewhere.
        let is_word = !value.bytes().any(|byte| byte.is_ascii_digit()) || value.contains(' ');
        if self.learned < LEARNED_MAX && value.len() >= GUESSED_BYTES_MIN && !is_word {
            self.learned += 1;
            self.know(name, value);
        }
    }

    fn value(&self, value: &mut Value, depth: usize) -> bool {
        match value {
            Value::Array(items) => {
                let mut has_changed = false;
                for item in items {
                    has_changed |= self.value(item, depth);
                }
                has_changed
            }
            Value::Object(members) => self.members(members, depth),
            Value::Null | Value::Bool(_) => false,
            // A secret of digits may travel as a number.
            Value::Number(number) => match self.text_at(&number.to_string(), depth) {
                None => false,
                Some(marked) => {
                    *value = Value::String(marked);
                    true
                }
            },
            Value::String(text) => match self.text_at(text, depth) {
                None => false,
                Some(marked) => {
                    *text = marked;
                    true
                }
            },
        }
    }

    fn members(&self, members: &mut Map<String, Value>, depth: usize) -> bool {
        let mut has_changed = false;
        for (name, value) in members.iter_mut() {
            has_changed |= self.value(value, depth);
            if member::is_telling(name) && member::hides(value) {
                *value = Value::String(mark(name));
                has_changed = true;
            }
        }
        if members.keys().any(|name| self.text_at(name, depth).is_some()) {
            let marked = std::mem::take(members).into_iter().map(|(name, value)| {
                let name = self.text_at(&name, depth).unwrap_or(name);
                (name, value)
            });
            *members = marked.collect();
            has_changed = true;
        }
        has_changed
    }

    fn text_at(&self, text: &str, depth: usize) -> Option<String> {
        let marked = marked(text, self.spans(text));
        let inner = if depth < TEXT_DEPTH_MAX { json_in(text) } else { None };
        let Some(mut inner) = inner else { return marked };
        // Marks in the letters leave the rest of them as it was; where that is enough, it is preferred.
        let outer = match &marked {
            None => Some(inner.clone()),
            Some(marked) => json_in(marked),
        };
        let is_enough = outer.is_some_and(|mut outer| !self.value(&mut outer, depth + 1));
        if is_enough {
            return marked;
        }
        self.value(&mut inner, depth + 1);
        let written = written(&inner, text.contains('\n'));
        self::marked(&written, self.spans(&written)).or(Some(written))
    }

    fn spans(&self, text: &str) -> Vec<Span> {
        let mut spans: Vec<Span> = Vec::new();
        for secret in &self.secrets {
            let mut found = secret.spelling.find(text);
            found.extend(secret.fragments.find(text));
            spans.extend(found.into_iter().map(|range| (range, secret.name.clone())));
        }
        let shapes = shape::find(text).into_iter();
        spans.extend(shapes.map(|(range, name)| (range, name.to_owned())));
        spans
    }
}

/// Writes how many secrets it knows, and no secret.
impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Redactor").field("secrets", &self.secrets.len()).finish_non_exhaustive()
    }
}

/// The mark in the place of a secret.
fn mark(name: &str) -> String {
    format!("{MARK_START}{name}{MARK_END}")
}

/// The JSON in a string, when it is an object or an array.
fn json_in(text: &str) -> Option<Value> {
    let trimmed = text.trim_start();
    if !trimmed.starts_with(['{', '[']) {
        return None;
    }
    serde_json::from_str(trimmed).ok()
}

fn written(value: &Value, is_indented: bool) -> String {
    let written = if is_indented {
        serde_json::to_string_pretty(value)
    } else {
        serde_json::to_string(value)
    };
    written.expect("a JSON value always encodes")
}

/// The string with a mark in each place; places that overlap get one mark, with the first name.
fn marked(text: &str, mut spans: Vec<Span>) -> Option<String> {
    spans.sort_by(|(left, _), (right, _)| {
        (left.start, std::cmp::Reverse(left.end)).cmp(&(right.start, std::cmp::Reverse(right.end)))
    });
    if spans.is_empty() {
        return None;
    }
    let mut out = String::new();
    let mut done = 0;
    for (range, name) in &spans {
        if range.start >= done {
            out.push_str(text.get(done..range.start).unwrap_or_default());
            out.push_str(&mark(name));
        }
        done = done.max(range.end);
    }
    out.push_str(text.get(done..).unwrap_or_default());
    Some(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn redactor(value: &str) -> Redactor {
        Redactor::of_environment([("API_TOKEN".to_owned(), value.to_owned())])
    }

    #[track_caller]
    fn check(mut value: Value, expected: &Value) {
        redactor("s3cret-value").redact(&mut value);

        assert_eq!(value, *expected);
    }

    #[test]
    fn known_secret_is_marked_wherever_it_stands() {
        check(
            json!({ "s3cret-value": ["a s3cret-value!", r#"{"x": "s3cret-value"}"#] }),
            &json!({
                "«redacted:API_TOKEN»":
                    ["a «redacted:API_TOKEN»!", r#"{"x": "«redacted:API_TOKEN»"}"#],
            }),
        );
    }

    #[test]
    fn telling_member_is_marked_also_in_json_texts_and_never_in_schemas() {
        let schema = json!({ "properties": { "password": { "type": "string" } } });

        check(schema.clone(), &schema);
        check(json!({ "password": "x" }), &json!({ "password": "«redacted:password»" }));
        check(json!({ "token": 123 }), &json!({ "token": "«redacted:token»" }));
        check(json!(r#"[{"password":"x"}]"#), &json!(r#"[{"password":"«redacted:password»"}]"#));
        check(
            json!({ "Authorization": "Bearer s3cret-value" }),
            &json!({ "Authorization": "Bearer «redacted:API_TOKEN»" }),
        );
        check(
            json!({ "secret": "s3cret-value and more" }),
            &json!({ "secret": "«redacted:secret»" }),
        );
    }

    #[test]
    fn value_of_a_telling_member_is_found_elsewhere() {
        let mut redactor = Redactor::default();
        let asked = json!({ "login": { "password": "hunter2-hunter2", "token": "required" } });
        let mut told = json!("logged in with hunter2-hunter2 as required");

        redactor.learn(&asked);
        redactor.redact(&mut told);

        assert_eq!(told, json!("logged in with «redacted:password» as required"));
    }

    #[test]
    fn switches_and_other_variables_are_no_secrets() {
        let variables = [("AUTH", "none"), ("HOME", "/home/somebody")];
        let owned = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));

        assert_eq!(Redactor::of_environment(owned).text("none in /home/somebody"), None);
    }

    #[test]
    fn what_is_no_secret_stays_to_the_letter() {
        let mut redactor = redactor("s3cret-value");

        let kept = redactor.raw(r#"{"b": 1.0, "a": [1e2]}"#).unwrap();
        let marked = redactor.raw(r#"{"b": "s3cret-value","a": 1e2}"#).unwrap();
        let twice = redactor.raw(r#"{"a":"s3cret-value","a":1}"#).unwrap();

        assert_eq!(kept.get(), r#"{"b": 1.0, "a": [1e2]}"#);
        assert_eq!(marked.get(), r#"{"b": "«redacted:API_TOKEN»","a": 1e2}"#);
        assert_eq!(twice.get(), r#"{"a":"«redacted:API_TOKEN»","a":1}"#);
    }

    proptest! {
        #[test]
        fn secret_is_in_no_text_that_was_redacted(
            secret in "[\\PC]{8,40}",
            before in "[\\PC]{0,12}",
            after in "[\\PC]{0,12}",
        ) {
            let secret = secret.trim();
            prop_assume!(secret.len() >= GUESSED_BYTES_MIN && !"«redacted:API_TOKEN»".contains(secret));
            let plain = format!("{before}{secret}{after}");
            let json = json!({ "deep": [plain], "twice": json!([plain]).to_string() }).to_string();
            let mut value = json!({ "plain": plain, "json": json, "part": format!("see {json}") });

            redactor(secret).redact(&mut value);

            for text in value.as_object().unwrap().values().filter_map(Value::as_str) {
                prop_assert!(!text.contains(secret), "{text}");
                let escaped = json!(secret).to_string();
                prop_assert!(!text.contains(escaped.trim_matches('"')), "{text}");
            }
        }
    }
}
