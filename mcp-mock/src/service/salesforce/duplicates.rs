//! Duplicate rules: which fields make two records the same.

use std::collections::BTreeMap;

use serde_json::Value;

use super::refusal::{about_fields, bad_request};
use super::state::Salesforce;
use crate::service::ApiError;

impl Salesforce {
    /// Refuses new records of an object that have the same values in these fields as one that is there.
    ///
    /// # Errors
    /// `NOT_FOUND` for an unknown object, `INVALID_FIELD` for an unknown field.
    pub fn add_duplicate_rule(&mut self, object: &str, fields: &[String]) -> Result<(), ApiError> {
        let rule = self.object(object)?;
        let mut names = Vec::new();
        for name in fields {
            let field = self.field(rule, name).ok_or_else(|| {
                let message = format!("No such column '{name}' on sobject of type {}", rule.name);
                about_fields("INVALID_FIELD", message, &[name])
            })?;
            names.push(field.name.to_owned());
        }
        self.duplicate_rules.insert(rule.name.to_owned(), names);
        Ok(())
    }

    /// The API refuses where the screen would only warn.
    pub(super) fn check_duplicates(
        &self,
        object: &str,
        fields: &BTreeMap<String, Value>,
    ) -> Result<(), ApiError> {
        let rule = self.duplicate_rules.get(object).filter(|names| !names.is_empty());
        let Some(names) = rule else { return Ok(()) };
        let mut known = self.records(object).into_iter();
        let is_there = known
            .any(|record| names.iter().all(|name| matches(fields.get(name), &record.value(name))));
        if is_there {
            return Err(bad_request("DUPLICATES_DETECTED", "Use one of these records?"));
        }
        Ok(())
    }
}

/// Texts match in whatever case; nothing matches nothing.
fn matches(new: Option<&Value>, known: &Value) -> bool {
    match (new, known) {
        (None | Some(Value::Null), _) => false,
        (Some(Value::String(new)), Value::String(known)) => new.eq_ignore_ascii_case(known),
        (Some(new), known) => new == known,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::seeded;
    use super::*;
    use crate::world::ServiceState;

    #[test]
    fn a_duplicate_is_refused_where_a_rule_asks_for_it() {
        let mut state = seeded(json!({
            "duplicate_rules": { "lead": ["email"] },
            "leads": [{ "LastName": "Ash", "Company": "Acme", "Email": "ash@acme.example" }],
        }));
        let (salesforce, mut api) = Salesforce::open(&mut state);
        let mut create = |values: Value| {
            let made = salesforce.create(&mut api, "Lead", values.as_object().unwrap());
            made.err().map(|refused| refused.code)
        };

        let same = json!({ "LastName": "A", "Company": "B", "Email": "ASH@acme.example" });
        assert_eq!(create(same).as_deref(), Some("DUPLICATES_DETECTED"));
        assert_eq!(create(json!({ "LastName": "Ash", "Company": "Acme" })), None);
    }
}
