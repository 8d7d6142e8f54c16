//! Filters of common kinds.

use mcp_mock::dialect::{Answer, Call, Outcome, Refusal};
use mcp_mock::service::gmail::{Criteria, FilterAction, Gmail};
use serde::Deserialize;
use serde_json::Number;

use super::mail::count;

#[derive(Deserialize)]
struct FromTemplate {
    template: String,
    parameters: Parameters,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Parameters {
    sender_email: Option<String>,
    subject_text: Option<String>,
    search_text: Option<String>,
    list_identifier: Option<String>,
    size_in_bytes: Option<Number>,
    #[serde(default)]
    label_ids: Vec<String>,
    archive: Option<bool>,
    #[serde(default)]
    mark_as_read: bool,
    #[serde(default)]
    mark_important: bool,
}

pub(super) fn create_filter_from_template(mut call: Call<'_, Gmail>) -> Outcome {
    let FromTemplate { template, parameters } = call.read()?;
    let (criteria, action) = filled(&template, parameters)?;
    let filter = call.service.create_filter(&mut call.api, criteria, action)?;
    Ok(Answer::Text(format!(
        "Filter created from template '{template}':\nID: {}\nTemplate used: {template}",
        filter.id
    )))
}

fn filled(template: &str, given: Parameters) -> Result<(Criteria, FilterAction), Refusal> {
    let missing =
        |name: &str| Refusal::Server(format!("{name} is required for {template} template"));
    let needed = |text: Option<String>, name: &str| {
        text.filter(|text| !text.is_empty()).ok_or_else(|| missing(name))
    };
    let mut action = FilterAction { add_label_ids: given.label_ids, ..FilterAction::default() };
    let mut criteria = Criteria::default();
    let mut removed = None;
    match template {
        "containingText" => {
            criteria.query = Some(format!("\"{}\"", needed(given.search_text, "searchText")?));
            if given.mark_important {
                action.add_label_ids.push("IMPORTANT".to_owned());
            }
        }
        "fromSender" => {
            criteria.from = Some(needed(given.sender_email, "senderEmail")?);
            removed = given.archive.unwrap_or(false).then_some("INBOX");
        }
        "largeEmails" => {
            let size = count(given.size_in_bytes.as_ref(), "sizeInBytes")?;
            criteria.size = Some(size.ok_or_else(|| missing("sizeInBytes"))? as u64);
            criteria.size_comparison = Some("larger".to_owned());
        }
        "mailingList" => {
            let list = needed(given.list_identifier, "listIdentifier")?;
            criteria.query = Some(format!("list:{list} OR subject:[{list}]"));
            removed = given.archive.unwrap_or(true).then_some("INBOX");
        }
        "withSubject" => {
            criteria.subject = Some(needed(given.subject_text, "subjectText")?);
            removed = given.mark_as_read.then_some("UNREAD");
        }
        // The schema leaves no other kind than `withAttachments`.
        _ => criteria.has_attachment = Some(true),
    }
    action.remove_label_ids.extend(removed.map(str::to_owned));
    Ok((criteria, action))
}
