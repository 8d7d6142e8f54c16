//! `salesforce_manage_field_permissions`: what profiles may do with a field.

use std::fmt::Write as _;

use super::arguments::{given, is_truthy, list};
use super::own_words;
use super::query::object as object_name;
use crate::Answer;
use mcp_mock::dialect::Arguments;
use mcp_mock::service::ApiError;
use mcp_mock::service::salesforce::{ADMINISTRATOR, Access, Salesforce};
use mcp_mock::world::Env;

pub(super) fn run(
    salesforce: &mut Salesforce,
    _: &mut Env,
    arguments: &Arguments,
) -> Result<Answer, ApiError> {
    let (object, field) =
        (object_name(arguments), given(arguments, "fieldName").unwrap_or_default());
    // So no standard field is ever meant: their names do not end like this.
    let is_whole = field.ends_with("__c") || field.contains('.');
    let field = if is_whole { field } else { format!("{field}__c") };
    let operation = given(arguments, "operation").unwrap_or_default();
    if operation == "view" {
        return Ok(Answer::Text(view(salesforce, &object, &field)));
    }
    let names = profile_names(arguments, "profileNames");
    let profiles = profiles(salesforce, &names);
    if profiles.is_empty() {
        return Err(own_words(format!("No profiles found matching: {}", names.join(", "))));
    }
    let flag = |name: &str| arguments.given(name).is_none_or(|given| is_truthy(Some(given)));
    let (read, edit) = (flag("readable"), flag("editable"));
    let access = Access { read, edit: edit && read };
    let (mut done, mut failed) = (String::new(), String::new());
    for profile in &profiles {
        let (wanted, words) = match operation.as_str() {
            "grant" => (Some(access), ("updated", "created")),
            "revoke" => (None, ("revoked", "no permission found")),
            _ => continue,
        };
        let line = match salesforce.set_access((&object, &field), profile, wanted) {
            Ok(was_there) => (&mut done, if was_there { words.0 } else { words.1 }.to_owned()),
            Err(error) => (&mut failed, error.message),
        };
        let (lines, what) = line;
        let _ = writeln!(lines, "  - {profile}: {what}");
    }
    let mut text =
        format!("Field permission {operation} operation completed for {object}.{field}:\n\n");
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

/// The profiles that an argument names; the administrator's when it names none.
pub(super) fn profile_names(arguments: &Arguments, name: &str) -> Vec<String> {
    let names = list(arguments.value(name));
    if names.is_empty() { vec![ADMINISTRATOR.to_owned()] } else { names }
}

/// Lets profiles see and change a new field, and says who was let in.
pub(super) fn grant_all(
    salesforce: &mut Salesforce,
    field: (&str, &str),
    names: &[String],
) -> String {
    let profiles = profiles(salesforce, names);
    if profiles.is_empty() {
        return format!("No profiles found matching: {}", names.join(", "));
    }
    let all = Some(Access { read: true, edit: true });
    let (granted, failed): (Vec<_>, Vec<_>) = profiles
        .into_iter()
        .partition(|profile| salesforce.set_access(field, profile, all).is_ok());
    if granted.is_empty() {
        return "Could not grant Field Level Security to any profiles.".to_owned();
    }
    let mut text = format!("Field Level Security granted to: {}", granted.join(", "));
    if !failed.is_empty() {
        text = format!("{text}. Failed for: {}", failed.join(", "));
    }
    text
}

fn profiles(salesforce: &Salesforce, names: &[String]) -> Vec<String> {
    let wanted = |profile: &&str| names.iter().any(|name| name.eq_ignore_ascii_case(profile));
    salesforce.profiles().into_iter().filter(wanted).map(str::to_owned).collect()
}

fn view(salesforce: &Salesforce, object: &str, field: &str) -> String {
    let access = salesforce.access(object, field);
    if access.is_empty() {
        return format!(
            "No field permissions found for {object}.{field}. This field might not have any specific \
             permissions set, or it might be universally accessible."
        );
    }
    let block = |(profile, access): (&String, &Access)| {
        let (read, edit) = (yes(access.read), yes(access.edit));
        format!("Profile: {profile}\n  - Read Access: {read}\n  - Edit Access: {edit}\n\n")
    };
    let blocks: String = access.iter().map(block).collect();
    format!("Field permissions for {object}.{field}:\n\n{blocks}")
}

fn yes(flag: bool) -> &'static str {
    if flag { "Yes" } else { "No" }
}
