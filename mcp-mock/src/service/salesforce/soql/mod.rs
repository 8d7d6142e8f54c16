//! SOQL: a useful subset, with the vendor's errors for the rest.
//!
//! `SELECT` fields, parents by dots, aggregates or `COUNT()`, `FROM` one object, `WHERE` with comparisons,
//! `LIKE`, `IN`, `AND`, `OR`, `NOT` and brackets, `GROUP BY`, `HAVING`, `ORDER BY`, `LIMIT`, `OFFSET`. One
//! level of queries in brackets: children by the name of their relation, and ids after `IN`. Not:
//! functions other than parts of dates, `ROLLUP` and `CUBE`.
//! The way of a query: string → tokens → [`syntax`] → checked against the fields → rows.

mod check;
mod children;
mod date;
mod evaluate;
mod group;
mod parse;
mod path;
mod syntax;
mod token;

use jiff::Timestamp;
use serde_json::{Value, json};

use self::check::Plan;
use self::children::ChildPlan;
use super::Api;
use super::quota::spend_request;
use super::refusal::bad_request;
use super::state::{Record, Salesforce};
use crate::service::ApiError;

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
    pub fn query(
        &self,
        api: &mut Api<'_>,
        soql: &str,
        first: usize,
    ) -> Result<QueryResult, ApiError> {
        spend_request(api)?;
        self.select(api.clock.now(), soql, first)
    }

    /// Runs a query without a request of its own.
    pub(super) fn select(
        &self,
        now: Timestamp,
        soql: &str,
        first: usize,
    ) -> Result<QueryResult, ApiError> {
        if soql.chars().count() > QUERY_CHARS_MAX {
            let message =
                format!("SOQL statements cannot be longer than {QUERY_CHARS_MAX} characters");
            return Err(bad_request("QUERY_TOO_COMPLICATED", message));
        }
        let parsed = parse::parse(soql);
        let plan = parsed.and_then(|query| Plan::new(self, query, now));
        let plan = plan.map_err(|error| error.located(soql))?;

        if let Some(groups) = &plan.groups {
            let records = groups.rows(&plan, self);
            return Ok(QueryResult { total_size: records.len(), records, next: None });
        }
        let rows = plan.rows(self);
        let total_size = rows.len();
        if plan.counts() {
            return Ok(QueryResult { total_size, records: Vec::new(), next: None });
        }
        let batch = rows.iter().skip(first).take(BATCH_ROWS);
        let records = batch.map(|record| self.row(record, &plan)).collect();
        let next = first.saturating_add(BATCH_ROWS);
        Ok(QueryResult { total_size, records, next: Some(next).filter(|next| *next < total_size) })
    }

    fn row(&self, record: &Record, plan: &Plan) -> Value {
        let mut row = with_attributes(record);
        for path in plan.selected() {
            self.put(&mut row, record, path);
        }
        for children in &plan.children {
            row[children.relation.as_str()] = self.children(record, children);
        }
        row
    }

    /// The children of one row; null when it has none.
    fn children(&self, record: &Record, children: &ChildPlan) -> Value {
        let is_child = |child: &&Record| child.text(&children.field) == record.id;
        let found = children.plan.matching(self).into_iter().filter(is_child).collect();
        let found = children.plan.cut(self, found);
        if found.is_empty() {
            return Value::Null;
        }
        let records: Vec<_> = found.iter().map(|child| self.row(child, &children.plan)).collect();
        json!({ "totalSize": records.len(), "done": true, "records": records })
    }

    /// Puts a value into a row; parents are objects inside, or null.
    fn put(&self, row: &mut Value, record: &Record, path: &str) {
        let Some((relation, rest)) = path.split_once('.') else {
            row[path] = path::value_at(self, record, path);
            return;
        };
        let Some(parent) = path::parent_of(self, record, relation) else {
            row[relation] = Value::Null;
            return;
        };
        if !row[relation].is_object() {
            row[relation] = with_attributes(parent);
        }
        self.put(&mut row[relation], parent, rest);
    }
}

