//! Walks a schema and a value together, within a budget.

use serde_json::{Map, Value};

use super::{Violation, format, keyword, nearest::nearest_name};

/// Nesting of schemas, references included. Recorded tool catalogs stay below 20.
const DEPTH_MAX: usize = 64;

/// More than a person reads; the rest is noise of the same cause.
pub(super) const VIOLATIONS_MAX: usize = 50;

/// Keywords looked at in one check: a few milliseconds, and far above any real pair of schema and value.
const STEPS_MAX: usize = 200_000;

/// Alternatives of an `anyOf` that a message quotes.
const ALTERNATIVES_SHOWN_MAX: usize = 4;

/// Known properties that a message lists when none is near.
const NAMES_SHOWN_MAX: usize = 12;

/// One check of one value.
///
/// A violation is always certain. `uncertain` says that something was skipped, so that the absence of
/// violations proves nothing; `not` and `oneOf` need to know.
pub(super) struct Checker<'a> {
    root: &'a Value,
    path: String,
    found: Vec<Violation>,
    uncertain: bool,
    depth: usize,
    steps_left: usize,
}

/// How one alternative of `anyOf`, `oneOf` or `not` ended.
struct Trial {
    found: Vec<Violation>,
    uncertain: bool,
}

impl Trial {
    fn passed(&self) -> bool {
        self.found.is_empty() && !self.uncertain
    }
}

impl<'a> Checker<'a> {
    pub(super) fn new(root: &'a Value) -> Self {
        Self {
            root,
            path: String::new(),
            found: Vec::new(),
            uncertain: false,
            depth: 0,
            steps_left: STEPS_MAX,
        }
    }

    pub(super) fn violations(mut self, value: &Value) -> Vec<Violation> {
        self.check(self.root, value);
        // The order of a schema's keywords carries no meaning; short paths first reads best.
        self.found.sort_by(|left, right| {
            (left.path.len(), &left.path).cmp(&(right.path.len(), &right.path))
        });
        self.found
    }

    fn check(&mut self, schema: &'a Value, value: &Value) {
        match schema {
            Value::Bool(false) => self.report("no value is allowed here".to_owned()),
            Value::Bool(true) => {}
            Value::Object(keywords) => self.check_keywords(keywords, value),
            _ => self.uncertain = true,
        }
    }

    fn check_keywords(&mut self, keywords: &'a Map<String, Value>, value: &Value) {
        if self.depth == DEPTH_MAX || !self.spend(1 + keywords.len()) {
            self.uncertain = true;
            return;
        }
        self.depth += 1;
        for (name, argument) in keywords {
            self.check_keyword(name, argument, keywords, value);
        }
        self.depth -= 1;
    }

    fn check_keyword(
        &mut self,
        name: &str,
        argument: &'a Value,
        siblings: &'a Map<String, Value>,
        value: &Value,
    ) {
        match name {
            "$ref" => self.check_reference(argument, value),
            "additionalProperties" => self.check_additional(argument, siblings, value),
            "allOf" => self.each(argument, |checker, schema| checker.check(schema, value)),
            "anyOf" => self.check_any_of(argument, value),
            "enum" => self.check_enum(argument, value),
            "format" => self.check_format(argument, value),
            "items" => self.check_items(argument, siblings, value),
            "not" => self.check_not(argument, value),
            "oneOf" => self.check_one_of(argument, value),
            "prefixItems" => self.check_prefix_items(argument, value),
            "properties" => self.check_properties(argument, value),
            "required" => self.check_required(argument, value),
            _ => match keyword::check(name, argument, value) {
                keyword::Verdict::Met => {}
                keyword::Verdict::Unknown => self.uncertain = true,
                keyword::Verdict::Violated(message) => self.report(message),
            },
        }
    }

    fn check_reference(&mut self, reference: &Value, value: &Value) {
        let target = reference
            .as_str()
            .and_then(|text| text.strip_prefix('#'))
            .and_then(|pointer| self.root.pointer(&percent_decoded(pointer)));
        match target {
            Some(schema) => self.check(schema, value),
            None => self.uncertain = true,
        }
    }

    fn check_any_of(&mut self, schemas: &'a Value, value: &Value) {
        let trials = self.trials(schemas, value);
        if trials.iter().any(|trial| trial.found.is_empty()) {
            self.uncertain |= !trials.iter().any(Trial::passed);
        } else {
            self.report_no_alternative(schemas, value, trials);
        }
    }

