//! Tools for labels. No tool shows where a label shows; the state keeps it.

use super::super::Answer;
use mcp_mock::dialect::Arguments;
use mcp_mock::service::ApiError;
use mcp_mock::service::gmail::{Gmail, Label, SYSTEM_LABELS};
use mcp_mock::world::Env;

type Outcome = Result<Answer, ApiError>;

pub(super) fn list_email_labels(gmail: &mut Gmail, _: &mut Env, _: &Arguments) -> Outcome {
    let entry = |id: &str, name: &str| format!("ID: {id}\nName: {name}\n");
    let system: Vec<_> = SYSTEM_LABELS.iter().map(|label| entry(label, label)).collect();
    let own: Vec<_> = gmail.labels.iter().map(|label| entry(&label.id, &label.name)).collect();
    Ok(Answer::Text(format!(
        "Found {} labels ({} system, {} user):\n\nSystem Labels:\n{}\nUser Labels:\n{}",
        system.len() + own.len(),
        system.len(),
        own.len(),
        system.join("\n"),
        own.join("\n"),
    )))
}

pub(super) fn create_label(gmail: &mut Gmail, _: &mut Env, arguments: &Arguments) -> Outcome {
    let label = created(gmail, arguments)?;
    Ok(shown("Label created successfully", &label, "user"))
}

pub(super) fn update_label(gmail: &mut Gmail, _: &mut Env, arguments: &Arguments) -> Outcome {
    let id = arguments.text("id");
    let known = gmail.labels.iter().find(|label| label.id == id).map(|label| label.name.clone());
    // Without a new name the label keeps its own; one of the system is refused all the same.
    let name = arguments.optional_text("name").filter(|name| !name.is_empty()).map(str::to_owned);
    let name = name.or(known).unwrap_or_default();
    let label = gmail.rename_label(id, &name).map_err(|error| not_there(id, error))?.clone();
    show(gmail, id, arguments)?;
    Ok(shown("Label updated successfully", &label, "user"))
}

pub(super) fn delete_label(gmail: &mut Gmail, _: &mut Env, arguments: &Arguments) -> Outcome {
    let id = arguments.text("id");
    if SYSTEM_LABELS.contains(&id) {
        let words = format!("Cannot delete system label with ID \"{id}\".");
        return Err(ApiError::new(400, "invalidArgument", words));
    }
    let label = gmail.delete_label(id).map_err(|error| not_there(id, error))?;
    Ok(Answer::Text(format!("Label \"{}\" deleted successfully.", label.name)))
}

/// Says "found existing" of a label of the owner that has exactly the wanted name, also when it was made
/// just now, and "created new" of every other.
pub(super) fn get_or_create_label(
    gmail: &mut Gmail,
    _: &mut Env,
    arguments: &Arguments,
) -> Outcome {
    let name = arguments.text("name");
    let lower = name.to_lowercase();
    if let Some(system) = SYSTEM_LABELS.iter().find(|label| label.to_lowercase() == lower) {
        let (id, name) = ((*system).to_owned(), (*system).to_owned());
        let label = Label { id, name, ..Label::default() };
        return Ok(shown("Successfully created new label", &label, "system"));
    }
    let place = gmail.labels.iter().position(|label| label.name.to_lowercase() == lower);
    let label = match place.and_then(|place| gmail.labels.get(place)) {
        Some(label) => label.clone(),
        None => created(gmail, arguments)?,
    };
    let lead = if label.name == name { "found existing" } else { "created new" };
    Ok(shown(&format!("Successfully {lead} label"), &label, "user"))
}

fn created(gmail: &mut Gmail, arguments: &Arguments) -> Result<Label, ApiError> {
    let label = gmail.create_label(arguments.text("name"))?.clone();
    show(gmail, &label.id, arguments)?;
    Ok(label)
}

/// Puts the label where the arguments say; the schema leaves no other values than the service knows.
fn show(gmail: &mut Gmail, id: &str, arguments: &Arguments) -> Result<(), ApiError> {
    let visibility = |name: &str| arguments.value(name).cloned().unwrap_or_default();
    let beside_messages = serde_json::from_value(visibility("messageListVisibility")).ok();
    let in_list = serde_json::from_value(visibility("labelListVisibility")).ok();
    gmail.show_label(id, beside_messages, in_list)
}

fn shown(lead: &str, label: &Label, kind: &str) -> Answer {
    Answer::Text(format!("{lead}:\nID: {}\nName: {}\nType: {kind}", label.id, label.name))
}

/// The server's own words for an id that Google does not find.
fn not_there(id: &str, error: ApiError) -> ApiError {
    if error.status != 404 {
        return error;
    }
    ApiError { message: format!("Label with ID \"{id}\" not found."), ..error }
}
