//! The tools for Apex classes and triggers, which are stored as source: no compiler looks at them.

use mcp_mock::dialect::{Answer, Call, Outcome, Refusal};
use mcp_mock::service::salesforce::{ApexKind, ApexText, Salesforce};
use serde::Deserialize;
use serde_json::Value;

use super::arguments::{Loose, written};
use super::locale;

/// The version of the API when a call names none.
const API_VERSION: &str = "58.0";

/// What the tools say about classes or about triggers.
struct Words {
    kind: ApexKind,
    /// One of them.
    one: &'static str,
    /// The same as a heading.
    title: &'static str,
    many: &'static str,
    /// The argument that names one.
    name: &'static str,
    /// The keywords that precede the name in the source.
    keywords: &'static [&'static str],
}

impl Words {
    /// What the server's own code throws when it writes one.
    fn thrown(&self, message: &str) -> Refusal {
        Refusal::Server(format!("Error writing Apex {}: {message}", self.one))
    }
}

const CLASS: Words = Words {
    kind: ApexKind::Class,
    one: "class",
    title: "Class",
    many: "classes",
    name: "className",
    keywords: &["class", "interface", "enum"],
};

const TRIGGER: Words = Words {
    kind: ApexKind::Trigger,
    one: "trigger",
    title: "Trigger",
    many: "triggers",
    name: "triggerName",
    keywords: &["trigger"],
};

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Read {
    class_name: Loose,
    trigger_name: Loose,
    name_pattern: Loose,
    include_metadata: Loose,
}

pub(super) fn read_class(mut call: Call<'_, Salesforce>) -> Outcome {
    let wanted: Read = call.read()?;
    read(call, &wanted, wanted.class_name.written(), &CLASS)
}

pub(super) fn read_trigger(mut call: Call<'_, Salesforce>) -> Outcome {
    let wanted: Read = call.read()?;
    read(call, &wanted, wanted.trigger_name.written(), &TRIGGER)
}

fn read(call: Call<'_, Salesforce>, wanted: &Read, name: Option<String>, words: &Words) -> Outcome {
    let Call { service: salesforce, mut api, .. } = call;
    let Words { kind, one, title, .. } = words;
    let with_metadata = wanted.include_metadata.is_truthy();
    let Some(name) = name else {
        let pattern = wanted.name_pattern.written();
        let like = pattern.as_deref().map_or_else(|| "%".to_owned(), like);
        let found = salesforce.list_apex(&mut api, *kind, &like)?;
        return Ok(Answer::Text(listing(&found, pattern.as_deref(), with_metadata, words)));
    };
    let Some(text) = salesforce.find_apex(&mut api, *kind, &name)? else {
        return Err(Refusal::Server(format!("No Apex {one} found with name: {name}")));
    };
    let metadata = if with_metadata { details(text, words) } else { String::new() };
    let (name, body) = (&text.name, &text.body);
    Ok(Answer::Text(format!("# Apex {title}: {name}\n\n{metadata}```apex\n{body}\n```")))
}

fn listing(
    found: &[&ApexText],
    pattern: Option<&str>,
    with_metadata: bool,
    words: &Words,
) -> String {
    let many = words.many;
    if found.is_empty() {
        let matching = pattern.map_or_else(String::new, |pattern| format!(" matching: {pattern}"));
        return format!("No Apex {many} found{matching}");
    }
    let heading = format!("# Found {} Apex {}\n\n", found.len(), capital(many));
    if !with_metadata {
        let lines: String = found.iter().map(|text| format!("- {}\n", text.name)).collect();
        return heading + &lines;
    }
    let row = |text: &&ApexText| {
        let cells = [
            text.name.clone(),
            version(text),
            about(text),
            "Active".to_owned(),
            "Yes".to_owned(),
            locale(text.modified),
        ];
        format!("| {} |\n", cells.join(" | "))
    };
    let rows: String = found.iter().map(row).collect();
    let about = match words.kind {
        ApexKind::Class => "Length",
        ApexKind::Trigger => "Object",
    };
    format!(
        "{heading}| Name | API Version | {about} | Status | Valid | Last Modified |\n\
         |------|------------|--------|--------|-------|---------------|\n{rows}"
    )
}

/// Without wildcards a pattern may stand anywhere in a name.
fn like(pattern: &str) -> String {
    if pattern.contains(['*', '?']) {
        pattern.replace('*', "%").replace('?', "_")
    } else {
        format!("%{pattern}%")
    }
}

fn details(text: &ApexText, words: &Words) -> String {
    let about = match words.kind {
        ApexKind::Class => format!("**Length:** {} characters", about(text)),
        ApexKind::Trigger => format!("**Object:** {}", about(text)),
    };
    format!(
        "**API Version:** {}\n{about}\n**Status:** Active\n**Valid:** Yes\n**Last Modified:** {}\n\n",
        version(text),
        locale(text.modified)
    )
}

fn about(text: &ApexText) -> String {
    text.object.clone().unwrap_or_else(|| text.length_without_comments().to_string())
}

