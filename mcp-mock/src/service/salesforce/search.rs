//! SOSL: finding words in several objects at once.
//!
//! Words are looked for as a whole and in whatever case, `*` and `?` stand for other letters, and all of
//! them must be in a record. Not: phrases, `OR` and `NOT`, snippets, and the delay of the vendor's index.

use jiff::Timestamp;
use serde_json::Value;

use super::Api;
use super::fields::{Field, FieldKind};
use super::quota::spend_request;
use super::refusal::bad_request;
use super::state::{Record, Salesforce};
use crate::service::ApiError;

/// Most records of an object in one answer.
const FOUND_MAX: usize = 2_000;

/// The fields that say who or what a record is.
const NAMES: [&str; 6] = ["CaseNumber", "Company", "FirstName", "LastName", "Name", "Subject"];

/// In which fields to look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the vendor's groups of fields")]
pub enum SearchFields {
    #[default]
    All,
    Email,
    Name,
    Phone,
    Sidebar,
}

/// What to look for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Search<'a> {
    /// The words.
    pub term: &'a str,
    /// In which fields.
    pub fields: SearchFields,
    /// In which objects, and what to give of their records.
    pub returning: &'a [Returning],
}

/// What to give of the records of one object.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Returning {
    /// The object.
    pub object: String,
    /// Fields to give.
    pub fields: Vec<String>,
    /// A condition in SOQL.
    pub condition: Option<String>,
    /// An order in SOQL.
    pub order: Option<String>,
    /// Most records of this object.
    pub limit: Option<usize>,
}

impl Salesforce {
    /// Finds the records with all words of the term; rows are in the vendor's shape, object by object.
    ///
    /// # Errors
    /// `MALFORMED_SEARCH` for a term of less than two letters; else as [`query`](Self::query).
    pub fn search(
        &self,
        api: &mut Api<'_>,
        Search { term, fields, returning }: Search<'_>,
    ) -> Result<Vec<Value>, ApiError> {
        spend_request(api)?;
        if term.chars().filter(|c| c.is_alphanumeric()).count() < 2 {
            let message = format!("search term must be longer than one character: {term}");
            return Err(bad_request("MALFORMED_SEARCH", message));
        }
        let wanted = words(term, |c| c == '*' || c == '?');
        let mut found = Vec::new();
        for part in returning {
            let rows = self.rows(api.clock.now(), part)?;
            let has_all = |row: &Value| {
                let record = row.get("Id").and_then(Value::as_str).and_then(|id| self.record(id));
                record.is_some_and(|record| self.has_words(record, fields, &wanted))
            };
            let limit = part.limit.unwrap_or(FOUND_MAX).min(FOUND_MAX);
            found.extend(rows.into_iter().filter(has_all).take(limit));
        }
        Ok(found)
    }

    /// All rows that meet condition and order, with their ids.
    fn rows(&self, now: Timestamp, part: &Returning) -> Result<Vec<Value>, ApiError> {
        let mut fields = part.fields.clone();
        if !fields.iter().any(|name| name.trim().eq_ignore_ascii_case("Id")) {
            fields.push("Id".to_owned());
        }
        let mut soql = format!("SELECT {} FROM {}", fields.join(", "), part.object);
        for (word, clause) in [("WHERE", &part.condition), ("ORDER BY", &part.order)] {
            if let Some(clause) = clause {
                soql = format!("{soql} {word} {clause}");
            }
        }
        let mut rows = Vec::new();
        let mut next = Some(0);
        while let Some(first) = next {
            let batch = self.select(now, &soql, first)?;
            rows.extend(batch.records);
            next = batch.next;
        }
        Ok(rows)
    }

