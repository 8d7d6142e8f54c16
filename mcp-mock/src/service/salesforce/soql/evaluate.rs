//! The rows that a checked query finds.

use std::borrow::Borrow;
use std::cmp::Ordering;

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value;

use super::check::{Glob, Operand, Plan, SortKey, Test};
use super::date::{Period, midnight};
use super::path::value_at;
use super::syntax::Comparison;
use crate::service::salesforce::state::{Record, Salesforce};

impl Plan {
    /// The records, in order, after offset and limit.
    pub(super) fn rows<'a>(&self, salesforce: &'a Salesforce) -> Vec<&'a Record> {
        self.cut(salesforce, self.matching(salesforce))
    }

    /// The records that meet the condition, oldest first.
    pub(super) fn matching<'a>(&self, salesforce: &'a Salesforce) -> Vec<&'a Record> {
        let mut rows = salesforce.records(&self.object);
        if let Some(test) = &self.test {
            rows.retain(|record| meets(salesforce, test, record));
        }
        rows
    }

    /// Puts rows or groups in order and takes away what is before the offset and after the limit.
    pub(super) fn cut<R: Borrow<Record>>(
        &self,
        salesforce: &Salesforce,
        mut rows: Vec<R>,
    ) -> Vec<R> {
        // The sort is stable: what no key tells apart stays in the order of creation.
        rows.sort_by(|left, right| {
            let compare = |key| compare_by(salesforce, key, left.borrow(), right.borrow());
            self.order.iter().map(compare).fold(Ordering::Equal, Ordering::then)
        });
        let limit = self.limit.unwrap_or(usize::MAX);
        rows.into_iter().skip(self.offset).take(limit).collect()
    }
}

/// Whether a row or a group meets a condition.
pub(super) fn meets(salesforce: &Salesforce, test: &Test, record: &Record) -> bool {
    match test {
        Test::All(tests) => tests.iter().all(|test| meets(salesforce, test, record)),
        Test::Any(tests) => tests.iter().any(|test| meets(salesforce, test, record)),
        Test::Compare(field, comparison, operand) => {
            compares(&value_at(salesforce, record, field), *comparison, operand)
        }
        Test::In(field, operands) => {
            let value = value_at(salesforce, record, field);
            operands.iter().any(|operand| compares(&value, Comparison::Equal, operand))
        }
        Test::Like(field, pattern) => {
            let value = value_at(salesforce, record, field);
            value.as_str().is_some_and(|text| is_like(text, pattern))
        }
        Test::Not(test) => !meets(salesforce, test, record),
    }
}

/// A value that is null is unequal to every other and neither smaller nor greater.
fn compares(value: &Value, comparison: Comparison, operand: &Operand) -> bool {
    if comparison == Comparison::NotEqual {
        return !compares(value, Comparison::Equal, operand);
    }
    if let (Operand::Period(period), Some(time)) = (operand, value.as_str().and_then(moment)) {
        return lies(time, comparison, *period);
    }
    let order = match (value, operand) {
        (Value::Null, Operand::Null) => Some(Ordering::Equal),
        (Value::Bool(value), Operand::Flag(flag)) => Some(value.cmp(flag)),
        (Value::Number(value), Operand::Number(number)) => {
            value.as_f64().and_then(|value| value.partial_cmp(number))
        }
        (Value::String(value), Operand::Text(text)) => Some(value.to_lowercase().cmp(text)),
        (Value::String(value), Operand::Id(id)) => Some(value.cmp(id)),
        _ => None,
    };
    order.is_some_and(|order| match comparison {
        Comparison::Equal => order.is_eq(),
        Comparison::Greater => order.is_gt(),
        Comparison::GreaterOrEqual => order.is_ge(),
        Comparison::Less => order.is_lt(),
        Comparison::LessOrEqual => order.is_le(),
        Comparison::NotEqual => order.is_ne(),
    })
}

fn lies(time: Timestamp, comparison: Comparison, period: Period) -> bool {
    match comparison {
        Comparison::Equal => period.contains(time),
        Comparison::Greater => time >= period.from && !period.contains(time),
        Comparison::GreaterOrEqual => time >= period.from,
        Comparison::Less => time < period.from,
        Comparison::LessOrEqual => time < period.from || period.contains(time),
        Comparison::NotEqual => !period.contains(time),
    }
}

/// Walks both from left to right; at a mismatch it goes back to the last `%` and lets it take one more.
fn is_like(text: &str, pattern: &[Glob]) -> bool {
    let text: Vec<char> = text.chars().flat_map(char::to_lowercase).collect();
    let (mut at, mut next) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while let Some(character) = text.get(at) {
        match pattern.get(next) {
            Some(Glob::Any) => {
                retry = Some((at, next));
                next += 1;
            }
            Some(Glob::One) => (at, next) = (at + 1, next + 1),
            Some(Glob::Character(wanted)) if wanted == character => {
                (at, next) = (at + 1, next + 1);
            }
            _ => {
                let Some((from, any)) = retry else { return false };
                retry = Some((from + 1, any));
                (at, next) = (from + 1, any + 1);
            }
        }
    }
    pattern.iter().skip(next).all(|glob| *glob == Glob::Any)
}

fn compare_by(salesforce: &Salesforce, key: &SortKey, left: &Record, right: &Record) -> Ordering {
    let value = |record| value_at(salesforce, record, &key.field);
    let (left, right) = (value(left), value(right));
    let nulls = match (left.is_null(), right.is_null()) {
        (true, true) => return Ordering::Equal,
        (true, false) => Some(Ordering::Less),
        (false, true) => Some(Ordering::Greater),
        (false, false) => None,
    };
    if let Some(order) = nulls {
        return if key.nulls_last { order.reverse() } else { order };
    }
    let order = compare(&left, &right);
    if key.descending { order.reverse() } else { order }
}

/// Days and times are written so that their strings sort by time.
pub(super) fn compare(left: &Value, right: &Value) -> Ordering {
    match (left, right) {
        (Value::Bool(left), Value::Bool(right)) => left.cmp(right),
        (Value::Number(left), Value::Number(right)) => {
            left.as_f64().partial_cmp(&right.as_f64()).unwrap_or(Ordering::Equal)
        }
        (Value::String(left), Value::String(right)) => {
            left.to_lowercase().cmp(&right.to_lowercase())
        }
        _ => Ordering::Equal,
    }
}

/// A stored day or time as a moment.
fn moment(text: &str) -> Option<Timestamp> {
    match text.parse::<Timestamp>() {
        Ok(time) => Some(time),
        Err(_) => text.parse::<Date>().ok().and_then(midnight),
    }
}
