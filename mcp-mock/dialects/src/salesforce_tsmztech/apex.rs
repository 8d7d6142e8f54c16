//! The tools for Apex classes and triggers, which are stored texts: no compiler looks at them.

use serde_json::Value;

use super::arguments::{given, is_truthy, written};
use super::{locale, own_words};
use crate::Answer;
use mcp_mock::dialect::Arguments;
use mcp_mock::service::ApiError;
use mcp_mock::service::salesforce::{ApexKind, ApexText, Salesforce};
use mcp_mock::world::Env;

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
    /// What stands in front of the name in a text.
    keywords: &'static [&'static str],
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

pub(super) fn read_class(
    salesforce: &mut Salesforce,
    _: &mut Env,
    arguments: &Arguments,
) -> Result<Answer, ApiError> {
    read(salesforce, arguments, &CLASS)
}

pub(super) fn read_trigger(
    salesforce: &mut Salesforce,
    _: &mut Env,
    arguments: &Arguments,
) -> Result<Answer, ApiError> {
    read(salesforce, arguments, &TRIGGER)
}

pub(super) fn write_class(
    salesforce: &mut Salesforce,
    env: &mut Env,
    arguments: &Arguments,
) -> Result<Answer, ApiError> {
    write(salesforce, env, arguments, &CLASS)
}

pub(super) fn write_trigger(
    salesforce: &mut Salesforce,
    env: &mut Env,
    arguments: &Arguments,
) -> Result<Answer, ApiError> {
    write(salesforce, env, arguments, &TRIGGER)
}

fn read(salesforce: &Salesforce, arguments: &Arguments, words: &Words) -> Result<Answer, ApiError> {
    let Words { kind, one, title, .. } = words;
    let with_metadata = is_truthy(arguments.value("includeMetadata"));
    let Some(name) = given(arguments, words.name) else {
        let pattern = given(arguments, "namePattern");
        return Ok(Answer::Text(listing(salesforce, pattern.as_deref(), with_metadata, words)));
    };
    let Some(text) = salesforce.apex(*kind, &name) else {
        return Err(own_words(format!("No Apex {one} found with name: {name}")));
    };
    let metadata = if with_metadata { details(text, words) } else { String::new() };
    let (name, body) = (&text.name, &text.body);
    Ok(Answer::Text(format!("# Apex {title}: {name}\n\n{metadata}```apex\n{body}\n```")))
}

fn listing(
    salesforce: &Salesforce,
    pattern: Option<&str>,
    with_metadata: bool,
    words: &Words,
) -> String {
    let found = salesforce.apex_like(words.kind, &pattern.map_or_else(|| "%".to_owned(), like));
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

fn write(
    salesforce: &mut Salesforce,
    env: &mut Env,
    arguments: &Arguments,
    words: &Words,
) -> Result<Answer, ApiError> {
    let one = words.one;
    let thrown = |message: String| own_words(format!("Error writing Apex {one}: {message}"));
    let name = given(arguments, words.name).unwrap_or_default();
    let body = given(arguments, "body").unwrap_or_default();
    if !names(&body, words.keywords, &name) {
        let argument = words.name;
        return Err(thrown(format!(
            "The {one} name in the body must match the provided {argument}: {name}"
        )));
    }
    match given(arguments, "operation").unwrap_or_default().as_str() {
        "create" => create(salesforce, env, arguments, words).map_err(thrown),
        "update" => {
            let missing = || {
                let hint = "Use 'create' operation instead.";
                thrown(format!("No Apex {one} found with name: {name}. {hint}"))
            };
            let known = salesforce.apex(words.kind, &name).ok_or_else(missing)?;
            if let Some(object) = known.object.as_ref().filter(|o| !names(&body, &["on"], o)) {
                return Err(thrown(format!(
                    "The object name in the body must match the existing object: {object}"
                )));
            }
            let text = salesforce.change_apex(env, (words.kind, &name), &body);
            let text = text.ok_or_else(missing)?;
            let (id, version, modified) = (&text.id, version(text), locale(text.modified));
            let object = object_line(text);
            Ok(Answer::Text(format!(
                "Successfully updated Apex {one}: {name}\n\n**ID:** {id}\n{object}**API Version:** \
                 {version}\n**Status:** Active\n**Last Modified:** {modified}"
            )))
        }
        other => Err(thrown(format!("Invalid operation: {other}. Must be 'create' or 'update'."))),
    }
}

fn create(
    salesforce: &mut Salesforce,
    env: &mut Env,
    arguments: &Arguments,
    words: &Words,
) -> Result<Answer, String> {
    let one = words.one;
    let name = given(arguments, words.name).unwrap_or_default();
    let body = given(arguments, "body").unwrap_or_default();
    let mut object = None;
    if words.kind == ApexKind::Trigger {
        let Some(wanted) = given(arguments, "objectName") else {
            return Err("objectName is required for creating a new trigger".to_owned());
        };
        if !names(&body, &["on"], &wanted) {
            return Err(format!(
                "The object name in the body must match the provided objectName: {wanted}"
            ));
        }
        object = Some(wanted);
    }
    if salesforce.apex(words.kind, &name).is_some() {
        return Err(format!(
            "Apex {one} with name '{name}' already exists. Use 'update' operation instead."
        ));
    }
    let version = given(arguments, "apiVersion").unwrap_or_else(|| API_VERSION.to_owned());
    let Some(api_version) = version.parse().ok().filter(|number: &f64| number.is_finite()) else {
        return Err(format!(
            "Cannot deserialize instance of double from VALUE_STRING value {version}"
        ));
    };
    let new = ApexText { name, object, body, api_version, ..ApexText::default() };
    let text = salesforce.add_apex(env, new).map_err(|refused| refused.message)?;
    let (name, id, object) = (&text.name, &text.id, object_line(text));
    Ok(Answer::Text(format!(
        "Successfully created Apex {one}: {name}\n\n**ID:** {id}\n{object}**API Version:** \
         {version}\n**Status:** Active"
    )))
}

fn object_line(text: &ApexText) -> String {
    text.object.as_ref().map_or_else(String::new, |object| format!("**Object:** {object}\n"))
}

/// Whether a text has one of the keywords, blanks and then the name, each as a whole word.
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
