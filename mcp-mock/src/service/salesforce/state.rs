//! What the org stores.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::apex::ApexText;
use super::custom::{CustomField, CustomObject};
use super::ids::long_id;
use super::permissions::Access;
use super::trace::{TraceFlag, User};

/// One org.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Salesforce {
    /// Records by object, in the order of creation, deleted ones included.
    pub records: BTreeMap<String, Vec<Record>>,
    /// Objects that the org added, by name; the names end in `__c`.
    #[serde(default)]
    pub custom_objects: BTreeMap<String, CustomObject>,
    /// Fields that the org added, by name, by object; the names end in `__c`.
    pub custom_fields: BTreeMap<String, BTreeMap<String, CustomField>>,
    /// What profiles may do with a field, by profile, by object and field; a field that is not here is
    /// an administrator's.
    #[serde(default)]
    pub field_permissions: BTreeMap<String, BTreeMap<String, Access>>,
    /// Profiles besides those that every org has.
    #[serde(default)]
    pub profiles: Vec<String>,
    /// People besides the administrator.
    #[serde(default)]
    pub users: Vec<User>,
    /// The users whose actions are logged.
    #[serde(default)]
    pub trace_flags: Vec<TraceFlag>,
    /// Apex classes.
    #[serde(default)]
    pub apex_classes: Vec<ApexText>,
    /// Apex triggers.
    #[serde(default)]
    pub apex_triggers: Vec<ApexText>,
    /// How many cases were ever made; case numbers follow from it without gaps.
    pub cases_made: u64,
    /// Whether picklists refuse values that they do not list. Standard ones do not.
    pub strict_picklists: bool,
    /// Fields by object: a new record is refused when another has the same values in all of them.
    #[serde(default)]
    pub duplicate_rules: BTreeMap<String, Vec<String>>,
}

impl Salesforce {
    /// The records of an object that are not deleted, oldest first.
    #[must_use]
    pub fn records(&self, object: &str) -> Vec<&Record> {
        let all = self.records.get(object).into_iter().flatten();
        all.filter(|record| !record.deleted).collect()
    }

    /// The record with this id of 15 or 18 characters, deleted or not.
    #[must_use]
    pub fn record(&self, id: &str) -> Option<&Record> {
        let id = long_id(id)?;
        self.records.values().flatten().find(|record| record.id == id)
    }
}

/// Which record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordRef<'a> {
    /// The name of its object, in whatever case.
    pub object: &'a str,
    /// Its id of 15 or 18 characters.
    pub id: &'a str,
}

/// Which field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldRef<'a> {
    /// The name of its object, in whatever case.
    pub object: &'a str,
    /// The API name of the field, in whatever case.
    pub name: &'a str,
}

/// One record.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Eighteen characters.
    pub id: String,
    /// Its object, such as `Lead`.
    pub object: String,
    /// Values by the name of the field; a field that was never set is not there.
    pub fields: BTreeMap<String, Value>,
    /// Whether it lies in the recycle bin.
    pub deleted: bool,
}

impl Record {
    /// The value of a field; null when it is not set.
    #[must_use]
    pub fn value(&self, field: &str) -> Value {
        match field {
            "Id" => Value::from(self.id.as_str()),
            _ => self.fields.get(field).cloned().unwrap_or(Value::Null),
        }
    }

    /// The string in a field; empty when the field is not set or holds something else.
    #[must_use]
    pub fn text(&self, field: &str) -> &str {
        match field {
            "Id" => &self.id,
            _ => self.fields.get(field).and_then(Value::as_str).unwrap_or_default(),
        }
    }
}