fn with_attributes(record: &Record) -> Value {
    let url = format!("/services/data/v60.0/sobjects/{}/{}", record.object, record.id);
    json!({ "attributes": { "type": record.object, "url": url } })
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

    use super::super::{RecordRef, seeded};
    use super::*;
    use crate::world::{ServiceState, State};

    fn query(org: &State, soql: &str) -> Result<QueryResult, ApiError> {
        org.salesforce.select(org.env.clock.now(), soql, 0)
    }

    fn org() -> State {
        seeded(json!({
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
    }

    /// Holds the last names of the leads that a condition finds against the expected ones.
    #[track_caller]
    fn check(rest: &str, expected: &str) {
        let result = query(&org(), &format!("SELECT LastName FROM Lead {rest}")).unwrap();
        let names = result.records.iter().map(|row| row["LastName"].as_str().unwrap());
        assert_eq!(names.collect::<Vec<_>>().join(" "), expected, "{rest}");
    }

    /// Holds the code and the message of a refusal against the expected ones.
    #[track_caller]
    fn refused(soql: &str) -> (String, String) {
        let refused = query(&org(), soql).unwrap_err();
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
            let result = query(&org(), &soql).unwrap();
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
        let id = &org.salesforce.records("Lead")[0].id;

        for id in [id.as_str(), &id[..15]] {
            let soql = format!("SELECT Id FROM Lead WHERE Id = '{id}'");
            assert_eq!(query(&org, &soql).unwrap().total_size, 1);
        }
    }

    #[test]
    fn a_row_says_what_it_is() {
        let result = query(&org(), "SELECT Id, rating FROM lead LIMIT 1").unwrap();

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
        let result = query(&org(), "SELECT COUNT() FROM Lead").unwrap();

        assert_eq!((result.total_size, result.records.len(), result.next), (3, 0, None));
    }

    #[test]
    fn deleted_records_are_not_found() {
        let mut org = org();
        let (salesforce, mut api) = Salesforce::open(&mut org);
        let id = salesforce.records("Lead")[0].id.clone();
        salesforce.delete(&mut api, RecordRef { object: "Lead", id: &id }).unwrap();

        assert_eq!(query(&org, "SELECT COUNT() FROM Lead").unwrap().total_size, 2);
    }

    #[test]
    fn batches_follow_each_other() {
        let mut org = State::empty(1);
        let (salesforce, mut api) = Salesforce::open(&mut org);
        for number in 0..2_500 {
            let fields = json!({ "Subject": number.to_string() });
            salesforce.create(&mut api, "Task", fields.as_object().unwrap()).unwrap();
        }

        let soql = "SELECT Subject FROM Task";
        let first = salesforce.query(&mut api, soql, 0).unwrap();
        let second = salesforce.query(&mut api, soql, first.next.unwrap()).unwrap();

        assert_eq!((first.total_size, first.records.len()), (2_500, 2_000));
        assert_eq!((second.records.len(), second.next), (500, None));
    }

    fn sales() -> State {
        seeded(json!({
            "accounts": [{ "Name": "Acme", "Industry": "Retail" }, { "Name": "Zen" }],
            "contacts": [
                { "LastName": "Ash", "AccountId": "@Acme" }, { "LastName": "Bo", "AccountId": "@Zen" },
                { "LastName": "Cox" },
            ],
            "opportunities": [
                { "Name": "a", "StageName": "Won", "CloseDate": "2026-01-05", "Amount": 10 },
                { "Name": "b", "StageName": "won", "CloseDate": "2026-04-05", "Amount": 5.5 },
                { "Name": "c", "StageName": "Lost", "CloseDate": "2025-04-05" },
            ],
        }))
    }

    /// The rows of a query without their attributes.
    #[track_caller]
    fn rows(soql: &str) -> Value {
        let mut records = query(&sales(), soql).unwrap().records;
        for record in &mut records {
            record.as_object_mut().unwrap().remove("attributes");
        }
        Value::from(records)
    }

    #[test]
    fn parents_are_read_filtered_and_sorted_by_dots() {
        let soql =
            "SELECT LastName, Account.Name FROM Contact ORDER BY account.name DESC NULLS LAST";

        let found = query(&sales(), soql).unwrap().records;

        assert_eq!(found[0]["Account"]["Name"], "Zen");
        assert_eq!(found[0]["Account"]["attributes"]["type"], "Account");
        assert_eq!(found[2]["Account"], Value::Null);
        let retail = "SELECT LastName FROM Contact WHERE Account.Industry = 'retail'";
        assert_eq!(rows(retail), json!([{ "LastName": "Ash" }]));
        let strange = query(&sales(), "SELECT Owner.Name FROM Contact").unwrap_err();
        assert!(strange.message.contains("Didn't understand relationship 'Owner'"), "{strange}");
    }

    #[test]
    fn groups_are_counted_and_summed() {
        let soql = "SELECT StageName, COUNT(Id) Deals, SUM(Amount), MAX(CloseDate) Last \
                    FROM Opportunity GROUP BY StageName HAVING COUNT(Id) > 0 ORDER BY COUNT(Id) DESC";

        let expected = json!([
            { "StageName": "Won", "Deals": 2, "expr0": 15.5, "Last": "2026-04-05" },
            { "StageName": "Lost", "Deals": 1, "expr0": null, "Last": "2025-04-05" },
        ]);
        assert_eq!(rows(soql), expected);
    }

    #[test]
    fn groups_may_be_years_or_everything() {
        let years = "SELECT CALENDAR_YEAR(CloseDate) Year, COUNT(Id) n FROM Opportunity \
                     GROUP BY CALENDAR_YEAR(CloseDate) HAVING SUM(Amount) > 1";
        let all = "SELECT COUNT_DISTINCT(StageName) a, AVG(Amount) b, COUNT() c FROM Opportunity";

        assert_eq!(rows(years), json!([{ "Year": 2026, "n": 2 }]));
        assert_eq!(rows(all), json!([{ "a": 2, "b": 7.75, "c": 3 }]));
        let none = "SELECT COUNT(Id) n FROM Task GROUP BY Status";
        assert_eq!(rows(none), json!([]));
    }

    #[test]
    fn what_is_not_grouped_is_refused() {
        for (soql, hint) in [
            ("SELECT Name FROM Lead GROUP BY Rating", "Field must be grouped or aggregated: Name"),
            ("SELECT COUNT(Id) FROM Lead GROUP BY Rating ORDER BY Name", "grouped or aggregated"),
            ("SELECT Id FROM Lead WHERE COUNT(Id) > 1", "unexpected token: 'COUNT(Id)'"),
            ("SELECT Id FROM Lead HAVING COUNT(Id) > 1", "unexpected token: 'HAVING'"),
            ("SELECT COUNT() FROM Lead GROUP BY Rating", "cannot use COUNT()"),
            ("SELECT Name n FROM Lead", "only aggregate expressions use field aliasing"),
            ("SELECT FIELDS(ALL) FROM Lead", "must have a LIMIT of at most 200"),
        ] {
            let (code, message) = refused(soql);
            assert_eq!(code, "MALFORMED_QUERY", "{soql}");
            assert!(message.contains(hint), "{message}");
        }
        assert_eq!(refused("SELECT SUM(Name) FROM Lead").0, "INVALID_FIELD");
    }

    #[test]
    fn all_fields_come_with_a_limit() {
        let row = rows("SELECT FIELDS(ALL) FROM Account LIMIT 1")[0].clone();

        assert_eq!((&row["Name"], &row["Website"]), (&json!("Acme"), &Value::Null));
    }

    #[test]
    fn an_offset_is_2000_at_most() {
        assert!(query(&org(), "SELECT Id FROM Lead OFFSET 2000").is_ok());
        let (code, message) = refused("SELECT Id FROM Lead OFFSET 2001");
        assert_eq!(code, "NUMBER_OUTSIDE_VALID_RANGE");
        assert!(message.contains("Maximum SOQL offset allowed is 2000"), "{message}");
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
            drop(query(&org(), &soql));
        }

        #[test]
        fn any_condition_is_run_or_refused(
            words in prop::collection::vec(
                prop::sample::select(vec![
                    "Id", "LastName", "Score__c", "CreatedDate", "IsConverted", "=", "!=", "<", ">=",
                    "LIKE", "IN", "NOT", "AND", "OR", "(", ")", ",", "null", "true", "'a%'", "5",
                    "-1e9", "2026-01-05", "2026-01-05T00:00:00Z", "LAST_N_DAYS:99999999999", "TODAY",
                    "GROUP", "HAVING", "COUNT", "Name", "CALENDAR_YEAR", "Account.Name",
                    "ORDER", "BY", "DESC", "NULLS", "LAST", "LIMIT", "OFFSET", "NEXT_N_DAYS:2147483647", "SELECT", "FROM", "Contact",
                ]),
                0..12,
            ),
        ) {
            drop(query(&org(), &format!("SELECT Id FROM Lead WHERE {}", words.join(" "))));
        }
    }
}
