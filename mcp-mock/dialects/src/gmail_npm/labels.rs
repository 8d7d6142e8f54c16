//! Tools for labels. No tool tells where a label shows; the state keeps it.

use mcp_mock::dialect::{Answer, Call, Outcome};
use mcp_mock::service::ApiError;
use mcp_mock::service::gmail::{Gmail, Label, LabelSettings, SYSTEM_LABELS};
use serde::Deserialize;

pub(super) fn list_email_labels(mut call: Call<'_, Gmail>) -> Outcome {
    let labels = call.service.list_labels(&mut call.api)?;
    let entry = |id: &str, name: &str| format!("ID: {id}\nName: {name}\n");
    let system: Vec<_> = SYSTEM_LABELS.iter().map(|label| entry(label, label)).collect();
    let own: Vec<_> = labels.iter().map(|label| entry(&label.id, &label.name)).collect();
    Ok(Answer::Text(format!(
        "Found {} labels ({} system, {} user):\n\nSystem Labels:\n{}\nUser Labels:\n{}",
        system.len() + own.len(),
        system.len(),
        own.len(),
        system.join("\n"),
        own.join("\n"),
    )))
}

pub(super) fn create_label(mut call: Call<'_, Gmail>) -> Outcome {
    let settings: LabelSettings = call.read()?;
    let label = call.service.create_label(&mut call.api, &settings)?;
    Ok(described("Label created successfully", label, "user"))
}

#[derive(Deserialize)]
struct Update {
    id: String,
    #[serde(flatten)]
    settings: LabelSettings,
}

/// An empty name counts as none, without which the label keeps its own.
pub(super) fn update_label(mut call: Call<'_, Gmail>) -> Outcome {
    let Update { id, mut settings } = call.read()?;
    settings.name = settings.name.filter(|name| !name.is_empty());
    let not_found = |error| renamed_not_found(&id, error);
    call.service.get_label(&mut call.api, &id).map_err(not_found)?;
    let label = call.service.update_label(&mut call.api, &id, &settings).map_err(not_found)?;
    Ok(described("Label updated successfully", label, "user"))
}

#[derive(Deserialize)]
struct ById {
    id: String,
}

pub(super) fn delete_label(mut call: Call<'_, Gmail>) -> Outcome {
    let ById { id } = call.read()?;
    let not_found = |error| renamed_not_found(&id, error);
    call.service.get_label(&mut call.api, &id).map_err(not_found)?;
    if SYSTEM_LABELS.contains(&id.as_str()) {
        let words = format!("Cannot delete system label with ID \"{id}\".");
        return Err(ApiError::new(400, "invalidArgument", words).into());
    }
    let label = call.service.delete_label(&mut call.api, &id).map_err(not_found)?;
    Ok(Answer::Text(format!("Label \"{}\" deleted successfully.", label.name)))
}

/// Says "found existing" of a label of the owner that has exactly the wanted name, also when it was made
/// just now, and "created new" of every other.
pub(super) fn get_or_create_label(mut call: Call<'_, Gmail>) -> Outcome {
    let settings: LabelSettings = call.read()?;
    let name = settings.name.as_deref().unwrap_or_default();
    let lower = name.to_lowercase();
    let own = call.service.list_labels(&mut call.api)?;
    if let Some(system) = SYSTEM_LABELS.iter().find(|label| label.to_lowercase() == lower) {
        let (id, name) = ((*system).to_owned(), (*system).to_owned());
        let label = Label { id, name, ..Label::default() };
        return Ok(described("Successfully created new label", &label, "system"));
    }
    let label = match own.iter().find(|label| label.name.to_lowercase() == lower) {
        Some(label) => label.clone(),
        None => call.service.create_label(&mut call.api, &settings)?.clone(),
    };
    let lead = if label.name == name { "found existing" } else { "created new" };
    Ok(described(&format!("Successfully {lead} label"), &label, "user"))
}

fn described(lead: &str, label: &Label, kind: &str) -> Answer {
    Answer::Text(format!("{lead}:\nID: {}\nName: {}\nType: {kind}", label.id, label.name))
}

/// The server's own words for an id that Google does not find.
fn renamed_not_found(id: &str, error: ApiError) -> ApiError {
    if error.status != 404 {
        return error;
    }
    ApiError { message: format!("Label with ID \"{id}\" not found."), ..error }
}
