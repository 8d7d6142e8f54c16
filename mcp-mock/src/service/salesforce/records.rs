//! Records: creating, reading, updating, deleting.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::Api;
use super::fields::{Field, FieldKind, datetime};
use super::ids::{long_id, new_id};
use super::objects::ObjectRule;
use super::quota::spend_request;
use super::refusal::{about_fields, deleted, malformed_id, not_found};
use super::state::{Record, RecordRef, Salesforce};
use crate::service::ApiError;

/// The number of the case before the first.
const CASE_NUMBER_BASE: u64 = 1_000;

/// How likely an opportunity is at a stage, in percent.
const PROBABILITIES: [(&str, u8); 10] = [
    ("Prospecting", 10),
    ("Qualification", 10),
    ("Needs Analysis", 20),
    ("Value Proposition", 50),
    ("Id. Decision Makers", 60),
    ("Perception Analysis", 70),
    ("Proposal/Price Quote", 75),
    ("Negotiation/Review", 90),
    ("Closed Won", 100),
    ("Closed Lost", 0),
];

impl Salesforce {
    /// Creates a record.
    ///
    /// # Errors
    /// `NOT_FOUND` for an unknown object, `INVALID_FIELD` for an unknown field,
    /// `REQUIRED_FIELD_MISSING` with all that are missing, `DUPLICATES_DETECTED` when a duplicate rule
    /// finds the record there already, or what is wrong with a value.
    pub fn create(
        &mut self,
        api: &mut Api<'_>,
        object: &str,
        values: &Map<String, Value>,
    ) -> Result<&Record, ApiError> {
        spend_request(api)?;
        self.insert(api, object, values)
    }

    /// Creates a record without a request of its own.
    pub(super) fn insert(
        &mut self,
        api: &mut Api<'_>,
        object: &str,
        values: &Map<String, Value>,
    ) -> Result<&Record, ApiError> {
        let rule = self.object(object)?;
        let mut fields = self.accept(rule, values)?;
        let known = self.fields(rule);
        let lacks = |field: &&Field<'_>| {
            field.required && fields.get(field.name).is_none_or(Value::is_null)
        };
        let missing: Vec<_> = known.iter().filter(lacks).map(|field| field.name).collect();
        check_missing(&missing)?;
        self.check_duplicates(rule.name, &fields)?;
        self.check_unique(rule, None, &fields)?;
        for field in &known {
            let default = match field.default {
                Some(value) => Value::from(value),
                None if field.kind == FieldKind::Boolean => Value::from(false),
                None => continue,
            };
            fields.entry(field.name.to_owned()).or_insert(default);
        }
        let now = api.clock.now();
        fields.insert("CreatedDate".to_owned(), Value::from(datetime(now)));
        let (object, prefix) = (rule.name.to_owned(), rule.prefix.to_owned());
        if object == "Case" {
            self.cases_made += 1;
            let number = format!("{:08}", CASE_NUMBER_BASE + self.cases_made);
            fields.insert("CaseNumber".to_owned(), Value::from(number));
        }
        compute(&object, &mut fields, now);

