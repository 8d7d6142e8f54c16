//! What an org holds before a test begins, as people write it down.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::Api;
use super::custom::CustomField;
use super::fields::FieldKind;
use super::ids::new_id;
use super::refusal::bad_request;
use super::state::Salesforce;
use super::trace::{USER_PREFIX, User};
use crate::service::ApiError;

/// A record: values by the API name of the field. A reference may say `@Name of the record` in place
/// of an id, as in `"AccountId": "@Acme"`.
type RecordSeed = Map<String, Value>;

/// The records that are there from the start.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SalesforceSeed {
    /// Fields that the org added: types by name, by object. Names end in `__c`.
    pub custom_fields: BTreeMap<String, BTreeMap<String, FieldKind>>,
    /// People besides the administrator, who is always there.
    pub users: Vec<UserSeed>,
    /// Profiles besides those that every org has.
    pub profiles: Vec<String>,
    /// Whether picklists refuse values that they do not list.
    pub strict_picklists: bool,
    /// Fields by object: a new record with the same values in all of them is refused. The records of
    /// the seed themselves are not held against the rules.
    pub duplicate_rules: BTreeMap<String, Vec<String>>,
    /// Accounts, seeded first, so that the others can refer to them.
    pub accounts: Vec<RecordSeed>,
    /// Contacts.
    pub contacts: Vec<RecordSeed>,
    /// Leads.
    pub leads: Vec<RecordSeed>,
    /// Opportunities.
    pub opportunities: Vec<RecordSeed>,
    /// Cases.
    pub cases: Vec<RecordSeed>,
    /// Tasks.
    pub tasks: Vec<RecordSeed>,
}

/// A person.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct UserSeed {
    /// The name for logging in, in the form of an address.
    pub username: String,
    /// The full name.
    pub name: String,
    /// Whether the account is shut down.
    pub inactive: bool,
}

impl Salesforce {
    /// Adds what a seed describes. Free.
    ///
    /// # Errors
    /// `INVALID_FIELD` when a custom field is not named as one; else as [`create`](Self::create).
    pub fn apply_seed(&mut self, api: &mut Api<'_>, seed: SalesforceSeed) -> Result<(), ApiError> {
        for (object, fields) in seed.custom_fields {
            let object = self.object(&object)?.name.to_owned();
            if let Some(name) = fields.keys().find(|name| !name.ends_with("__c")) {
                let message = format!("the custom field `{name}` of {object} should end in `__c`");
                return Err(bad_request("INVALID_FIELD", message));
            }
            let fields = fields.into_iter().map(|(name, kind)| (name, CustomField::of(kind)));
            self.custom_fields.entry(object).or_default().extend(fields);
        }
        for UserSeed { username, name, inactive } in seed.users {
            let id = new_id(api.ids, USER_PREFIX);
            self.users.push(User { id, username, name, active: !inactive });
        }
        self.profiles.extend(seed.profiles);
        self.strict_picklists |= seed.strict_picklists;
        let groups = [
            ("Account", seed.accounts),
            ("Contact", seed.contacts),
            ("Lead", seed.leads),
            ("Opportunity", seed.opportunities),
            ("Case", seed.cases),
            ("Task", seed.tasks),
        ];
        for (object, records) in groups {
            for mut record in records {
                self.resolve_names(&mut record);
                self.insert(api, object, &record)?;
            }
        }
        for (object, fields) in seed.duplicate_rules {
            self.add_duplicate_rule(&object, &fields)?;
        }
        Ok(())
    }

    /// Puts ids in the place of `@Name`; an unknown name stays and is refused as an id.
    fn resolve_names(&self, record: &mut RecordSeed) {
        for (_, value) in record.iter_mut().filter(|(field, _)| field.ends_with("Id")) {
            let Some(name) = value.as_str().and_then(|text| text.strip_prefix('@')) else {
                continue;
            };
            let mut known = self.records.values().flatten();
            let named = known.find(|record| record.text("Name") == name);
            if let Some(named) = named {
                *value = Value::from(named.id.as_str());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::world::{ServiceState, State};

    fn seeded(seed: Value) -> Result<Salesforce, ApiError> {
        let mut state = State::empty(1);
        let (salesforce, mut api) = Salesforce::open(&mut state);
        salesforce.apply_seed(&mut api, serde_json::from_value(seed).unwrap())?;
        Ok(state.salesforce)
    }

    #[test]
    fn a_reference_may_name_its_record() {
        let salesforce = seeded(json!({
            "accounts": [{ "Name": "Acme" }],
            "contacts": [{ "LastName": "Reyes", "AccountId": "@Acme" }],
        }))
        .unwrap();

        let account = &salesforce.records("Account")[0].id;
        assert_eq!(salesforce.records("Contact")[0].text("AccountId"), account);
    }

    #[test]
    fn an_org_may_add_fields() {
        let salesforce = seeded(json!({
            "custom_fields": { "Lead": { "Seats__c": "int" } },
            "leads": [{ "LastName": "Reyes", "Company": "Acme", "Seats__c": 200 }],
        }))
        .unwrap();

        assert_eq!(salesforce.records("Lead")[0].value("Seats__c"), 200);
        assert!(seeded(json!({ "custom_fields": { "Lead": { "Seats": "int" } } })).is_err());
    }
}
