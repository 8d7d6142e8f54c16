//! What ties records together: values that only one may have, and what a deletion takes along.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::collections::is_same;
use super::custom::OnDelete;
use super::fields::FieldKind;
use super::objects::ObjectRule;
use super::refusal::{about_fields, bad_request};
use super::state::{Record, Salesforce};
use crate::service::ApiError;

/// A reference that the org added: its object, its name, and what it does when its target is deleted.
type Tie<'a> = (&'a str, &'a str, OnDelete);

impl Salesforce {
    /// Refuses values of unique fields that another record has.
    pub(super) fn check_unique(
        &self,
        rule: ObjectRule<'_>,
        own_id: Option<&str>,
        values: &BTreeMap<String, Value>,
    ) -> Result<(), ApiError> {
        for field in self.every_field(rule).iter().filter(|field| field.unique) {
            let Some(wanted) = values.get(field.name) else { continue };
            let same = |record: &&Record| {
                Some(record.id.as_str()) != own_id && is_same(&record.value(field.name), wanted)
            };
            if let Some(other) = self.records(rule.name).into_iter().find(same) {
                let message = format!(
                    "duplicate value found: {} duplicates value on record with id: {}",
                    field.name, other.id
                );
                return Err(about_fields("DUPLICATE_VALUE", message, &[field.name]));
            }
        }
        Ok(())
    }

    /// The ids of the records that go when this one goes.
    pub(super) fn gone_with(&self, id: &str) -> Result<BTreeSet<String>, ApiError> {
        let mut gone = BTreeSet::from([id.to_owned()]);
        let mut next = vec![id.to_owned()];
        while let Some(id) = next.pop() {
            for (object, field, on_delete) in self.ties() {
                let refers = |record: &&Record| record.text(field) == id;
                let mut referring = self.records(object).into_iter().filter(refers);
                match on_delete {
                    OnDelete::SetNull => {}
                    OnDelete::Restrict => {
                        if let Some(record) = referring.next() {
                            let message = format!(
                                "Your attempt to delete {id} could not be completed because it is \
                                 associated with the following {object}: {}",
                                record.id
                            );
                            return Err(bad_request("DELETE_FAILED", message));
                        }
                    }
                    OnDelete::Cascade => {
                        for record in referring {
                            if gone.insert(record.id.clone()) {
                                next.push(record.id.clone());
                            }
                        }
                    }
                }
            }
        }
        Ok(gone)
    }

    /// Empties the added references of living records to those that are gone.
    pub(super) fn forget(&mut self, gone: &BTreeSet<String>) {
        let owned = |(object, field, _): Tie<'_>| (object.to_owned(), field.to_owned());
        let ties: Vec<_> = self.ties().into_iter().map(owned).collect();
        for (object, field) in ties {
            let records = self.records.get_mut(&object).into_iter().flatten();
            for record in records.filter(|record| !record.deleted) {
                if gone.contains(record.text(&field)) {
                    record.fields.remove(&field);
                }
            }
        }
    }

    fn ties(&self) -> Vec<Tie<'_>> {
        let mut ties = Vec::new();
        for (object, fields) in &self.custom_fields {
            for (name, field) in fields.iter().filter(|(_, f)| f.kind == FieldKind::Reference) {
                ties.push((object.as_str(), name.as_str(), field.on_delete));
            }
        }
        ties
    }
}