/// A number in the answer of the org, so that `58.0` reads as 58.
fn version(text: &ApexText) -> String {
    written(&Value::from(text.api_version))
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Write {
    operation: Loose,
    class_name: Loose,
    trigger_name: Loose,
    object_name: Loose,
    body: Loose,
    api_version: Loose,
}

pub(super) fn write_class(mut call: Call<'_, Salesforce>) -> Outcome {
    let wanted: Write = call.read()?;
    write(call, &wanted, &wanted.class_name.text(), &CLASS)
}

pub(super) fn write_trigger(mut call: Call<'_, Salesforce>) -> Outcome {
    let wanted: Write = call.read()?;
    write(call, &wanted, &wanted.trigger_name.text(), &TRIGGER)
}

fn write(call: Call<'_, Salesforce>, wanted: &Write, name: &str, words: &Words) -> Outcome {
    let one = words.one;
    if !names(&wanted.body.text(), words.keywords, name) {
        let argument = words.name;
        return Err(words.thrown(&format!(
            "The {one} name in the body must match the provided {argument}: {name}"
        )));
    }
    match wanted.operation.text().as_str() {
        "create" => create(call, wanted, name, words),
        "update" => update(call, name, &wanted.body.text(), words),
        other => {
            Err(words.thrown(&format!("Invalid operation: {other}. Must be 'create' or 'update'.")))
        }
    }
}

/// The server queries the class, changes it, and queries it again for its answer.
fn update(call: Call<'_, Salesforce>, name: &str, body: &str, words: &Words) -> Outcome {
    let Call { service: salesforce, mut api, .. } = call;
    let one = words.one;
    let Some(known) = salesforce.find_apex(&mut api, words.kind, name)? else {
        return Err(words.thrown(&format!(
            "No Apex {one} found with name: {name}. Use 'create' operation instead."
        )));
    };
    if let Some(object) = known.object.as_ref().filter(|object| !names(body, &["on"], object)) {
        return Err(words.thrown(&format!(
            "The object name in the body must match the existing object: {object}"
        )));
    }
    let id = known.id.clone();
    let changed = salesforce.change_apex(&mut api, &id, body)?;
    let (version, modified) = (version(changed), locale(changed.modified));
    let object = object_line(changed);
    salesforce.find_apex(&mut api, words.kind, name)?;
    Ok(Answer::Text(format!(
        "Successfully updated Apex {one}: {name}\n\n**ID:** {id}\n{object}**API Version:** \
         {version}\n**Status:** Active\n**Last Modified:** {modified}"
    )))
}

fn create(call: Call<'_, Salesforce>, wanted: &Write, name: &str, words: &Words) -> Outcome {
    let Call { service: salesforce, mut api, .. } = call;
    let (one, body) = (words.one, wanted.body.text());
    let mut object = None;
    if words.kind == ApexKind::Trigger {
        let Some(wanted) = wanted.object_name.written() else {
            return Err(words.thrown("objectName is required for creating a new trigger"));
        };
        if !names(&body, &["on"], &wanted) {
            return Err(words.thrown(&format!(
                "The object name in the body must match the provided objectName: {wanted}"
            )));
        }
        object = Some(wanted);
    }
    if salesforce.find_apex(&mut api, words.kind, name)?.is_some() {
        return Err(words.thrown(&format!(
            "Apex {one} with name '{name}' already exists. Use 'update' operation instead."
        )));
    }
    let version = wanted.api_version.written().unwrap_or_else(|| API_VERSION.to_owned());
    let Some(api_version) = version.parse().ok().filter(|number: &f64| number.is_finite()) else {
        return Err(words.thrown(&format!(
            "Cannot deserialize instance of double from VALUE_STRING value {version}"
        )));
    };
    let new = ApexText { name: name.to_owned(), object, body, api_version, ..ApexText::default() };
    let text = salesforce.add_apex(&mut api, new)?;
    let (name, id, object) = (&text.name, &text.id, object_line(text));
    Ok(Answer::Text(format!(
        "Successfully created Apex {one}: {name}\n\n**ID:** {id}\n{object}**API Version:** \
         {version}\n**Status:** Active"
    )))
}

fn object_line(text: &ApexText) -> String {
    text.object.as_ref().map_or_else(String::new, |object| format!("**Object:** {object}\n"))
}

/// Whether the source has one of the keywords, blanks and then the name, each as a whole word.
fn names(body: &str, keywords: &[&str], name: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let ends_with_keyword = |before: &str| {
        let trimmed = before.trim_end();
        trimmed.len() < before.len()
            && keywords.iter().any(|keyword| {
                trimmed.strip_suffix(keyword).is_some_and(|rest| !rest.ends_with(is_letter))
            })
    };
    !name.is_empty()
        && body.match_indices(name).any(|(place, found)| {
            let (before, after) = (&body[..place], &body[place + found.len()..]);
            !after.starts_with(is_letter) && ends_with_keyword(before)
        })
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_counts_after_a_keyword_only() {
        let is_named = |body: &str| names(body, CLASS.keywords, "Invoices");

        assert!(is_named("public with sharing class  Invoices{ }"));
        assert!(is_named("interface\nInvoices { }"));
        assert!(!is_named("class InvoicesTest { }"));
        assert!(!is_named("subclass Invoices { }"));
        assert!(!is_named("class Other { Invoices i; }"));
        assert!(!names("class ", CLASS.keywords, ""));
    }
}
