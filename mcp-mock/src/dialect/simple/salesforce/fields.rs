//! The short names of fields, for arguments and for answers.

use serde_json::{Map, Value};

use crate::dialect::Refusal;
use crate::service::salesforce::Record;

/// Short names, and the names of the API. They mean the same for all objects.
const SHORT_NAMES: [(&str, &str); 26] = [
    ("account_id", "AccountId"),
    ("amount", "Amount"),
    ("case_number", "CaseNumber"),
    ("close_date", "CloseDate"),
    ("company", "Company"),
    ("contact_id", "ContactId"),
    ("created_at", "CreatedDate"),
    ("description", "Description"),
    ("email", "Email"),
    ("employees", "NumberOfEmployees"),
    ("first_name", "FirstName"),
    ("id", "Id"),
    ("industry", "Industry"),
    ("last_name", "LastName"),
    ("name", "Name"),
    ("notes", "Description"),
    ("origin", "Origin"),
    ("phone", "Phone"),
    ("priority", "Priority"),
    ("rating", "Rating"),
    ("score", "Score__c"),
    ("source", "LeadSource"),
    ("stage", "StageName"),
    ("status", "Status"),
    ("subject", "Subject"),
    ("title", "Title"),
];

/// The name of the API for a short name.
pub(super) fn api_name(short: &str) -> Option<&'static str> {
    SHORT_NAMES.iter().find(|(name, _)| *name == short).map(|(_, field)| *field)
}

/// Arguments as fields of the API; null empties one.
pub(super) fn named_by_api(arguments: Map<String, Value>) -> Result<Map<String, Value>, Refusal> {
    let field = |(name, value): (String, Value)| match api_name(&name) {
        Some(field) => Ok((field.to_owned(), value)),
        None => Err(Refusal::NotModelled(format!("`{name}` is the short name of no field"))),
    };
    arguments.into_iter().map(field).collect()
}

/// The fields of a record that the schema of an answer declares, under their short names; null when not set.
pub(super) fn named_shortly(record: &Record, schema: &Value) -> Value {
    let names = schema["properties"].as_object().into_iter().flat_map(Map::keys);
    let value = |name: &String| (name.clone(), record.value(api_name(name).unwrap_or_default()));
    Value::Object(names.map(value).collect())
}
