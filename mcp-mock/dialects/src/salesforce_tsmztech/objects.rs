//! `salesforce_search_objects` and `salesforce_describe_object`: what the org has.

use std::fmt::Write as _;

use mcp_mock::dialect::{Answer, Call, Outcome};
use mcp_mock::service::salesforce::{Field, FieldKind, ObjectRule, Salesforce};
use serde::Deserialize;

use super::arguments::Loose;

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Search {
    search_pattern: Loose,
}

pub(super) fn search(mut call: Call<'_, Salesforce>) -> Outcome {
    let pattern = call.read::<Search>()?.search_pattern.text();
    let lower = pattern.to_lowercase();
    let words: Vec<_> = lower.split(' ').filter(|word| !word.is_empty()).collect();
    let has_all = |rule: &&ObjectRule<'_>| {
        let names = [rule.name.to_lowercase(), rule.label().to_lowercase()];
        words.iter().all(|word| names.iter().any(|name| name.contains(word)))
    };
    let line = |rule: &ObjectRule<'_>| {
        let mark = if rule.custom.is_some() { " (Custom)" } else { "" };
        format!("{}{mark}\n  Label: {}", rule.name, rule.label())
    };
    let objects = call.service.describe_global(&mut call.api)?;
    let found: Vec<_> = objects.iter().filter(has_all).map(line).collect();
    let text = match found.len() {
        0 => format!("No Salesforce objects found matching \"{pattern}\"."),
        count => format!("Found {count} matching objects:\n\n{}", found.join("\n\n")),
    };
    Ok(Answer::Text(text))
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Describe {
    object_name: Loose,
}

pub(super) fn describe(mut call: Call<'_, Salesforce>) -> Outcome {
    let Describe { object_name } = call.read()?;
    let rule = call.service.describe(&mut call.api, &object_name.text())?;
    let fields = call.service.fields(rule);
    let blocks: Vec<_> = fields.iter().map(block).collect();
    let mark = if rule.custom.is_some() { " (Custom Object)" } else { "" };
    let (name, label, blocks) = (rule.name, rule.label(), blocks.join("\n"));
    let text = format!("\nObject: {name} ({label}){mark}\nFields:\n{blocks}");
    Ok(Answer::Text(text))
}

/// Five lines a field. The last two are there, with nothing but blanks, when there is nothing to say.
fn block(field: &Field<'_>) -> String {
    let mut block =
        format!("  - {} ({})\n    Type: {}", field.name, field.label(), field.kind.name());
    if let Some(length) = length(field) {
        write!(block, ", Length: {length}").expect("writing to a text does not fail");
    }
    let values = field.values.names().join(", ");
    let (references, picklist) = match field.kind {
        FieldKind::Reference => (format!("References: {values}"), String::new()),
        FieldKind::MultiPicklist | FieldKind::Picklist if !values.is_empty() => {
            (String::new(), format!("Picklist Values: {values}"))
        }
        _ => (String::new(), String::new()),
    };
    let required = !is_nillable(field);
    write!(block, "\n    Required: {required}\n    {references}\n    {picklist}")
        .expect("writing to a text does not fail");
    block
}

fn length(field: &Field<'_>) -> Option<usize> {
    match field.kind {
        FieldKind::Id | FieldKind::Reference => Some(18),
        FieldKind::Boolean
        | FieldKind::Currency
        | FieldKind::Date
        | FieldKind::DateTime
        | FieldKind::Double
        | FieldKind::Int
        | FieldKind::Percent => None,
        FieldKind::Email
        | FieldKind::MultiPicklist
        | FieldKind::Phone
        | FieldKind::Picklist
        | FieldKind::String
        | FieldKind::TextArea
        | FieldKind::Url => Some(field.chars_max),
    }
}

fn is_nillable(field: &Field<'_>) -> bool {
    let is_system =
        field.kind == FieldKind::Id || ["CreatedDate", "LastModifiedDate"].contains(&field.name);
    !field.required && !is_system && field.kind != FieldKind::Boolean
}
