//! How faults are written: `crash`, `delay=3s`; in JSON and YAML also as an object of members.

use std::fmt;
use std::str::FromStr;

use mcp_core::schema::{Violation, violations};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{FAULTS, Fault, FaultRow};
use crate::notation::UnknownNameError;

/// A string that names no fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FaultError {
    /// No fault has that name.
    #[error(transparent)]
    Name(#[from] UnknownNameError),
    /// The fault needs another value after `=`.
    #[error("fault `{name}` needs {wanted}")]
    Value {
        /// The name of the fault.
        name: &'static str,
        /// What should stand after `=`.
        wanted: String,
    },
}

impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (text, None),
        };
        let row = FaultRow::named(name)?;
        let needs = |wanted| FaultError::Value { name: row.name, wanted };
        match (&row.value, value) {
            (None, None) => Ok(row.plain()),
            (None, Some(_)) => Err(needs("no value".to_owned())),
            (Some(value), text) => {
                let text = text.unwrap_or(value.usual);
                row.read(&value.form.to_json(text)).map_err(|_| needs(value.wanted(text)))
            }
        }
    }
}

/// Writes the name, and after `=` the value if the fault takes one. The other members of an HTTP status
/// and the message of an error are left out.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = self.row();
        f.write_str(row.name)?;
        match row.value_in(&mut json!(self)) {
            None => Ok(()),
            Some(Value::String(text)) => write!(f, "={text}"),
            Some(value) => write!(f, "={value}"),
        }
    }
}

impl Fault {
    /// Reads a fault from JSON: a string as [`FromStr`] takes it, or an object of one member, whose name is
    /// that of the fault. Violations have their places in `written`.
    pub(crate) fn read(written: &Value) -> Result<Self, Vec<Violation>> {
        let wrong = |message| vec![Violation { path: String::new(), message }];
        match written {
            Value::String(text) => {
                text.parse().map_err(|error: FaultError| wrong(error.to_string()))
            }
            Value::Object(members) => match members.iter().next().filter(|_| members.len() == 1) {
                None => {
                    let count = members.len();
                    Err(wrong(format!("a fault has one member, its name, got {count}")))
                }
                Some((name, value)) => {
                    let row = FaultRow::named(name).map_err(|error| wrong(error.to_string()))?;
                    row.read(value)
                }
            },
            _ => Err(violations(&json!({ "type": ["string", "object"] }), written)),
        }
    }

    /// The fault with its value within the bounds of its row.
    pub(crate) fn bounded(self) -> Self {
        self.row().bounded(self)
    }
}