    fn check_one_of(&mut self, schemas: &'a Value, value: &Value) {
        let trials = self.trials(schemas, value);
        let passed = trials.iter().filter(|trial| trial.passed()).count();
        if passed > 1 {
            self.report(format!("fits {passed} alternatives, expected exactly one"));
        } else if trials.iter().all(|trial| !trial.found.is_empty()) {
            self.report_no_alternative(schemas, value, trials);
        } else {
            self.uncertain |= trials.iter().any(|trial| trial.uncertain && trial.found.is_empty());
        }
    }

    fn check_not(&mut self, schema: &'a Value, value: &Value) {
        let trial = self.trial(schema, value);
        if trial.passed() {
            self.report(excluded(schema, value));
        } else if trial.found.is_empty() {
            self.uncertain = true;
        }
    }

    fn check_enum(&mut self, choices: &Value, value: &Value) {
        let Some(choices) = choices.as_array() else {
            self.uncertain = true;
            return;
        };
        if !self.spend(choices.len()) {
            self.uncertain = true;
        } else if !choices.iter().any(|choice| keyword::same(choice, value)) {
            self.report(keyword::not_one_of(choices, value));
        }
    }

    fn check_format(&mut self, format: &Value, value: &Value) {
        let (Some(format), Some(text)) = (format.as_str(), value.as_str()) else { return };
        match format::fits(format, text) {
            None => self.uncertain = true,
            Some(Ok(())) => {}
            Some(Err(wanted)) => {
                self.report(format!("`{}` is not {wanted}", keyword::shown(value)));
            }
        }
    }

    fn check_properties(&mut self, properties: &'a Value, value: &Value) {
        let (Some(properties), Some(members)) = (properties.as_object(), value.as_object()) else {
            self.uncertain |= !properties.is_object();
            return;
        };
        if !self.spend(properties.len()) {
            self.uncertain = true;
            return;
        }
        for (name, schema) in properties {
            if let Some(member) = members.get(name) {
                self.inside(name, |checker| checker.check(schema, member));
            }
        }
    }

    fn check_required(&mut self, names: &Value, value: &Value) {
        let (Some(names), Some(members)) = (names.as_array(), value.as_object()) else {
            self.uncertain |= !names.is_array();
            return;
        };
        if !self.spend(names.len()) {
            self.uncertain = true;
            return;
        }
        for name in names.iter().filter_map(Value::as_str) {
            if !members.contains_key(name) {
                self.report(format!("`{}` is required", keyword::shortened(name)));
            }
        }
    }

    fn check_additional(
        &mut self,
        schema: &'a Value,
        siblings: &'a Map<String, Value>,
        value: &Value,
    ) {
        let Some(members) = value.as_object() else { return };
        if siblings.contains_key("patternProperties") || !self.spend(members.len()) {
            self.uncertain = true;
            return;
        }
        let known = siblings.get("properties").and_then(Value::as_object);
        let is_known = |name: &str| known.is_some_and(|known| known.contains_key(name));
        for (name, member) in members.iter().filter(|(name, _)| !is_known(name)) {
            self.inside(name, |checker| {
                if schema == &Value::Bool(false) {
                    checker.report(unknown_member(name, known));
                } else {
                    checker.check(schema, member);
                }
            });
        }
    }

    fn check_prefix_items(&mut self, schemas: &'a Value, value: &Value) {
        let Some(items) = value.as_array() else { return };
        let mut items = items.iter().enumerate();
        self.each(schemas, |checker, schema| {
            if let Some((index, item)) = items.next() {
                checker.inside(&index.to_string(), |checker| checker.check(schema, item));
            }
        });
    }

    fn check_items(&mut self, schema: &'a Value, siblings: &Map<String, Value>, value: &Value) {
        let Some(items) = value.as_array() else { return };
        if schema.is_array() {
            // The form before draft 2020-12, in which this was the name of `prefixItems`.
            self.check_prefix_items(schema, value);
            return;
        }
        let prefix = siblings.get("prefixItems").and_then(Value::as_array).map_or(0, Vec::len);
        for (index, item) in items.iter().enumerate().skip(prefix) {
            if self.is_spent() {
                self.uncertain = true;
                return;
            }
            self.inside(&index.to_string(), |checker| checker.check(schema, item));
        }
    }

