//! Gmail's search language: a string in, a tree of terms out.
//!
//! Words side by side must all be found; `OR` binds tighter than that; `{a b}` finds either, `-x` the
//! rest, `"a b"` words in a row. A value that an operator cannot read is refused, where the vendor
//! would quietly find nothing: a mistyped search should not look like an empty mailbox.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use super::refusal::invalid;
use crate::service::ApiError;

/// Longest search; the vendor's own limit is of this order.
const QUERY_CHARS_MAX: usize = 2_000;
/// Deepest nesting of brackets and minus signs, so that no search can exhaust the stack.
const DEPTH_MAX: usize = 32;
/// The API reads dates as midnight in California.
const PACIFIC: &str = "PST8PDT,M3.2.0,M11.1.0";

/// A search, ready to be held against messages.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Query {
    pub(super) terms: Vec<Term>,
}

/// One condition of a search.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Term {
    All(Vec<Self>),
    Any(Vec<Self>),
    Anywhere,
    Attachment,
    /// Arrived at this time or later.
    From(Timestamp),
    /// A label by its normal name or id.
    Label(String),
    Larger(u64),
    MessageId(String),
    Not(Box<Self>),
    Smaller(u64),
    /// Arrived before this time.
    Until(Timestamp),
    /// Words that stand in a row in a part of the message.
    Words(Part, Vec<String>),
}

/// Where to look for words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Any,
    Bcc,
    Cc,
    Filename,
    From,
    List,
    Recipients,
    Subject,
    To,
}

impl Query {
    /// Reads a search; `now` is what `older_than` and `newer_than` count from.
    pub(super) fn parse(text: &str, now: Timestamp) -> Result<Self, ApiError> {
        if text.chars().count() > QUERY_CHARS_MAX {
            return Err(invalid(format!("Query is longer than {QUERY_CHARS_MAX} characters")));
        }
        let mut parser = Parser { rest: text, now, operator: None, depth: 0 };
        Ok(Self { terms: parser.sequence(None)? })
    }
}

/// The words of a string in lower case: runs of letters and digits.
pub(super) fn words(text: &str) -> Vec<String> {
    let parts = text.split(|c: char| !c.is_alphanumeric());
    parts.filter(|part| !part.is_empty()).map(str::to_lowercase).collect()
}

/// A label as searches write it: lower case, with dashes for what a search cannot contain.
pub(super) fn normal_label(name: &str) -> String {
    name.to_lowercase().replace([' ', '/'], "-")
}

struct Parser<'a> {
    rest: &'a str,
    now: Timestamp,
    /// The operator in front of the bracket that is being read, as in `subject:(a b)`.
    operator: Option<&'a str>,
    depth: usize,
}

impl<'a> Parser<'a> {
    /// Reads terms up to `close`, or to the end.
    fn sequence(&mut self, close: Option<char>) -> Result<Vec<Term>, ApiError> {
        let mut terms = Vec::new();
        loop {
            self.rest = self.rest.trim_start();
            let Some(next) = self.rest.chars().next() else { return Ok(terms) };
            if matches!(next, ')' | '}') {
                self.skip(next);
                if close == Some(next) {
                    return Ok(terms);
                }
                continue;
            }
            if self.takes_keyword("AND") {
                continue;
            }
            if self.takes_keyword("OR") {
                self.alternative(&mut terms)?;
            } else {
                terms.extend(self.term()?);
            }
        }
    }

    /// Joins the term after an `OR` to the one before it.
    fn alternative(&mut self, terms: &mut Vec<Term>) -> Result<(), ApiError> {
        self.rest = self.rest.trim_start();
        if self.rest.is_empty() || self.rest.starts_with([')', '}']) {
            return Ok(());
        }
        let Some(right) = self.term()? else { return Ok(()) };
        let joined = match terms.pop() {
            Some(Term::Any(mut terms)) => {
                terms.push(right);
                Term::Any(terms)
            }
            Some(left) => Term::Any(vec![left, right]),
            None => right,
        };
        terms.push(joined);
        Ok(())
    }

