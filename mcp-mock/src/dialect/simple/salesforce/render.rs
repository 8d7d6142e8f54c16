//! How records look in the answers of this dialect, and what its arguments mean.

use serde_json::{Map, Value, json};

use crate::dialect::Arguments;
use crate::dialect::schema::{nullable, number, object, required, text};
use crate::service::ApiError;
use crate::service::salesforce::{Record, Salesforce};

/// The short names of the fields of a lead.
pub(super) const LEAD: [(&str, &str); 15] = [
    ("name", "Name"),
    ("first_name", "FirstName"),
    ("last_name", "LastName"),
    ("company", "Company"),
    ("email", "Email"),
    ("phone", "Phone"),
    ("title", "Title"),
    ("industry", "Industry"),
    ("employees", "NumberOfEmployees"),
    ("status", "Status"),
    ("rating", "Rating"),
    ("score", "Score__c"),
    ("source", "LeadSource"),
    ("notes", "Description"),
    ("created_at", "CreatedDate"),
];

/// The schema of a lead.
pub(super) fn lead_schema() -> Value {
    object([
        required("id", text("Id with 18 characters")),
        required("name", text("Full name")),
        required("first_name", nullable(text("First name"))),
        required("last_name", text("Last name")),
        required("company", text("Company")),
        required("email", nullable(text("Address"))),
        required("phone", nullable(text("Phone number"))),
        required("title", nullable(text("What the person does"))),
        required("industry", nullable(text("Branch of the company"))),
        required("employees", nullable(number("People at the company"))),
        required("status", nullable(text("How far the lead is"))),
        required("rating", nullable(text("Hot, Warm or Cold"))),
        required("score", nullable(number("Score, kept in the field Score__c"))),
        required("source", nullable(text("Where the lead came from"))),
        required("notes", nullable(text("Notes, kept in the field Description"))),
        required("created_at", text("When it was made")),
    ])
}

/// A lead by id.
pub(super) fn lead_by_id(salesforce: &Salesforce, id: &str) -> Result<Value, ApiError> {
    salesforce.get("Lead", id).map(lead)
}

fn lead(record: &Record) -> Value {
    let mut rendered = json!({ "id": record.id });
    for (name, field) in LEAD {
        rendered[name] = record.value(field);
    }
    rendered
}

/// The API's fields for those arguments that were given; null empties one.
pub(super) fn fields(arguments: &Arguments, names: &[(&str, &str)]) -> Map<String, Value> {
    let given = names.iter().filter_map(|(name, field)| {
        let value = arguments.given(name)?;
        Some(((*field).to_owned(), value.clone()))
    });
    given.collect()
}

/// The schema of an answer that is just an id.
pub(super) fn id_schema() -> Value {
    object([required("id", text("Id with 18 characters"))])
}
