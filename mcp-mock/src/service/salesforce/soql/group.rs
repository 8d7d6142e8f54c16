//! Rows put together to groups, and what is counted and summed over each.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::check::{Plan, Test};
use super::evaluate::{compare, meets};
use super::path::value_at;
use crate::service::salesforce::fields::FieldKind;
use crate::service::salesforce::state::{Record, Salesforce};

const AGGREGATES: [&str; 6] = ["AVG", "COUNT", "COUNT_DISTINCT", "MAX", "MIN", "SUM"];

/// How rows are put together.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Groups {
    /// What the rows of a group have in common; all rows are one group when there is nothing.
    pub(super) keys: Vec<String>,
    /// What to give of a group: the name in the answer and what is meant.
    pub(super) columns: Vec<(String, String)>,
    /// What a group must meet.
    pub(super) having: Option<Test>,
}

/// Whether a name is a call that takes several rows.
pub(super) fn is_aggregate(name: &str) -> bool {
    name.split_once('(').is_some_and(|(function, _)| AGGREGATES.contains(&function))
}

/// The type of an aggregate over fields of this type; `None` when there is no such aggregate.
pub(super) fn aggregate_kind(function: &str, kind: FieldKind) -> Option<FieldKind> {
    let is_number = matches!(
        kind,
        FieldKind::Currency | FieldKind::Double | FieldKind::Int | FieldKind::Percent
    );
    match function {
        "COUNT" | "COUNT_DISTINCT" => Some(FieldKind::Int),
        "AVG" | "SUM" => Some(FieldKind::Double).filter(|_| is_number),
        _ => Some(kind).filter(|kind| !matches!(kind, FieldKind::Boolean | FieldKind::TextArea)),
    }
}

impl Groups {
    /// The groups in the vendor's shape, in order, after offset and limit.
    pub(super) fn rows(&self, plan: &Plan, salesforce: &Salesforce) -> Vec<Value> {
        let mut wanted: Vec<&str> = self.columns.iter().map(|(_, key)| key.as_str()).collect();
        wanted.extend(plan.order.iter().map(|key| key.field.as_str()));
        self.having.iter().for_each(|having| names(having, &mut wanted));

        let groups = self.members(plan, salesforce).into_iter().map(|members| {
            let value = |key: &&str| ((*key).to_owned(), self.value(salesforce, key, &members));
            Record { fields: wanted.iter().map(value).collect(), ..Record::default() }
        });
        let meets = |group: &Record| {
            self.having.as_ref().is_none_or(|having| meets(salesforce, having, group))
        };
        let groups = plan.cut(salesforce, groups.filter(meets).collect());
        groups.iter().map(|group| self.row(group)).collect()
    }

    /// The rows of each group; groups are in the order of their first rows.
    fn members<'a>(&self, plan: &Plan, salesforce: &'a Salesforce) -> Vec<Vec<&'a Record>> {
        let rows = plan.matching(salesforce);
        if self.keys.is_empty() {
            return vec![rows];
        }
        let mut places = BTreeMap::new();
        let mut groups: Vec<Vec<&Record>> = Vec::new();
        for row in rows {
            let values = self.keys.iter().map(|key| match value_at(salesforce, row, key) {
                Value::String(text) => json!(text.to_lowercase()),
                other => other,
            });
            let values = values.collect::<Vec<_>>();
            let place = *places.entry(Value::from(values).to_string()).or_insert(groups.len());
            match groups.get_mut(place) {
                Some(group) => group.push(row),
                None => groups.push(vec![row]),
            }
        }
        groups
    }

    fn value(&self, salesforce: &Salesforce, key: &str, members: &[&Record]) -> Value {
        let Some((function, inner)) = key.split_once('(').filter(|_| is_aggregate(key)) else {
            return members.first().map_or(Value::Null, |row| value_at(salesforce, row, key));
        };
        let inner = inner.trim_end_matches(')');
        if inner.is_empty() {
            return json!(members.len());
        }
        let values = members.iter().map(|row| value_at(salesforce, row, inner));
        aggregate(function, values.filter(|value| !value.is_null()).collect())
    }

    fn row(&self, group: &Record) -> Value {
        let mut row = json!({ "attributes": { "type": "AggregateResult" } });
        for (label, key) in &self.columns {
            row[label.as_str()] = group.fields.get(key).cloned().unwrap_or_default();
        }
        row
    }
}

fn aggregate(function: &str, mut values: Vec<Value>) -> Value {
    match function {
        "COUNT" => json!(values.len()),
        "COUNT_DISTINCT" => {
            values.sort_by(compare);
            values.dedup_by(|left, right| compare(left, right) == Ordering::Equal);
            json!(values.len())
        }
        "MAX" => values.into_iter().max_by(compare).unwrap_or_default(),
        "MIN" => values.into_iter().min_by(compare).unwrap_or_default(),
        _ if values.is_empty() => Value::Null,
        _ => {
            let sum: f64 = values.iter().filter_map(Value::as_f64).sum();
            #[expect(clippy::cast_precision_loss, reason = "no org has 2^52 records")]
            let count = values.len() as f64;
            json!(if function == "AVG" { sum / count } else { sum })
        }
    }
}

/// What a condition speaks of.
fn names<'a>(test: &'a Test, found: &mut Vec<&'a str>) {
    match test {
        Test::All(tests) | Test::Any(tests) => tests.iter().for_each(|test| names(test, found)),
        Test::Compare(name, ..) | Test::In(name, _) | Test::Like(name, _) => found.push(name),
        Test::Not(test) => names(test, found),
    }
}