    /// Reads one term; `None` when it says nothing, like a lone dash.
    fn term(&mut self) -> Result<Option<Term>, ApiError> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(invalid(format!("Query is nested deeper than {DEPTH_MAX} levels")));
        }
        let term = self.bracketed_or_word();
        self.depth -= 1;
        term
    }

    fn bracketed_or_word(&mut self) -> Result<Option<Term>, ApiError> {
        match self.rest.chars().next() {
            Some('-') => {
                self.skip('-');
                let lone = self.rest.is_empty() || self.rest.starts_with([' ', ')', '}']);
                let term = if lone { None } else { self.term()? };
                Ok(term.map(|term| Term::Not(Box::new(term))))
            }
            Some('(') => {
                self.skip('(');
                Ok(Some(Term::All(self.sequence(Some(')'))?)))
            }
            Some('{') => {
                self.skip('{');
                Ok(Some(Term::Any(self.sequence(Some('}'))?)))
            }
            _ => self.word(),
        }
    }

    /// Reads a word, a phrase or an operator with its value.
    fn word(&mut self) -> Result<Option<Term>, ApiError> {
        if let Some((name, value)) = self.rest.split_once(':')
            && OPERATORS.contains(&name.to_ascii_lowercase().as_str())
        {
            self.rest = value;
            return self.operator_value(name).map(Some);
        }
        let text = self.text();
        match self.operator {
            Some(name) => meaning(name, text, self.now).map(Some),
            None => {
                let words = words(text);
                Ok((!words.is_empty()).then_some(Term::Words(Part::Any, words)))
            }
        }
    }

    fn operator_value(&mut self, name: &'a str) -> Result<Term, ApiError> {
        if !self.rest.starts_with(['(', '{']) {
            let value = self.text();
            return meaning(name, value, self.now);
        }
        let outer = self.operator.replace(name);
        let group = self.term();
        self.operator = outer;
        group?.ok_or_else(|| unreadable(name, ""))
    }

    /// Takes a phrase without its quotes, or everything up to a blank, a quote or a bracket.
    fn text(&mut self) -> &'a str {
        if let Some(quoted) = self.rest.strip_prefix('"') {
            let (phrase, rest) = quoted.split_once('"').unwrap_or((quoted, ""));
            self.rest = rest;
            return phrase;
        }
        let end = self.rest.find(|c: char| c.is_whitespace() || "\"(){}".contains(c));
        let (text, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        text
    }

    fn takes_keyword(&mut self, keyword: &str) -> bool {
        let Some(rest) = self.rest.strip_prefix(keyword) else { return false };
        let whole = rest.is_empty()
            || rest.starts_with(|c: char| c.is_whitespace() || "\"(){}".contains(c));
        if whole {
            self.rest = rest;
        }
        whole
    }

    fn skip(&mut self, next: char) {
        self.rest = self.rest.strip_prefix(next).unwrap_or(self.rest);
    }
}

const OPERATORS: [&str; 23] = [
    "after",
    "bcc",
    "before",
    "category",
    "cc",
    "deliveredto",
    "filename",
    "from",
    "has",
    "in",
    "is",
    "label",
    "larger",
    "list",
    "newer",
    "newer_than",
    "older",
    "older_than",
    "rfc822msgid",
    "size",
    "smaller",
    "subject",
    "to",
];