    fn has_words(&self, record: &Record, group: SearchFields, wanted: &[String]) -> bool {
        let Some(rule) = self.find_object(&record.object) else { return false };
        let fields = self.fields(rule).into_iter().filter(|field| group.has(field));
        let texts: Vec<String> = fields.map(|field| record.text(field.name).to_owned()).collect();
        let known = words(&texts.join(" "), |_| false);
        wanted.iter().all(|wanted| known.iter().any(|known| is_like(known, wanted)))
    }
}

impl SearchFields {
    fn has(self, field: &Field<'_>) -> bool {
        let (is_name, kind) = (NAMES.contains(&field.name), field.kind);
        match self {
            Self::All => !matches!(kind, FieldKind::Id | FieldKind::Reference),
            Self::Email => kind == FieldKind::Email,
            Self::Name => is_name,
            Self::Phone => kind == FieldKind::Phone,
            Self::Sidebar => is_name || matches!(kind, FieldKind::Email | FieldKind::Phone),
        }
    }
}

/// The words of a string in lower case; what is neither a letter nor a digit, nor `also`, parts them.
fn words(text: &str, also: impl Fn(char) -> bool) -> Vec<String> {
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric() && !also(c));
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Walks both from left to right; at a mismatch it goes back to the last `*`, which takes one more.
pub(super) fn is_like(word: &str, pattern: &str) -> bool {
    let (word, pattern): (Vec<char>, Vec<char>) =
        (word.chars().collect(), pattern.chars().collect());
    let (mut at, mut next) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while let Some(character) = word.get(at) {
        match pattern.get(next) {
            Some('*') => {
                retry = Some((at, next));
                next += 1;
            }
            Some(wanted) if *wanted == '?' || wanted == character => {
                (at, next) = (at + 1, next + 1);
            }
            _ => {
                let Some((from, star)) = retry else { return false };
                retry = Some((from + 1, star));
                (at, next) = (from + 1, star + 1);
            }
        }
    }
    pattern.iter().skip(next).all(|character| *character == '*')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::seeded;
    use super::*;
    use crate::world::ServiceState;

    fn found(term: &str, group: SearchFields) -> Result<String, ApiError> {
        let mut state = seeded(json!({
            "accounts": [{ "Name": "Cloud Nine", "Website": "https://nine.example" }],
            "leads": [
                { "LastName": "Nine", "Company": "Acme", "Email": "cloud@acme.example" },
                { "LastName": "Ash", "Company": "Zen", "Description": "Wants a cloud." },
            ],
        }));
        let (salesforce, mut api) = Salesforce::open(&mut state);
        let part = |object: &str| Returning {
            object: object.to_owned(),
            fields: vec!["Name".to_owned()],
            order: Some("Name".to_owned()),
            ..Returning::default()
        };
        let returning = [part("Account"), part("Lead")];
        let search = Search { term, fields: group, returning: &returning };
        let rows = salesforce.search(&mut api, search)?;
        let names: Vec<_> = rows.iter().filter_map(|row| row["Name"].as_str()).collect();
        Ok(names.join(", "))
    }

    #[test]
    fn whole_words_are_found_in_the_chosen_fields() {
        assert_eq!(found("CLOUD", SearchFields::All).unwrap(), "Cloud Nine, Ash, Nine");
        assert_eq!(found("cloud", SearchFields::Name).unwrap(), "Cloud Nine");
        assert_eq!(found("cloud", SearchFields::Email).unwrap(), "Nine");
        assert_eq!(found("clou", SearchFields::All).unwrap(), "");
        assert_eq!(found("clou*", SearchFields::Name).unwrap(), "Cloud Nine");
        assert_eq!(found("n?ne cloud", SearchFields::Sidebar).unwrap(), "Cloud Nine, Nine");
    }

    #[test]
    fn a_term_of_one_letter_is_refused() {
        assert_eq!(found("c", SearchFields::All).unwrap_err().code, "MALFORMED_SEARCH");
    }

    proptest! {
        #[test]
        fn any_term_is_searched_or_refused(term in "\\PC{0,20}") {
            drop(found(&term, SearchFields::All));
        }
    }
}