        let id = new_id(api.ids, &prefix);
        if let Some(custom) = self.custom_objects.get_mut(&object) {
            let name = custom.next_name(&id);
            fields.entry("Name".to_owned()).or_insert_with(|| Value::from(name));
        }
        let records = self.records.entry(object.clone()).or_default();
        let place = records.len();
        records.push(Record { id, object, fields, deleted: false });
        Ok(&records[place])
    }

    /// Reads a record by its id of 15 or 18 characters.
    ///
    /// # Errors
    /// `MALFORMED_ID` when it is no id, `NOT_FOUND` when there is no such record of the object,
    /// `ENTITY_IS_DELETED` when it was deleted.
    pub fn get(&self, api: &mut Api<'_>, record: RecordRef<'_>) -> Result<&Record, ApiError> {
        spend_request(api)?;
        self.find(record)
    }

    /// Every field of a record that the account may see, by name; null when it is not set. Free, as a part of
    /// reading the record.
    #[must_use]
    pub fn values(&self, record: &Record) -> Map<String, Value> {
        let rule = self.find_object(&record.object);
        let fields = rule.map(|rule| self.fields(rule)).unwrap_or_default().into_iter();
        fields.map(|field| (field.name.to_owned(), record.value(field.name))).collect()
    }

    /// The record, without a request.
    pub(super) fn find(
        &self,
        RecordRef { object, id }: RecordRef<'_>,
    ) -> Result<&Record, ApiError> {
        let rule = self.object(object)?;
        let id = long_id(id).ok_or_else(|| malformed_id(id))?;
        let records = self.records.get(rule.name).map(Vec::as_slice).unwrap_or_default();
        let record = records.iter().find(|record| record.id == id).ok_or_else(not_found)?;
        if record.deleted { Err(deleted()) } else { Ok(record) }
    }

    /// Changes fields of a record; null empties one.
    ///
    /// # Errors
    /// As [`create`](Self::create) and [`get`](Self::get).
    pub fn update(
        &mut self,
        api: &mut Api<'_>,
        record: RecordRef<'_>,
        values: &Map<String, Value>,
    ) -> Result<&Record, ApiError> {
        spend_request(api)?;
        self.change(api.clock.now(), record, values)
    }

    /// Changes a record without a request of its own.
    pub(super) fn change(
        &mut self,
        now: Timestamp,
        record: RecordRef<'_>,
        values: &Map<String, Value>,
    ) -> Result<&Record, ApiError> {
        let rule = self.object(record.object)?;
        let id = self.find(record)?.id.clone();
        let mut changes = self.accept(rule, values)?;
        let known = self.fields(rule);
        let empties = |field: &&Field<'_>| {
            field.required && changes.get(field.name).is_some_and(Value::is_null)
        };
        let missing: Vec<_> = known.iter().filter(empties).map(|field| field.name).collect();
        check_missing(&missing)?;
        self.check_unique(rule, Some(&id), &changes)?;

        let object = rule.name.to_owned();
        let mut records = self.records.get_mut(&object).into_iter().flatten();
        let record = records.find(|record| record.id == id).ok_or_else(not_found)?;
        let stage = changes.contains_key("StageName") && !changes.contains_key("Probability");
        if stage {
            // A new stage brings its own probability.
            record.fields.remove("Probability");
        }
        record.fields.append(&mut changes);
        compute(&object, &mut record.fields, now);
        Ok(record)
    }

    /// Moves a record into the recycle bin, together with those that do not stay without it.
    ///
    /// # Errors
    /// `DELETE_FAILED` when a record that refers to it forbids that; else as [`get`](Self::get).
    pub fn delete(&mut self, api: &mut Api<'_>, record: RecordRef<'_>) -> Result<(), ApiError> {
        spend_request(api)?;
        self.remove(api.clock.now(), record)
    }

    /// Deletes a record without a request of its own.
    pub(super) fn remove(&mut self, now: Timestamp, record: RecordRef<'_>) -> Result<(), ApiError> {
        let gone = self.gone_with(&self.find(record)?.id)?;
        let now = Value::from(datetime(now));
        for record in self.records.values_mut().flatten() {
            if gone.contains(&record.id) {
                record.deleted = true;
                record.fields.insert("IsDeleted".to_owned(), Value::from(true));
                record.fields.insert("LastModifiedDate".to_owned(), now.clone());
            }
        }
        self.forget(&gone);
        Ok(())
    }

    /// Holds values against the fields of an object and gives them their stored form.
    fn accept(
        &self,
        rule: ObjectRule<'_>,
        values: &Map<String, Value>,
    ) -> Result<BTreeMap<String, Value>, ApiError> {
        let mut accepted = BTreeMap::new();
        for (name, value) in values {
            let Some(field) = self.field(rule, name) else {
                let message = format!("No such column '{name}' on sobject of type {}", rule.name);
                return Err(about_fields("INVALID_FIELD", message, &[name]));
            };
            if field.read_only {
                let message = format!(
                    "Unable to create/update fields: {}. Please check the security settings of \
                     this field and verify that it is read/write for your profile or permission \
                     set.",
                    field.name
                );
                let code = "INVALID_FIELD_FOR_INSERT_UPDATE";
                return Err(about_fields(code, message, &[field.name]));
            }
            let value = field.accept(value, self.strict_picklists)?;
            if field.kind == FieldKind::Reference {
                self.check_reference(&field, &value)?;
            }
            accepted.insert(field.name.to_owned(), value);
        }
        Ok(accepted)
    }

    fn check_reference(&self, field: &Field<'_>, value: &Value) -> Result<(), ApiError> {
        let Some(id) = value.as_str() else { return Ok(()) };
        let names = field.values.names().into_iter();
        let mut objects = names.filter_map(|name| self.find_object(name));
        let Some(rule) = objects.find(|rule| id.starts_with(rule.prefix)) else {
            let message = format!("{}: id value of incorrect type: {id}", field.label());
            return Err(about_fields("MALFORMED_ID", message, &[field.name]));
        };
        match self.find(RecordRef { object: rule.name, id }) {
            Ok(_) => Ok(()),
            Err(_) => {
                let message = "invalid cross reference id";
                Err(about_fields("INVALID_CROSS_REFERENCE_KEY", message, &[field.name]))
            }
        }
    }
}