/// What an operator with this value asks for.
fn meaning(name: &str, value: &str, now: Timestamp) -> Result<Term, ApiError> {
    let name = name.to_ascii_lowercase();
    let lower = value.to_lowercase();
    let in_part = |part| Some(Term::Words(part, words(value))).filter(|_| !words(value).is_empty());
    let label = |name: &str| Some(Term::Label(normal_label(name))).filter(|_| !name.is_empty());
    let term = match name.as_str() {
        "from" => in_part(Part::From),
        "to" => in_part(Part::To),
        "cc" => in_part(Part::Cc),
        "bcc" => in_part(Part::Bcc),
        "deliveredto" => in_part(Part::Recipients),
        "subject" => in_part(Part::Subject),
        "filename" => in_part(Part::Filename),
        "list" => in_part(Part::List),
        "label" => label(value),
        "category" => {
            label(&format!("category_{}", if lower == "primary" { "personal" } else { &lower }))
        }
        "in" => match lower.as_str() {
            "anywhere" => Some(Term::Anywhere),
            "drafts" => label("draft"),
            _ => label(value),
        },
        "is" => match lower.as_str() {
            "read" => Some(Term::Not(Box::new(Term::Label("unread".to_owned())))),
            "unread" | "starred" | "important" => label(&lower),
            _ => None,
        },
        "has" => (lower == "attachment").then_some(Term::Attachment),
        "rfc822msgid" => Some(Term::MessageId(value.trim_matches(['<', '>']).to_owned())),
        "after" | "newer" => day(value).map(Term::From),
        "before" | "older" => day(value).map(Term::Until),
        "newer_than" => ago(&lower, now).map(Term::From),
        "older_than" => ago(&lower, now).map(Term::Until),
        "larger" | "size" => bytes(&lower).map(Term::Larger),
        "smaller" => bytes(&lower).map(Term::Smaller),
        _ => None,
    };
    term.ok_or_else(|| unreadable(&name, value))
}

fn unreadable(name: &str, value: &str) -> ApiError {
    invalid(format!("Invalid query: `{name}:` cannot be followed by `{value}`"))
}

/// The beginning of a day, `2026/01/05` or `2026-01-05`, or a time in seconds since 1970.
fn day(value: &str) -> Option<Timestamp> {
    if let Ok(seconds) = value.parse() {
        return Timestamp::from_second(seconds).ok();
    }
    let mut parts = value.split(['/', '-']);
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let date = Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()?;
    let pacific = TimeZone::posix(PACIFIC).ok()?;
    parts.next().is_none().then_some(date.to_zoned(pacific).ok()?.timestamp())
}

/// The time that lies `7d`, `2m` or `1y` back.
fn ago(value: &str, now: Timestamp) -> Option<Timestamp> {
    let unit = value.chars().next_back()?;
    let count: i32 = value.strip_suffix(unit)?.parse().ok()?;
    let span = match unit {
        'd' => Span::new().try_days(count),
        'm' => Span::new().try_months(count),
        'y' => Span::new().try_years(count),
        _ => return None,
    };
    Some(now.to_zoned(TimeZone::UTC).checked_sub(span.ok()?).ok()?.timestamp())
}

/// A size: `500`, `10k` or `5m`.
fn bytes(value: &str) -> Option<u64> {
    let (digits, factor) = match value.strip_suffix('k') {
        Some(digits) => (digits, 1_000),
        None => value.strip_suffix('m').map_or((value, 1), |digits| (digits, 1_000_000)),
    };
    digits.parse::<u64>().ok()?.checked_mul(factor)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(text: &str) -> Result<Query, ApiError> {
        Query::parse(text, Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn or_binds_tighter_than_a_blank() {
        let word = |word: &str| Term::Words(Part::Any, vec![word.to_owned()]);

        let query = parse("a OR b OR c d").unwrap();

        assert_eq!(query.terms, [Term::Any(vec![word("a"), word("b"), word("c")]), word("d")]);
    }

    #[test]
    fn a_day_begins_at_midnight_in_california() {
        let query = parse("after:2026/01/05").unwrap();

        assert_eq!(query.terms, [Term::From("2026-01-05T08:00:00Z".parse().unwrap())]);
    }

    #[test]
    fn an_operator_that_cannot_read_its_value_is_refused() {
        for text in ["from:", "is:happy", "after:soon", "older_than:7", "has:luck", "larger:x"] {
            assert_eq!(parse(text).unwrap_err().status, 400, "{text}");
        }
    }

    #[test]
    fn deep_nesting_is_refused() {
        assert_eq!(parse(&"(".repeat(1_000)).unwrap_err().status, 400);
        assert_eq!(parse(&"-".repeat(1_000)).unwrap_err().status, 400);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in r#"([a-z():{}" OR-]|from:|after:|older_than:|\PC){0,60}"#) {
            drop(parse(&text));
        }
    }
}
