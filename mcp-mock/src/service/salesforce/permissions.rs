//! Who may see and change a field. The account is a System Administrator: a field that is taken from that
//! profile is gone for every tool, and one that it may only read cannot be written.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Api;
use super::fields::Field;
use super::objects::ObjectRule;
use super::quota::spend_request;
use super::refusal::about_fields;
use super::state::{FieldRef, Salesforce};
use crate::service::ApiError;

/// The profile of the account.
pub const ADMINISTRATOR: &str = "System Administrator";
/// Those that every org has.
const PROFILES: [&str; 4] =
    ["Minimum Access - Salesforce", "Read Only", "Standard User", ADMINISTRATOR];

/// What a profile may do with a field.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// See it.
    pub read: bool,
    /// Change it; needs `read`.
    pub edit: bool,
}

/// What a profile may do with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldPermission<'a> {
    /// The field.
    pub field: FieldRef<'a>,
    /// The name of the profile.
    pub profile: &'a str,
    /// What it may do; `None` takes all access away.
    pub access: Option<Access>,
}

impl Salesforce {
    /// The profiles of the org, those that the seed added last.
    ///
    /// # Errors
    /// When a limit is reached.
    pub fn list_profiles(&self, api: &mut Api<'_>) -> Result<Vec<&str>, ApiError> {
        spend_request(api)?;
        Ok(PROFILES.into_iter().chain(self.profiles.iter().map(String::as_str)).collect())
    }

    /// What each profile may do with a field, by the name of the profile; empty for an unknown field and
    /// for one that every profile sees. Unless it was changed, an administrator has full access.
    ///
    /// # Errors
    /// When a limit is reached.
    pub fn list_access(
        &self,
        api: &mut Api<'_>,
        field: FieldRef<'_>,
    ) -> Result<BTreeMap<String, Access>, ApiError> {
        spend_request(api)?;
        let Some(key) = self.permission_key(field) else { return Ok(BTreeMap::new()) };
        Ok(self.field_permissions.get(&key).cloned().unwrap_or_else(by_default))
    }

    /// Sets what a profile may do with a field, or takes all of it away. For a profile that had no access its
    /// permission set is looked up first, which is a request of its own.
    ///
    /// # Errors
    /// `INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST` for a new access to an unknown field or one that
    /// every profile sees.
    pub fn set_access(
        &mut self,
        api: &mut Api<'_>,
        FieldPermission { field, profile, access }: FieldPermission<'_>,
    ) -> Result<(), ApiError> {
        spend_request(api)?;
        let Some(key) = self.permission_key(field) else {
            if access.is_none() {
                return Ok(());
            }
            let FieldRef { object, name } = field;
            let message =
                format!("Field Name: bad value for restricted picklist field: {object}.{name}");
            let code = "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST";
            return Err(about_fields(code, message, &["Field"]));
        };
        let rows = self.field_permissions.get(&key).cloned().unwrap_or_else(by_default);
        if !rows.contains_key(profile) {
            spend_request(api)?;
        }
        let rows = self.field_permissions.entry(key).or_insert(rows);
        match access {
            None => rows.remove(profile),
            Some(access) => rows.insert(profile.to_owned(), access),
        };
        Ok(())
    }

    /// Hides a new field from all profiles until one is given access, unless every profile must see it.
    pub(super) fn hide_new_field(&mut self, field: FieldRef<'_>) {
        if let Some(key) = self.permission_key(field) {
            self.field_permissions.insert(key, BTreeMap::new());
        }
    }

    /// The field as the account may use it; `None` when it may not even see it.
    pub(super) fn permitted<'a>(&self, object: &str, field: Field<'a>) -> Option<Field<'a>> {
        if self.field_permissions.is_empty() || field.required {
            return Some(field);
        }
        let Some(rows) = self.field_permissions.get(&format!("{object}.{}", field.name)) else {
            return Some(field);
        };
        let access = rows.get(ADMINISTRATOR).copied().unwrap_or_default();
        let read_only = field.read_only || !access.edit;
        access.read.then_some(Field { read_only, ..field })
    }

    /// The name under which access is kept, for the fields that have any: those that the org added and
    /// that are not required.
    fn permission_key(&self, field: FieldRef<'_>) -> Option<String> {
        let rule: ObjectRule<'_> = self.find_object(field.object)?;
        let fields = self.every_field(rule);
        let known = fields.iter().find(|known| known.name.eq_ignore_ascii_case(field.name))?;
        let has_any = known.name.ends_with(super::custom::SUFFIX) && !known.required;
        has_any.then(|| format!("{}.{}", rule.name, known.name))
    }
}

fn by_default() -> BTreeMap<String, Access> {
    BTreeMap::from([(ADMINISTRATOR.to_owned(), Access { read: true, edit: true })])
}
