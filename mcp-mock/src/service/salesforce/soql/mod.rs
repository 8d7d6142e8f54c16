//! SOQL: a useful subset, with the vendor's errors for the rest.
//!
//! `SELECT` fields or `COUNT()`, `FROM` one object, `WHERE` with comparisons, `LIKE`, `IN`, `AND`, `OR`,
//! `NOT` and brackets, `ORDER BY`, `LIMIT`, `OFFSET`. Not: relationships, grouping, aggregates.
//! The way of a query: text → tokens → [`syntax`] → checked against the fields → rows.

mod check;
mod date;
mod evaluate;
mod parse;
mod syntax;
mod token;

use serde_json::{Value, json};

use self::check::Plan;
use super::refusal::bad_request;
use super::state::{Record, Salesforce};
use crate::service::ApiError;
use crate::world::Env;

/// Longest query that the vendor takes.
const QUERY_CHARS_MAX: usize = 100_000;
/// Most rows in one answer.
const BATCH_ROWS: usize = 2_000;
/// Characters of the query that an error shows on either side of its place.
const SHOWN_CHARS: usize = 40;

/// What a query finds.
#[derive(Debug, Clone, PartialEq)]
pub struct QueryResult {
    /// How many rows there are in all.
    pub total_size: usize,
    /// Rows in the vendor's shape, with `attributes`; none for `COUNT()`.
    pub records: Vec<Value>,
    /// From which row to go on; `None` when this is all.
    pub next: Option<usize>,
}

/// What is wrong with a query, and where.
#[derive(Debug, Clone, PartialEq)]
struct SoqlError {
    /// The character, counted from 0.
    place: usize,
    code: &'static str,
    message: String,
}

impl Salesforce {
    /// Runs a query and gives its rows from `first` on, 2000 at most.
    ///
    /// # Errors
    /// `MALFORMED_QUERY`, `INVALID_TYPE`, `INVALID_FIELD` and the like, with the place in the message.
    pub fn query(&self, env: &Env, soql: &str, first: usize) -> Result<QueryResult, ApiError> {
        if soql.chars().count() > QUERY_CHARS_MAX {
            let message =
                format!("SOQL statements cannot be longer than {QUERY_CHARS_MAX} characters");
            return Err(bad_request("QUERY_TOO_COMPLICATED", message));
        }
        let parsed = parse::parse(soql);
        let plan = parsed.and_then(|query| Plan::new(self, query, env.clock.now()));
        let plan = plan.map_err(|error| error.located(soql))?;

        let rows = plan.rows(self);
        let total_size = rows.len();
        if plan.counts() {
            return Ok(QueryResult { total_size, records: Vec::new(), next: None });
        }
        let batch = rows.iter().skip(first).take(BATCH_ROWS);
        let records = batch.map(|record| row(record, plan.selected())).collect();
        let next = first.saturating_add(BATCH_ROWS);
        Ok(QueryResult { total_size, records, next: Some(next).filter(|next| *next < total_size) })
    }
}

fn row(record: &Record, fields: &[String]) -> Value {
    let url = format!("/services/data/v60.0/sobjects/{}/{}", record.object, record.id);
    let mut row = json!({ "attributes": { "type": record.object, "url": url } });
    for field in fields {
        row[field.as_str()] = record.value(field);
    }
    row
}

impl SoqlError {
    fn new(place: usize, code: &'static str, message: impl Into<String>) -> Self {
        Self { place, code, message: message.into() }
    }