    fn each(&mut self, schemas: &'a Value, mut check: impl FnMut(&mut Self, &'a Value)) {
        match schemas.as_array() {
            Some(schemas) => schemas.iter().for_each(|schema| check(self, schema)),
            None => self.uncertain = true,
        }
    }

    fn trials(&mut self, schemas: &'a Value, value: &Value) -> Vec<Trial> {
        let mut trials = Vec::new();
        self.each(schemas, |checker, schema| trials.push(checker.trial(schema, value)));
        if trials.is_empty() {
            // Without alternatives the schema is broken, which says nothing of the value.
            trials.push(Trial { found: Vec::new(), uncertain: true });
        }
        trials
    }

    /// Checks without keeping what is found.
    fn trial(&mut self, schema: &'a Value, value: &Value) -> Trial {
        let found = std::mem::take(&mut self.found);
        let uncertain = std::mem::take(&mut self.uncertain);
        self.check(schema, value);
        Trial {
            found: std::mem::replace(&mut self.found, found),
            uncertain: std::mem::replace(&mut self.uncertain, uncertain),
        }
    }

    /// Reports the violations of the one alternative that the type of the value selects, or all
    /// alternatives in one line.
    fn report_no_alternative(&mut self, schemas: &Value, value: &Value, trials: Vec<Trial>) {
        let schemas = schemas.as_array().into_iter().flatten();
        let (mut meant, others): (Vec<_>, Vec<_>) = schemas.zip(trials).partition(|(schema, _)| {
            schema["type"] != Value::Null && keyword::fits_type(schema, value)
        });
        if meant.len() == 1 {
            for violation in meant.remove(0).1.found {
                self.push(violation);
            }
            return;
        }
        let reasons: Vec<_> = meant
            .into_iter()
            .chain(others)
            .filter_map(|(_, trial)| trial.found.into_iter().next())
            .take(ALTERNATIVES_SHOWN_MAX)
            .map(|violation| violation.message)
            .collect();
        self.report(format!("fits none of the alternatives ({})", reasons.join("; ")));
    }

    fn inside(&mut self, segment: &str, check: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        self.path.push('/');
        self.path.push_str(&segment.replace('~', "~0").replace('/', "~1"));
        check(self);
        self.path.truncate(length);
    }

    fn report(&mut self, message: String) {
        self.push(Violation { path: self.path.clone(), message });
    }

    fn push(&mut self, violation: Violation) {
        if self.found.len() < VIOLATIONS_MAX {
            self.found.push(violation);
        }
    }

    fn is_spent(&self) -> bool {
        self.steps_left == 0 || self.found.len() == VIOLATIONS_MAX
    }

    fn spend(&mut self, steps: usize) -> bool {
        let enough = self.steps_left >= steps;
        self.steps_left = self.steps_left.saturating_sub(steps);
        enough
    }
}

/// Members that may not come together are named; of other exclusions there is nothing to say.
fn excluded(schema: &Value, value: &Value) -> String {
    let only_requires = schema.as_object().filter(|keywords| keywords.len() == 1);
    let names = only_requires.and_then(|keywords| keywords.get("required")?.as_array());
    match names.map(Vec::as_slice) {
        Some([Value::String(one), Value::String(other)]) => {
            format!("`{one}` and `{other}` exclude each other")
        }
        _ => format!("`{}` is excluded by the schema", keyword::shown(value)),
    }
}

fn unknown_member(name: &str, known: Option<&Map<String, Value>>) -> String {
    let name = keyword::shortened(name);
    let Some(known) = known.filter(|known| !known.is_empty()) else {
        return format!("`{name}` is unknown");
    };
    if let Some(nearest) = nearest_name(&name, known.keys().map(String::as_str)) {
        return format!("`{name}` is unknown (did you mean `{nearest}`?)");
    }
    let mut names: Vec<_> = known.keys().map(|name| format!("`{name}`")).collect();
    names.sort();
    names.truncate(NAMES_SHOWN_MAX);
    format!("`{name}` is unknown (known: {})", names.join(", "))
}

/// Undoes the percent encoding that a JSON pointer in a URI fragment may have.
fn percent_decoded(text: &str) -> String {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let byte = match (first, tail) {
            (b'%', [high, low, ..]) => hex(*high).zip(hex(*low)).map(|(high, low)| high * 16 + low),
            _ => None,
        };
        decoded.push(byte.unwrap_or(first));
        rest = if byte.is_some() { tail.get(2..).unwrap_or_default() } else { tail };
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}
