//! `salesforce_manage_field_permissions`: what profiles may do with a field.

use std::fmt::Write as _;

use mcp_mock::dialect::{Answer, Call, Outcome, Refusal};
use mcp_mock::service::ApiError;
use mcp_mock::service::salesforce::{
    ADMINISTRATOR, Access, Api, FieldPermission, FieldRef, Salesforce,
};
use serde::Deserialize;

use super::arguments::{Loose, is_truthy};

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Permissions {
    operation: Loose,
    object_name: Loose,
    field_name: Loose,
    profile_names: Loose,
    readable: Loose,
    editable: Loose,
}

pub(super) fn run(mut call: Call<'_, Salesforce>) -> Outcome {
    let wanted: Permissions = call.read()?;
    let Call { service: salesforce, mut api, .. } = call;
    let (operation, object) = (wanted.operation.text(), wanted.object_name.text());
    let name = wanted.field_name.text();
    // So no standard field is ever meant: their names do not end like this.
    let is_whole = name.ends_with("__c") || name.contains('.');
    let name = if is_whole { name } else { format!("{name}__c") };
    let field = FieldRef { object: &object, name: &name };
    if operation == "view" {
        return Ok(Answer::Text(view(salesforce, &mut api, field)?));
    }
    let names = profile_names(&wanted.profile_names);
    let profiles = profiles(salesforce, &mut api, &names)?;
    if profiles.is_empty() {
        return Err(Refusal::Server(format!("No profiles found matching: {}", names.join(", "))));
    }
    let flag = |flag: &Loose| flag.defined().is_none_or(|given| is_truthy(Some(given)));
    let (read, edit) = (flag(&wanted.readable), flag(&wanted.editable));
    let (access, words) = match operation.as_str() {
        "grant" => (Some(Access { read, edit: edit && read }), ("updated", "created")),
        _ => (None, ("revoked", "no permission found")),
    };
    let (mut done, mut failed) = (String::new(), String::new());
    for profile in profiles.iter().filter(|_| matches!(&*operation, "grant" | "revoke")) {
        let _ = match set(salesforce, &mut api, FieldPermission { field, profile, access }) {
            Ok(true) => writeln!(done, "  - {profile}: {}", words.0),
            Ok(false) => writeln!(done, "  - {profile}: {}", words.1),
            Err(error) => writeln!(failed, "  - {profile}: {error}"),
        };
    }
    let mut text =
        format!("Field permission {operation} operation completed for {object}.{name}:\n\n");
    if !done.is_empty() {
        text = format!("{text}Successful:\n{done}");
    }
    if !failed.is_empty() {
        text = format!("{text}\nFailed:\n{failed}");
    }
    if operation == "grant" {
        let (read, edit) = (yes(read), yes(edit));
        text = format!("{text}\nPermissions granted:\n  - Read: {read}\n  - Edit: {edit}");
    }
    Ok(Answer::Text(text))
}

/// Sets the access of a profile as the server does, which looks first. Gives whether there was any.
fn set(
    salesforce: &mut Salesforce,
    api: &mut Api<'_>,
    permission: FieldPermission<'_>,
) -> Result<bool, ApiError> {
    let known = salesforce.list_access(api, permission.field)?.contains_key(permission.profile);
    if known || permission.access.is_some() {
        salesforce.set_access(api, permission)?;
    }
    Ok(known)
}

/// The profiles that an argument names; the administrator's when it names none.
pub(super) fn profile_names(argument: &Loose) -> Vec<String> {
    let names = argument.list();
    if names.is_empty() { vec![ADMINISTRATOR.to_owned()] } else { names }
}

/// Lets profiles see and change a new field, and says who was let in.
pub(super) fn grant_all(
    salesforce: &mut Salesforce,
    api: &mut Api<'_>,
    field: FieldRef<'_>,
    names: &[String],
) -> String {
    let Ok(profiles) = profiles(salesforce, api, names) else {
        return "Field Level Security configuration failed.".to_owned();
    };
    if profiles.is_empty() {
        return format!("No profiles found matching: {}", names.join(", "));
    }
    let access = Some(Access { read: true, edit: true });
    let (granted, failed): (Vec<_>, Vec<_>) = profiles.into_iter().partition(|profile| {
        set(salesforce, api, FieldPermission { field, profile, access }).is_ok()
    });
    if granted.is_empty() {
        return "Could not grant Field Level Security to any profiles.".to_owned();
    }
    let mut text = format!("Field Level Security granted to: {}", granted.join(", "));
    if !failed.is_empty() {
        text = format!("{text}. Failed for: {}", failed.join(", "));
    }
    text
}

fn profiles(
    salesforce: &Salesforce,
    api: &mut Api<'_>,
    names: &[String],
) -> Result<Vec<String>, ApiError> {
    let wanted = |profile: &&str| names.iter().any(|name| name.eq_ignore_ascii_case(profile));
    let profiles = salesforce.list_profiles(api)?.into_iter();
    Ok(profiles.filter(wanted).map(str::to_owned).collect())
}

fn view(
    salesforce: &Salesforce,
    api: &mut Api<'_>,
    field: FieldRef<'_>,
) -> Result<String, ApiError> {
    let access = salesforce.list_access(api, field)?;
    let FieldRef { object, name } = field;
    if access.is_empty() {
        return Ok(format!(
            "No field permissions found for {object}.{name}. This field might not have any specific \
             permissions set, or it might be universally accessible."
        ));
    }
    let block = |(profile, access): (&String, &Access)| {
        let (read, edit) = (yes(access.read), yes(access.edit));
        format!("Profile: {profile}\n  - Read Access: {read}\n  - Edit Access: {edit}\n\n")
    };
    let blocks: String = access.iter().map(block).collect();
    Ok(format!("Field permissions for {object}.{name}:\n\n{blocks}"))
}

fn yes(flag: bool) -> &'static str {
    if flag { "Yes" } else { "No" }
}