    /// The refusal: the part of the query, a caret below the place, the place in numbers, the message.
    fn located(self, soql: &str) -> ApiError {
        let before: Vec<char> = soql.chars().take(self.place).collect();
        let row = before.iter().filter(|c| **c == '\n').count() + 1;
        let column = before.iter().rev().take_while(|c| **c != '\n').count();
        let line = soql.split('\n').nth(row - 1).unwrap_or_default().trim_end_matches('\r');

        let start = column.saturating_sub(SHOWN_CHARS);
        let part: String = line.chars().skip(start).take(2 * SHOWN_CHARS).collect();
        let caret = " ".repeat(column - start);
        let column = column + 1;
        let message =
            format!("\n{part}\n{caret}^\nERROR at Row:{row}:Column:{column}\n{}", self.message);
        bad_request(self.code, message)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::SalesforceSeed;
    use super::*;
    use crate::world::{Clock, Ids};

    fn env() -> Env {
        Env { clock: Clock::default(), ids: Ids::new(1) }
    }

    fn org() -> Salesforce {
        let mut salesforce = Salesforce::default();
        let seed: SalesforceSeed = serde_json::from_value(json!({
            "leads": [
                { "LastName": "Ash", "Company": "Acme", "Rating": "Hot", "Score__c": 80 },
                { "LastName": "Bo_b", "Company": "acme labs", "Score__c": 20 },
                { "LastName": "Cox", "Company": "Zen", "Rating": "Cold", "Email": "c@zen.example" },
            ],
            "opportunities": [
                { "Name": "Soon", "StageName": "Prospecting", "CloseDate": "2026-01-05" },
                { "Name": "Late", "StageName": "Closed Lost", "CloseDate": "2025-12-30" },
            ],
        }))
        .unwrap();
        salesforce.plant(&mut env(), seed).unwrap();
        salesforce
    }

    /// Holds the last names of the leads that a condition finds against the expected ones.
    #[track_caller]
    fn check(rest: &str, expected: &str) {
        let result = org().query(&env(), &format!("SELECT LastName FROM Lead {rest}"), 0).unwrap();
        let names = result.records.iter().map(|row| row["LastName"].as_str().unwrap());
        assert_eq!(names.collect::<Vec<_>>().join(" "), expected, "{rest}");
    }

    /// Holds the code and the message of a refusal against the expected ones.
    #[track_caller]
    fn refused(soql: &str) -> (String, String) {
        let refused = org().query(&env(), soql, 0).unwrap_err();
        (refused.code, refused.message)
    }

    #[test]
    fn texts_are_compared_without_case() {
        check("WHERE Company = 'ACME'", "Ash");
        check("where company != 'acme'", "Bo_b Cox");
        check("WHERE Company > 'acme'", "Bo_b Cox");
    }

    #[test]
    fn like_knows_two_wildcards_and_their_escapes() {
        check("WHERE Company LIKE 'acme%'", "Ash Bo_b");
        check("WHERE LastName LIKE '_o_'", "Cox");
        check(r"WHERE LastName LIKE '%\_%'", "Bo_b");
        check("WHERE LastName LIKE 'Co'", "");
    }

    #[test]
    fn null_is_a_value_like_others() {
        check("WHERE Rating = null", "Bo_b");
        check("WHERE Rating != null", "Ash Cox");
        check("WHERE Rating != 'Hot'", "Bo_b Cox");
        check("WHERE Score__c < 50", "Bo_b");
    }

    #[test]
    fn lists_hold_several_values() {
        check("WHERE Rating IN ('hot', 'Cold')", "Ash Cox");
        check("WHERE Rating NOT IN ('hot', 'Cold')", "Bo_b");
        check("WHERE Score__c IN (80, 20.0)", "Ash Bo_b");
    }

    #[test]
    fn conditions_combine() {
        check("WHERE Score__c >= 20 AND Rating = 'Hot'", "Ash");
        check("WHERE (Rating = 'Hot' OR Rating = 'Cold') AND NOT Company = 'Zen'", "Ash");
    }

    #[test]
    fn rows_are_ordered_and_cut() {
        check("ORDER BY LastName DESC", "Cox Bo_b Ash");
        check("ORDER BY Score__c", "Cox Bo_b Ash");
        check("ORDER BY Score__c DESC NULLS LAST", "Ash Bo_b Cox");
        check("ORDER BY IsConverted, LastName DESC LIMIT 1 OFFSET 1", "Bo_b");
        check("LIMIT 0", "");
    }

    #[test]
    fn dates_are_compared_with_the_clock_of_the_world() {
        let names = |condition: &str| {
            let soql = format!("SELECT Name FROM Opportunity WHERE {condition}");
            let result = org().query(&env(), &soql, 0).unwrap();
            let names = result.records.iter().map(|row| row["Name"].as_str().unwrap().to_owned());
            names.collect::<Vec<_>>().join(" ")
        };

        assert_eq!(names("CloseDate = TODAY"), "Soon");
        assert_eq!(names("CloseDate < TODAY"), "Late");
        assert_eq!(names("CloseDate = LAST_N_DAYS:7"), "Soon Late");
        assert_eq!(names("CloseDate = LAST_N_DAYS:3"), "Soon");
        assert_eq!(names("CloseDate = 2025-12-30"), "Late");
        assert_eq!(names("CreatedDate = TODAY"), "Soon Late");
        assert_eq!(names("CreatedDate > 2026-01-05T08:59:59Z"), "Soon Late");
        assert_eq!(names("CreatedDate > 2026-01-05T10:00:00.000+01:00"), "");
    }

    #[test]
    fn ids_are_found_in_both_forms() {
        let org = org();
        let id = &org.records("Lead")[0].id;

        for id in [id.as_str(), &id[..15]] {
            let soql = format!("SELECT Id FROM Lead WHERE Id = '{id}'");
            assert_eq!(org.query(&env(), &soql, 0).unwrap().total_size, 1);
        }
    }

    #[test]
    fn a_row_says_what_it_is() {
        let result = org().query(&env(), "SELECT Id, rating FROM lead LIMIT 1", 0).unwrap();

        let row = &result.records[0];
        let id = row["Id"].as_str().unwrap();
        let url = format!("/services/data/v60.0/sobjects/Lead/{id}");
        let expected = json!({
            "attributes": { "type": "Lead", "url": url }, "Id": id, "Rating": "Hot",
        });
        assert_eq!(*row, expected);
    }

    #[test]
    fn count_gives_the_size_only() {
        let result = org().query(&env(), "SELECT COUNT() FROM Lead", 0).unwrap();

        assert_eq!((result.total_size, result.records.len(), result.next), (3, 0, None));
    }

    #[test]
    fn deleted_records_are_not_found() {
        let mut org = org();
        let id = org.records("Lead")[0].id.clone();
        org.delete(&env(), "Lead", &id).unwrap();

        assert_eq!(org.query(&env(), "SELECT COUNT() FROM Lead", 0).unwrap().total_size, 2);
    }

    #[test]
    fn batches_follow_each_other() {
        let mut org = Salesforce::default();
        let mut env = env();
        for number in 0..2_500 {
            let fields = json!({ "Subject": number.to_string() });
            org.create(&mut env, "Task", fields.as_object().unwrap()).unwrap();
        }

        let first = org.query(&env, "SELECT Subject FROM Task", 0).unwrap();
        let second = org.query(&env, "SELECT Subject FROM Task", first.next.unwrap()).unwrap();

        assert_eq!((first.total_size, first.records.len()), (2_500, 2_000));
        assert_eq!((second.records.len(), second.next), (500, None));
    }

    #[test]
    fn an_error_shows_its_place() {
        let (code, message) = refused("SELECT Id, Colour\nFROM Lead");

        assert_eq!(code, "INVALID_FIELD");
        let expected = "\nSELECT Id, Colour\n           ^\nERROR at Row:1:Column:12\nNo such column \
                        'Colour' on entity 'Lead'.";
        assert!(message.starts_with(expected), "{message}");
    }

    #[test]
    fn an_unknown_object_is_an_invalid_type() {
        let (code, message) = refused("SELECT Id FROM Wizard");

        assert_eq!(code, "INVALID_TYPE");
        assert!(message.contains("sObject type 'Wizard' is not supported."), "{message}");
    }

    #[test]
    fn what_is_beyond_the_subset_is_refused_with_a_place() {
        for (soql, token) in [
            ("SELECT * FROM Lead", "'*'"),
            ("SELECT Id FROM Lead GROUP BY Rating", "'GROUP'"),
            ("SELECT Id FROM Lead WHERE", "'<EOF>'"),
            ("SELECT Id FROM Lead WHERE Rating = 'a' AND Id != null OR Id = null", "'OR'"),
            ("SELECT Id FROM Lead WHERE Rating", "'<EOF>'"),
            ("SELECT Id FROM Lead LIMIT 1.5", "'1.5'"),
            ("UPDATE Lead", "'UPDATE'"),
            ("", "'<EOF>'"),
        ] {
            let (code, message) = refused(soql);
            assert_eq!(code, "MALFORMED_QUERY", "{soql}");
            assert!(message.contains(&format!("unexpected token: {token}")), "{message}");
            assert!(message.contains("ERROR at Row:1:Column:"), "{message}");
        }
    }

    #[test]
    fn a_value_of_the_wrong_type_is_an_invalid_field() {
        for (condition, hint) in [
            ("LastName = 5", "must be of type string and should be enclosed in quotes"),
            ("Score__c = '5'", "must be of type double and should not be enclosed in quotes"),
            ("IsConverted = 'true'", "must be of type boolean"),
            ("CreatedDate = 2026-01-05", "must be of type dateTime"),
        ] {
            let (code, message) = refused(&format!("SELECT Id FROM Lead WHERE {condition}"));
            assert_eq!(code, "INVALID_FIELD", "{condition}");
            assert!(message.contains(hint), "{message}");
        }
    }

    #[test]
    fn a_long_text_is_not_filtered() {
        let (code, message) = refused("SELECT Id FROM Lead WHERE Description = 'x'");

        assert_eq!(code, "INVALID_FIELD");
        assert!(message.contains("field 'Description' can not be filtered in a query call"));
    }

    #[test]
    fn deep_nesting_is_refused() {
        let open = "(".repeat(50_000);

        let (code, message) = refused(&format!("SELECT Id FROM Lead WHERE {open}"));

        assert_eq!(code, "MALFORMED_QUERY");
        assert!(message.contains("nested deeper than 32 levels"), "{message}");
    }

    proptest! {
        #[test]
        fn any_text_is_run_or_refused(soql in "\\PC{0,80}") {
            drop(org().query(&env(), &soql, 0));
        }

        #[test]
        fn any_condition_is_run_or_refused(
            words in prop::collection::vec(
                prop::sample::select(vec![
                    "Id", "LastName", "Score__c", "CreatedDate", "IsConverted", "=", "!=", "<", ">=",
                    "LIKE", "IN", "NOT", "AND", "OR", "(", ")", ",", "null", "true", "'a%'", "5",
                    "-1e9", "2026-01-05", "2026-01-05T00:00:00Z", "LAST_N_DAYS:99999999999", "TODAY",
                    "ORDER", "BY", "DESC", "NULLS", "LAST", "LIMIT", "OFFSET", "NEXT_N_DAYS:2147483647",
                ]),
                0..12,
            ),
        ) {
            drop(org().query(&env(), &format!("SELECT Id FROM Lead WHERE {}", words.join(" ")), 0));
        }
    }
}