fn check_missing(missing: &[&str]) -> Result<(), ApiError> {
    if missing.is_empty() {
        return Ok(());
    }
    let message = format!("Required fields are missing: [{}]", missing.join(", "));
    Err(about_fields("REQUIRED_FIELD_MISSING", message, missing))
}

/// Fills in what follows from other fields.
fn compute(object: &str, fields: &mut BTreeMap<String, Value>, now: Timestamp) {
    fields.retain(|_, value| !value.is_null());
    let text = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut computed =
        vec![("IsDeleted", Value::from(false)), ("LastModifiedDate", Value::from(datetime(now)))];
    match object {
        "Case" => {
            let is_closed = text("Status") == "Closed";
            computed.push(("IsClosed", is_closed.into()));
            let since = fields.get("ClosedDate").cloned();
            let since = since.unwrap_or_else(|| Value::from(datetime(now)));
            computed.push(("ClosedDate", if is_closed { since } else { Value::Null }));
        }
        "Contact" | "Lead" => {
            let name = format!("{} {}", text("FirstName"), text("LastName"));
            computed.push(("Name", Value::from(name.trim())));
            if object == "Lead" {
                computed.push(("IsConverted", Value::from(false)));
            }
        }
        "Opportunity" => {
            let stage = text("StageName");
            computed.push(("IsClosed", stage.starts_with("Closed").into()));
            computed.push(("IsWon", (stage == "Closed Won").into()));
            let usual = PROBABILITIES.iter().find(|(name, _)| *name == stage);
            if let Some((_, percent)) = usual.filter(|_| !fields.contains_key("Probability")) {
                computed.push(("Probability", Value::from(*percent)));
            }
        }
        "Task" => computed.push(("IsClosed", (text("Status") == "Completed").into())),
        _ => {}
    }
    fields.extend(computed.into_iter().map(|(name, value)| (name.to_owned(), value)));
    fields.retain(|_, value| !value.is_null());
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::short_id;
    use super::*;
    use crate::world::{ServiceState, State};

    struct Org(State);

    impl Org {
        fn new() -> Self {
            Self(State::empty(1))
        }

        fn create(&mut self, object: &str, values: &Value) -> Result<Record, ApiError> {
            let (salesforce, mut api) = Salesforce::open(&mut self.0);
            salesforce.create(&mut api, object, values.as_object().unwrap()).cloned()
        }

        fn update(&mut self, record: &Record, values: &Value) -> Result<Record, ApiError> {
            let (salesforce, mut api) = Salesforce::open(&mut self.0);
            let place = RecordRef { object: &record.object, id: &record.id };
            salesforce.update(&mut api, place, values.as_object().unwrap()).cloned()
        }
    }

    fn of(id: &str) -> RecordRef<'_> {
        RecordRef { object: "Lead", id }
    }

    fn lead() -> Value {
        json!({ "LastName": "Reyes", "Company": "Acme" })
    }

    #[test]
    fn a_lead_needs_a_last_name_and_a_company() {
        let refused = Org::new().create("Lead", &json!({ "LastName": " " })).unwrap_err();

        assert_eq!((refused.status, refused.code.as_str()), (400, "REQUIRED_FIELD_MISSING"));
        assert_eq!(refused.message, "Required fields are missing: [LastName, Company]");
    }

    #[test]
    fn a_required_field_cannot_be_emptied() {
        let mut org = Org::new();
        let record = org.create("Lead", &lead()).unwrap();

        let refused = org.update(&record, &json!({ "Company": null })).unwrap_err();

        assert_eq!(refused.code, "REQUIRED_FIELD_MISSING");
    }

    #[test]
    fn a_new_lead_has_its_defaults() {
        let mut org = Org::new();

        let record = org.create("Lead", &lead()).unwrap();

        assert!(record.id.starts_with("00Q"));
        assert_eq!(record.text("Status"), "Open - Not Contacted");
        assert_eq!(record.text("Name"), "Reyes");
        assert_eq!(record.value("IsConverted"), false);
        assert_eq!(record.text("CreatedDate"), "2026-01-05T09:00:00.000+0000");
    }

    #[test]
    fn a_new_case_has_its_defaults_and_an_eight_digit_number_without_gaps() {
        let mut org = Org::new();

        let first = org.create("Case", &json!({})).unwrap();
        org.create("Case", &json!({ "Subject": 5 })).unwrap_err();
        let second = org.create("Case", &json!({ "Priority": "high" })).unwrap();

        assert_eq!((first.text("Status"), first.text("Priority")), ("New", "Medium"));
        assert_eq!(second.text("Priority"), "high");
        assert_eq!((first.text("CaseNumber"), second.text("CaseNumber")), ("00001001", "00001002"));
    }

    #[test]
    fn closing_follows_the_status_of_a_case() {
        let mut org = Org::new();
        let case = org.create("Case", &json!({})).unwrap();

        let closed = org.update(&case, &json!({ "Status": "Closed" })).unwrap();
        let again = org.update(&case, &json!({ "Status": "Working" })).unwrap();

        assert_eq!(case.value("IsClosed"), false);
        assert_eq!(closed.value("IsClosed"), true);
        assert_eq!(closed.text("ClosedDate"), "2026-01-05T09:00:00.000+0000");
        assert_eq!(
            (again.value("IsClosed"), again.value("ClosedDate")),
            (false.into(), Value::Null)
        );
    }

    #[test]
    fn a_new_stage_brings_its_probability() {
        let mut org = Org::new();
        let values =
            json!({ "Name": "Deal", "StageName": "Prospecting", "CloseDate": "2026-03-01" });
        let deal = org.create("Opportunity", &values).unwrap();

        let won = org.update(&deal, &json!({ "StageName": "Closed Won" })).unwrap();

        assert_eq!((deal.value("Probability"), deal.value("IsWon")), (10.into(), false.into()));
        assert_eq!((won.value("Probability"), won.value("IsWon")), (100.into(), true.into()));
    }

    #[test]
    fn a_record_is_found_by_15_and_by_18_characters() {
        let mut org = Org::new();
        let record = org.create("Lead", &lead()).unwrap();

        let short = org.0.salesforce.find(of(short_id(&record.id).unwrap())).unwrap();

        assert_eq!(short.id, record.id);
    }

    #[test]
    fn deleted_is_not_the_same_as_never_there() {
        let mut org = Org::new();
        let record = org.create("Lead", &lead()).unwrap();
        let (salesforce, mut api) = Salesforce::open(&mut org.0);
        salesforce.delete(&mut api, of(&record.id)).unwrap();
        let code = |id: &str| salesforce.find(of(id)).unwrap_err().code;

        assert_eq!(code(&record.id), "ENTITY_IS_DELETED");
        assert_eq!(code("00Q000000000000"), "NOT_FOUND");
        assert_eq!(code("00Q"), "MALFORMED_ID");
        assert!(salesforce.records("Lead").is_empty());
    }

    #[test]
    fn unknown_and_read_only_fields_are_refused() {
        let mut org = Org::new();

        let unknown = org.create("Case", &json!({ "Colour": "red" })).unwrap_err();
        let read_only = org.create("Case", &json!({ "CaseNumber": "1" })).unwrap_err();

        assert_eq!(unknown.code, "INVALID_FIELD");
        assert_eq!(unknown.message, "No such column 'Colour' on sobject of type Case");
        assert_eq!(read_only.code, "INVALID_FIELD_FOR_INSERT_UPDATE");
    }

    #[test]
    fn a_reference_points_to_a_record_of_the_right_object() {
        let mut org = Org::new();
        let account = org.create("Account", &json!({ "Name": "Acme" })).unwrap();
        let lead = org.create("Lead", &lead()).unwrap();
        let mut code = |id: &str| {
            let values = json!({ "LastName": "Lee", "AccountId": id });
            org.create("Contact", &values).err().map(|refused| refused.code)
        };

        assert_eq!(code(short_id(&account.id).unwrap()), None);
        assert_eq!(code(&lead.id).as_deref(), Some("MALFORMED_ID"));
        assert_eq!(code("001000000000000").as_deref(), Some("INVALID_CROSS_REFERENCE_KEY"));
    }
}
