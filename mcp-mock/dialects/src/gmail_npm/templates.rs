//! Filters of common kinds.

use serde_json::{Map, Value};

use super::super::Answer;
use super::mail::count;
use mcp_mock::dialect::Arguments;
use mcp_mock::service::ApiError;
use mcp_mock::service::gmail::{Criteria, FilterAction, Gmail};
use mcp_mock::world::Env;

/// The parameter that a kind cannot do without.
const NEEDED: [(&str, &str); 5] = [
    ("containingText", "searchText"),
    ("fromSender", "senderEmail"),
    ("largeEmails", "sizeInBytes"),
    ("mailingList", "listIdentifier"),
    ("withSubject", "subjectText"),
];

/// What the server itself finds wrong: a parameter that is missing, empty or zero.
pub(super) fn complaint(arguments: &Map<String, Value>) -> Option<String> {
    let template = arguments.get("template")?.as_str()?;
    let (_, needed) = NEEDED.iter().find(|(name, _)| *name == template)?;
    let given = arguments.get("parameters")?.get(needed);
    let is_there =
        given.is_some_and(|value| value.as_str() != Some("") && value.as_f64() != Some(0.0));
    (!is_there).then(|| format!("{needed} is required for {template} template"))
}

pub(super) fn create_filter_from_template(
    gmail: &mut Gmail,
    env: &mut Env,
    arguments: &Arguments,
) -> Result<Answer, ApiError> {
    let template = arguments.text("template");
    let parameters = Arguments::new(arguments.object("parameters"));
    let (criteria, action) = filled(template, &parameters)?;
    let filter = gmail.create_filter(env, criteria, action)?;
    Ok(Answer::Text(format!(
        "Filter created from template '{template}':\nID: {}\nTemplate used: {template}",
        filter.id
    )))
}

fn filled(template: &str, parameters: &Arguments) -> Result<(Criteria, FilterAction), ApiError> {
    let text = |name: &str| Some(parameters.text(name).to_owned());
    let is = |name: &str, usual: bool| parameters.boolean(name).unwrap_or(usual);
    let mut action =
        FilterAction { add_label_ids: parameters.texts("labelIds"), ..FilterAction::default() };
    let mut criteria = Criteria::default();
    let mut removed = None;
    match template {
        "containingText" => {
            criteria.query = Some(format!("\"{}\"", parameters.text("searchText")));
            if is("markImportant", false) {
                action.add_label_ids.push("IMPORTANT".to_owned());
            }
        }
        "fromSender" => {
            criteria.from = text("senderEmail");
            removed = is("archive", false).then_some("INBOX");
        }
        "largeEmails" => {
            criteria.size = count(parameters, "sizeInBytes")?.map(|size| size as u64);
            criteria.size_comparison = Some("larger".to_owned());
        }
        "mailingList" => {
            let list = parameters.text("listIdentifier");
            criteria.query = Some(format!("list:{list} OR subject:[{list}]"));
            removed = is("archive", true).then_some("INBOX");
        }
        "withSubject" => {
            criteria.subject = text("subjectText");
            removed = is("markAsRead", false).then_some("UNREAD");
        }
        // The schema leaves no other kind than `withAttachments`.
        _ => criteria.has_attachment = Some(true),
    }
    action.remove_label_ids.extend(removed.map(str::to_owned));
    Ok((criteria, action))
}
