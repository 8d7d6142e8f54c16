//! Many records in one request. Each succeeds or fails alone: `allOrNone` is false, as clients leave it.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::Api;
use super::quota::spend_request;
use super::refusal::{about_fields, bad_request, deleted, malformed_id};
use super::state::{FieldRef, Record, RecordRef, Salesforce};
use crate::service::ApiError;

/// Most records in one request.
const RECORDS_MAX: usize = 200;

/// How one record of a request fared: its id, or why it is not there.
pub type Outcome = Result<String, ApiError>;

impl Salesforce {
    /// Creates records.
    ///
    /// # Errors
    /// When there are more than 200; what is wrong with a record is its own outcome.
    pub fn create_many(
        &mut self,
        api: &mut Api<'_>,
        object: &str,
        records: &[Map<String, Value>],
    ) -> Result<Vec<Outcome>, ApiError> {
        spend_request(api)?;
        check_count(records.len())?;
        let create = |values: &Map<String, Value>| {
            let object = self.supported(object)?;
            self.insert(api, &object, values).map(|record| record.id.clone())
        };
        Ok(records.iter().map(create).collect())
    }

    /// Changes records, each with its `Id` among the values.
    ///
    /// # Errors
    /// As [`create_many`](Self::create_many).
    pub fn update_many(
        &mut self,
        api: &mut Api<'_>,
        object: &str,
        records: &[Map<String, Value>],
    ) -> Result<Vec<Outcome>, ApiError> {
        spend_request(api)?;
        check_count(records.len())?;
        let update = |values: &Map<String, Value>| {
            let object = self.supported(object)?;
            let id = values.get("Id").and_then(Value::as_str).unwrap_or_default();
            self.update_one(api.clock.now(), RecordRef { object: &object, id }, values)
        };
        Ok(records.iter().map(update).collect())
    }

    /// Moves records into the recycle bin. The ids alone say of which object they are.
    ///
    /// # Errors
    /// As [`create_many`](Self::create_many).
    pub fn delete_many(
        &mut self,
        api: &mut Api<'_>,
        ids: &[String],
    ) -> Result<Vec<Outcome>, ApiError> {
        spend_request(api)?;
        check_count(ids.len())?;
        let delete = |id: &String| {
            let record = self.living(id)?;
            let (object, id) = (record.object.clone(), record.id.clone());
            let record = RecordRef { object: &object, id: &id };
            self.remove(api.clock.now(), record).map(|()| id)
        };
        Ok(ids.iter().map(delete).collect())
    }

    /// Changes the record that has the same value in the field `key`, or creates one. The key is `Id` or
    /// a custom field.
    ///
    /// # Errors
    /// As [`create_many`](Self::create_many).
    pub fn upsert_many(
        &mut self,
        api: &mut Api<'_>,
        key: FieldRef<'_>,
        records: &[Map<String, Value>],
    ) -> Result<Vec<Outcome>, ApiError> {
        spend_request(api)?;
        check_count(records.len())?;
        let upsert = |values: &Map<String, Value>| {
            let object = self.supported(key.object)?;
            self.upsert_one(api, FieldRef { object: &object, ..key }, values)
        };
        Ok(records.iter().map(upsert).collect())
    }

    /// The name of an object in the letters of the schema. Here an unknown one is the fault of the
    /// record, with a code of its own.
    fn supported(&self, object: &str) -> Result<String, ApiError> {
        let found = self.find_object(object).map(|rule| rule.name.to_owned());
        found.ok_or_else(|| {
            bad_request("INVALID_TYPE", format!("sObject type '{object}' is not supported."))
        })
    }

    fn update_one(
        &mut self,
        now: Timestamp,
        RecordRef { object, id }: RecordRef<'_>,
        values: &Map<String, Value>,
    ) -> Outcome {
        let record = self.living(id)?;
        if record.object != object {
            return Err(unknown_id());
        }
        let id = record.id.clone();
        let mut changes = values.clone();
        changes.remove("Id");
        self.change(now, RecordRef { object, id: &id }, &changes)?;
        Ok(id)
    }

    fn upsert_one(
        &mut self,
        api: &mut Api<'_>,
        FieldRef { object, name: key }: FieldRef<'_>,
        values: &Map<String, Value>,
    ) -> Outcome {
        let now = api.clock.now();
        let wanted = values.get(key).unwrap_or(&Value::Null);
        if key.eq_ignore_ascii_case("Id") {
            let id = wanted.as_str().unwrap_or_default();
            return self.update_one(now, RecordRef { object, id }, values);
        }
        let field = self.field(self.object(object)?, key).filter(|field| field.external_id);
        let Some(field) = field.map(|field| field.name.to_owned()) else {
            let message =
                format!("Field name provided, {key} is not an External ID or indexed field");
            return Err(about_fields("INVALID_FIELD", message, &[key]));
        };
        let known = self.records(object);
        let same = known.iter().filter(|record| is_same(&record.value(&field), wanted));
        let ids: Vec<String> = same.map(|record| record.id.clone()).collect();
        match ids.as_slice() {
            [] => self.insert(api, object, values).map(|record| record.id.clone()),
            [id] => self.update_one(now, RecordRef { object, id }, values),
            ids => {
                let list = ids.join(", ");
                let message =
                    format!("{field}: more than one record found for external id field: [{list}]");
                Err(about_fields("DUPLICATE_EXTERNAL_ID", message, &[&field]))
            }
        }
    }