impl FaultRow {
    /// The row of that name.
    fn named(name: &str) -> Result<&'static Self, UnknownNameError> {
        UnknownNameError::find("fault", name, FAULTS.iter().map(|row| (row.name, row)))
    }

    /// The fault without a value.
    fn plain(&self) -> Fault {
        Fault::deserialize(json!(self.name)).expect("a test reads every row")
    }

    /// The fault with a value as JSON writes it. Violations have their places below the fault.
    fn read(&self, written: &Value) -> Result<Fault, Vec<Violation>> {
        let name = self.name;
        let Some(value) = self.value else {
            let message = format!("fault `{name}` takes no values; write \"{name}\"");
            return Err(vec![Violation { path: String::new(), message }]);
        };
        let at = |path: &str| format!("/{name}{path}");
        let mut found = violations(&value.schema_for(written), written);
        found.iter_mut().for_each(|violation| violation.path = at(&violation.path));
        if !found.is_empty() {
            return Err(found);
        }
        let members = match value.member {
            Some(member) if !written.is_object() => json!({ member: written }),
            _ => written.clone(),
        };
        let wrong = |message| vec![Violation { path: at(""), message }];
        let fault = Fault::deserialize(json!({ name: members }));
        let fault = fault.map_err(|error| wrong(error.to_string()))?;
        let bounded = self.bounded(fault.clone());
        if bounded == fault {
            Ok(fault)
        } else {
            Err(wrong(format!("expected at most `{bounded}`")))
        }
    }

    fn bounded(&self, fault: Fault) -> Fault {
        let mut form = json!(fault);
        match (self.value, self.value_in(&mut form)) {
            (Some(value), Some(written)) => *written = value.form.bounded(written),
            _ => return fault,
        }
        Fault::deserialize(form).unwrap_or(fault)
    }

    /// The value in the JSON of a fault.
    fn value_in<'a>(&self, form: &'a mut Value) -> Option<&'a mut Value> {
        let value = form.get_mut(self.name)?;
        match self.value?.member {
            Some(member) => value.get_mut(member),
            None => Some(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::value::{FaultValue, Form};
    use super::*;

    #[track_caller]
    fn check_refused(text: &str, message: &str) {
        assert_eq!(text.parse::<Fault>().unwrap_err().to_string(), message);
    }

    #[test]
    fn every_fault_of_the_table_is_read_with_its_usual_value() {
        for known in FAULTS {
            let fault: Fault = known.name.parse().unwrap();

            assert_eq!(fault.name(), known.name);
            assert_eq!(fault.to_string().parse(), Ok(fault.clone()));
            assert_eq!(fault.clone().bounded(), fault);
        }
    }

    /// Serde knows the names of all variants, and lists them for one that is none.
    #[track_caller]
    fn check_variants(written: Value, names: impl Iterator<Item = &'static str>) {
        let error = Fault::deserialize(written).unwrap_err().to_string();
        let (_, variants) = error.split_once("expected one of ").unwrap();
        let mut variants: Vec<_> =
            variants.split(", ").map(|name| name.trim_matches('`')).collect();
        variants.sort_unstable();

        assert_eq!(variants, names.collect::<Vec<_>>());
    }

    #[test]
    fn every_variant_has_a_row() {
        check_variants(json!("none"), FAULTS.iter().map(|row| row.name));
        for row in FAULTS {
            if let Some(FaultValue { form: Form::Kind(kinds), .. }) = row.value {
                check_variants(json!({ row.name: "none" }), kinds.iter().map(|kind| kind.name));
            }
        }
    }

    #[test]
    fn wrong_fault_names_the_nearest_or_all() {
        check_refused("crahs", "`crahs` is no fault (did you mean `crash`?)");
        let all = "x".parse::<Fault>().unwrap_err().to_string();
        assert!(
            all.starts_with("`x` is no fault; there are answer-and-close, auth-expiry, "),
            "{all}"
        );
    }

    #[test]
    fn wrong_value_says_what_is_wanted() {
        check_refused("delay=soon", "fault `delay` needs a time such as `=200ms`");
        check_refused("late-answer=2h", "fault `late-answer` needs a time of at most 1h");
        check_refused("http-status=20", "fault `http-status` needs a status such as `=503`");
        check_refused("oversize=1MB", "fault `oversize` needs a number of bytes");
        check_refused("noise=100001", "fault `noise` needs a number of lines from 0 to 100000");
        check_refused("crash=1", "fault `crash` needs no value");
        let near = "a kind that `mcp-mock faults` lists (did you mean `batch`?)";
        check_refused("malformed=bach", &format!("fault `malformed` needs {near}"));
    }

    #[test]
    fn one_fault_is_written_in_several_ways() {
        let late = Fault::LateAnswer { after: Duration::from_secs(2) };
        let written = [
            json!("late-answer"),
            json!("late-answer=2s"),
            json!("late-answer=2000"),
            json!({ "late-answer": "2s" }),
            json!({ "late-answer": 2000 }),
            json!({ "late-answer": { "after_ms": 2000 } }),
        ];

        for written in written {
            assert_eq!(Fault::read(&written), Ok(late.clone()), "{written}");
        }
        assert_eq!(late.to_string(), "late-answer=2s");
    }

    #[test]
    fn value_from_rust_is_kept_within_its_bounds() {
        let table = [
            (Fault::Noise { lines: u32::MAX }, "noise=100000"),
            (Fault::SlowDrip { bytes_per_second: 0 }, "slow-drip=1"),
            (Fault::LateAnswer { after: Duration::MAX }, "late-answer=1h"),
        ];
        for (fault, bounded) in table {
            assert_eq!(fault.bounded().to_string(), bounded);
        }
    }
}