    /// The record with this id, of whatever object, that is not deleted.
    fn living(&self, id: &str) -> Result<&Record, ApiError> {
        if super::long_id(id).is_none() {
            return Err(malformed_id(id));
        }
        let record = self.record(id).ok_or_else(unknown_id)?;
        if record.deleted { Err(deleted()) } else { Ok(record) }
    }
}

fn check_count(count: usize) -> Result<(), ApiError> {
    if count <= RECORDS_MAX {
        return Ok(());
    }
    let message = format!(
        "record limit reached. cannot submit more than {RECORDS_MAX} records into this call"
    );
    Err(bad_request("EXCEEDED_ID_LIMIT", message))
}

fn unknown_id() -> ApiError {
    bad_request("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
}

/// External ids are compared without case.
pub(super) fn is_same(value: &Value, wanted: &Value) -> bool {
    match (value, wanted) {
        (Value::String(value), Value::String(wanted)) => value.eq_ignore_ascii_case(wanted),
        (Value::Number(value), Value::Number(wanted)) => value.as_f64() == wanted.as_f64(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{seeded, short_id};
    use super::*;
    use crate::world::{ServiceState, State};

    fn org() -> State {
        seeded(json!({
            "custom_fields": { "Lead": { "Key__c": "string" } },
            "leads": [{ "LastName": "Ash", "Company": "Acme", "Key__c": "a-1" }],
        }))
    }

    fn field(name: &str) -> FieldRef<'_> {
        FieldRef { object: "Lead", name }
    }

    fn records(json: &Value) -> Vec<Map<String, Value>> {
        serde_json::from_value(json.clone()).unwrap()
    }

    fn codes(outcomes: Vec<Outcome>) -> Vec<String> {
        let code = |outcome: Outcome| outcome.map_or_else(|error| error.code, |_| "ok".to_owned());
        outcomes.into_iter().map(code).collect()
    }

    #[test]
    fn some_records_fail_while_others_succeed() {
        let mut state = org();
        let (salesforce, mut api) = Salesforce::open(&mut state);
        let new = records(&json!([
            { "LastName": "Bo", "Company": "Zen" }, { "LastName": "Cox" },
            { "LastName": "Dee", "Company": "Zen" },
        ]));

        let made = salesforce.create_many(&mut api, "Lead", &new).unwrap();

        assert_eq!(codes(made), ["ok", "REQUIRED_FIELD_MISSING", "ok"]);
        assert_eq!(salesforce.records("Lead").len(), 3);
    }

    #[test]
    fn each_record_has_its_own_reason() {
        let mut state = org();
        let (salesforce, mut api) = Salesforce::open(&mut state);
        let id = salesforce.records("Lead")[0].id.clone();
        let short = short_id(&id).unwrap();
        let changes = records(&json!([
            { "Id": short, "Rating": "Hot" },
            { "Id": "00Q000000000000", "Rating": "Hot" },
            { "Id": "undefined" },
        ]));

        let changed = salesforce.update_many(&mut api, "Lead", &changes).unwrap();
        let deleted = salesforce.delete_many(&mut api, &[id.clone(), id]).unwrap();

        assert_eq!(codes(changed), ["ok", "INVALID_CROSS_REFERENCE_KEY", "MALFORMED_ID"]);
        assert_eq!(codes(deleted), ["ok", "ENTITY_IS_DELETED"]);
    }

    #[test]
    fn an_unknown_object_is_not_supported() {
        let mut state = org();
        let (salesforce, mut api) = Salesforce::open(&mut state);

        let made = salesforce.create_many(&mut api, "Wizard", &records(&json!([{}]))).unwrap();

        assert_eq!(
            made[0].as_ref().unwrap_err().message,
            "sObject type 'Wizard' is not supported."
        );
    }

    #[test]
    fn an_upsert_changes_the_record_with_the_same_key_or_makes_one() {
        let mut state = org();
        let (salesforce, mut api) = Salesforce::open(&mut state);
        let leads = records(&json!([
            { "Key__c": "A-1", "Company": "Zen" },
            { "Key__c": "a-2", "LastName": "Bo", "Company": "Zen" },
        ]));

        let done = salesforce.upsert_many(&mut api, field("Key__c"), &leads).unwrap();
        let refused = salesforce.upsert_many(&mut api, field("Email"), &leads[..1]).unwrap();

        assert_eq!(codes(done), ["ok", "ok"]);
        let companies: Vec<_> =
            salesforce.records("Lead").iter().map(|lead| lead.text("Company").to_owned()).collect();
        assert_eq!(companies, ["Zen", "Zen"]);
        assert_eq!(codes(refused), ["INVALID_FIELD"]);
    }

    #[test]
    fn a_request_has_at_most_200_records() {
        let mut state = org();
        let (salesforce, mut api) = Salesforce::open(&mut state);
        let tasks = vec![Map::new(); 201];

        assert!(salesforce.create_many(&mut api, "Task", &tasks[..200]).is_ok());
        let refused = salesforce.create_many(&mut api, "Task", &tasks).unwrap_err();
        assert_eq!((refused.status, refused.code.as_str()), (400, "EXCEEDED_ID_LIMIT"));
    }
}
